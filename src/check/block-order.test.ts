import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText, successors } from "../c/index.ts";
import type { FunctionIr } from "../c/ir.ts";
import { blockOrder } from "./block-order.ts";

beforeAll(initC);

function functionOf(body: string): FunctionIr {
  return lowerText("mm/f.c", `void f(int a)\n{\n${body}}\n`).functions[0]!;
}

/** The calls of the function, in the order of its blocks. */
function callsInOrder(fn: FunctionIr): string {
  const order = blockOrder(fn);
  const blocks = fn.blocks.toSorted((a, b) => order[a.id]! - order[b.id]!);
  return blocks.flatMap((block) => block.steps.flatMap((step) => (step.op === "call" ? [step.callee!] : []))).join(" ");
}

describe("the order of blocks", () => {
  it("gives each block a place of its own, the first one the first", () => {
    const fn = functionOf("\twhile (more(a)) {\n\t\tif (one(a))\n\t\t\tgoto out;\n\t\tfor (; two(a); three(a))\n\t\t\tfour(a);\n\t}\nout:\n\tfive(a);\n");
    const order = blockOrder(fn);
    expect(order[0]).toBe(0);
    expect(order.toSorted((a, b) => a - b)).toEqual(fn.blocks.map((_, i) => i));
  });

  it("puts all ways to a place where they meet before it", () => {
    const fn = functionOf("\tif (one(a))\n\t\ttwo(a);\n\telse\n\t\tthree(a);\n\tif (four(a))\n\t\treturn;\n\tfive(a);\n");
    const order = blockOrder(fn);
    for (const block of fn.blocks) for (const to of successors(block.end)) expect(order[block.id]).toBeLessThan(order[to]!);
  });

  it("puts a loop before what lies behind it, and the inner one before the rest of the outer", () => {
    const nested = "\twhile (outer(a)) {\n\t\twhile (inner(a))\n\t\t\tbody(a);\n\t\trest(a);\n\t}\n\tbehind(a);\n";
    expect(callsInOrder(functionOf(nested))).toBe("outer inner body rest behind");
  });

  it("keeps a loop made by goto together, left in its middle", () => {
    const retry = "again:\n\tfirst(a);\n\tif (done(a))\n\t\tgoto out;\n\tsecond(a);\n\tgoto again;\nout:\n\tbehind(a);\n";
    expect(callsInOrder(functionOf(retry))).toBe("first done second behind");
  });

  it("has a place for each block of loops nested deeper than it takes apart", () => {
    const deep = `${"\twhile (more(a))\n".repeat(40)}\t\tinnermost(a);\n\tbehind(a);\n`;
    const fn = functionOf(deep);
    expect(blockOrder(fn).toSorted((a, b) => a - b)).toEqual(fn.blocks.map((_, i) => i));
    expect(callsInOrder(fn).endsWith(" behind")).toBe(true);
  });
});
