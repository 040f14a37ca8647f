/** What is decided under a memory model, in the words of the simulator's properties (sim/world/property.ts). */
import type { RuleId } from "../../core/finding.ts";

export type PropertyName = "uninitialised-table" | "freed-table" | "torn-entry" | "assertion" | "data-race";

export const weakProperties: Readonly<Record<PropertyName, { readonly rule: RuleId; readonly promise: string; readonly said: string; readonly bad: string | null }>> = {
  "uninitialised-table": {
    rule: "publish-order", promise: "no reader sees a table before its contents",
    said: "reads a table that it was led to before the stores that initialise it are visible", bad: "-1",
  },
  "freed-table": { rule: "table-free", promise: "no access to a freed page table", said: "reads a table that has been freed", bad: "-2" },
  "torn-entry": {
    rule: "lockless-read", promise: "no entry is put together from halves of two values", said: "joins halves of two values of the entry", bad: null,
  },
  assertion: { rule: "stale-read", promise: "what the scenario asserts holds", said: "reaches a BUG()", bad: null },
  "data-race": {
    rule: "lockless-read", promise: "no entry is read by a plain load while another CPU changes it",
    said: "a plain access races: the compiler may tear or repeat it", bad: null,
  },
};
