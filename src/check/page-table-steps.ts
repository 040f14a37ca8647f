/**
 * Whether a function has anything that the rules speak of. Of a file of hundreds most have not, and their words tell: only
 * those whose text may have such a step are lowered to be looked at.
 */
import { madeNames } from "../c/index.ts";
import type { FunctionIr, Step } from "../c/ir.ts";
import type { Rulebook } from "../rulebook/rulebook.ts";
import type { Effect, LockRef, Requirement } from "../rulebook/schema.ts";
import { memoByObject } from "../util/memo.ts";
import { isAnnotated, lockAnnotations } from "./context.ts";
import { recordOf } from "./static-types.ts";

/** False only when no function of a file with this text has such steps: of thousands of headers few are even cut. */
export function mayHavePageTableSteps(text: string, rulebook: Rulebook): boolean {
  return tellingWord(rulebook).test(text);
}

/** Words of which the text of every function with such steps has one, as one expression: it stops at the first, and makes no list of the words of a text. */
const tellingWord = memoByObject((rulebook: Rulebook): RegExp => {
  const { contracts, contexts, keepers } = rulebook.spokenOf;
  // A macro of the kernel puts "sys_" before the name that the text has (c/heads.ts); of "struct proc_maps_private" the last word is always there.
  const words = [...contexts.flatMap((name) => [name, name.replace(/^sys_/, "")]), ...keepers.map((record) => record.split(" ").at(-1)!)];
  const telling = new Set([...words, ...entryTypes, ...madeNames, ...lockAnnotations, ...contracts.filter((name) => speaksOfTables(name, rulebook))]);
  // A name that the front end makes ("unguard:mutex") stands in no text.
  return new RegExp(`\\b(?:${Array.from(telling).filter((word) => /^\w+$/.test(word)).join("|")})\\b`);
});

const pointerToEntry = /^p(te|md|ud|4d|gd)_t \*$/;
const entryTypes: readonly string[] = ["pte_t", "pmd_t", "pud_t", "p4d_t", "pgd_t"];

/** The others are not explored. */
export function hasPageTableSteps(fn: FunctionIr, rulebook: Rulebook): boolean {
  // A function whose context is known is looked at for what its helpers need.
  if (rulebook.context(fn.name) !== undefined || isAnnotated(fn)) return true;
  if (!mayHave(fn, rulebook)) return false;
  const handlesEntries = Array.from(fn.vars.values()).some((v) => pointerToEntry.test(v.type));
  return fn.blocks.some((block) => block.steps.some((step) => (handlesEntries && (step.op === "load" || step.op === "call")) || callsContract(step, rulebook) || readsGrabbed(step, fn, rulebook)));
}

/** False only when no name in the text can make such a step. */
function mayHave({ words, paramTypes }: FunctionIr, rulebook: Rulebook): boolean {
  if (words === undefined || paramTypes === undefined) return true;
  if (paramTypes.some((type) => pointerToEntry.test(type) || rulebook.keepsMm(recordOf(type))) || [...entryTypes, ...madeNames].some((word) => words.all.has(word))) return true;
  for (const word of words.all) if (speaksOfTables(word, rulebook)) return true;
  return false;
}

/** The mm of a file is used: whether it has users is asked. */
function readsGrabbed(step: Step, { vars }: FunctionIr, rulebook: Rulebook): boolean {
  if (step.op !== "load" || step.place.k !== "field" || step.place.base.k !== "deref" || step.place.base.ptr.k !== "var") return false;
  return rulebook.isGrabbed(recordOf(vars.get(step.place.base.ptr.name)?.type ?? ""), step.place.field);
}

function callsContract(step: Step, rulebook: Rulebook): boolean {
  return step.op === "call" && step.callee !== null && speaksOfTables(step.callee, rulebook);
}

/** Whether the contract of a call says something of page tables, their entries or their locks. */
function speaksOfTables(callee: string, rulebook: Rulebook): boolean {
  const contract = rulebook.contract(callee);
  if (!contract) return false;
  const effects = contract.effects?.some((e) => !incidental.has(e.do) && !("lock" in e && isOther(e.lock))) ?? false;
  return (contract.requires?.some((r) => !asides.has(r.need)) ?? false) || effects || contract.returns?.tests !== undefined || contract.returns?.entry?.lockless === true;
}

/** What is asked of calls that functions of all sorts make. */
const asides: ReadonlySet<Requirement["need"]> = new Set(["no-table-page", "access-kept", "counts-kind"]);

/** What matters to functions that have page-table steps and makes none of a function by itself. */
const incidental: ReadonlySet<Effect["do"]> = new Set(["flush", "mark-dirty", "drop-rmap", "delay-rmap", "reuse-table", "sync-walkers", "free-memory", "look-at", "give-entry"]);

/** Locks that say nothing of page tables: RCU and interrupts alone, mutexes and semaphores in general, the folio lock. */
function isOther(lock: LockRef): boolean {
  return "class" in lock ? lock.class === "rcu" || lock.class === "irq-off" || lock.class === "folio" : lock.kind !== undefined;
}
