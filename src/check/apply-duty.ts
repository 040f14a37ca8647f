/** What an effect of a contract does to the duties of a path. */
import type { Effect } from "../rulebook/schema.ts";
import { announcedFlush, contextId, detachedTable, dirtied, duty, lazyPause, withDuty, without } from "./duties.ts";
import type { Facts } from "./facts.ts";
import { flush, markDirty, oweFlush, relyOnGather, settleBatched } from "./flush-duties.ts";
import { grantAccess } from "./granted.ts";
import type { CallInfo, Site } from "./model.ts";
import { counted, moveRange, switchMode } from "./section-duties.ts";
import { detach, isDetached, keepCount, leaveTables, ledgerStep } from "./table-duties.ts";

type DutyEffect = Extract<Effect, { do: "owe-flush" | "flush" | "read-context-id" | "order-for-walkers" | "settle-batched" | "mark-dirty" | "drop-rmap" | "delay-rmap" | "announce-flush" | "lazy-mmu" | "notifier" | "detach-table" | "sync-walkers" | "reuse-table" | "ledger" | "allow-access" }>;

export function applyDuty(effect: DutyEffect, call: CallInfo, site: Site): Facts {
  const { facts } = site;
  switch (effect.do) {
    case "owe-flush":
      return oweFlush(effect, call, site);
    case "flush":
      return flush(effect.what, call, effect.level === "pte" ? relyOnGather(call, site) : facts);
    case "read-context-id":
      return facts.duties.has(contextId) ? facts : withDuty(facts, contextId, duty("early", "", call, site));
    case "order-for-walkers":
      return call.args[0] === `g:${effect.given}` ? withDuty(facts, contextId, duty("ordered", "", call, site)) : facts;
    case "settle-batched":
      return settleBatched(facts);
    case "mark-dirty":
      return markDirty(call, site);
    case "drop-rmap":
    case "delay-rmap":
      return without(facts, dirtied);
    case "announce-flush":
      return effect.begin ? withDuty(facts, announcedFlush, duty("announced", "", call, site)) : without(facts, announcedFlush);
    case "allow-access":
      return grantAccess(call, site);
    case "lazy-mmu":
      return effect.pause ? counted(facts, lazyPause, !effect.enter, call, site) : facts.duties.has(lazyPause) ? facts : switchMode(effect.enter, call, site);
    case "notifier":
      return moveRange(effect, call, site);
    case "detach-table":
      return detach(call.arg(effect.entry), call, site);
    case "sync-walkers":
      return leaveTables(facts, "left");
    case "reuse-table":
      return isDetached(call.arg(effect.table), site) ? without(facts, detachedTable) : facts;
    case "ledger":
      return keepCount(facts, effect.level, ledgerStep(effect), call, site);
  }
}
