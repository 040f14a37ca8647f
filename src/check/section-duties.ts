/** Sections that a path has begun and must end: lazy MMU mode and pauses of it, notifier ranges. */
import type { Effect } from "../rulebook/schema.ts";
import { compareVersions } from "../util/version.ts";
import { duty, lazyPause, lazySection, leftMode, rangeKey, withDuty, without } from "./duties.ts";
import { type Duty, type Facts, updated } from "./facts.ts";
import { beginsInLazyMode } from "./lazy-callbacks.ts";
import type { CallInfo, Site } from "./model.ts";
import * as sym from "./symbols.ts";

/** A range that is prepared has a start that is not zero: code tests it to see whether the range was begun. */
export function moveRange(effect: Extract<Effect, { do: "notifier" }>, call: CallInfo, site: Site): Facts {
  const { facts } = site;
  const range = call.arg(effect.range);
  switch (effect.step) {
    case "init": {
      const start = sym.field(range, "start");
      const value = sym.expression("start", [call.result]);
      return updated(facts, { memory: new Map(facts.memory).set(start, value), truths: new Map(facts.truths).set(value, true) });
    }
    case "start":
      return withDuty(facts, rangeKey(range), duty("open", "", call, site));
    case "end":
      return withDuty(facts, rangeKey(range), duty("ended", "", call, site));
  }
}

/** The lazy MMU section that holds stores back here: one that is paused does not, and in a pause nothing is entered or left (lazy_mmu_mode_enable(), 6.19). */
export function lazyHere({ duties }: Facts): Duty | undefined {
  return duties.has(lazyPause) ? undefined : duties.get(lazySection);
}

/** A callback that was called in the mode is back in that of its caller when it enters it again. */
export function switchMode(enter: boolean, call: CallInfo, site: Site): Facts {
  const { facts } = site;
  const isCallers = !facts.duties.has(lazySection) && beginsInLazyMode(site.rulebook)(site.frame.fn);
  if (isCallers && enter && facts.duties.has(leftMode)) return without(facts, leftMode);
  return isCallers && !enter ? withDuty(facts, leftMode, duty("left", "", call, site)) : counted(facts, lazySection, enter, call, site);
}

/** The state of a section, or of a pause of one, is how often it was entered. */
export function counted(facts: Facts, key: string, enter: boolean, call: CallInfo, site: Site): Facts {
  const known = facts.duties.get(key);
  const depth = Number(known?.state ?? 0) + (enter ? 1 : -1);
  if (depth <= 0) return without(facts, key);
  const nests = compareVersions(site.rulebook.era, "6.19") >= 0;
  return depth > (nests ? 3 : 1) ? facts : withDuty(facts, key, { ...(known ?? duty("", "", call, site)), state: String(depth) });
}
