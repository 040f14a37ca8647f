/** The example of docs/memory-model.md: a page table is filled and published while a walker follows the pmd. */
import { describe, expect, it } from "vitest";
import { atOnce } from "../../util/slices.ts";
import { findAllowed, findRefused, lkmm, type Expression, type Program, type Property, type Statement } from "./index.ts";

const at = (value: string): Expression => ({ k: "constant", value });

function publish(between: readonly Statement[]): Program {
  return {
    name: "publish", memory: new Map<string, bigint | string>([["pmd", "none"], ["none", 0n], ["pte", 0n]]),
    threads: [
      { name: "fault", registers: new Map(), body: [
        { k: "store", at: at("pte"), value: { k: "constant", value: 1n }, order: "once", line: 10 },
        ...between,
        { k: "store", at: at("pmd"), value: at("pte"), order: "once", line: 12 },
      ] },
      { name: "walker", registers: new Map(), body: [
        { k: "set", register: "table", value: { k: "load", at: at("pmd"), order: "once", line: 20 } },
        { k: "set", register: "entry", value: { k: "load", at: { k: "register", name: "table" }, order: "once", line: 21 } },
      ] },
    ],
  };
}

const seesUnfilled: Property = (state) => {
  const table = state.register(1, "table");
  const entry = state.register(1, "entry");
  return table === undefined || entry === undefined ? undefined : table === "pte" && entry === 0n;
};

const options = { model: lkmm, steps: 100_000, rounds: 2 };

describe("publishing a page table", () => {
  it("needs order between filling and publishing: the walker's address dependency is only one half", () => {
    const witness = atOnce(findAllowed(publish([]), seesUnfilled, options))!;
    expect(witness.missing.map(({ from, to }) => [witness.events[from]!.line, witness.events[to]!.line])).toEqual([[10, 12]]);
    expect(witness.cycle.map((edge) => edge.relation)).toEqual(["po", "rf", "addr", "fr"]);
  });

  it("is safe with smp_wmb()", () => {
    const program = publish([{ k: "fence", kind: "wmb", line: 11 }]);
    expect(atOnce(findAllowed(program, seesUnfilled, options))).toBeNull();
    expect(atOnce(findRefused(program, seesUnfilled, options))).toMatchObject({ axiom: "happens-before" });
  });

  it("is not made safe by smp_rmb(), which orders no writes", () => {
    expect(atOnce(findAllowed(publish([{ k: "fence", kind: "rmb", line: 11 }]), seesUnfilled, options))).not.toBeNull();
  });
});
