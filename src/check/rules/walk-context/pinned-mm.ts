/**
 * A file that outlives the process it was opened for keeps its mm_struct (mmgrab()), not its page tables: an operation on
 * the file makes sure that the address space is still used before it locks and walks it, or exit_mmap(), which takes the
 * tables down without the lock of anybody, may be at work in it (fs/userfaultfd.c: mmget_not_zero(ctx->mm)).
 */
import { calleesOf, stepsOf } from "../../../c/index.ts";
import type { Expr, FunctionIr, Place } from "../../../c/ir.ts";
import { isOfClass } from "../../call-graph.ts";
import type { CallInfo, Site } from "../../model.ts";
import type { LockClass } from "../../../rulebook/schema.ts";
import { recordOf } from "../../static-types.ts";
import * as sym from "../../symbols.ts";

/** The mmap lock is taken. */
export function judgeLockOfGrabbed(lock: { readonly id: string; readonly class: LockClass }, site: Site): void {
  const mm = /^lock\(mmap,(.*)\)$/s.exec(lock.id)?.[1];
  if (mm !== undefined) judgeGrabbed(mm, "takes its mmap_lock", site);
}

/** An mm, or what keeps it, is handed to a function in view that takes its mmap lock. */
export function judgeHandedGrabbed(call: CallInfo, site: Site): void {
  const body = call.contract || call.step.callee === null ? null : site.bodyOf(call.step.callee);
  if (body === null) return;
  const takes = `, which takes its mmap_lock`;
  const locks = (to: string, field: string | null): boolean => !pins(body) && locksParameter(body, to, field, site);
  call.args.forEach((arg, i) => {
    const to = body.params[i];
    if (to === undefined) return;
    if (/\.\w*mm$/.test(arg) && locks(to, null)) judgeGrabbed(arg, `hands it to ${body.name}()${takes}`, site);
    const record = recordOf(typeOfParameter(body, i));
    for (const field of ["mm", "source_mm"]) {
      const mm = sym.initial(sym.field(arg, field));
      if (site.rulebook.isGrabbed(record, field) && locks(to, field)) judgeGrabbed(mm, `hands ${to} to ${body.name}()${takes}`, site);
    }
  });
}

/** From the head where that is known and names each of them: most bodies are handed nothing of the kind, and need not be lowered to say so. */
function typeOfParameter(fn: FunctionIr, index: number): string {
  const { params, paramTypes } = fn;
  return (params.length === paramTypes?.length ? paramTypes[index] : fn.vars.get(params[index]!)?.type) ?? "";
}

function judgeGrabbed(mm: string, does: string, site: Site): void {
  const { reviewed } = site;
  const holder = holderOf(mm, site);
  if (holder === null || pins(reviewed) || comesWithUser(mm, site)) return;
  const callers = isFileOperation(reviewed) ? [] : site.callersOf(reviewed);
  if (callers === null || callers.some((caller) => !isFileOperation(caller) || pins(caller))) return;
  site.judge({
    rule: "walk-context",
    outcome: "violated",
    what: `${holder}: address space in use`,
    message: `${reviewed.name}() serves an operation on a file and ${does}, but ${holder} keeps the mm_struct alone: the process may be gone and exit_mmap() at work on the page tables`,
    requires: ["mmget_not_zero() before the address space is used, mmput() after it"],
    group: `user of ${holder}`,
    references: [{ file: "fs/userfaultfd.c", where: "userfaultfd_copy()", version: "6.12" }],
  });
}

/** "ctx->mm" where the mm was read from a field that keeps the structure alone, or null. */
function holderOf(mm: string, site: Site): string | null {
  const read = /^\*(.*)\.(\w+)$/s.exec(mm);
  if (!read) return null;
  const [, base, field] = read as unknown as [string, string, string];
  for (const variable of site.reviewed.vars.values()) {
    const record = /^(?:const )?(struct \w+) \*$/.exec(variable.type)?.[1];
    if (record === undefined || !site.rulebook.isGrabbed(record, field)) continue;
    const own = variable.kind === "param" ? sym.parameter(1, variable.name) : undefined;
    if (base === own || base === site.facts.memory.get(sym.variableAddress(1, variable.name))) return `${variable.source}->${field}`;
  }
  return null;
}

/** The mm was compared with that of the running process. */
function comesWithUser(mm: string, site: Site): boolean {
  return Array.from(site.facts.truths.keys()).some((symbol) => symbol.includes("==") && symbol.includes(mm) && symbol.includes("g:current"));
}

/** By its name (include/linux/fs.h, struct file_operations, unlocked_ioctl). */
function isFileOperation(fn: FunctionIr): boolean {
  return fn.name.endsWith("_ioctl");
}

function pins(fn: FunctionIr): boolean {
  return calleesOf(fn).some((callee) => /^(?:mmget|mmget_not_zero|get_task_mm|mm_access|mmput|mmput_async)$/.test(callee));
}

/** Levels of calls that are followed from an operation on. */
const deepest = 3;

/** What was found out of a body for one question. */
type Answers = Map<FunctionIr, Map<string, boolean>>;

function once(answers: Answers, body: FunctionIr, question: string, answer: () => boolean): boolean {
  const known = answers.get(body) ?? new Map<string, boolean>();
  answers.set(body, known);
  const before = known.get(question);
  if (before !== undefined) return before;
  known.set(question, false);
  const found = answer();
  known.set(question, found);
  return found;
}

/** Whether the body takes the mmap lock of a parameter, or (`field`) of the mm that a field of it points to. */
function locksParameter(body: FunctionIr, param: string, field: string | null, site: Site, depth = deepest, answers: Answers = new Map()): boolean {
  return once(answers, body, `${param} ${field} ${depth}`, () => locksIn(body, param, field, site, depth, answers));
}

function locksIn(body: FunctionIr, param: string, field: string | null, site: Site, depth: number, answers: Answers): boolean {
  const same = field === null ? new Set([param]) : new Set<string>();
  for (const step of stepsOf(body)) {
    if (step.op === "load" && field !== null && isFieldOf(step.place, param, field)) same.add(step.dst);
    if (step.op === "assign" && step.value?.k === "var" && same.has(step.value.name)) same.add(step.dst);
  }
  return stepsOf(body).some((step) => {
    if (step.op !== "call" || step.callee === null) return false;
    const at = mmapLockOf(step.callee, site);
    const contract = site.rulebook.contract(step.callee);
    if (at !== null) return isOneOf(step.args[at], same);
    const next = contract || depth === 0 ? null : site.bodyOf(step.callee);
    if (next === null || once(answers, next, "pins", () => pins(next))) return false;
    return step.args.some((arg, i) => {
      const to = next.params[i];
      if (to === undefined || arg.k !== "var") return false;
      return same.has(arg.name) ? locksParameter(next, to, null, site, depth - 1, answers) : field !== null && arg.name === param && locksParameter(next, to, field, site, depth - 1, answers);
    });
  });
}

/** Position of the argument whose mmap lock the call takes, or null. */
function mmapLockOf(callee: string, site: Site): number | null {
  const contract = site.rulebook.contract(callee);
  const locks = contract?.effects?.find((e) => e.do === "acquire" && isOfClass(e.lock, "mmap"));
  return locks?.do === "acquire" && "class" in locks.lock && locks.lock.of !== null ? contract!.params.indexOf(locks.lock.of) : null;
}

function isOneOf(expr: Expr | undefined, names: ReadonlySet<string>): boolean {
  return expr?.k === "var" && names.has(expr.name);
}

function isFieldOf(place: Place, variable: string, field: string): boolean {
  return place.k === "field" && place.field === field && place.base.k === "deref" && place.base.ptr.k === "var" && place.base.ptr.name === variable;
}
