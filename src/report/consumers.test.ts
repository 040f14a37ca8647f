/** Each format against what its consumer takes: schema, parser or the rules of its protocol; with hostile text in every field. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { simpleParser } from "mailparser";
import MarkdownIt from "markdown-it";
import { describe, expect, it } from "vitest";
import { validateXML } from "xmllint-wasm";
import type { Finding } from "../core/finding.ts";
import type { Report } from "../core/report.ts";
import { formatNames, renderReport } from "./formats.ts";
import type { ReportOptions } from "./options.ts";
import { currentFindings } from "./order.ts";
import { columns } from "./wrap.ts";

const root = join(import.meta.dirname, "../..");
const samples = ["race", "clean", "no-patch", "nothing-to-check", "many-skipped", "scan", "hostile"] as const;
const plain: ReportOptions = { colour: false, width: 100, verbose: false, quiet: false, rules: [] };
const fixture = (name: string): string => join(root, "fixtures/report", name);

function sample(name: string): Report {
  return JSON.parse(readFileSync(fixture(`${name}.json`), "utf8")) as Report;
}

function render(format: string, name: string): Promise<string> {
  return renderReport(format, sample(name), plain);
}

/** The race report with so many copies of its findings. */
function many(copies: number, change: (finding: Finding, copy: number) => Finding = (finding) => finding): Report {
  const report = sample("race");
  const patch = report.patches[0]!;
  const findings = Array.from({ length: copies }, (_item, copy) => patch.findings.map((finding) => change(finding, copy))).flat();
  return { ...report, patches: [{ ...patch, findings }] };
}

const others = formatNames.report.filter((name) => name !== "text" && name !== "json");

describe("golden files", () => {
  const cases = others.flatMap((format) => (["race", "hostile"] as const).map((name) => [format, name] as const));
  it.each(cases)("%s of %s", async (format, name) => {
    await expect(await render(format, name)).toMatchFileSnapshot(fixture(`${name}.${format}`));
  });
});

describe("sarif", () => {
  const ajv = new Ajv2020({ allErrors: true });
  addFormats.default(ajv);
  const profile = ajv.compile(JSON.parse(readFileSync(fixture("sarif-profile.json"), "utf8")) as object);

  it.each(samples)("%s is what GitHub asks for", async (name) => {
    profile(JSON.parse(await render("sarif", name)));
    expect(profile.errors ?? []).toEqual([]);
  });

  /** Copies of the schema are written in draft 4, 7 or 2020-12, whose common part is all that it uses. */
  function draftless(schema: object): object {
    return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== "$schema" && key !== "id"));
  }

  // The schema of the standard is not ours to ship; whoever has it names it.
  const standard = process.env["MMREVIEW_SARIF_SCHEMA"] ?? "";
  it.runIf(existsSync(standard)).each(samples)("%s satisfies the standard's schema", async (name) => {
    const strict = new Ajv({ allErrors: true, strict: false, unicodeRegExp: false });
    addFormats.default(strict);
    const validate = strict.compile(draftless(JSON.parse(readFileSync(standard, "utf8")) as object));
    validate(JSON.parse(await render("sarif", name)));
    expect(validate.errors ?? []).toEqual([]);
  });

  it("describes rules by their pages and points results at them", async () => {
    const page = { id: "stale-read", title: "T", breaks: "B", fix: "F", exceptions: ["E"], references: [] } as const;
    const log = JSON.parse(await renderReport("sarif", sample("race"), { ...plain, rules: [page] })) as {
      runs: [{ tool: { driver: { rules: { id: string; help: { text: string } }[] } }; results: { ruleId: string; ruleIndex: number }[] }];
    };
    const { rules } = log.runs[0].tool.driver;
    expect(log.runs[0].results.map((result) => rules[result.ruleIndex]!.id)).toEqual(log.runs[0].results.map((result) => result.ruleId));
    expect(rules.find((rule) => rule.id === "stale-read")!.help.text).toBe("B\n\nFix: F\n\nUnless: E");
  });

  it("keeps the worst five thousand and says how many are left out", async () => {
    const log = JSON.parse(await renderReport("sarif", many(2600), plain)) as {
      runs: [{ results: { level: string; partialFingerprints: object }[]; invocations: [{ toolExecutionNotifications: { message: { text: string } }[] }] }];
    };
    const { results, invocations } = log.runs[0];
    expect(results).toHaveLength(5000);
    expect(results.filter((result) => result.level === "error")).toHaveLength(2600);
    expect(new Set(results.map((result) => JSON.stringify(result.partialFingerprints))).size).toBe(5000);
    expect(invocations[0].toolExecutionNotifications.at(-1)!.message.text).toBe("200 further results left out");
  });
});

describe("github", () => {
  /** What the runner makes of a line (actions/runner, ActionCommand.TryParseV2, in our words). */
  function runner(line: string): { kind: string; properties: Record<string, string>; data: string } | null {
    const text = line.trimStart();
    const end = text.startsWith("::") ? text.indexOf("::", 2) : -1;
    if (end < 0) return null;
    const head = text.slice(2, end);
    const space = head.indexOf(" ");
    const undo = (value: string, pairs: readonly (readonly [string, string])[]): string => pairs.reduce((sum, [code, char]) => sum.replaceAll(code, char), value);
    const data = [["%0D", "\r"], ["%0A", "\n"], ["%25", "%"]] as const;
    const properties = head.slice(space + 1).split(",").map((pair) => {
      const at = pair.indexOf("=");
      return [pair.slice(0, at), undo(pair.slice(at + 1), [["%3A", ":"], ["%2C", ","], ...data])] as const;
    });
    return { kind: head.slice(0, space), properties: Object.fromEntries(properties), data: undo(text.slice(end + 2), data) };
  }

  it("says what it means, whatever is in the text", async () => {
    const report = sample("hostile");
    const lines = (await render("github", "hostile")).trimEnd().split("\n");
    const commands = lines.map(runner).filter((command) => command !== null);
    expect(commands.map((command) => command.kind)).toEqual(["error", "warning"]);
    expect(commands[0]!.properties).toEqual({ file: report.patches[0]!.findings[1]!.file, line: "45", endLine: "45", col: "9", title: "stale-read" });
    expect(commands[0]!.data).toContain("%0A::warning::");
    expect(lines.filter((line) => runner(line) === null)).toHaveLength(1);
    expect(lines.at(-1)).not.toContain("##[");
  });

  it("stays within ten of a kind and says how many it left out", async () => {
    const report = many(30, (finding, copy) => (copy % 2 === 0 && finding.severity === "warning" ? { ...finding, status: "introduced", severity: "note" } : finding));
    const commands = (await renderReport("github", report, plain)).split("\n").map(runner).filter((command) => command !== null);
    const number = (kind: string): number => commands.filter((command) => command.kind === kind).length;
    expect([number("error"), number("warning"), number("notice")]).toEqual([10, 10, 10]);
    const left = Number(/^(\d+) more findings/.exec(commands.at(-1)!.data)![1]);
    expect(left + 29).toBe(report.patches[0]!.findings.filter((finding) => finding.status !== "fixed").length);
  });
});

describe("markdown", () => {
  const markdown = new MarkdownIt({ html: true, linkify: true });

  it.each(["race", "hostile", "scan"])("%s renders to harmless elements", async (name) => {
    const rendered = markdown.render(await render("markdown", name));
    const elements = new Set(Array.from(rendered.matchAll(/<([a-z0-9]+)/g), (match) => match[1]));
    const harmless = ["p", "strong", "code", "pre", "ul", "li", "h4", "details", "summary", "sub"];
    expect(Array.from(elements).filter((element) => !harmless.includes(element!))).toEqual([]);
    expect(rendered.match(/<details>/g)?.length ?? 0).toBe(rendered.match(/<\/details>/g)?.length ?? 0);
  });

  it("mentions nobody and refers to nothing", async () => {
    const rendered = markdown.render(await render("markdown", "hostile"));
    const words = rendered.replace(/<!--.*?-->/gs, "").replace(/<(code|pre)[^>]*>.*?<\/\1>/gs, "").replace(/<[^>]*>/g, "").replace(/&lt;|&gt;|&amp;|&quot;/g, "&");
    expect(words).toContain("akpm");
    expect(words).not.toMatch(/[@#!~%$]\w|:\/\//);
  });

  it("starts with the marker, once", async () => {
    const text = await render("markdown", "hostile");
    expect(text.startsWith("<!-- mmreview:report -->\n")).toBe(true);
    expect(text.match(/<!--/g)).toHaveLength(1 + (text.match(/`[^`\n]*<!--/g)?.length ?? 0));
  });

  it("fits into a comment and says what it left out", async () => {
    const text = await renderReport("markdown", many(2000), plain);
    expect(text.length).toBeLessThan(65_536);
    const shown = text.match(/^#### /gm)!.length;
    expect(text).toContain(`${4000 - shown} more findings left out`);
  });

  it("fits one finding that is too long by itself", async () => {
    const text = await renderReport("markdown", many(1, (finding) => ({ ...finding, why: "x".repeat(100_000), message: "y".repeat(100_000) })), plain);
    expect(text.length).toBeLessThan(65_536);
    expect(text.match(/^#### /gm)).toHaveLength(2);
  });
});

describe("email", () => {
  it("is a reply that mail readers thread", async () => {
    const mail = await simpleParser((await render("email", "race")).replace(/^From .*\n/, ""), { skipHtmlToText: true });
    expect(mail.subject).toBe("Re: [PATCH v2 2/3] mm: demo: map the table once");
    expect(mail.inReplyTo).toBe("<20250102030405.1-3-dev@example.org>");
    expect(mail.references).toBe("<20250102030405.1-3-dev@example.org>");
    expect(mail.to).toMatchObject({ value: [{ name: "Dev Eloper", address: "dev@example.org" }] });
    expect(mail.text).toContain("> +\tpmd_t pmd_val = pmdp_get_lockless(pmd);");
  });

  it("has 78 columns where nothing is quoted", async () => {
    const lines = (await render("email", "race")).split("\n");
    expect(lines.filter((line) => !line.startsWith(">") && columns(line) > 78)).toEqual([]);
  });

  it.each(["clean", "no-patch", "nothing-to-check", "scan"])("says nothing of %s", async (name) => {
    expect(await render("email", name)).toBe("");
  });

  it("takes no header from the mail's text, and no address that is not one", async () => {
    const text = await render("email", "hostile");
    const head = text.slice(0, text.indexOf("\n\n")).split("\n");
    expect(head.map((line) => /^[A-Za-z-]+:|^ |^From /.exec(line)?.[0])).toEqual([
      "From ", "Subject:", " ", "MIME-Version:", "Content-Type:", "Content-Transfer-Encoding:",
    ]);
  });

  it.runIf(spawnSync("git", ["--version"]).status === 0)("is taken apart by git mailsplit, a mail a patch", async () => {
    const report = sample("race");
    const text = await renderReport("email", { ...report, patches: [report.patches[0]!, report.patches[0]!] }, plain);
    const folder = mkdtempSync(join(tmpdir(), "mmreview-mailsplit-"));
    try {
      spawnSync("git", ["mailsplit", "--mboxrd", `-o${folder}`], { input: text });
      expect(readdirSync(folder)).toEqual(["0001", "0002"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("b4", () => {
  /** run_local_check() of b4: ERROR: anywhere fails, any other line warns. */
  const verdicts = (text: string): string[] => text.split("\n").filter((line) => line !== "").map((line) => (line.includes("ERROR:") ? "fail" : "warning"));

  it("fails and warns as the findings do, whatever they say", async () => {
    expect(verdicts(await render("b4", "race"))).toEqual(["fail", "warning"]);
    const said = many(1, (finding) => ({ ...finding, message: "ERROR: x\nERROR: y", file: "ERROR:ERROR::" }));
    expect(verdicts(await renderReport("b4", said, plain))).toEqual(["fail", "warning"]);
  });

  it.each(["clean", "no-patch", "nothing-to-check", "many-skipped"])("prints nothing of %s", async (name) => {
    expect(await render("b4", name)).toBe("");
  });

  it("as JSON: results with the fields and words that b4 knows", async () => {
    const states = async (name: string): Promise<unknown[]> => (JSON.parse(await render("b4-json", name)) as { tool: string; status: string }[]).map(({ tool, status }) => [tool, status]);
    expect(await states("race")).toEqual([["mmreview", "fail"]]);
    expect(await states("clean")).toEqual([["mmreview", "pass"]]);
    expect(await states("scan")).toEqual([["mmreview", "warn"]]);
    expect(await states("no-patch")).toEqual([]);
    expect(await states("many-skipped")).toEqual([["mmreview", "fail"]]);
  });
});

describe("patchwork", () => {
  it("has a body for each patch that the API takes", async () => {
    const lines = (await render("patchwork", "race")).trimEnd().split("\n").map((line) => JSON.parse(line) as Record<string, string>);
    expect(lines).toHaveLength(1);
    expect(["pending", "success", "warning", "fail"]).toContain(lines[0]!["state"]);
    expect(lines[0]!["context"]).toMatch(/^[-A-Za-z0-9_]{1,255}$/);
    expect(lines[0]!["msgid"]).toBe("20250102030405.1-3-dev@example.org");
    expect((JSON.parse(await render("patchwork", "clean")) as { state: string }).state).toBe("success");
  });
});

describe("gitlab", () => {
  const ajv = new Ajv2020({ allErrors: true });
  const validate = ajv.compile({
    type: "array",
    items: {
      type: "object", required: ["description", "check_name", "fingerprint", "severity", "location"],
      properties: {
        description: { type: "string", minLength: 1 }, check_name: { type: "string" }, fingerprint: { type: "string" },
        severity: { enum: ["info", "minor", "major", "critical", "blocker"] },
        location: {
          type: "object", required: ["path", "lines"],
          properties: { path: { type: "string", pattern: "^[^/]" }, lines: { type: "object", required: ["begin"], properties: { begin: { type: "integer", minimum: 1 } } } },
        },
      },
    },
  });

  it.each(samples)("%s", async (name) => {
    validate(JSON.parse(await render("gitlab", name)));
    expect(validate.errors ?? []).toEqual([]);
  });

  it("gives equal findings different fingerprints", async () => {
    const issues = JSON.parse(await renderReport("gitlab", many(3), plain)) as { fingerprint: string }[];
    expect(issues).toHaveLength(6);
    expect(new Set(issues.map((issue) => issue.fingerprint)).size).toBe(6);
  });
});

describe("rdjsonl", () => {
  const position = { type: "object", required: ["line"], additionalProperties: false, properties: { line: { type: "integer", minimum: 1 }, column: { type: "integer", minimum: 1 } } };
  const location = {
    type: "object", required: ["path"], additionalProperties: false,
    properties: { path: { type: "string" }, range: { type: "object", required: ["start"], additionalProperties: false, properties: { start: position } } },
  };
  const validate = new Ajv2020({ allErrors: true }).compile({
    type: "object", required: ["message", "location"], additionalProperties: false,
    properties: {
      message: { type: "string", minLength: 1 }, location, severity: { enum: ["ERROR", "WARNING", "INFO"] },
      source: { type: "object", required: ["name"], additionalProperties: false, properties: { name: { type: "string" } } },
      code: { type: "object", required: ["value"], additionalProperties: false, properties: { value: { type: "string" } } },
      related_locations: { type: "array", items: { type: "object", required: ["location"], additionalProperties: false, properties: { message: { type: "string" }, location } } },
    },
  });

  it.each(samples)("%s", async (name) => {
    const lines = (await render("rdjsonl", name)).split("\n").filter((text) => text !== "");
    expect(lines).toHaveLength(Array.from(currentFindings(sample(name))).length);
    for (const line of lines) {
      validate(JSON.parse(line));
      expect(validate.errors ?? []).toEqual([]);
    }
  });

  it("counts columns in bytes of UTF-8", async () => {
    const text = "/* äö😀 */ x();";
    const report = many(1, (finding) => ({ ...finding, line: 1, column: text.indexOf("x") + 1, frame: { start: 1, lines: [{ line: 1, mark: "+", text }] } }));
    const first = JSON.parse((await renderReport("rdjsonl", report, plain)).split("\n")[0]!) as { location: { range: { start: { column: number } } } };
    // "/* " 3, ä 2, ö 2, the emoji 4, " */ " 4: x is byte 16.
    expect(first.location.range.start.column).toBe(16);
  });
});

describe.each([["checkstyle", "checkstyle.xsd"], ["junit", "junit.xsd"]])("%s", (format, schema) => {
  it.each(samples)("%s is valid", async (name) => {
    const xml = [{ fileName: `${name}.xml`, contents: await render(format, name) }];
    const result = await validateXML({ xml, schema: [{ fileName: schema, contents: readFileSync(fixture(schema), "utf8") }] });
    expect(result.errors.map((error) => error.rawMessage)).toEqual([]);
    expect(result.valid).toBe(true);
  });
});

describe("junit", () => {
  it("never has two cases of one name", async () => {
    const report = sample("race");
    const doubled = { ...report, patches: [report.patches[0]!, report.patches[0]!] };
    const names = Array.from((await renderReport("junit", doubled, plain)).matchAll(/classname="([^"]*)" name="([^"]*)"/g), (match) => `${match[1]} ${match[2]}`);
    expect(names).toHaveLength(8);
    expect(new Set(names).size).toBe(8);
  });
});

describe("html", () => {
  it.each(samples)("%s holds our elements only, no script and no address", async (name) => {
    const text = await render("html", name);
    const elements = new Set(Array.from(text.matchAll(/<\/?([a-zA-Z][\w-]*)/g), (match) => match[1]!));
    const ours = "html head meta title style body a nav header h1 h2 h3 p main section table tbody thead tr th td caption article span code div dl dt dd details summary ol ul li br pre footer".split(" ");
    expect(Array.from(elements).filter((element) => !ours.includes(element))).toEqual([]);
    expect(text).not.toMatch(/\son\w+\s*=\s*["']|(?:href|src)="(?!#)/i);
    expect(text).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  });

  it("has unique ids, and every label names one", async () => {
    const text = await render("html", "race");
    const ids = Array.from(text.matchAll(/\sid="([^"]*)"/g), (match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(Array.from(text.matchAll(/aria-labelledby="([^"]*)"/g), (match) => match[1]).filter((id) => !ids.includes(id))).toEqual([]);
  });
});
