/**
 * Whether a function maps a page that it was given, or an entry as it was given. Whoever gives it answers for it: in a mapping of a
 * file the folio is locked until the entry is there (mm/memory.c, finish_fault(), and mm/filemap.c, filemap_map_pages(), 6.12), or the
 * page is anonymous and the VMA has an anon_vma. Either keeps khugepaged from the table, and the function shows neither.
 */
import { stepsOf, walkExpr } from "../c/index.ts";
import type { Expr, FunctionIr } from "../c/ir.ts";

const ofPage = /^(?:p(?:te|md)_t|struct (?:page|folio) \*)$/;
/** Calls that make an entry of a page, or one of another. */
const makesEntry = /^(?:maybe_|arch_|folio_)?(?:p(?:te|md)_)?mk|^p(?:te|md)_|^(?:page_folio|folio_page|compound_head)$/;
const setsEntry = /^(?:set_p(?:te|md)\w*|p(?:te|md)p_set_access_flags|p(?:te|md)p_modify_prot_commit)$/;

/** `functions` is the function with the helpers that it calls, itself first. */
export function mapsGivenPage(functions: readonly FunctionIr[]): boolean {
  const [target] = functions;
  if (target === undefined) return false;
  const byName = new Map(functions.map((fn) => [fn.name, fn]));
  const asked = new Set<string>();
  const sets = (fn: FunctionIr, given: readonly string[]): boolean => {
    const key = `${fn.name} ${given.join()}`;
    if (given.length === 0 || asked.has(key)) return false;
    asked.add(key);
    const made = madeOf(fn, given);
    return stepsOf(fn).some((step) => {
      if (step.op !== "call" || step.callee === null || !step.args.some((arg) => mentions(arg, made))) return false;
      if (setsEntry.test(step.callee)) return true;
      const helper = byName.get(step.callee);
      return helper !== undefined && helper !== fn && sets(helper, helper.params.filter((_, i) => step.args[i] !== undefined && mentions(step.args[i], made)));
    });
  };
  return sets(target, target.params.filter((name) => ofPage.test(target.vars.get(name)?.type ?? "")));
}

/** The variables with those that are made of them. */
function madeOf(fn: FunctionIr, given: readonly string[]): ReadonlySet<string> {
  const made = new Set(given);
  for (let before = 0; before < made.size; ) {
    before = made.size;
    for (const step of stepsOf(fn)) {
      if (step.op === "assign" && step.value !== null && mentions(step.value, made)) made.add(step.dst);
      if (step.op === "call" && step.dst !== null && makesEntry.test(step.callee ?? "") && step.args.some((arg) => mentions(arg, made))) made.add(step.dst);
    }
  }
  return made;
}

function mentions(expr: Expr, names: ReadonlySet<string>): boolean {
  let found = false;
  walkExpr(expr, (one) => void (found ||= one.k === "var" && names.has(one.name)));
  return found;
}
