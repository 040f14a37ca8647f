/** Where a search stands; never changed, only replaced. Complete when every read has its source and every order is total. */
import type { CoherenceOrder } from "./coherence.ts";
import type { Equations } from "./equations.ts";
import type { Placement } from "./placement.ts";
import type { Value } from "./value.ts";

export interface State {
  /** Per event, for reads: the write, `initialSource` or `openSource`. */
  readonly sources: readonly number[];
  readonly equations: Equations;
  readonly placement: Placement;
  /** Per location that is accessed. */
  readonly orders: ReadonlyMap<Value, CoherenceOrder>;
}
