/**
 * Which kinds of an entry reach a call. No demand of its own: when a patch lets more kinds through to the same call, it
 * has dropped a test (regress.ts); when it lets fewer through, it has added one.
 */
import { allKinds, type KindSet, kindSet, notLookedAt } from "../kinds.ts";
import type { CallInfo, Site } from "../model.ts";
import type { Level } from "../../rulebook/schema.ts";

export function noteKinds(call: CallInfo, site: Site): void {
  const returns = call.contract?.returns;
  if (returns?.tests || returns?.same || returns?.is !== undefined || returns?.like !== undefined) return;
  if (call.contract?.effects?.some((e) => e.do === "read")) return;
  const demands = new Map((call.contract?.requires ?? []).flatMap((r) => (r.need === "kind" ? [[call.arg(r.value), kindSet(r.in)] as const] : [])));
  call.args.forEach((arg, index) => {
    const reach = kindsOf(arg, index, call, site);
    if (reach === null) return;
    const open = reach.kinds & ~(demands.get(arg) ?? 0);
    site.judge({
      rule: "entry-kind",
      outcome: open === 0 ? "proved" : "unknown",
      what: `${call.step.callee ?? "a callback"}(): kinds of the ${reach.level} entry in argument ${index + 1}`,
      message: "",
      quiet: "demand",
      open,
    });
  });
}

/** Kinds of an entry value, or of the entry that a pointer designates; null for other arguments. */
function kindsOf(arg: string, index: number, call: CallInfo, site: Site): { readonly level: Level; readonly kinds: KindSet } | null {
  const seen = site.facts.memory.get(`e:${arg}`);
  const fact = site.facts.values.get(arg) ?? (seen === undefined ? undefined : site.facts.values.get(seen));
  if (fact) return fact;
  const type = /^p(?:te|md|ud|4d|gd)_t \*$/.exec(site.types.ofExpr(call.step.args[index]!));
  if (!type) return null;
  const level = type[0].slice(0, type[0].indexOf("_")) as Level;
  return { level, kinds: allKinds(level) | notLookedAt };
}
