/**
 * What a function is to those who run it, whatever they know: what its expressions are declared as, which variables are still
 * read, in which order its blocks are taken. Made once for all runs of one view of the tree, as helpers are run again and again.
 */
import { type Liveness, livenessOf } from "../c/index.ts";
import type { FunctionIr, RecordType } from "../c/ir.ts";
import type { Rulebook } from "../rulebook/rulebook.ts";
import { blockOrder, blocksOnCycles } from "./block-order.ts";
import { memoByObject } from "../util/memo.ts";
import { type StaticTypes, staticTypes } from "./static-types.ts";

export interface Prepared {
  readonly fn: FunctionIr;
  readonly types: StaticTypes;
  readonly liveness: Liveness;
  /** By block: whether a way leads back to it. */
  readonly onCycle: readonly boolean[];
  /** By block: its place among those that wait. */
  readonly order: readonly number[];
}

/** What functions are prepared in: the rules, and the records in view. */
interface View {
  readonly rulebook: Rulebook;
  readonly recordNamed: (name: string) => RecordType | undefined;
}

/** Each view has rules, and its own way to tell records. */
const prepared = memoByObject((rulebook: Rulebook) => memoByObject((recordNamed: View["recordNamed"]) => memoByObject((fn: FunctionIr): Prepared => ({ fn, types: staticTypes(fn, rulebook, recordNamed), liveness: livenessOf(fn), onCycle: blocksOnCycles(fn), order: blockOrder(fn) }))));

export function preparedIn({ rulebook, recordNamed }: View, fn: FunctionIr): Prepared {
  return prepared(rulebook)(recordNamed)(fn);
}
