/** What is held where a function starts: by the rules' context tables, for named functions and for callbacks by the table they sit in. */
import type { FunctionIr, OpsTable } from "../c/ir.ts";
import type { Rulebook } from "../rulebook/rulebook.ts";
import type { EntryContext } from "../rulebook/schema.ts";
import { classOfLock } from "./effects.ts";
import { emptyFacts, type Facts, type LockFact } from "./facts.ts";
import * as sym from "./symbols.ts";

export function entryFacts(fn: FunctionIr, rulebook: Rulebook, tables: readonly OpsTable[]): Facts {
  const context = contextOf(fn, rulebook, tables);
  const facts = emptyFacts();
  if (!context) return facts;
  const at = { line: fn.line, column: 1 };
  const locks: LockFact[] = context.held.map((held) => {
    const id = held.pointer === undefined ? sym.lockOf(held.class, "caller") : pointerSymbol(held.pointer);
    return { id, class: held.pointer === undefined ? held.class : classOfLock(id), mode: held.mode ?? "write", by: "", at, origin: "entry", certain: true };
  });
  const anyKind = new Set((context.anyKind ?? []).map((index) => sym.parameter(1, fn.params[Number(index)] ?? "")));
  return { ...facts, locks, anyKind, free: new Set(context.free ?? []) };
}

function contextOf(fn: FunctionIr, rulebook: Rulebook, tables: readonly OpsTable[]): EntryContext | undefined {
  const named = rulebook.context(fn.name);
  if (named) return named;
  for (const table of tables) {
    const kernelWalk = (of: string): boolean => rulebook.context(of)?.exceptTables?.includes(table.name) ?? false;
    for (const [field, value] of table.fields) {
      const of = `${table.type.replace(/^(?:const )?struct /, "")}.${field}`;
      if (value.replace(/^&/, "") === fn.name && !kernelWalk(of)) return rulebook.context(of);
    }
  }
  return undefined;
}

/** "vmf.ptl" -> what the field held when the function started. */
function pointerSymbol(path: string): string {
  const [param, ...fields] = path.split(".");
  return fields.reduce((base, name) => sym.initial(sym.field(base, name)), sym.parameter(1, param!));
}
