/**
 * The tests a function makes of pointers and entries, and under which of them each of its steps stands: a forward
 * analysis over the graph. Nothing is known here of what a test means; two versions of a function are compared by it.
 */
import { definedBy, printExpr, printPlace } from "../../c/index.ts";
import type { CallStep, Expr, FunctionIr, Loc, Step } from "../../c/ir.ts";
import { byKey } from "../../util/by-key.ts";
import { memoByObject } from "../../util/memo.ts";
import { namesIn, printed, textsOfTemporaries } from "./names.ts";

/** One condition that a branch asks. */
export interface Test {
  /** As in the source, temporaries put in: "pte_none(ptep_get(pte))", "!ptl". */
  readonly key: string;
  /** The call whose result is asked, null for a comparison or the truth of a variable. */
  readonly call: CallStep | null;
  /** A variable or field that is asked for being NULL or zero, "" for other tests. */
  readonly nullOf: string;
  /** Variables and fields that it looks at: "pte", "vmf->pmd". */
  readonly names: ReadonlySet<string>;
  readonly loc: Loc;
}

/** A step that is still there is known by this, whatever its line. */
export interface Use {
  readonly key: string;
  readonly names: ReadonlySet<string>;
  readonly loc: Loc;
  /** Outcomes of tests that hold on every path to it: "key" or "! key". */
  readonly under: ReadonlySet<string>;
  readonly step: Step;
}

export interface Tested {
  readonly tests: readonly Test[];
  /** Branches on a constant: `if (0)`. */
  readonly constants: readonly Loc[];
  readonly uses: readonly Use[];
  /** The uses by their keys: thousands may be compared, each with its like. */
  readonly usesOf: ReadonlyMap<string, readonly Use[]>;
}

export const testsOf: (fn: FunctionIr) => Tested = memoByObject((fn) => compute(fn));

function compute(fn: FunctionIr): Tested {
  const texts = textsOfTemporaries(fn);
  const calls = callsByResult(fn);
  const branches = fn.blocks.map((block) => (block.end.k === "branch" && block.end.cond.k !== "num" && block.end.yes !== block.end.no ? { test: testOf(block.end.cond, block.end.loc, calls, texts), yes: block.end.yes, no: block.end.no } : null));
  const forgetting = new Forgetting();
  const at = outcomesAt(fn, branches, forgetting);
  const uses: Use[] = [];
  for (const block of fn.blocks) {
    const start = at[block.id];
    if (start === null || start === undefined) continue;
    let under: ReadonlySet<string> = start;
    for (const step of block.steps) {
      const use = useOf(step, texts);
      if (use !== null) uses.push({ ...use, under, step });
      under = forgetting.after(under, step);
    }
  }
  const constants = fn.blocks.flatMap(({ end }) => (end.k === "branch" && end.cond.k === "num" ? [end.loc] : []));
  return { constants, tests: branches.flatMap((branch) => (branch === null ? [] : [branch.test])), uses, usesOf: byKey(uses, ({ key }) => [key]) };
}

function useOf(step: Step, texts: ReadonlyMap<string, string>): Omit<Use, "under" | "step"> | null {
  switch (step.op) {
    case "call":
      return { key: step.text, names: namesIn(step.text), loc: step.loc };
    case "load":
    case "store": {
      if (step.place.k === "var" || step.place.k === "global") return null;
      const place = printed(printPlace(step.place), texts);
      const value = step.op === "store" ? ` = ${printed(printExpr(step.value), texts)}` : "";
      // Storing a value away does nothing with it yet: what is used is the place.
      return { key: `${place}${value}`, names: namesIn(place), loc: step.loc };
    }
    case "assign":
    case "gap":
      return null;
  }
}

function testOf(cond: Expr, loc: Loc, calls: ReadonlyMap<string, CallStep>, texts: ReadonlyMap<string, string>): Test {
  const key = printed(printExpr(cond), texts);
  const call = (cond.k === "var" ? calls.get(cond.name) : undefined) ?? null;
  const names = new Set([...namesIn(key), ...(call === null ? [] : namesIn(call.text))]);
  const plain = cond.k === "var" && call === null ? key : cond.k === "binary" && /^[=!]=$/.test(cond.op) && isZero(cond.right) ? printed(printExpr(cond.left), texts) : "";
  return { key, call, nullOf: /^[\w>.*-]+$/.test(plain) ? plain : "", names, loc };
}

function isZero(expr: Expr): boolean {
  return (expr.k === "num" && expr.value === 0n) || (expr.k === "global" && expr.name === "NULL");
}

/** The calls that temporaries hold the results of: of two the first. */
function callsByResult(fn: FunctionIr): ReadonlyMap<string, CallStep> {
  const calls = new Map<string, CallStep>();
  for (const block of fn.blocks) for (const step of block.steps) if (step.op === "call" && step.dst?.startsWith("%") && !calls.has(step.dst)) calls.set(step.dst, step);
  return calls;
}

interface Branching {
  readonly test: Test;
  readonly yes: number;
  readonly no: number;
}

/** Outcomes that are carried over the blocks of one function, each time they are. Those of the kernel's largest functions come to a hundredth. */
const mostCarried = 2_000_000;

/** What is known on every path to the start of each block; null where no path leads. Nothing is known anywhere of a function that would take too long. */
function outcomesAt(fn: FunctionIr, branches: readonly (Branching | null)[], forgetting: Forgetting): readonly (ReadonlySet<string> | null)[] {
  const at: (ReadonlySet<string> | null)[] = fn.blocks.map(() => null);
  at[0] = new Set();
  const pending = new Set([0]);
  let carried = 0;
  for (const id of pending) {
    pending.delete(id);
    const block = fn.blocks[id]!;
    let after = at[id]!;
    for (const step of block.steps) after = forgetting.after(after, step);
    const ways = edges(block.end, branches[id] ?? null);
    carried += after.size * ways.length;
    if (carried > mostCarried) return fn.blocks.map(() => new Set());
    for (const [to, more] of ways) {
      const arriving = more === null ? after : new Set(after).add(more);
      const before = at[to];
      if (before === null || before === undefined) {
        at[to] = arriving;
        pending.add(to);
        continue;
      }
      const kept = Array.from(before).filter((outcome) => arriving.has(outcome));
      if (kept.length === before.size) continue;
      at[to] = new Set(kept);
      pending.add(to);
    }
  }
  return at;
}

/** Where a block may lead, with what is known there. A constant condition leads one way. */
function edges(end: FunctionIr["blocks"][number]["end"], branch: Branching | null): [number, string | null][] {
  switch (end.k) {
    case "goto":
      return [[end.to, null]];
    case "branch":
      if (end.cond.k === "num") return [[end.cond.value === 0n ? end.no : end.yes, null]];
      return branch === null ? [[end.yes, null], [end.no, null]] : [[branch.yes, branch.test.key], [branch.no, `! ${branch.test.key}`]];
    case "switch":
      return [...end.cases.map((c): [number, null] => [c.to, null]), [end.otherwise, null]];
    case "return":
    case "stop":
    case "lost":
      return [];
  }
}

/** What may change an entry, or let another CPU do so: locks, splits, installs. */
const disturbs = /lock|split_|populate|_alloc|^set_p|clear|wait|fault|collapse|sched|unshare|retract/;
/** A condition that read an entry from memory. */
const readsEntry = /\*\w*p[tmu4g][ed]d?\w*|p[tmu4g][ed]d?p?_get\w*\(/;

/** A variable that is set anew was not tested, nor was an entry that may have changed since. */
class Forgetting {
  /** Names in an outcome, and what each begins with before an arrow. */
  readonly #roots = new Map<string, ReadonlySet<string>>();

  /** What is left behind a step; `under` itself when all is. */
  after(under: ReadonlySet<string>, step: Step): ReadonlySet<string> {
    if (under.size === 0) return under;
    const disturbed = step.op === "call" && step.callee !== null && disturbs.test(step.callee);
    const name = definedBy(step);
    const source = name === null || name.startsWith("%") ? null : name.replace(/#\d+$/, "");
    if (!disturbed && source === null) return under;
    const gone = (outcome: string): boolean => (disturbed && readsEntry.test(outcome)) || (source !== null && this.#rootsOf(outcome).has(source));
    let left: Set<string> | null = null;
    for (const outcome of under) {
      if (!gone(outcome)) continue;
      left ??= new Set(under);
      left.delete(outcome);
    }
    return left ?? under;
  }

  #rootsOf(outcome: string): ReadonlySet<string> {
    const known = this.#roots.get(outcome);
    if (known) return known;
    const names = Array.from(namesIn(outcome));
    const roots = new Set([...names, ...names.map((one) => one.split("->", 1)[0]!)]);
    this.#roots.set(outcome, roots);
    return roots;
  }
}
