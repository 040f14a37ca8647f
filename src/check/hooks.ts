/** Who looks at what: of two dozen rules a few look at any one kind of event, and there are several events at every step. */
import { memoByObject } from "../util/memo.ts";
import type { Rule } from "./model.ts";

type Event = Exclude<keyof Rule, "id">;

/** By kind of event the rules that look at it, in order. */
export type Hooks = { readonly [E in Exclude<Event, "onRequirement">]: readonly Required<Pick<Rule, E>>[] } & {
  /** Of a call and what its contract requires each rule hears together. */
  readonly calls: readonly Rule[];
};

/** The same rules look at function after function. */
export const hooksOf: (rules: readonly Rule[]) => Hooks = memoByObject((rules: readonly Rule[]): Hooks => {
  const looking = <E extends Event>(event: E): readonly Required<Pick<Rule, E>>[] => rules.filter((rule): rule is Rule & Required<Pick<Rule, E>> => rule[event] !== undefined);
  return {
    calls: rules.filter((rule) => rule.onCall !== undefined || rule.onRequirement !== undefined),
    onCall: looking("onCall"),
    onAccess: looking("onAccess"),
    onDeref: looking("onDeref"),
    onLoad: looking("onLoad"),
    onRelease: looking("onRelease"),
    onAcquire: looking("onAcquire"),
    onUnmap: looking("onUnmap"),
    onBranch: looking("onBranch"),
    onFailedAssertion: looking("onFailedAssertion"),
    onGap: looking("onGap"),
    onReturn: looking("onReturn"),
  };
});
