/** Scenario files that are wrong: what is wrong is said with its place, and what can be run is run. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { initC } from "../c/index.ts";
import type { SourceText } from "./library.ts";
import { simulate } from "./scenario-file.ts";

const root = join(import.meta.dirname, "../..");

function textsOf(folder: string): SourceText[] {
  return readdirSync(join(root, folder)).toSorted().map((name) => ({ path: `${folder}/${name}`, text: readFileSync(join(root, folder, name), "utf8") }));
}

const options = { models: textsOf("rules/models"), actors: textsOf("rules/actors"), kernel: null, bound: 2000 };

const good = `/*
 * scenario: fine
 * threads: fine
 */
void fine(struct mm_struct *mm) { mmap_read_lock(mm); mmap_read_unlock(mm); }
`;

/** "line:column message" of what is wrong, and "name: verdict" of what was run. */
function said(text: string): { readonly problems: string[]; readonly results: string[] } {
  const { problems, results } = simulate("s.c", text, options);
  return {
    problems: problems.map((p) => `${p.line}:${p.column} ${p.message}`),
    results: results.map((r) => `${r.name}: ${r.verdict}${r.bounded ? " bounded" : ""}${r.reason === "" ? "" : ` (${r.reason})`}`),
  };
}

function header(...lines: string[]): string {
  return `${good}/*\n * scenario: other\n${lines.map((line) => ` * ${line}\n`).join("")} */\nvoid other(struct mm_struct *mm, pmd_t *pmd) { READ_ONCE(*pmd); }\n`;
}

beforeAll(async () => {
  await initC();
});

describe("a wrong scenario file", () => {
  it.each<[string, string, string[]]>([
    ["no scenario", "void f(void) { }\n", ["1:1 has no scenario: a comment with a line `scenario: NAME` starts one"]],
    ["nothing", "", ["1:1 has no scenario: a comment with a line `scenario: NAME` starts one"]],
    ["a comment that does not end", "\u0000\u0007\ufffd/*", ["1:1 has no scenario: a comment with a line `scenario: NAME` starts one"]],
  ])("with %s", (_, text, problems) => {
    expect(said(text)).toEqual({ problems, results: [] });
  });

  it.each<[string, string[], string]>([
    ["an unknown key", ["threads: other", "expcet: holds"], '9:4 a scenario has no "expcet:"; it has scenario, kernel, world, memory, threads, asserts, expect, relies-on, redundant'],
    ["an unknown thread", ["threads: other oter"], "8:4 there is no function oter, neither in the file nor among the actors of kernel 6.12"],
    ["no threads", [], "7:4 names no threads: write `threads: FUNCTION FUNCTION`"],
    ["too many threads", ["threads: other other other other other other other"], "8:4 7 threads are too many: at most 6"],
    ["an unknown setting", ["world: pmd=table frob=1", "threads: other"], expect.stringMatching(/^8:4 unknown world setting "frob"; known: pud pmd /) as unknown as string],
    ["an unknown entry", ["threads: other", "world: pmd=tabel"], expect.stringMatching(/^9:4 unknown entry "tabel"; known: table none /) as unknown as string],
    ["no kernel version", ["kernel: newest", "threads: other"], '8:4 "newest" is no kernel version such as 6.12'],
    ["no verdict", ["threads: other", "expect: violated everything"], '9:4 "violated everything" is neither "holds" nor "violated RULE" with a rule\'s id'],
    ["no rule", ["threads: other", "asserts: stale"], "9:4 there is no rule stale"],
    ["no memory model", ["threads: other", "memory: tso"], "9:4 there is no memory model tso: there are sc and lkmm"],
  ])("with %s runs the other scenario", (what, lines, problem) => {
    const { problems, results } = said(header(...lines));
    expect(problems).toEqual([problem]);
    expect(results[0]).toBe("fine: holds");
    expect(results).toHaveLength(what === "an unknown key" ? 2 : 1);
  });

  it.each(["sc", "lkmm"])("reports what it asserts under the rule that it names, under %s", (memory) => {
    const text = (asserts: string): string => `/*\n * scenario: s\n * memory: ${memory}\n * threads: write check\n${asserts} */\nint shared;\nvoid write(void)\n{\n\tWRITE_ONCE(shared, 1);\n}\nvoid check(void)\n{\n\tint val = READ_ONCE(shared);\n\n\tBUG_ON(val);\n}\n`;
    const ruleOf = (asserts: string): readonly (string | null | undefined)[] => {
      const [result] = simulate("s.c", text(asserts), options).results;
      return [result!.rule, /<-- (\S+)$/.exec(result!.trace!.steps.at(-1)!.effect)?.[1]];
    };
    expect(ruleOf("")).toEqual(["stale-read", "stale-read"]);
    expect(ruleOf(" * asserts: move-context\n")).toEqual(["move-context", "move-context"]);
  });

  it("with a syntax error says where, and runs what does not need it", () => {
    const text = `${good}/*\n * scenario: broken\n * threads: broken\n */\nvoid broken(struct mm_struct *mm)\n{\n\tmmap_read_lock(mm;\n\tif while (\n}\n`;
    const { problems, results } = said(text);
    expect(results).toEqual(["fine: holds"]);
    expect(problems.filter((p) => /not readable as C/.test(p)).map((p) => p.split(" ")[0])).toContain("12:2");
    expect(problems).toContain("8:4 broken() cannot be run: line 12 cannot be read");
  });

  it("ends on loops that do not", () => {
    const thread = (body: string): string[] => said(`/*\n * scenario: loop\n * threads: loop loop\n */\nvoid loop(struct mm_struct *mm, pmd_t *pmd)\n{\n\tint i = 0;\n\n\t${body}\n}\n`).results;
    expect(thread("for (;;) ;")).toEqual(["loop: violated"]);
    expect(thread("for (;;) READ_ONCE(*pmd);")).toEqual(["loop: violated"]);
    expect(thread("for (;;) { i++; READ_ONCE(*pmd); }")).toEqual(["loop: holds bounded"]);
    expect(thread("for (;;) i++;")).toEqual([expect.stringMatching(/^loop: not-modelled \(the loop of line 9, which did not end within/)]);
    expect(thread("loop(mm, pmd);")).toEqual([expect.stringMatching(/^loop: not-modelled \(loop\(\), whose calls are too deep/)]);
  });

  it("says what a world has no room for", () => {
    const locks = Array.from({ length: 80 }, (_, i) => `spin_lock(&lock${i}); spin_unlock(&lock${i});`).join("\n\t");
    const text = `/*\n * scenario: locks\n * threads: locks\n */\nvoid locks(void)\n{\n\t${locks}\n}\n${good}`;
    const { problems, results } = said(text);
    expect(problems).toEqual([expect.stringMatching(/^2:4 more than \d+ locks$/)]);
    expect(results).toEqual(["fine: holds"]);
  });
});
