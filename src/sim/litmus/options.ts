/** How far and under which model a litmus test is explored. */
import { defaultRounds, defaultSteps } from "../memory/explore.ts";
import { lkmm } from "../memory/lkmm.ts";
import type { Model } from "../memory/model.ts";

export interface LitmusOptions {
  readonly model?: Model;
  /** Steps of the search before it gives up; see docs/memory-model.md. */
  readonly steps?: number;
  /** How often a loop may go round. */
  readonly rounds?: number;
}

export function withDefaults(options: LitmusOptions): Required<LitmusOptions> {
  const { model = lkmm, steps = defaultSteps, rounds = defaultRounds } = options;
  return { model, steps, rounds };
}
