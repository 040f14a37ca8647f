/**
 * Whether a callback for the holes of any mapping comes to those of hugetlb mappings: the table that it stands in, its
 * test_walk(), who starts the walk and the helpers that it asks itself tell. Where one of them may keep such mappings out,
 * nothing is known of the locks that are held for these alone.
 */
import { stepsOf } from "../c/index.ts";
import type { CallStep, FunctionIr, OpsTable } from "../c/ir.ts";
import type { Rulebook } from "../rulebook/rulebook.ts";
import type { FunctionsInView } from "./functions-in-view.ts";
import { mayDo } from "./may-do.ts";
import { mentions } from "./mentions.ts";
import { memoByObject } from "../util/memo.ts";

export interface InView {
  readonly rulebook: Rulebook;
  readonly functions: FunctionsInView;
}

export function mayLeaveOutHugetlb(fn: FunctionIr, { name, fields }: OpsTable, inView: InView): boolean {
  const valueOf = (field: string): string => fields.get(field)?.replace(/^&/, "") ?? "NULL";
  const isMeant = valueOf("hugetlb_entry") !== "NULL";
  return !isMeant || mayTest(valueOf("test_walk"), inView) || inView.functions.mentioning(name).some(asks) || mayAsk(fn, asks, inView);
}

function asks(fn: FunctionIr): boolean {
  return mentions(fn, "hugetlb mappings") || mentions(fn, "kinds of mappings");
}

/** Questions for what is as well of hugetlb mappings (include/linux/userfaultfd_k.h, vma_can_userfault(), 6.12). */
const saysNothing = /^userfaultfd_(?:armed|minor|wp|wp_async|wp_use_markers)$/;
/** Questions that the path they are on knows the answers of (hugetlb-entries.ts). */
const isKnownOnPath = /^(?:is_vm_hugetlb_page|vma_is_\w+)$/;

/** What else it calls may ask for other kinds for other reasons. */
function mayTest(testWalk: string, inView: InView): boolean {
  if (testWalk === "NULL") return false;
  const body = inView.functions.get(testWalk);
  return body === undefined || body.partial || asks(body) || mayAsk(body, (helper) => mentions(helper, "hugetlb mappings"), inView);
}

/** Whether a call whose answer is used asks, or may. */
function mayAsk(fn: FunctionIr, isDoneIn: (helper: FunctionIr) => boolean, { rulebook, functions }: InView): boolean {
  const view = { rulebook, bodyOf: (callee: string): FunctionIr | null => functions.get(callee) ?? null };
  return stepsOf(fn).some((step) => step.op === "call" && step.dst !== null && !isAnswered(step) && mayDo(step, fn, { isDoneIn, mayUnseen }, view));
}

function isAnswered({ callee }: CallStep): boolean {
  return callee !== null && (saysNothing.test(callee) || isKnownOnPath.test(callee));
}

/** It is handed the mapping, or the walk that is in it. */
function mayUnseen(call: CallStep, caller: FunctionIr): boolean {
  if (isAnswered(call)) return false;
  const { args } = call;
  const ofMapping = loadsOfMapping(caller);
  return args.some((arg) => arg.k === "var" && (ofMapping.has(arg.name) || /^struct (?:vm_area_struct|mm_walk)\b/.test(caller.vars.get(arg.name)?.type ?? "")));
}

/** Variables and temporaries that a mapping or a field of it that tells its kind was read into. */
const loadsOfMapping = memoByObject((fn: FunctionIr): ReadonlySet<string> => new Set(stepsOf(fn).flatMap((step) => (step.op === "load" && step.place.k === "field" && /^(?:vma|vm_flags|vm_file|vm_ops)$/.test(step.place.field) ? [step.dst] : []))));
