/** The files that earlier patches of a series changed, on top of the tree. A value: each patch gives a new one. */
import type { Base } from "../core/image.ts";
import type { SourceText } from "../diff/index.ts";

export interface StackedFile {
  /** null when the file was deleted or renamed away. */
  readonly text: SourceText | null;
  /** The tree state that the first change of the series was applied to. */
  readonly base: Base;
}

export interface Stack {
  readonly files: ReadonlyMap<string, StackedFile>;
  /** Files whose earlier change did not apply: what the tree has is not what the next patch expects. */
  readonly lost: ReadonlySet<string>;
}

/** The state before the first patch. */
export const emptyStack: Stack = { files: new Map(), lost: new Set() };
