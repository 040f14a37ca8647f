/** The mail stage: bytes -> messages -> series. */
export { readSeries } from "./group.ts";
export { defaultLimits } from "./limits.ts";
export { readInput } from "./read.ts";
export { parseSubject } from "./subject.ts";
export type { GroupedEvent } from "./types.ts";
