/**
 * stale-read, a folio kept from an earlier round: a retry reads the entry again, but the folio that the value of the
 * first round led to is kept (`if (!folio) folio = vm_normal_folio(vma, addr, pte)`). A zap and a fault in between make
 * the entry lead to another folio (mm/userfaultfd.c, move_pages_pte() compares the two values).
 *
 * Found on the graph of the function: from where the folio is found, back to a read of the value, and on to a use of both,
 * with no store to the folio's variable and no comparison of the value with a kept one on the way.
 */
import { stepsOf, successors } from "../../../c/index.ts";
import type { Expr, FunctionIr, Step, Terminator } from "../../../c/ir.ts";
import { memoByObject } from "../../../util/memo.ts";
import type { CallInfo, Site } from "../../model.ts";
import { placeOf } from "../../ways.ts";

interface KeptFolio {
  readonly folio: string;
  readonly value: string;
  readonly read: Step;
  readonly use: Step;
}

export function judgeKeptFolio(call: CallInfo, site: Site): void {
  const kept = keptAfter(site.frame.fn)(call.step);
  if (kept === null) return;
  site.judge({
    rule: "stale-read",
    outcome: "violated",
    what: `${call.step.callee}: folio of the value read last`,
    loc: kept.use.loc,
    message: `${kept.value} is read anew in line ${kept.read.loc.line} on a retry, but ${kept.folio} stays what line ${call.step.loc.line} found by the value of the round before: the two may speak of different pages here`,
    group: "folio of an earlier round",
    requires: ["the value that the folio was found by compared with the one read again, or the folio found again"],
    references: [{ file: "mm/userfaultfd.c", where: "move_pages_pte()", version: "6.12" }],
  });
}

const keptAfter = memoByObject((fn: FunctionIr) => memoByObject((found: Step): KeptFolio | null => {
  if (found.op !== "call" || found.dst === null || !/^vm_normal_(?:folio|page)$/.test(found.callee ?? "")) return null;
  const value = variableOf(found.args[2]);
  if (value === null) return null;
  const names = copiesOf(found.dst, fn);
  for (const folio of names) {
    if (!isAskedForNull(folio, fn)) continue;
    const way = search(found, folio, value, names, fn);
    if (way !== null) return { folio, value, ...way };
  }
  return null;
}));

/** Copies of one result that are followed. */
const mostCopies = 8;

/** Variables that the result is copied to. */
function copiesOf(first: string, fn: FunctionIr): readonly string[] {
  const names = [first];
  for (const name of names) {
    for (const step of stepsOf(fn)) if (step.op === "assign" && step.value && variableOf(step.value) === name && names.length < mostCopies && !names.includes(step.dst)) names.push(step.dst);
  }
  return names;
}

/** `if (!folio)`: it may come with something found before. */
function isAskedForNull(folio: string, fn: FunctionIr): boolean {
  return fn.blocks.some(({ end }) => end.k === "branch" && variableOf(end.cond) === folio);
}

interface Point {
  readonly block: number;
  readonly step: number;
  /** The read of the value that the way has come by since the folio was found. */
  readonly read: Step | null;
}

function search(found: Step, folio: string, value: string, names: readonly string[], fn: FunctionIr): { readonly read: Step; readonly use: Step } | null {
  const start = placeOf(found, fn);
  if (start === null) return null;
  const seen = new Set<string>();
  const pending: Point[] = [{ block: start.block, step: start.place + 1, read: null }];
  for (let at = pending.pop(); at; at = pending.pop()) {
    const key = `${at.block} ${at.step} ${at.read === null}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const { steps, end } = fn.blocks[at.block]!;
    let { read } = at;
    let open = true;
    for (const step of steps.slice(at.step)) {
      if (step === found || step.op === "gap" || setsAnew(step, folio, names)) open = false;
      else if (read !== null && comparesKept(step, value, fn)) open = false;
      else if (read !== null && usesBoth(step, folio, value)) return { read, use: step };
      if (!open) break;
      if (readsAnew(step, value) && step.loc.line < found.loc.line) read = step;
    }
    if (open) for (const block of leaving(end, names)) pending.push({ block, step: 0, read });
  }
  return null;
}

/** Where there is a folio: a test for one goes one way. */
function leaving(end: Terminator, names: readonly string[]): readonly number[] {
  if (end.k !== "branch" || !names.includes(variableOf(end.cond) ?? "")) return successors(end);
  return [end.cond.k === "unary" ? end.no : end.yes];
}

/** A store to the variable of something that was not just found. */
function setsAnew(step: Step, folio: string, names: readonly string[]): boolean {
  if (!("dst" in step) || step.dst !== folio) return false;
  const source = step.op === "assign" && step.value ? variableOf(step.value) : null;
  return source === null || !names.includes(source);
}

/** Above where the folio was found, so that the way has come round; a clear further down takes out what is known. */
function readsAnew(step: Step, value: string): boolean {
  return step.op === "load" ? step.dst === value : step.op === "assign" ? step.dst === value && step.value !== null : step.op === "call" && step.dst === value;
}

/** pte_same() with a value that is kept in a variable, not with one read from the entry for it. */
function comparesKept(step: Step, value: string, fn: FunctionIr): boolean {
  if (step.op !== "call" || step.callee !== "pte_same") return false;
  const sides = step.args.map(variableOf);
  const other = sides.find((side) => side !== value);
  return sides.includes(value) && other != null && fn.vars.get(other)?.kind !== "temp";
}

/** A call that is given the value and the folio, or a mapping made of the folio's page. */
function usesBoth(step: Step, folio: string, value: string): boolean {
  if (step.op !== "call") return false;
  const given = step.args.map(variableOf);
  return (given.includes(folio) && given.includes(value)) || (/^(?:folio_)?mk_pte$/.test(step.callee ?? "") && step.args.some((arg) => isPartOf(arg, folio)));
}

function isPartOf(expr: Expr, pointer: string): boolean {
  if (variableOf(expr) === pointer) return true;
  return expr.k === "addr" && expr.place.k === "field" && expr.place.base.k === "deref" && variableOf(expr.place.base.ptr) === pointer;
}

function variableOf(expr: Expr | undefined): string | null {
  if (expr?.k === "unary" && expr.op === "!") return variableOf(expr.arg);
  return expr?.k === "var" ? expr.name : null;
}
