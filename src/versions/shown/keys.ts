/** What the rules judged of two versions is matched by rule and demand: lines move, demands don't. */
import type { Obligation } from "../../core/finding.ts";

export function keyOf(obligation: Obligation): string {
  return `${obligation.rule} ${obligation.what}`;
}

export function keysOf(list: readonly Obligation[]): string[] {
  return Array.from(new Set(list.map(keyOf)));
}
