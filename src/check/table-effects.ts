/** How far a new page table is on a path: made, filled, its contents ordered before its address is published. */
import type { Loc } from "../c/ir.ts";
import { isOwnVariable } from "./duties.ts";
import { contentOf } from "./evaluate.ts";
import { type Facts, note, updated } from "./facts.ts";
import { covering } from "./locks.ts";
import type { CallInfo } from "./model.ts";
import * as sym from "./symbols.ts";

/** Stands for tables this function has not made: "filled" once it has set entries of one, "ordered" once it has run a write barrier. */
export const anyTable = "*";

export function addTable(to: string, call: CallInfo, facts: Facts, loc: Loc): Facts {
  const table = to === "return" ? call.result : contentOf(call.arg(to), facts);
  return updated(facts, { tables: new Map(facts.tables).set(table, { state: "filled", at: loc }), trail: note(facts, loc, call.step.text) });
}

/** A pte that is not in a mapped table, or in one mapped through a pmd on the stack, set without a lock: its table is not reachable yet. */
export function fillsPrivateTable(pointer: string, facts: Facts): boolean {
  const map = facts.maps.find((m) => m.pointer === sym.splitMove(pointer).root);
  if (map) return isOwnVariable(map.of);
  return covering(facts).length === 0 && !pointer.startsWith("$");
}

/** A barrier before a store that fills a table no longer orders the table. */
export function refill(facts: Facts, loc: Loc): Facts {
  const tables = new Map(Array.from(facts.tables, ([table, t]) => [table, t.state === "ordered" ? ({ state: "filled", at: loc } as const) : t] as const));
  return updated(facts, { tables: tables.set(anyTable, { state: "filled", at: loc }) });
}

/** After a read barrier the second half of a value is read later than the first. */
export function orderReads(kind: "write" | "read" | "full", facts: Facts): Facts {
  if (kind === "write") return facts;
  return updated(facts, { memory: new Map(Array.from(facts.memory, ([address, value]) => [address, address.startsWith("h:") ? "ordered" : value] as const)) });
}

export function orderTables(facts: Facts): Facts {
  const tables = Array.from(facts.tables, ([table, t]) => [table, t.state === "filled" ? ({ ...t, state: "ordered" } as const) : t] as const);
  return updated(facts, { tables: new Map([...tables, [anyTable, { state: "ordered", at: facts.trail?.loc ?? { line: 0, column: 0 } }]]) });
}
