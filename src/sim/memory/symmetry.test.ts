/** Folding equal threads changes no result. */
import { describe, expect, it } from "vitest";
import { explore } from "./explore.ts";
import { lkmm } from "./lkmm.ts";
import type { Expression, Program, Statement, Thread } from "./program.ts";
import { equalThreads, imagesOf, isFirstOfImages } from "./symmetry.ts";

const at = (name: string): Expression => ({ k: "constant", value: name });
const one: Expression = { k: "constant", value: 1n };

/** r0 = READ_ONCE(*x); if (r0) WRITE_ONCE(*y, 1) else WRITE_ONCE(*x, 1); r1 = READ_ONCE(*y); */
const body: readonly Statement[] = [
  { k: "set", register: "r0", value: { k: "load", at: at("x"), order: "once", line: 1 } },
  {
    k: "if", condition: { k: "register", name: "r0" },
    yes: [{ k: "store", at: at("y"), value: one, order: "once", line: 2 }], no: [{ k: "store", at: at("x"), value: one, order: "once", line: 3 }],
  },
  { k: "set", register: "r1", value: { k: "load", at: at("y"), order: "once", line: 4 } },
];

function program(threads: readonly (readonly Statement[])[]): Program {
  return { name: "t", memory: new Map(), threads: threads.map((each, i): Thread => ({ name: `P${i}`, registers: new Map(), body: each })) };
}

/** Final states with their counts, and how many steps it took. */
function results(of: Program, folded: boolean): { readonly states: Readonly<Record<string, number>>; readonly steps: number } {
  const states: Record<string, number> = {};
  const { steps } = explore(of, {
    model: lkmm, steps: 100_000, rounds: 2, observed: new Set(["x", "y"]), folded,
    found: (state) => {
      const registers = of.threads.flatMap((_, thread) => ["r0", "r1"].map((name) => state.register(thread, name)));
      const key = [...registers, state.location("x"), state.location("y")].join();
      states[key] = (states[key] ?? 0) + 1;
    },
  });
  return { states, steps };
}

describe("equal threads", () => {
  it("are those with the same code, wherever it stands", () => {
    const elsewhere = body.map((statement) => (statement.k === "set" ? { ...statement, value: { ...statement.value, line: 99 } as Expression } : statement));
    expect(equalThreads(program([body, body.slice(1), elsewhere, body.slice(1)]).threads)).toEqual([[0, 2], [1, 3]]);
    expect(equalThreads(program([body, body.slice(1)]).threads)).toEqual([]);
  });

  it("have as many images as there are different orders of their paths", () => {
    const classes = [[0, 1, 3]];
    expect(isFirstOfImages([0, 1, 7, 1], classes)).toBe(true);
    expect(isFirstOfImages([1, 0, 7, 1], classes)).toBe(false);
    expect(imagesOf([0, 1, 7, 1], classes)).toEqual([[0, 1, 2, 3], [1, 0, 2, 3], [1, 3, 2, 0]]);
    expect(imagesOf([4, 4, 4, 4], classes)).toEqual([[0, 1, 2, 3]]);
  });

  it.each([2, 3, 4])("give the same executions folded, with fewer steps (%i threads)", (count) => {
    const of = program(Array.from({ length: count }, () => body));
    const [plain, folded] = [results(of, false), results(of, true)];
    expect(folded.states).toEqual(plain.states);
    expect(Object.keys(plain.states).length).toBeGreaterThan(3);
    expect(folded.steps).toBeLessThan(plain.steps);
  });

  it("do not hide an image from a question about one thread", () => {
    const of = program([body, body]);
    const count = (folded: boolean): number => {
      let found = 0;
      explore(of, {
        model: lkmm, steps: 100_000, rounds: 2, observed: new Set(), folded,
        isOfInterest: (state) => state.register(0, "r0") !== 1n,
        found: (state) => {
          if (state.register(0, "r0") === 0n && state.register(1, "r0") === 1n) found++;
        },
      });
      return found;
    };
    expect(count(true)).toBe(count(false));
    expect(count(false)).toBeGreaterThan(0);
  });
});
