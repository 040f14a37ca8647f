/** The simulator's public face: scenario files, replays of patched functions, the locking matrix. */
export { scenariosOf } from "./scenario.ts";
export { simulating } from "./scenario-file.ts";
export { libraryFor, type Library } from "./library.ts";
export { definitions, holdsWhere, type Looks, replay, replaying, standsWith, type ReplayRequest, type ReplayResult, type ReplayTrace, type SoFar } from "./replay.ts";
export { repair, type Repair } from "./repair.ts";
export { derivingMatrix, matrix } from "./matrix.ts";
