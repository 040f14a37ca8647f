/**
 * A function as the machine runs it: which variables live in memory (their address is taken, or they are structs), and
 * which are still needed at a point, so that what is dead does not make states differ.
 */
import { type Liveness, livenessOf, operandsOf, operandsOfEnd, rootOf, walkExpr, walkPlace } from "../../c/index.ts";
import type { Expr, FunctionIr, Place } from "../../c/ir.ts";

export interface Program {
  readonly ir: FunctionIr;
  /** Unique in the process; part of state keys. As long as any other: what a state costs goes by the length of its key, and must not depend on what was run before. */
  readonly id: string;
  /** Where it comes from: the code under test, or knowledge that is not shown in traces line by line. */
  readonly origin: "code" | "model";
  /** Variables that are read or written through an address. */
  readonly inMemory: ReadonlySet<string>;
  readonly liveness: Liveness;
  /** Number of a variable, in the order of declaration. */
  readonly placeOf: ReadonlyMap<string, number>;
}

let programs = 0;

export function programOf(ir: FunctionIr, origin: Program["origin"]): Program {
  const inMemory = new Set<string>();
  for (const variable of ir.vars.values()) if (variable.addressTaken || variable.kind === "static") inMemory.add(variable.name);
  const reach = (place: Place): void => {
    const root = rootOf(place);
    if (root.k === "var") inMemory.add(root.name);
  };
  const see = (expr: Expr): void => {
    if (expr.k === "addr") reach(expr.place);
  };
  for (const { steps, end } of ir.blocks) {
    for (const step of steps) {
      if (step.op === "load" || step.op === "store") {
        reach(step.place);
        walkPlace(step.place, see);
      }
      for (const expr of operandsOf(step)) walkExpr(expr, see);
    }
    for (const expr of operandsOfEnd(end)) walkExpr(expr, see);
  }
  const placeOf = new Map(Array.from(ir.vars.keys(), (name, place) => [name, place] as const));
  return { ir, id: (programs++).toString(36).padStart(4, "0"), origin, inMemory, liveness: livenessOf(ir), placeOf };
}
