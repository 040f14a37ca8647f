/** Public face of the tree stage: file patches to images, revision ranges to patches, and the kernel version. */
export type { DiffInfo } from "./candidates.ts";
export { type EraQuestion, eraOf } from "./era.ts";
export { GitFailure } from "./git.ts";
export { imagesOf, type PatchImages } from "./images.ts";
export { listSources } from "./list.ts";
export { partialImages } from "./partial.ts";
export { isRevisionRange, type RangeItem, revisionRange } from "./range.ts";
export { textAtBase } from "./read-at.ts";
export { emptyStack, type Stack } from "./stack.ts";
export { findKernelTree, openTree, type Tree } from "./tree.ts";
