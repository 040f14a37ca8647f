/**
 * Whether a function that is given a structure unmaps pointers of its own only. `pte = vmf->pte; ... pte_unmap(pte)` and
 * `vmf->pte = pte; ... pte_unmap(pte)` give back what lies in the structure; `pte = pte_offset_map(...); ... pte_unmap(pte);
 * return false; ... vmf->pte = pte; return true` never does, and what it puts there is for the caller. What lies there when it
 * begins is nothing that it has mapped.
 */
import { definedBy, mentionsVariable, operandsOf, stepsOf } from "../../../c/index.ts";
import type { CallStep, FunctionIr, Step } from "../../../c/ir.ts";
import type { Rulebook } from "../../../rulebook/rulebook.ts";
import { callHasEffect } from "../../call-graph.ts";
import { memoByObject } from "../../../util/memo.ts";
import { followers, stepsBehind } from "../../ways.ts";

/** Variables of a function that ways are followed for; with more of them it counts as one that unmaps what lies in the structure. */
const mostVariables = 20;

const ownOnlyBy = memoByObject((rulebook: Rulebook) => memoByObject((fn: FunctionIr) => ownOnly(fn, rulebook)));

/** It is asked at each return of each path, so the answer is worked out once. */
export function unmapsOwnOnly(fn: FunctionIr, rulebook: Rulebook): boolean {
  return ownOnlyBy(rulebook)(fn);
}

function ownOnly(fn: FunctionIr, rulebook: Rulebook): boolean {
  const does = (step: Step, effect: "map" | "unmap"): step is CallStep => callHasEffect(step, rulebook, (e) => e.do === effect);
  const unmaps = stepsOf(fn).filter((step) => does(step, "unmap"));
  const pointers = new Set(unmaps.map(({ args }) => args.find((arg) => arg.k === "var" && isOwnPointer(arg.name, fn))).map((arg) => (arg?.k === "var" ? arg.name : null)));
  if (unmaps.length === 0 || pointers.has(null) || pointers.size > mostVariables) return false;
  const mapped = mappedOnly(stepsOf(fn), (step) => does(step, "map"));
  const found = foundAtFirst(fn);
  return [...pointers].every((name) => {
    const isMappedHere = stepsOf(fn).some((step) => definedBy(step) === name && step.op === "assign" && step.value?.k === "var" && mapped.has(step.value.name));
    return !unmapsShared(name!, fn, new Set(unmaps), (step) => setsAnew(step, mapped) || (isMappedHere && found.has(step)));
  });
}

/** A pointer to PTEs that nothing but the function itself sets. */
export function isOwnPointer(name: string, { vars }: FunctionIr): boolean {
  const variable = vars.get(name);
  return variable?.type === "pte_t *" && variable.kind === "local" && !variable.addressTaken;
}

/** Names that hold nothing but what was mapped right there, and that is stored nowhere by them. */
function mappedOnly(steps: readonly Step[], maps: (step: Step) => boolean): ReadonlySet<string> {
  const mapped = new Set<string>();
  const others = new Set<string>();
  for (const step of steps) {
    const name = definedBy(step);
    if (name !== null) (maps(step) ? mapped : others).add(name);
    if (step.op === "store" && step.value.k === "var") others.add(step.value.name);
  }
  return new Set([...mapped].filter((name) => !others.has(name)));
}

/** Whether a way leads from where the variable is, or may be, what lies elsewhere too, to where it is unmapped, and it is not mapped anew between. */
function unmapsShared(name: string, fn: FunctionIr, unmaps: ReadonlySet<Step>, isOwnNow: (step: Step) => boolean): boolean {
  const open: number[] = [];
  const meetsUnmap = (id: number, sharedBefore: boolean): boolean => {
    let shared = sharedBefore;
    const block = fn.blocks[id]!;
    for (const step of block.steps) {
      if (shared && unmaps.has(step) && operandsOf(step).some((arg) => mentionsVariable(arg, name))) return true;
      if (step.op === "gap" || (step.op === "store" && mentionsVariable(step.value, name))) shared = true;
      else if (definedBy(step) === name) shared = !isOwnNow(step);
    }
    if (shared) open.push(...followers(fn, block));
    return false;
  };
  if (fn.blocks.some(({ id }) => meetsUnmap(id, false))) return true;
  const seen = new Set<number>();
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    if (meetsUnmap(id, true)) return true;
  }
  return false;
}

/** What is read before the function calls or stores anything: `pte_t *pte = vmf->pte;`, by which it learns what its caller has mapped. */
function foundAtFirst(fn: FunctionIr): ReadonlySet<Step> {
  const acts = ({ op }: Step): boolean => op !== "load" && op !== "assign";
  const steps = stepsOf(fn);
  // What comes behind the others of a block comes behind its first: to start at each of them would take the square of the steps.
  const starts = fn.blocks.map((block) => ({ block: block.id, place: block.steps.findIndex(acts) })).filter(({ place }) => place >= 0);
  const later = new Set(stepsBehind(fn, starts));
  const first = steps.filter((step) => !acts(step) && !later.has(step));
  const reads = new Set(first.flatMap((step) => (step.op === "load" ? [step.dst] : [])));
  return new Set(first.filter((step) => step.op === "load" || (step.op === "assign" && step.value?.k === "var" && reads.has(step.value.name))));
}

/** By what was just mapped, by nothing, or by zero. */
function setsAnew(step: Step, mapped: ReadonlySet<string>): boolean {
  if (step.op !== "assign") return false;
  return step.value === null || (step.value.k === "var" && mapped.has(step.value.name)) || (step.value.k === "num" && step.value.value === 0n);
}
