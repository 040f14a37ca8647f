/**
 * Accesses that an entry was changed to let through (marked young, made writable) before its user address is used with
 * page faults off. The entry stays so only under its lock: reclaim may mark it old again as soon as the lock is dropped,
 * and the use then fails where it was meant to succeed (mm/memory.c, __wp_page_copy_user()).
 */
import { calleesOf } from "../c/index.ts";
import type { FunctionIr } from "../c/ir.ts";
import { type Facts, updated } from "./facts.ts";
import type { CallInfo, Site } from "./model.ts";

const key = "granted";

/** Paths are kept apart by it only where something asks: an access with page faults off in the same function. */
export function grantAccess(call: CallInfo, site: Site): Facts {
  const { facts, frame, loc } = site;
  if (!usesWithFaultsOff(frame.fn, site)) return facts;
  return updated(facts, { duties: new Map(facts.duties).set(key, { state: "locked", value: "", at: loc, by: frame.fn.name, text: call.step.text }) });
}

function usesWithFaultsOff(fn: FunctionIr, { rulebook }: Site): boolean {
  return calleesOf(fn).some((callee) => rulebook.contract(callee)?.requires?.some((r) => r.need === "access-kept") ?? false);
}

/** No lock of an entry is held from here on. */
export function leaveGranted(facts: Facts): Facts {
  const granted = facts.duties.get(key);
  return granted?.state === "locked" ? updated(facts, { duties: new Map(facts.duties).set(key, { ...granted, state: "unlocked" }) }) : facts;
}

export function judgeAccessKept(call: CallInfo, site: Site): void {
  const granted = site.facts.duties.get(key);
  if (!granted) return;
  const lost = granted.state === "unlocked";
  site.judge({
    rule: "stale-read",
    outcome: lost ? "violated" : "proved",
    what: `${call.step.callee}: entry kept accessible`,
    message: lost ? `${call.step.callee}() uses the user address with page faults off after the lock under which ${granted.text.split("(")[0]}() in line ${granted.at.line} made its entry accessible was dropped: the entry may be old or gone again, and the access fails` : "",
    requires: ["the page-table lock held from the change of the entry until the access"],
    ...(call.contract ? { references: call.contract.references } : {}),
  });
}
