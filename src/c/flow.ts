/** What the statements of one function share while they are lowered. */
import type { SwitchCase } from "./ir.ts";

export interface Label {
  readonly block: number;
  /** Where it stands, to tell which scopes a goto leaves. */
  readonly offset: number;
}

export interface OpenSwitch {
  readonly cases: SwitchCase[];
  otherwise: number | null;
}

/** What a function with parts out of sight does where its text is cut off. */
export interface CutSite {
  /** Control may reach `block`, which stands at `line`, from the part before. */
  readonly enter: (block: number, line: number) => void;
  /** Text ends here inside an open block. */
  readonly end: () => void;
}

export interface Flow {
  /** Labels are visible in the whole function. */
  readonly labels: Map<string, Label>;
  /** Innermost last. */
  readonly switches: OpenSwitch[];
  /** null when the whole function is in sight. */
  cut: CutSite | null;
  /** Index of the first conditional of the unit that was not met yet. */
  nextChoice: number;
  /** Offset of the `if` that follows an `else` and is lowered next. */
  chain: number;
  /** Statements nested around the current one. */
  depth: number;
}

export function newFlow(): Flow {
  return { labels: new Map(), switches: [], cut: null, nextChoice: 0, chain: -1, depth: 0 };
}
