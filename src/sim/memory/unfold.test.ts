/** Paths, events and dependencies of single threads, derived by hand from herd-representation.txt and explanation.txt. */
import { describe, expect, it } from "vitest";
import type { Pair, Path } from "./event.ts";
import type { Expression, Statement } from "./program.ts";
import { unfold } from "./unfold.ts";

const bounds = { rounds: 2, paths: 100, events: 100 };
const address = (name: string): Expression => ({ k: "constant", value: name });
const number = (value: bigint): Expression => ({ k: "constant", value });
const register = (name: string): Expression => ({ k: "register", name });
const read = (name: string): Expression => ({ k: "load", at: address(name), order: "once", line: 0 });
const set = (name: string, value: Expression): Statement => ({ k: "set", register: name, value });
const write = (name: string, value: Expression): Statement => ({ k: "store", at: address(name), value, order: "once", line: 0 });

function pathsOf(...body: Statement[]): readonly Path[] {
  return unfold({ name: "P0", registers: new Map(), body }, bounds);
}

const shape = (path: Path): string => path.events.map((event) => `${event.kind}${event.atomic ? "*" : ""}[${event.tag}]`).join(" ");
const sortedPairs = (pairs: readonly Pair[]): Pair[] => pairs.toSorted(([a, b], [c, d]) => a - c || b - d);

describe("a thread without branches", () => {
  it("has data dependencies through registers and address dependencies through pointers", () => {
    const [path] = pathsOf(
      set("r0", read("x")),
      { k: "store", at: register("r0"), value: { k: "binary", operator: "+", left: register("r0"), right: number(1n) }, order: "once", line: 0 },
    );
    expect(path!.addr).toEqual([[0, 1]]);
    expect(path!.data).toEqual([[0, 1]]);
    expect(path!.ctrl).toEqual([]);
    expect(path!.po).toEqual([[0, 1]]);
  });

  it("does not order two reads of one statement", () => {
    const [path] = pathsOf(set("r0", { k: "binary", operator: "+", left: read("x"), right: read("y") }), write("z", number(1n)));
    expect(sortedPairs(path!.po)).toEqual([[0, 2], [1, 2]]);
  });
});

describe("branches", () => {
  const condition: Expression = { k: "binary", operator: "==", left: register("r0"), right: number(1n) };

  it("go both ways; the control dependency ends with the if", () => {
    const paths = pathsOf(
      set("r0", read("x")),
      { k: "if", condition, yes: [write("y", number(1n))], no: [] },
      write("z", number(1n)),
    );
    expect(paths.map(shape)).toEqual(["R[once] W[once] W[once]", "R[once] W[once]"]);
    expect(paths.map((path) => path.ctrl)).toEqual([[[0, 1]], []]);
    expect(paths.map((path) => path.requirements.map((each) => each.k === "truth" && each.expected))).toEqual([[true], [false]]);
  });

  it("carry control through a register that is set inside", () => {
    const [path] = pathsOf(
      set("r0", read("x")),
      { k: "if", condition, yes: [set("r1", read("w"))], no: [] },
      { k: "if", condition: register("r1"), yes: [write("y", number(1n))], no: [] },
    );
    expect(sortedPairs(path!.ctrl)).toEqual([[0, 1], [0, 2], [1, 2]]);
  });

  it("fold when the condition is known", () => {
    expect(pathsOf({ k: "if", condition: number(0n), yes: [write("x", number(1n))], no: [] }).map(shape)).toEqual([""]);
  });
});

describe("read-modify-writes", () => {
  it("have barriers around them when they are full, and then their result depends on nothing", () => {
    const [path] = pathsOf(
      set("r0", { k: "exchange", at: address("x"), value: number(1n), order: "full", line: 0 }),
      write("y", register("r0")),
    );
    expect(shape(path!)).toBe("F[mb] R*[once] W*[once] F[mb] W[once]");
    expect(path!.rmw).toEqual([[1, 2]]);
    expect(path!.data).toEqual([]);
  });

  it("put acquire on the read and release on the write", () => {
    const acquire = pathsOf(set("r0", { k: "exchange", at: address("x"), value: number(1n), order: "acquire", line: 0 }));
    const release = pathsOf(set("r0", { k: "exchange", at: address("x"), value: number(1n), order: "release", line: 0 }));
    expect([...acquire, ...release].map(shape)).toEqual(["R*[acquire] W*[once]", "R*[once] W*[release]"]);
  });

  it("fail as a lone read without order, and the expected value gives no dependency", () => {
    const paths = pathsOf(
      set("r0", read("y")),
      set("r1", { k: "compare-exchange", at: address("x"), expected: register("r0"), value: number(2n), order: "acquire", line: 0 }),
    );
    expect(paths.map(shape)).toEqual(["R[once] R*[acquire] W*[once]", "R[once] R*[once]"]);
    expect(paths.map((path) => [path.addr, path.data])).toEqual([[[], []], [[], []]]);
  });

  it("without result read noreturn, and the write depends on the read", () => {
    const [path] = pathsOf({ k: "atomic", at: address("x"), operator: "+", operand: number(1n), line: 0 });
    expect(shape(path!)).toBe("R*[noreturn] W*[once]");
    expect(path!.data).toEqual([[0, 1]]);
  });
});

describe("loops", () => {
  it("go round as often as allowed, and the rest is cut", () => {
    const paths = pathsOf({ k: "while", condition: read("x"), body: [write("y", number(1n))] });
    expect(paths.map((path) => [path.events.length, path.cut])).toEqual([[5, true], [5, false], [3, false], [1, false]]);
  });
});

describe("locks", () => {
  it("are a pair of events, or one when trylock fails", () => {
    const paths = pathsOf(set("r0", { k: "trylock", at: address("s"), line: 0 }));
    expect(paths.map((path) => path.events.map((event) => event.kind))).toEqual([["LKR", "LKW"], ["LF"]]);
    expect(paths.map((path) => path.registers.get("r0"))).toEqual([1n, 0n]);
  });
});
