/** The simulator's public face: scenario files, replays of patched functions, the locking matrix. */
export { scenariosOf, type Scenario, type SimulateOptions } from "./scenario.ts";
export { simulating, type SimulateOutcome } from "./scenario-file.ts";
export { libraryFor, type Actor, type Library, type SourceText } from "./library.ts";
export { definitions, holdsWhere, type Looks, replay, replaying, standsWith, type ReplayRequest, type ReplayResult, type ReplayTrace, type SoFar } from "./replay.ts";
export { repair, type Repair } from "./repair.ts";
export type { HeldClass, HeldLock } from "./replay-run.ts";
export { derivingMatrix, matrix, type Matrix, type MatrixOptions } from "./matrix.ts";
