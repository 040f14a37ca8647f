/** Any text in any field of a report, through every format: what comes out holds nothing that acts, and keeps its shape. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatNames, renderReport } from "./formats.ts";
import type { ReportOptions } from "./options.ts";
import type { Report } from "../core/report.ts";

const plain: ReportOptions = { colour: false, width: 100, verbose: true, quiet: false, rules: [] };
const race = withWaived(JSON.parse(readFileSync(join(import.meta.dirname, "../../fixtures/report/race.json"), "utf8")) as Report);
/** Fields whose values are ours: words of a closed list. */
const ours = new Set(["schema", "rule", "severity", "confidence", "status", "kind", "mark", "coverage", "fingerprint", "version", "by"]);

/** The report with one finding more, which somebody has waived. */
function withWaived(report: Report): Report {
  const [patch] = report.patches;
  const waived = { ...patch!.findings[0]!, status: "introduced", waiver: { by: "trailer", reason: "because", expires: "soon", expired: false } } as const;
  return { ...report, patches: [{ ...patch!, findings: [...patch!.findings, waived] }] };
}

/** The race report with every text of a stranger replaced. */
function saying(texts: readonly string[]): Report {
  let next = 0;
  const walk = (value: unknown, key: string): unknown => {
    if (typeof value === "string") return ours.has(key) ? value : texts[next++ % texts.length]!;
    if (Array.isArray(value)) return value.map((item) => walk(item, key));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, walk(item, name)]));
  };
  return walk(race, "") as Report;
}

const nasty = fc.oneof(
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)), maxLength: 20 }),
  fc.constantFrom("", "\u001b]0;x\u0007", "\u202e", "\n::error::x", "\nERROR: x", "<script>", "]]>", "-->", "```", "</pre>", "\r\nBcc: a@b", "From x\n", "\n.\n", "{0}", "[x](y)", "$&", "%0A", "a".repeat(2000)),
);

describe.each(formatNames.report)("%s", (name) => {
  it("lets nothing through that acts", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(nasty, { minLength: 1, maxLength: 7 }), async (texts) => {
        const text = await renderReport(name, saying(texts), plain);
        expect(text).not.toMatch(/(?!\n|\t)[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u);
        if (["json", "sarif", "gitlab", "b4-json"].includes(name)) JSON.parse(text);
        if (["rdjsonl", "patchwork"].includes(name)) for (const line of text.trimEnd().split("\n")) JSON.parse(line);
        if (name === "b4") expect(text.trimEnd().split("\n").filter((line) => line.includes("ERROR:"))).toHaveLength(1);
        if (name === "github") expect(text.trimEnd().split("\n").map((line) => line.trimStart().slice(0, 7))).toEqual(["::error", "::warni", "mmrevie"]);
        if (name === "html") expect(text).not.toMatch(/<script|<img|\son\w+=/i);
        if (name === "email") expect(text.match(/^From /gm)).toHaveLength(1);
      }),
      { numRuns: 25 },
    );
  });
});
