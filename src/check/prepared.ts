/**
 * What a function is to those who run it, whatever they know: what its expressions are declared as, which variables are still
 * read, in which order its blocks are taken. Made once for all runs of one view of the tree, as helpers are run again and again.
 */
import type { FunctionIr, RecordType } from "../c/ir.ts";
import type { Rulebook } from "../rulebook/rulebook.ts";
import { blockOrder } from "./block-order.ts";
import { type Liveness, livenessOf } from "./liveness.ts";
import { type StaticTypes, staticTypes } from "./static-types.ts";

export interface Prepared {
  readonly fn: FunctionIr;
  readonly types: StaticTypes;
  readonly liveness: Liveness;
  /** By block: its place among those that wait. */
  readonly order: readonly number[];
}

/** What functions are prepared in: the rules, and the records in view. */
interface View {
  readonly rulebook: Rulebook;
  readonly recordNamed: (name: string) => RecordType | undefined;
}

/** By what tells the records of a view, which goes with it. */
const known = new WeakMap<View["recordNamed"], WeakMap<FunctionIr, Prepared>>();

export function preparedIn({ rulebook, recordNamed }: View, fn: FunctionIr): Prepared {
  const functions = known.get(recordNamed) ?? new WeakMap<FunctionIr, Prepared>();
  known.set(recordNamed, functions);
  const before = functions.get(fn);
  if (before !== undefined) return before;
  const made = { fn, types: staticTypes(fn, rulebook, recordNamed), liveness: livenessOf(fn), order: blockOrder(fn) };
  functions.set(fn, made);
  return made;
}
