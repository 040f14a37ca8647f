/** The command line from arguments to exit code, over a library that answers as it is told. */
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { emptyReport, type Ran, runCli, type Setting } from "../../fixtures/cli/harness.ts";
import { InputError, UsageError } from "../core/errors.ts";
import type { Report } from "../core/report.ts";
import type { LitmusRequest, MatrixRequest, ReviewRequest, ScanRequest, SimRequest } from "../core/request.ts";
import type { RulePage } from "../core/rule-page.ts";

const race = JSON.parse(readFileSync(join(import.meta.dirname, "../../fixtures/report/race.json"), "utf8")) as Report;

/** The race report with its introduced findings at this severity. */
function raceOf(severity: "error" | "warning" | "note", status: "introduced" | "pre-existing" | "fixed" = "introduced"): Report {
  const findings = race.patches[0]!.findings.map((finding) => ({ ...finding, severity, status }));
  return { ...race, patches: [{ ...race.patches[0]!, findings }] };
}

function reviewing(report: Report, setting: Setting = {}): Setting {
  return { ...setting, library: { review: async () => report } };
}

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mmreview-cli-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("help and version", () => {
  it("leads with examples and stays within 100 columns, but for example lines", async () => {
    const { code, stdout } = await runCli(["--help"]);
    expect(code).toBe(0);
    const lines = stdout.split("\n");
    expect(lines.indexOf("Examples:")).toBeLessThan(lines.indexOf("Commands:"));
    expect(lines.filter((line) => line.length > 100 && !line.includes("  # "))).toEqual([]);
  });

  it("knows each command's own options", async () => {
    const { stdout } = await runCli(["sim", "--help"]);
    expect(stdout).toMatch(/^Usage: mmreview sim SCENARIO\.c\.\.\.\n/);
    expect(stdout).toContain("--pictures");
    expect(stdout).not.toContain("--base");
  });

  it("helps after `help` and -h as well", async () => {
    expect((await runCli(["help", "scan"])).stdout).toBe((await runCli(["scan", "-h"])).stdout);
  });

  it("takes --help after -- for an input", async () => {
    let inputs: readonly string[] = [];
    await runCli(["--", "--help"], { library: { review: async (request) => ((inputs = request.inputs), emptyReport()) } });
    expect(inputs).toEqual(["--help"]);
  });

  it("prints the version of package.json", async () => {
    const manifest = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8")) as { version: string };
    expect(await runCli(["--version"])).toEqual({ code: 0, stdout: `mmreview ${manifest.version}\n`, stderr: "" });
  });
});

describe("review", () => {
  async function requestOf(argv: readonly string[], setting: Setting = {}): Promise<ReviewRequest> {
    let seen: ReviewRequest | null = null;
    const ran = await runCli(argv, { ...setting, library: { review: async (request) => ((seen = request), emptyReport()) } });
    expect(ran.stderr).toBe("");
    return seen!;
  }

  it("asks for what the options say", async () => {
    const line = "--tree T --archive http://a/ --base B --kernel v6.12.3 --all --only tlb-flush,table-free --skip table-free --rules p.ts --bound 9 -j3 --strict a b";
    const { stdin: _stdin, ...request } = await requestOf(line.split(" "), { cwd: folder });
    expect(request).toEqual({
      inputs: ["a", "b"], archive: "http://a/", tree: "T", base: "B", kernel: "6.12", all: true, pictures: false, only: ["tlb-flush", "table-free"], skip: ["table-free"],
      rules: ["p.ts"], bound: 9, jobs: 3, strict: true, cache: "/nonexistent/.cache/mmreview", cwd: folder,
    });
  });

  it("asks for nothing that was not said", async () => {
    const { stdin: _stdin, jobs, ...request } = await requestOf(["a"], { cwd: folder });
    expect(request).toEqual({
      inputs: ["a"], archive: "https://lore.kernel.org/all", tree: null, base: null, kernel: null, all: false, pictures: false, only: [], skip: [], rules: [], bound: null, strict: false, cache: "/nonexistent/.cache/mmreview", cwd: folder,
    });
    expect(jobs).toBeGreaterThanOrEqual(1);
  });

  it("keeps results in the user's cache folder, unless it is told not to or there is none", async () => {
    const cacheOf = async (env: Record<string, string>, ...words: string[]): Promise<string | undefined> => (await requestOf([...words, "a"], { env, cwd: folder })).cache;
    expect(await cacheOf({ XDG_CACHE_HOME: "/caches", HOME: "/home/me" })).toBe("/caches/mmreview");
    expect(await cacheOf({ XDG_CACHE_HOME: "caches", HOME: "/home/me" })).toBe("/home/me/.cache/mmreview");
    expect(await cacheOf({ XDG_CACHE_HOME: "", HOME: "" })).toBe(undefined);
    expect(await cacheOf({ HOME: "/home/me" }, "--no-cache")).toBe(undefined);
  });

  it("reads what is piped in when nothing is named", async () => {
    let read = "";
    const review = async (request: ReviewRequest): Promise<Report> => {
      expect(request.inputs).toEqual(["-"]);
      for await (const chunk of request.stdin!) read += new TextDecoder().decode(chunk);
      return emptyReport();
    };
    await runCli([], { library: { review }, stdin: { text: "From x" } });
    expect(read).toBe("From x");
  });

  it("does not wait for a person to type a mailbox", async () => {
    const { code, stderr } = await runCli([], { stdin: { isTTY: true } });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^mmreview: nothing to review\n.*--help/);
  });

  it("takes a mistyped command for what it is", async () => {
    expect(await runCli(["reveiw", "x"], { cwd: folder })).toEqual({
      code: 2, stdout: "", stderr: "mmreview: there is no command and no file 'reveiw'\nDid you mean review?\n",
    });
  });

  it("takes an existing file of such a name for an input", async () => {
    writeFileSync(join(folder, "reveiw"), "");
    expect((await requestOf(["reveiw"], { cwd: folder })).inputs).toEqual(["reveiw"]);
  });
});

describe("--also", () => {
  it("writes further formats of the same run, each to its file", async () => {
    const pages = async (): Promise<RulePage[]> => [];
    const { code } = await runCli(["--also", "json=a.json", "--also", "sarif=b.sarif", "x"], { cwd: folder, library: { review: async () => raceOf("warning"), rulePages: pages } });
    expect(code).toBe(0);
    expect((JSON.parse(readFileSync(join(folder, "a.json"), "utf8")) as Report).patches).toHaveLength(1);
    expect(JSON.parse(readFileSync(join(folder, "b.sarif"), "utf8"))).toMatchObject({ version: "2.1.0" });
  });

  it.each([
    ["json", "mmreview: --also takes FORMAT=FILE, not 'json'\n"],
    ["jsno=x", "mmreview: --format does not know 'jsno'\nDid you mean json?\n"],
    ["json=no/x", "mmreview: --also: there is no folder 'no'\n"],
  ])("refuses %s before it works", async (word, stderr) => {
    expect(await runCli(["--also", word, "x"], { cwd: folder })).toEqual({ code: 2, stdout: "", stderr });
  });
});

describe("exit codes", () => {
  it.each<[string, Report, string, number]>([
    ["nothing found", emptyReport(), "", 0],
    ["an error", raceOf("error"), "", 1],
    ["a warning", raceOf("warning"), "", 0],
    ["a warning with --fail-on warning", raceOf("warning"), "--fail-on warning", 1],
    ["a note with --fail-on warning", raceOf("note"), "--fail-on warning", 0],
    ["a note with --fail-on note", raceOf("note"), "--fail-on note", 1],
    ["an error with --fail-on never", raceOf("error"), "--fail-on never", 0],
    ["a pre-existing error", raceOf("error", "pre-existing"), "", 0],
    ["a pre-existing error with --all", raceOf("error", "pre-existing"), "--all", 1],
    ["a fixed error with --all", raceOf("error", "fixed"), "--all", 0],
    ["an unreadable input", emptyReport({ inputs: [{ path: "a", messages: 0, patches: 0, skipped: [], troubles: [], failed: "empty" }] }), "--fail-on never", 3],
  ])("%s", async (_what, report, options, code) => {
    expect((await runCli([...options.split(" ").filter(Boolean), "a"], reviewing(report))).code).toBe(code);
  });

  it("counts every finding of a scan, as nothing there is introduced", async () => {
    const scan = async (): Promise<Report> => emptyReport({ units: [{ file: "a.c", functions: [], findings: raceOf("error", "pre-existing").patches[0]!.findings }] });
    expect((await runCli(["scan"], { library: { scan } })).code).toBe(1);
  });

  it("tells a failed input on standard error when the result does not", async () => {
    const report = emptyReport({ inputs: [{ path: "a\u001b[1m", messages: 0, patches: 0, skipped: [], troubles: [], failed: "truncated" }] });
    expect((await runCli(["-fjson", "a"], reviewing(report))).stderr).toBe("mmreview: a<U+001B>[1m: truncated\n");
    expect((await runCli(["a"], reviewing(report))).stderr).toBe("");
  });
});

describe("nipa", () => {
  it.each<[string, Report, number]>([
    ["nothing", emptyReport(), 0],
    ["an error", raceOf("error"), 1],
    ["a warning", raceOf("warning"), 250],
    ["a note", raceOf("note"), 0],
    ["an unreadable input", emptyReport({ inputs: [{ path: "a", messages: 0, patches: 0, skipped: [], troubles: [], failed: "empty" }] }), 2],
  ])("%s", async (_what, report, code) => {
    expect((await runCli(["--format", "nipa", "a"], reviewing(report))).code).toBe(code);
  });

  it("puts one line on the descriptor that it is given", async () => {
    const path = join(folder, "desc");
    const file = openSync(path, "w");
    await runCli(["--format", "nipa", "a"], reviewing(raceOf("error"), { env: { DESC_FD: String(file) } }));
    closeSync(file);
    expect(readFileSync(path, "utf8")).toMatch(/^3 errors in 1 patch; .*\n$/);
  });

  it.each(["x", "9999"])("says when DESC_FD is %s", async (given) => {
    expect((await runCli(["--format", "nipa", "a"], reviewing(emptyReport(), { env: { DESC_FD: given } }))).stderr).toContain("DESC_FD");
  });
});

describe("errors", () => {
  const throwing = (error: unknown): Setting => ({ library: { review: async () => Promise.reject(error) } });

  it("wrong usage: one line and a hint", async () => {
    expect(await runCli(["a"], throwing(new UsageError("no such rule pack", "Try another.")))).toEqual({
      code: 2, stdout: "", stderr: "mmreview: no such rule pack\nTry another.\n",
    });
  });

  it("unreadable input: one line, whatever the path holds", async () => {
    expect(await runCli(["a"], throwing(new InputError("a\n\u001b[31mb", "no such file")))).toEqual({
      code: 3, stdout: "", stderr: "mmreview: a <U+001B>[31mb: no such file\n",
    });
  });

  it("a bug: stack and a plain word", async () => {
    const { code, stdout, stderr } = await runCli(["a"], throwing(new TypeError("boom")));
    expect(code).toBe(4);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/TypeError: boom\n {4}at /);
    expect(stderr).toContain("this is a bug of mmreview");
  });

  it("a bug that throws something odd", async () => {
    expect((await runCli(["a"], throwing("just a string"))).code).toBe(4);
  });

  it("a reader that has gone: quiet, 0", async () => {
    const gone = Object.assign(new Error("write EPIPE"), { code: "EPIPE" });
    expect(await runCli(["a"], reviewing(race, { stdout: { error: gone } }))).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("a full disk behind standard output: not clean", async () => {
    const full = Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
    expect(await runCli(["a"], reviewing(race, { stdout: { error: full } }))).toEqual({
      code: 2, stdout: "", stderr: "mmreview: can't write the result: ENOSPC: no space left on device\n",
    });
  });

  it.each([
    ["--kernel six a", "mmreview: --kernel takes a version such as 6.12, not 'six'\n"],
    ["--jobs 0 a", "mmreview: --jobs takes a whole number from 1 to 256, not '0'\n"],
    ["--bound -3 a", "mmreview: --bound takes a whole number from 1 to 1000000000, not '-3'\n"],
    ["--format jsno a", "mmreview: --format does not know 'jsno'\nDid you mean json?\n"],
    ["--fail-on hmm a", "mmreview: --fail-on does not know 'hmm'\nIt knows confirmed, error, warning, note, never.\n"],
    ["--only tlb-flsh a", "mmreview: --only: there is no rule 'tlb-flsh'\nDid you mean tlb-flush?\n"],
    ["--skip nonsense a", "mmreview: --skip: there is no rule 'nonsense'\n`mmreview rules list` names them.\n"],
    ["--only tlb-flush --skip tlb-flush a", "mmreview: --only and --skip leave no rule to apply\n"],
    ["--output no/such/x a", "mmreview: --output: there is no folder 'no/such'\n"],
    ["litmus", "mmreview: litmus needs a file\nFor instance: mmreview litmus test.litmus\n"],
    ["sim", "mmreview: sim needs a scenario file\nFor instance: mmreview sim scenario.c\n"],
    ["matrix 6.12", "mmreview: matrix takes no '6.12'\n--kernel X.Y chooses the kernel.\n"],
    ["scan --format email", "mmreview: --format does not know 'email'\nIt knows text, json, sarif, github, markdown, gitlab, rdjsonl, checkstyle, junit, html.\n"],
    ["litmus --format html a", "mmreview: --format does not know 'html'\nIt knows text, json, dot, svg.\n"],
    ["completion tcsh", "mmreview: completion does not know 'tcsh'\nIt knows bash, zsh, fish.\n"],
    ["rules lsit", "mmreview: rules does not know 'lsit'\nDid you mean list?\n"],
    ["rules show", "mmreview: rules show needs a rule\n`mmreview rules list` names them.\n"],
  ])("%s", async (line, stderr) => {
    expect(await runCli(line.split(" "), { cwd: folder })).toEqual({ code: 2, stdout: "", stderr });
  });
});

describe("colour", () => {
  const coloured = ({ stdout }: Ran): boolean => stdout.includes("\u001b[");
  it.each<[string, string, Setting, boolean]>([
    ["a pipe", "", {}, false],
    ["a terminal", "", { stdout: { isTTY: true } }, true],
    ["a terminal with NO_COLOR", "", { stdout: { isTTY: true }, env: { NO_COLOR: "1" } }, false],
    ["a terminal with an empty NO_COLOR", "", { stdout: { isTTY: true }, env: { NO_COLOR: "" } }, true],
    ["a dumb terminal", "", { stdout: { isTTY: true }, env: { TERM: "dumb" } }, false],
    ["--color always in a pipe", "--color always", { env: { NO_COLOR: "1" } }, true],
    ["--color never on a terminal", "--color never", { stdout: { isTTY: true } }, false],
  ])("%s", async (_what, options, setting, expected) => {
    expect(coloured(await runCli([...options.split(" ").filter(Boolean), "a"], reviewing(race, setting)))).toBe(expected);
  });

  it("fits a narrower terminal", async () => {
    const { stdout } = await runCli(["--color", "never", "a"], reviewing(race, { stdout: { isTTY: true, columns: 72 } }));
    expect(stdout.split("\n").filter((line) => line.length > 72)).toEqual([]);
  });
});

describe("--output", () => {
  it("writes the file and nothing else", async () => {
    const ran = await runCli(["-fjson", "-o", "out.json", "a"], reviewing(race, { cwd: folder }));
    expect(ran).toEqual({ code: 1, stdout: "", stderr: "" });
    expect(JSON.parse(readFileSync(join(folder, "out.json"), "utf8"))).toMatchObject({ schema: "mmreview/report@1" });
    expect(readdirSync(folder)).toEqual(["out.json"]);
  });

  it("is not coloured, though the terminal is", async () => {
    await runCli(["-o", "out.txt", "a"], reviewing(race, { cwd: folder, stdout: { isTTY: true } }));
    expect(readFileSync(join(folder, "out.txt"), "utf8")).not.toContain("\u001b");
  });

  it("leaves the old file when the work fails", async () => {
    writeFileSync(join(folder, "out"), "old");
    await runCli(["-o", "out", "a"], { cwd: folder, library: { review: async () => Promise.reject(new InputError("a", "gone")) } });
    expect(readFileSync(join(folder, "out"), "utf8")).toBe("old");
  });

  it("means standard output by -", async () => {
    expect((await runCli(["-o", "-", "a"], reviewing(race, { cwd: folder }))).stdout).toContain("stale-read");
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("the other commands", () => {
  it("scan", async () => {
    let seen: ScanRequest | null = null;
    await runCli("scan --tree T mm fs --only tlb-flush".split(" "), { library: { scan: async (request) => ((seen = request), emptyReport()) } });
    expect(seen).toMatchObject({ tree: "T", paths: ["mm", "fs"], only: ["tlb-flush"] });
  });

  it("litmus: 3 when a file can't be read, but the others are printed", async () => {
    let seen: LitmusRequest | null = null;
    const tool = { name: "mmreview", version: "0" } as const;
    const litmus = async (request: LitmusRequest) => {
      seen = request;
      return { schema: "mmreview/litmus@1" as const, tool, tests: [{ path: "b", unsupported: "x" }, { path: "a", error: { line: 1, column: 2, message: "bad" } }] };
    };
    const ran = await runCli(["litmus", "b", "a", "--bound", "7"], { library: { litmus } });
    expect(ran).toEqual({ code: 3, stdout: "b: not supported: x\n\na:1:2: error: bad\n", stderr: "" });
    expect(seen).toMatchObject({ files: ["b", "a"], bound: 7, drawing: null });
    for (const [words, drawing] of [["--pictures", "text"], ["-f dot", "dot"], ["-f svg", "svg"], ["-f json --pictures", "text"]] as const) {
      await runCli(["litmus", "b", ...words.split(" ")], { library: { litmus } });
      expect(seen).toMatchObject({ drawing });
    }
  });

  it("sim: 1 when a property is violated", async () => {
    let seen: SimRequest | null = null;
    const verdicts = ["holds", "violated"] as const;
    const simulate = async (request: SimRequest) => {
      seen = request;
      const common = { name: "n", reason: "", bound: 1, bounded: false, states: 1, executions: 1, elapsedMs: 0, property: null, rule: null, trace: null };
      const scenarios = request.files.map((path, index) => ({ path, verdict: verdicts[index]!, ...common }));
      return { schema: "mmreview/sim@1" as const, tool: { name: "mmreview", version: "0" } as const, scenarios };
    };
    expect((await runCli(["sim", "a.c"], { library: { simulate } })).code).toBe(0);
    expect((await runCli(["sim", "a.c", "b.c", "--pictures", "--kernel", "6.1"], { library: { simulate } })).code).toBe(1);
    expect(seen).toMatchObject({ files: ["a.c", "b.c"], pictures: true, kernel: "6.1" });
  });

  it("sim: 3 when a file has mistakes, whatever the others say", async () => {
    const problems = [{ path: "a.c", line: 2, column: 4, message: "names no threads" }];
    const simulate = async () => ({ schema: "mmreview/sim@1" as const, tool: { name: "mmreview", version: "0" } as const, scenarios: [], problems });
    expect(await runCli(["sim", "a.c"], { library: { simulate } })).toEqual({ code: 3, stdout: "a.c:2:4: error: names no threads\n", stderr: "" });
  });

  it("matrix", async () => {
    let seen: MatrixRequest | null = null;
    const matrix = async (request: MatrixRequest) => {
      seen = request;
      const kernel = { version: "6.6", from: "--kernel" };
      return { schema: "mmreview/matrix@1" as const, tool: { name: "mmreview", version: "0" } as const, kernel, contexts: [], operations: [], cells: [] };
    };
    const ran = await runCli(["matrix", "--kernel", "6.6", "--format", "markdown"], { library: { matrix, rulePages: async () => [] } });
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(seen).toMatchObject({ kernel: "6.6" });
  });

  const pages: RulePage[] = [
    { id: "tlb-flush", title: "flush after change", breaks: "Stale.", fix: "Flush.", exceptions: ["Kernel."], references: [{ file: "mm/memory.c", where: "", version: "6.12" }] },
    { id: "map-failure", title: "test for NULL", breaks: "Oops.", fix: "Test.", exceptions: [], references: [] },
  ];

  it("rules list and show, as text and as JSON", async () => {
    const library = { rulePages: async () => pages };
    expect((await runCli(["rules"], { library })).stdout).toBe("tlb-flush    flush after change\nmap-failure  test for NULL\n");
    expect((await runCli(["rules", "show", "tlb-flush"], { library })).stdout).toBe(`tlb-flush: flush after change

breaks   Stale.
fix      Flush.
unless   Kernel.
see      mm/memory.c (6.12)
`);
    expect(JSON.parse((await runCli(["rules", "list", "--format", "json"], { library })).stdout)).toEqual(pages);
    expect((await runCli(["rules", "show", "map-failur"], { library })).stderr).toContain("Did you mean map-failure?");
  });

  it("rules check: places of mistakes, and 2", async () => {
    const checkRulePack = async (file: string) => [{ file, line: 3, column: 5, message: "not a literal" }];
    const ran = await runCli(["rules", "check", "p.ts"], { library: { checkRulePack }, cwd: folder });
    expect(ran).toEqual({ code: 2, stdout: `${join(folder, "p.ts")}:3:5: error: not a literal\n`, stderr: "" });
    expect((await runCli(["rules", "check", "p.ts"], { library: { checkRulePack: async () => [] } })).code).toBe(0);
  });
});
