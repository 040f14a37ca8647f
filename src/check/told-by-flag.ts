/**
 * Who is given a flag of the caller's that says yes may give up mmap_lock and say so by it (`int *locked` of mm/gup.c). That the
 * flag is for this shows behind the call, where it decides alone whether the lock is released or taken again (`if (locked)`); a count of
 * one, or a flag of something else, says nothing of locks.
 */
import type { CallStep, Expr, FunctionIr, Step } from "../c/ir.ts";
import { callInfo } from "./call-info.ts";
import { lockOfRef } from "./locks.ts";
import type { CallInfo, Site } from "./model.ts";
import * as sym from "./symbols.ts";
import { leadsTo, placeOf, stepsBehind } from "./ways.ts";

const none: ReadonlySet<string> = new Set();

/** The mmap locks that the callee may have given up. */
export function toldByFlag({ args, step }: CallInfo, site: Site): ReadonlySet<string> {
  const own = `&${site.frame.id}:`;
  const flags = args.filter((arg) => arg.startsWith(own) && /^\w+$/.test(arg.slice(own.length)) && site.facts.memory.get(arg) === sym.number(1));
  if (flags.length === 0) return none;
  const { fn } = site.frame;
  const from = placeOf(step, fn);
  const names = new Set(flags.map((flag) => flag.slice(own.length)));
  const decided = decidedBy(names, fn).filter((one) => from !== null && mmapLocksOf(one, site).length > 0 && leadsTo(fn, from, (at) => at === one));
  // Whether the callee is neutral is asked last: bodies are read to tell.
  return decided.length === 0 || site.isNeutral(step.callee ?? "") ? none : new Set(decided.flatMap((one) => mmapLocksOf(one, site)));
}

/** What stands on either side of a branch on nothing but such a flag, and all that is left to do for the flag where the function returns without it. */
function decidedBy(flags: ReadonlySet<string>, fn: FunctionIr): CallStep[] {
  const steps = fn.blocks.flatMap(({ end }) => {
    if (end.k !== "branch" || !asksAlone(end.cond, flags)) return [];
    const [set, unset] = [straightFrom(end.yes, fn), straightFrom(end.no, fn)];
    return [...set.steps, ...unset.steps, ...(unset.returns ? stepsBehind(fn, [{ block: end.yes, place: -1 }]) : [])];
  });
  return steps.filter((step) => step.op === "call");
}

function asksAlone(cond: Expr, flags: ReadonlySet<string>): boolean {
  return cond.k === "cast" ? asksAlone(cond.arg, flags) : cond.k === "var" && flags.has(cond.name);
}

/** The steps from a block on, as far as nothing else decides. */
function straightFrom(block: number, fn: FunctionIr): { readonly steps: readonly Step[]; readonly returns: boolean } {
  const steps: Step[] = [];
  const seen = new Set<number>();
  for (let at = block; !seen.has(at); ) {
    seen.add(at);
    const { steps: here, end } = fn.blocks[at]!;
    steps.push(...here);
    if (end.k !== "goto") return { steps, returns: end.k === "return" };
    at = end.to;
  }
  return { steps, returns: false };
}

/** The mmap locks that a call takes or releases, of what its arguments hold now. */
function mmapLocksOf(step: CallStep, site: Site): string[] {
  const call = callInfo(step, placeOf(step, site.frame.fn)!, site);
  const locks = (call.contract?.effects ?? []).flatMap((effect) => (effect.do === "release" || effect.do === "acquire" ? [lockOfRef(effect.lock, call)] : []));
  return locks.flatMap((lock) => (lock.class === "mmap" ? [lock.id] : []));
}
