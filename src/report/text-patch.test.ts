import { describe, expect, it } from "vitest";
import type { FunctionReport, OpenQuestion } from "../core/report.ts";
import type { ReportOptions } from "./options.ts";
import { openQuestions } from "./text-patch.ts";

const options: ReportOptions = { colour: false, width: 80, verbose: false, quiet: false, rules: [] };

function fn(file: string, name: string, line: number, ...unknowns: readonly OpenQuestion[]): FunctionReport {
  return { name, file, line, coverage: "full", reason: "", obligations: { proved: 0, violated: 0, unknown: unknowns.length }, proofs: [], unknowns };
}

const simulated = (line: number): OpenQuestion => ({ rule: "replay", line, text: "not modelled" });
const locked = (line: number): OpenQuestion => ({ rule: "entry-lock", line, text: "who holds it?" });

const functions = [
  fn("arch/demo/a.c", "first", 10, simulated(10)),
  fn("arch/demo/a.c", "second", 20, locked(24), simulated(20)),
  fn("arch/demo/b.c", "third", 30, simulated(30)),
];

describe("open questions", () => {
  it("are told once for the functions of a file that share one", () => {
    expect(openQuestions(functions, options)).toEqual([
      "arch/demo/a.c:10: first(), second(): not modelled [replay]",
      "arch/demo/a.c:24: second(): who holds it? [entry-lock]",
      "arch/demo/b.c:30: third(): not modelled [replay]",
    ]);
  });

  it("are told one by one to who asks for everything", () => {
    expect(openQuestions(functions, { ...options, verbose: true })).toHaveLength(4);
  });

  it("count the functions they don't name", () => {
    const many = Array.from({ length: 12 }, (_item, n) => fn("mm/demo.c", `fn${n}`, n + 1, simulated(n + 1)));
    const [only, ...others] = openQuestions(many, options);
    expect(others).toEqual([]);
    expect((only!.match(/fn\d+\(\)/g) ?? []).length + Number(/and (\d+) more functions/.exec(only!)?.[1])).toBe(12);
  });
});
