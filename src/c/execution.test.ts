/** Graphs are run and must do what gcc's object code does: the order of steps, precedence, every branch. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText } from "./index.ts";
import type { BinaryOp, Expr, FunctionIr, Place } from "./ir.ts";

beforeAll(() => initC());

const folder = join(import.meta.dirname, "../../fixtures/c/executed");

/** An int, a struct or array by field name, or a pointer: an object and the name of one of its fields. */
type Value = bigint | Memory | { readonly object: Memory; readonly field: string };
interface Memory {
  [name: string]: Value;
}

const int = (value: bigint): bigint => BigInt.asIntN(32, value);

const operators: Readonly<Partial<Record<BinaryOp, (a: bigint, b: bigint) => bigint>>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "&": (a, b) => a & b,
  "|": (a, b) => a | b,
  "^": (a, b) => a ^ b,
  "<<": (a, b) => a << b,
  "==": (a, b) => BigInt(a === b),
  "!=": (a, b) => BigInt(a !== b),
  "<": (a, b) => BigInt(a < b),
  ">": (a, b) => BigInt(a > b),
  "<=": (a, b) => BigInt(a <= b),
  ">=": (a, b) => BigInt(a >= b),
};

class Machine {
  private readonly vars: Memory;
  output = "";

  constructor(args: Memory) {
    this.vars = args;
  }

  private number(expr: Expr): bigint {
    const value = this.value(expr);
    if (typeof value !== "bigint") throw new Error(`not a number: ${JSON.stringify(expr.k)}`);
    return value;
  }

  private value(expr: Expr): Value {
    switch (expr.k) {
      case "num":
        return int(expr.value);
      case "var":
        return this.vars[expr.name]!;
      case "unary": {
        const arg = this.number(expr.arg);
        return expr.op === "!" ? BigInt(arg === 0n) : int(expr.op === "-" ? -arg : ~arg);
      }
      case "binary":
        return int(operators[expr.op]!(this.number(expr.left), this.number(expr.right)));
      case "cast":
        return expr.type === "unsigned char" ? BigInt.asUintN(8, this.number(expr.arg)) : this.value(expr.arg);
      case "addr":
        return this.locate(expr.place);
      case "aggregate":
        return Object.fromEntries(expr.fields.map(({ name, value }, index) => [name === "" ? String(index) : name, this.value(value)]));
      default:
        throw new Error(`unexpected ${expr.k}`);
    }
  }

  private locate(place: Place): { readonly object: Memory; readonly field: string } {
    switch (place.k) {
      case "var":
        return { object: this.vars, field: place.name };
      case "deref":
        return this.value(place.ptr) as { object: Memory; field: string };
      case "field":
      case "index": {
        const base = this.locate(place.base);
        return { object: base.object[base.field] as Memory, field: place.k === "field" ? place.field : String(this.number(place.index)) };
      }
      case "global":
        throw new Error("unexpected global");
    }
  }

  run(ir: FunctionIr): bigint {
    let id = 0;
    for (let rounds = 0; rounds < 100_000; rounds++) {
      const block = ir.blocks[id]!;
      for (const step of block.steps) {
        switch (step.op) {
          case "assign":
            this.vars[step.dst] = step.value === null ? 0n : this.value(step.value);
            break;
          case "load": {
            const { object, field } = this.locate(step.place);
            this.vars[step.dst] = object[field]!;
            break;
          }
          case "store": {
            const { object, field } = this.locate(step.place);
            object[field] = this.value(step.value);
            break;
          }
          case "call": {
            const argument = this.number(step.args[0]!);
            this.output += `${argument},`;
            if (step.dst !== null) this.vars[step.dst] = int(argument * 3n + 1n);
            break;
          }
          case "gap":
            throw new Error(step.reason);
        }
      }
      const { end } = block;
      if (end.k === "goto") id = end.to;
      else if (end.k === "branch") id = this.number(end.cond) === 0n ? end.no : end.yes;
      else if (end.k === "switch") {
        const value = this.number(end.value);
        id = end.cases.find(({ low, high }) => this.number(low) <= value && value <= this.number(high))?.to ?? end.otherwise;
      } else if (end.k === "return") return this.number(end.value!);
      else throw new Error(end.k);
    }
    throw new Error("runs for ever");
  }
}

describe("run", () => {
  const expected = readFileSync(join(folder, "random.out"), "utf8").trim().split("\n");

  it("does what gcc's code does", () => {
    const { functions } = lowerText("random.c", readFileSync(join(folder, "random.c"), "utf8"));
    expect(expected.length).toBe(functions.length * 3);
    const actual = expected.map((line) => {
      const [name, a, b] = line.split(" ");
      const machine = new Machine({ a: BigInt(a!), b: BigInt(b!) });
      const result = machine.run(functions.find((f) => f.name === name)!);
      return `${name} ${a} ${b} ${machine.output}=${result}`;
    });
    expect(actual).toEqual(expected);
  });
});
