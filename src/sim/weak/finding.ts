/**
 * Findings of the flow analysis that the memory model decides: what the function does on the path that the finding speaks of,
 * beside the walker (or the writer) that the rule is about. The other side is as in the kernel: mm/gup.c gup_fast_pte_range()
 * reads each entry once and follows it; include/linux/pgtable.h set_pmd() and the like store an entry once.
 */
import type { FunctionIr, Step } from "../../c/ir.ts";
import type { Finding, Trace } from "../../core/finding.ts";
import type { Proposition } from "../litmus/index.ts";
import type { FenceKind, Program, ReadOrder, Statement, Thread } from "../memory/index.ts";
import { decide } from "./decide.ts";
import { litmusName, type Hazard } from "./program.ts";
import { stepsBetween, stepsWhere, type StepPlace } from "./path.ts";
import { weakProperties } from "./properties.ts";
import { constant, content, equals, not, register } from "./thread.ts";
import { weakSteps } from "./trace.ts";
import { highHalf } from "./values.ts";

/** What the rules know of a called function. */
export type Ordering = "wmb" | "rmb" | "mb" | "unlock" | "lock" | "nothing" | "unknown";

export interface WeakQuestion {
  readonly finding: Finding;
  readonly fn: FunctionIr;
  /** Lines of the function's file. */
  readonly lines: readonly string[];
  readonly era: string;
  readonly orderingOf: (callee: string) => Ordering;
}

export type WeakAnswer =
  /** `unseen`: functions on the way that might order what the finding says is not ordered. */
  | { readonly verdict: "violated"; readonly trace: Trace; readonly unseen: readonly string[]; readonly race: boolean }
  | { readonly verdict: "holds"; readonly litmus: string };

interface Scene {
  readonly mine: readonly Statement[];
  readonly other: readonly Statement[];
  /** What the other thread's lines are, from line 1. */
  readonly otherLines: readonly string[];
  readonly actor: string;
  readonly memory: Program["memory"];
  readonly hazards: readonly Hazard[];
  readonly unseen: readonly string[];
}

const steps = 20_000;

/** null when the finding is none that the memory model decides, or its path is not in view. */
export function weakAnswer(question: WeakQuestion): WeakAnswer | null {
  const { finding, fn, lines, era } = question;
  const scene = sceneOf(question);
  if (scene === null) return null;
  const thread = (name: string, body: readonly Statement[]): Thread => ({ name, registers: new Map(), body });
  const program: Program = {
    name: litmusName(`${fn.name}-${finding.rule}`), memory: scene.memory, threads: [thread("P0", scene.mine), thread("P1", scene.other)],
  };
  const { property, witness, litmus, complete } = decide({ program, filter: null, hazards: scene.hazards }, steps);
  if (property === null) return complete ? { verdict: "holds", litmus } : null;
  const { rule, said, bad } = weakProperties[property];
  const places = [{ file: fn.file, lines }, { file: "", lines: scene.otherLines }];
  const traced = weakSteps(witness!, places, `${said}  <-- ${rule}`, bad).map((step) => (step.cpu === 0 ? step : { ...step, line: 0 }));
  const trace: Trace = { scenario: `${fn.name}() under the kernel's memory model`, actor: scene.actor, era, steps: traced, litmus };
  return { verdict: "violated", trace, unseen: scene.unseen, race: property === "data-race" };
}

function sceneOf(question: WeakQuestion): Scene | null {
  const { finding, fn } = question;
  const [at] = stepsWhere(fn, (step) => step.loc.line === finding.line && step.loc.column === finding.column && step.op !== "assign");
  if (!at) return null;
  const step = fn.blocks[at.block]!.steps[at.index]!;
  if (finding.rule === "publish-order") return step.op === "call" ? published(question, at) : null;
  if (finding.rule !== "lockless-read" || step.op !== "load") return null;
  return secondHalf(step) ? joined(question, at) : step.marking === null || step.place.k === "var" ? plainly(step.loc.line) : null;
}

/** A table is made reachable at the finding; its contents were written in line `since`, or before the function was called. */
function published(question: WeakQuestion, at: StepPlace): Scene | null {
  const { finding, fn } = question;
  const { since } = finding;
  const from = since === undefined ? { block: 0, index: -1 } : stepsWhere(fn, (step) => step.loc.line === since).at(-1);
  const between = from && orderedPath(question, from, at);
  if (!between) return null;
  const before = since === undefined ? ["whoever initialised the table"] : [];
  const level = /^(p[a-z0-9]d)_(?:populate|install)/.exec(calleeAt(fn, at))?.[1] ?? "pmd";
  return {
    mine: [
      { k: "store", at: constant("table"), value: constant(content.none), order: "plain", line: since ?? fn.line },
      ...between.fences,
      { k: "store", at: constant(level), value: constant("table"), order: "once", line: finding.line },
    ],
    other: [
      { k: "set", register: "val", value: { k: "load", at: constant(level), order: "once", line: 1 } },
      {
        k: "if", condition: not(equals(register("val"), constant(content.none))), no: [],
        yes: [{ k: "set", register: "entry", value: { k: "load", at: register("val"), order: "once", line: 2 } }],
      },
    ],
    otherLines: [`val = READ_ONCE(*${level});`, "entry = READ_ONCE(the first entry of the table in val);"],
    actor: "a walker that takes no locks", memory: new Map([[level, content.none], ["table", content.uninitialised]]),
    hazards: [{ property: "uninitialised-table", proposition: is(1, "entry", content.uninitialised) }], unseen: [...before, ...between.unseen],
  };
}

/** The second half of an entry is read at the finding; the first one before, while an entry is installed. */
function joined(question: WeakQuestion, at: StepPlace): Scene | null {
  const { finding, fn } = question;
  const second = fn.blocks[at.block]!.steps[at.index] as Step & { op: "load" };
  const from = stepsWhere(fn, (step) => step.op === "load" && step !== second && isFirstHalf(step, second)).findLast((place) => {
    return place.block < at.block || (place.block === at.block && place.index < at.index);
  });
  const between = from && orderedPath(question, from, at);
  if (!from || !between) return null;
  const first = fn.blocks[from.block]!.steps[from.index] as Step & { op: "load" };
  const order = (step: Step & { op: "load" }): ReadOrder => (step.marking === null ? "plain" : "once");
  const store = (where: string, line: number): Statement => ({ k: "store", at: constant(where), value: constant(7n), order: "once", line });
  return {
    mine: [
      { k: "set", register: "low", value: { k: "load", at: constant("entry"), order: order(first), line: first.loc.line } },
      ...between.fences,
      { k: "set", register: "high", value: { k: "load", at: constant(highHalf("entry")), order: order(second), line: finding.line } },
    ],
    other: [store(highHalf("entry"), 1), { k: "fence", kind: "wmb", line: 2 }, store("entry", 3)],
    otherLines: ["the high half of the new entry is stored", "smp_wmb();", "the low half is stored: the entry is present"],
    actor: "a CPU that installs an entry", memory: new Map([["entry", content.none], [highHalf("entry"), content.none]]),
    hazards: [{
      property: "torn-entry",
      proposition: { k: "and", parts: [{ k: "not", of: is(0, "low", 0n) }, { k: "not", of: { k: "equal", left: of(0, "low"), right: of(0, "high") } }] },
    }],
    unseen: between.unseen,
  };
}

/** An entry is read by a plain load while another CPU changes it. */
function plainly(line: number): Scene {
  return {
    mine: [{ k: "set", register: "val", value: { k: "load", at: constant("entry"), order: "plain", line } }],
    other: [{ k: "store", at: constant("entry"), value: constant(content.leaf), order: "once", line: 1 }],
    otherLines: ["WRITE_ONCE(*entry, val);"],
    actor: "a CPU that changes the entry", memory: new Map([["entry", content.none]]), hazards: [], unseen: [],
  };
}

function of(thread: number, name: string): { readonly k: "register"; readonly thread: number; readonly name: string } {
  return { k: "register", thread, name };
}

function is(thread: number, name: string, value: bigint): Proposition {
  return { k: "value", of: of(thread, name), is: value };
}

/** `p[1]` or `*(p + 1)`: the second word of a two-word entry. */
function secondHalf(step: Step & { op: "load" }): boolean {
  const { place } = step;
  return place.k === "deref" && place.ptr.k === "binary" && place.ptr.op === "+" && place.ptr.right.k === "num" && place.ptr.right.value === 1n;
}

function isFirstHalf(step: Step, second: Step & { op: "load" }): boolean {
  if (step.op !== "load" || step.place.k !== "deref" || second.place.k !== "deref" || second.place.ptr.k !== "binary") return false;
  return JSON.stringify(step.place.ptr, plain) === JSON.stringify(second.place.ptr.left, plain);
}

function plain(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

function calleeAt(fn: FunctionIr, at: StepPlace): string {
  const step = fn.blocks[at.block]!.steps[at.index]!;
  return step.op === "call" ? (step.callee ?? "") : "";
}

/** The barriers between two places; null when an unlock and a lock lie between them, which order more than this says. */
function orderedPath(
  { fn, orderingOf }: WeakQuestion, from: StepPlace, to: StepPlace,
): { readonly fences: readonly Statement[]; readonly unseen: readonly string[] } | null {
  const ordering = (step: Step): Ordering => {
    if (step.op === "gap") return "unknown";
    return step.op === "call" ? (step.callee === null ? "unknown" : orderingOf(step.callee)) : "nothing";
  };
  const way = stepsBetween(fn, from, to, (step) => (["nothing", "unknown"].includes(ordering(step)) ? 0 : 1));
  if (way === null) return null;
  const kinds = way.map(ordering);
  const unlocked = kinds.indexOf("unlock");
  if (unlocked >= 0 && kinds.includes("lock", unlocked)) return null;
  const fences = way.flatMap((step): Statement[] => {
    const kind = ordering(step);
    return isFence(kind) ? [{ k: "fence", kind, line: step.loc.line }] : [];
  });
  const unseen = way.flatMap((step) => (ordering(step) === "unknown" ? [step.op === "call" ? `${step.callee ?? "a function pointer"}()` : `line ${step.loc.line}`] : []));
  return { fences, unseen: Array.from(new Set(unseen)) };
}

function isFence(kind: Ordering): kind is Ordering & FenceKind {
  return kind === "wmb" || kind === "rmb" || kind === "mb";
}
