/**
 * What is held where a function starts: by the annotations of its head, by the rules' context tables, for named functions
 * and for callbacks by the table they sit in. What callers and comments tell comes after that (told-locks.ts).
 */
import type { FunctionIr, Loc, OpsTable } from "../c/ir.ts";
import type { FunctionsInView } from "./functions-in-view.ts";
import { type InView, mayLeaveOutHugetlb } from "./hugetlb-walks.ts";
import { mayWalkKernel } from "./kernel-walks.ts";
import type { EntryContext, LockClass } from "../rulebook/schema.ts";
import { classOfLock, namedLock } from "./locks.ts";
import { emptyFacts, type Facts, type LockFact, updated } from "./facts.ts";
import * as sym from "./symbols.ts";

export function entryFacts(fn: FunctionIr, tables: readonly OpsTable[], inView: InView): Facts {
  const context = contextOf(fn, tables, inView);
  const facts = emptyFacts();
  const at = { line: fn.line, column: 1 };
  const annotated = annotatedLocks(fn, at);
  if (!context) return updated(facts, { locks: annotated });
  const certain = context.whereHugetlb !== true || tables.every((table) => !mayLeaveOutHugetlb(fn, table, inView));
  const locks: LockFact[] = context.held.map((held) => {
    const id = held.pointer === undefined ? sym.lockOf(held.class, "caller") : pointerSymbol(held.pointer);
    return { id, class: held.pointer === undefined ? held.class : classOfLock(id), mode: held.mode ?? "write", by: "", at, origin: "entry", certain, ...(held.pointer !== undefined && context.released?.includes(held.pointer) ? { owed: true } : {}) };
  });
  const anyKind = new Set((context.anyKind ?? []).map((index) => sym.parameter(1, fn.params[Number(index)] ?? "")));
  const memory = new Map((context.hugetlb ?? []).map((index) => [sym.ofHugetlb(sym.parameter(1, fn.params[Number(index)] ?? "")), `it is handed in as one by ${context.of}`] as const));
  return updated(facts, { memory, locks: [...locks, ...annotated.filter((a) => !locks.some((l) => l.id === a.id))], anyKind, free: new Set(context.free ?? []) });
}

function contextOf(fn: FunctionIr, tables: readonly OpsTable[], { rulebook, functions }: InView): EntryContext | undefined {
  const named = rulebook.context(fn.name);
  if (named) return named;
  for (const table of tables) {
    for (const [field, value] of table.fields) {
      const context = rulebook.context(`${table.type.replace(/^(?:const )?struct /, "")}.${field}`);
      if (value.replace(/^&/, "") === fn.name && !isOfKernel(table, context, functions)) return context;
    }
  }
  return undefined;
}

function isOfKernel(table: OpsTable, context: EntryContext | undefined, functions: FunctionsInView): boolean {
  return context?.exceptTables !== undefined && (context.exceptTables.includes(table.name) || mayWalkKernel(table, functions));
}

export const lockAnnotations = ["__must_hold", "__releases", "__acquires"] as const;

/** Whether the head speaks of a lock that matters here. */
export function isAnnotated(fn: FunctionIr): boolean {
  return fn.attributes.length > 0 && annotatedLocks(fn, { line: fn.line, column: 1 }).length > 0;
}

/**
 * What the annotations of the head say (include/linux/compiler_types.h): __must_hold(x) and __releases(x) want x held at
 * entry, and a function that only releases it may not return with it. Locks that are none of page tables are left out.
 */
function annotatedLocks(fn: FunctionIr, at: Loc): LockFact[] {
  const named = (word: (typeof lockAnnotations)[number]): string[] => fn.attributes.flatMap((text) => (text.startsWith(`${word}(`) ? text.slice(word.length + 1, -1).split(",") : []));
  const [released, taken] = [named("__releases"), named("__acquires")];
  return [...new Set([...named("__must_hold"), ...released])].flatMap((text): LockFact[] => {
    const lock = lockNamed(text, fn);
    if (lock === null) return [];
    return [{ ...lock, mode: "write", by: "", at, origin: "entry", certain: true, ...(released.includes(text) && !taken.includes(text) ? { owed: true } : {}) }];
  });
}

/** `vmf->ptl`, `ptl`, `&mm->mmap_lock` by the function's parameters; null for other expressions and other locks. */
function lockNamed(text: string, fn: FunctionIr): { readonly id: string; readonly class: LockClass } | null {
  const match = /^(&?)\s*([A-Za-z_]\w*(?:\s*->\s*[A-Za-z_]\w*){0,6})$/.exec(text.trim());
  if (!match) return null;
  const path = match[2]!.split("->").map((part) => part.trim());
  if (!fn.params.includes(path[0]!)) return null;
  const id = match[1] === "" ? pointerSymbol(path.join(".")) : sym.field(pointerSymbol(path.slice(0, -1).join(".")), path.at(-1)!);
  const lock = namedLock(id);
  return lock.class === "spin" && !/ptl|page_table/.test(path.at(-1)!) ? null : lock;
}

/** "vmf.ptl" -> what the field held when the function started. */
function pointerSymbol(path: string): string {
  const [param, ...fields] = path.split(".");
  return fields.reduce((base, name) => sym.initial(sym.field(base, name)), sym.parameter(1, param!));
}
