/** The properties that every interleaving must keep, and the rule id under which a broken one is reported. */
import type { RuleId } from "../../core/finding.ts";

interface Property {
  readonly rule: RuleId;
  /** What the property promises. */
  readonly promise: string;
}

export type PropertyId =
  | "freed-table" | "reused-table" | "reachable-freed" | "not-a-table" | "wrong-kind" | "null-used"
  | "out-of-table" | "uninitialised-table" | "lost-entry" | "dead-table-entry" | "entries-freed"
  | "stale-translation" | "unflushed-return" | "stale-copy" | "stale-walk" | "secondary-mapping" | "mapped-freed"
  | "freed-page" | "torn-entry" | "lost-dirty" | "missed-mapping" | "deadlock" | "livelock" | "lock-twice"
  | "not-held" | "held-at-exit" | "atomic-sleep" | "accounting" | "deposit"
  | "assertion";

export const properties: Readonly<Record<PropertyId, Property>> = {
  "freed-table": { rule: "table-free", promise: "no access to a freed page table" },
  "reused-table": { rule: "table-free", promise: "no access to a page table that was given away for another use" },
  "reachable-freed": { rule: "table-free", promise: "no page table is freed while an entry still points to it" },
  "not-a-table": { rule: "entry-kind", promise: "no entry is used as a table that is none" },
  "wrong-kind": { rule: "entry-kind", promise: "no page is taken from an entry that maps none" },
  "null-used": { rule: "map-failure", promise: "no NULL pointer is used" },
  "out-of-table": { rule: "batch-bounds", promise: "no access beyond the end of a page table" },
  "uninitialised-table": { rule: "publish-order", promise: "no reader sees a table before its contents" },
  "lost-entry": { rule: "entry-lock", promise: "no entry that another CPU installed is overwritten unseen" },
  "dead-table-entry": { rule: "stale-read", promise: "no entry is installed into a table that is not reachable any more" },
  "entries-freed": { rule: "stale-read", promise: "no table is freed or given away with an entry in it that was not seen" },
  "stale-translation": { rule: "tlb-flush", promise: "no page is freed while a CPU may still reach it through its TLB" },
  "unflushed-return": { rule: "tlb-flush", promise: "no CPU keeps a translation that the operation took away when it returns" },
  "stale-copy": { rule: "tlb-flush", promise: "no page is copied while a CPU may still write to it through its TLB" },
  "stale-walk": { rule: "tlb-flush", promise: "no page table is freed while the hardware may still walk it" },
  "secondary-mapping": { rule: "notifier-scope", promise: "no page or table is freed while a secondary MMU may still use it" },
  "mapped-freed": { rule: "stale-read", promise: "no page is freed while an entry still maps it" },
  "freed-page": { rule: "stale-read", promise: "no access to a freed page" },
  "torn-entry": { rule: "lockless-read", promise: "no entry is put together from halves of two values" },
  "lost-dirty": { rule: "lockless-read", promise: "no dirty bit that the hardware set is lost" },
  "missed-mapping": { rule: "stale-read", promise: "no mapping is missed by a walk that must see all of them" },
  deadlock: { rule: "lock-order", promise: "no deadlock" },
  livelock: { rule: "map-failure", promise: "no endless retry" },
  "lock-twice": { rule: "lock-balance", promise: "no lock is taken twice by one thread" },
  "not-held": { rule: "lock-balance", promise: "no lock is released that is not held" },
  "held-at-exit": { rule: "lock-balance", promise: "no lock is held at the end" },
  "atomic-sleep": { rule: "sleep-atomic", promise: "nothing sleeps under a spinlock, in an RCU section or with interrupts off" },
  accounting: { rule: "pt-accounting", promise: "page-table counters agree with the tables that exist" },
  deposit: { rule: "pt-accounting", promise: "deposited tables balance with huge entries" },
  assertion: { rule: "stale-read", promise: "what the scenario asserts holds" },
};

export interface Fault {
  readonly property: PropertyId;
  readonly rule: RuleId;
  /** What happened, one sentence without a full stop. */
  readonly text: string;
  /** The thread whose step broke the property; -1 for a deadlock. */
  readonly thread: number;
  /** Where that step stands. */
  readonly file: string;
  readonly line: number;
}
