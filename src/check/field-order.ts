/**
 * Whether the table that a structure field holds (vmf->prealloc_pte) is ordered by whoever puts it there: every function
 * in view that stores a new table to the field has run a write barrier after making it when it returns.
 */
import type { FunctionIr } from "../c/ir.ts";
import { callHasEffect } from "./call-graph.ts";
import { explore, type Surroundings } from "./explore.ts";
import { emptyFacts, type Facts } from "./facts.ts";
import type { FieldOrder, Rule } from "./model.ts";
import { asNumber } from "./symbols.ts";

export function fieldOrder(field: string, around: Surroundings): FieldOrder {
  const fillers = around.functions.mentioning(field).filter((fn) => fills(fn, field, around));
  const verdicts = fillers.map((fn) => ordersField(fn, field, around)).filter((verdict) => verdict !== null);
  if (verdicts.length === 0) return null;
  return { ordered: verdicts.every((verdict) => verdict.ordered), by: verdicts.map((verdict) => verdict.name) };
}

function fills(fn: FunctionIr, field: string, around: Surroundings): boolean {
  const steps = fn.blocks.flatMap((block) => block.steps);
  const stores = steps.some((step) => step.op === "store" && step.place.k === "field" && step.place.field === field);
  return stores && steps.some((step) => callHasEffect(step, around.rulebook, (e) => e.do === "new-table"));
}

function ordersField(fn: FunctionIr, field: string, around: Surroundings): { readonly name: string; readonly ordered: boolean } | null {
  const seen: boolean[] = [];
  const watch: Rule = { id: "publish-order", onReturn: (_value, site) => seen.push(...tablesIn(field, site.facts)) };
  explore(fn, emptyFacts(), { ...around, rules: [watch] });
  return seen.length === 0 ? null : { name: fn.name, ordered: seen.every(Boolean) };
}

/** For each object whose field holds a table made here (and not NULL): whether it is ordered. */
function tablesIn(field: string, facts: Facts): boolean[] {
  const held = Array.from(facts.memory).filter(([address, value]) => address.endsWith(`.${field}`) && asNumber(value) === null && facts.truths.get(value) !== false);
  return held.flatMap(([, value]) => {
    const table = facts.tables.get(value);
    return table ? [table.state !== "filled"] : [];
  });
}
