import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Trace, TraceStep } from "../core/finding.ts";
import { traceTable } from "./trace-table.ts";
import { columns } from "./wrap.ts";

function trace(steps: readonly (readonly [cpu: number, text: string, effect?: string, line?: number])[]): Trace {
  const made: TraceStep[] = steps.map(([cpu, text, effect = "", line = 0]) => ({
    cpu,
    file: line > 0 ? "mm/a.c" : "",
    line,
    text,
    effect,
  }));
  return { scenario: "", actor: "", era: "", steps: made, litmus: null };
}

describe("traceTable", () => {
  it("has a column for each CPU, as commit logs have", () => {
    const table = traceTable(trace([[0, "lock()", "", 7], [1, "clear()", "table freed"], [0, "walk()"]]), 60);
    expect(table).toEqual([
      "CPU0                            CPU1",
      "----                            ----",
      "lock() [a.c:7]",
      "                                clear()",
      "                                  -> table freed",
      "walk()",
    ]);
  });

  it("wraps inside the column and sets continuations in", () => {
    const table = traceTable(trace([[0, "x()"], [1, "set_pmd_at(mm, address, pmd, entry)"]]), 40);
    expect(table.slice(3)).toEqual([
      "                      set_pmd_at(mm,",
      "                        address, pmd,",
      "                        entry)",
    ]);
  });

  it("shows three CPUs and skips unused numbers", () => {
    expect(traceTable(trace([[2, "c"], [0, "a"], [5, "b"]]), 50)[0]).toBe("CPU0              CPU2              CPU5");
  });

  it("is empty without steps", () => {
    expect(traceTable(trace([]), 80)).toEqual([]);
  });

  it("stays within its width, keeps every word and the order of steps", () => {
    const step = fc.tuple(fc.integer({ min: 0, max: 2 }), fc.string({ unit: fc.constantFrom("a", "b", " ", "("), minLength: 1, maxLength: 80 }));
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), fc.integer({ min: 60, max: 100 }), (steps, width) => {
        const table = traceTable(trace(steps), width);
        expect(Math.max(...table.map(columns))).toBeLessThanOrEqual(width);
        const letters = steps.map(([, text]) => text).join("").replace(/\s/g, "");
        expect(table.slice(2).join("").replace(/\s/g, "")).toBe(letters);
      }),
    );
  });
});
