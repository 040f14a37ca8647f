/**
 * A VMA that is copied without its lock is whole only when the sequence count says so afterwards: until then its pointers
 * may be torn or belong to another VMA, and nothing may be followed through the copy (include/linux/mmap_lock.h of 6.14,
 * mmap_lock_speculate_retry(); kernel/events/uprobes.c, find_active_uprobe_speculative() reads fields one by one).
 */
import { callsIn } from "../../../c/index.ts";
import type { CallStep, Expr, FunctionIr } from "../../../c/ir.ts";
import type { CallInfo, Site } from "../../model.ts";
import { leadsTo, placeOf } from "../../ways.ts";
import { memoByObject } from "../../../util/memo.ts";

interface EarlyUse {
  readonly copied: CallStep;
  readonly checked: CallStep;
}

export function judgeSpeculation({ step }: CallInfo, site: Site): void {
  const { fn } = site.frame;
  if (!(fn.words?.called.has(retry) ?? true)) return;
  const use = earlyUses(fn).get(step);
  if (!use) return;
  site.judge({
    rule: "lockless-read",
    outcome: "violated",
    what: "copy of a VMA followed before it is checked",
    message: `${step.callee}() follows a pointer in the copy that line ${use.copied.loc.line} takes of a VMA without its lock, before ${retry}() in line ${use.checked.loc.line} tells that the copy is whole`,
    group: `copy of line ${use.copied.loc.line}`,
    requires: [`${retry}() between the copy and its first use`],
    references: [{ file: "include/linux/mmap_lock.h", where: "mmap_lock_speculate_retry()", version: "6.14" }],
  });
}

const retry = "mmap_lock_speculate_retry";

/** Copies and tests in one function that are looked at, and uses of one copy: there is one of each in what people write. */
const mostCopies = 4;
const mostUses = 16;

const earlyUses = memoByObject((fn: FunctionIr): ReadonlyMap<CallStep, EarlyUse> => {
  const calls = callsIn(fn);
  const retries = calls.filter((step) => step.callee === retry).slice(0, mostCopies);
  const found = new Map<CallStep, EarlyUse>();
  for (const copied of calls.filter((step) => copyOf(step, fn) !== null).slice(0, mostCopies)) {
    const name = copyOf(copied, fn)!;
    for (const use of calls.filter((step) => step !== copied && step.callee !== retry && step.args.some((arg) => isInside(arg, name))).slice(0, mostUses)) {
      const checked = retries.find((step) => leads(fn, use, step) && !leads(fn, step, use));
      if (checked && leads(fn, copied, use)) found.set(use, { copied, checked });
    }
  }
  return found;
});

/** The variable that a VMA is copied to, or null. */
function copyOf(step: CallStep, fn: FunctionIr): string | null {
  const [to, from] = step.args;
  const copies = step.callee === "memcpy" && to?.k === "var" && from?.k === "var" && /^(?:const )?struct vm_area_struct \*$/.test(fn.vars.get(from.name)?.type ?? "");
  return copies ? to.name : null;
}

/** The copy itself, or the address of a field of it. */
function isInside(arg: Expr, name: string): boolean {
  if (arg.k === "var") return arg.name === name;
  return arg.k === "addr" && arg.place.k === "field" && arg.place.base.k === "deref" && arg.place.base.ptr.k === "var" && arg.place.base.ptr.name === name;
}

function leads(fn: FunctionIr, from: CallStep, to: CallStep): boolean {
  const at = placeOf(from, fn);
  return at !== null && leadsTo(fn, at, (step) => step === to);
}
