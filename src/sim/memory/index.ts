/**
 * Memory models: programs of threads over shared locations in, their consistent executions out.
 *
 * A world outside (page tables, say) writes its steps down as statements on locations, one location for each entry
 * or word, and asks
 *
 *     explore(program, { model: lkmm, steps, rounds, observed, found })   all executions, one call of `found` each
 *     outcomesOf(program, { model: lkmm })                                the set of final states
 *     findAllowed(program, property, ...)                                 one execution that breaks a property
 *     findRefused(program, property, ...)                                 why there is none
 *
 * A model is `lkmm` or `sc`; every execution that sc allows is allowed by lkmm. docs/memory-model.md has an example.
 */
export { defaultRounds, defaultSteps, explore, exploring, type Execution, type Exploration, type ExploreOptions } from "./explore.ts";
export type { FinalState } from "./final-state.ts";
export { findAllowed, findFlagged, findRefused, type FindOptions, type Property } from "./find.ts";
export { lkmm } from "./lkmm.ts";
export type { Edge, Model, Objection } from "./model.ts";
export { outcomesOf, type Outcome, type Outcomes } from "./outcomes.ts";
export {
  UnsupportedProgram,
  type Expression, type FenceKind, type Program, type ReadOrder, type RmwOperator, type RmwOrder, type Statement, type Thread,
  type WriteOrder,
} from "./program.ts";
export { sc } from "./sc.ts";
export { compareValues, printValue, type Value } from "./value.ts";
export type { Witness, WitnessEvent } from "./witness.ts";
