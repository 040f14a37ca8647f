/** Who looks at what: of two dozen rules a few look at any one kind of event, and there are several events at every step. */
import { memoByObject } from "../util/memo.ts";
import type { Rule } from "./model.ts";

type Event = Exclude<keyof Rule, "id">;

/** By kind of event the rules that look at it, in order. */
export type Hooks = { readonly [E in Exclude<Event, "onRequirement">]: readonly Required<Pick<Rule, E>>[] } & {
  /** Of a call and what its contract requires each rule hears together. */
  readonly calls: readonly { readonly [E in "onCall" | "onRequirement"]: Rule[E] | undefined }[];
};

/** The same rules look at function after function. Those of an event are objects of one shape, whatever else the rules look at: they are asked at each step. */
export const hooksOf: (rules: readonly Rule[]) => Hooks = memoByObject((rules: readonly Rule[]): Hooks => {
  const looking = <E extends Event>(event: E): readonly Required<Pick<Rule, E>>[] => rules.flatMap((rule) => (rule[event] === undefined ? [] : [{ [event]: rule[event] } as Required<Pick<Rule, E>>]));
  return {
    calls: rules.flatMap(({ onCall, onRequirement }) => (onCall === undefined && onRequirement === undefined ? [] : [{ onCall, onRequirement }])),
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
