/** Public face of the diff stage: text to file patches. */
export { parseDiff } from "./parse.ts";
export { type Applied, applyHunks, type ApplyOptions, type NotApplied, reversedHunk, type SourceText } from "./apply.ts";
