/**
 * Two versions of a function followed side by side: where all else is as it was, a call that went is missed on a way only
 * if that way comes to fewer of its kind. Two exits that are brought together have one call less, and every way still
 * comes to one.
 */
import { printExpr } from "../../c/index.ts";
import type { Expr, FunctionIr, Step, Terminator } from "../../c/ir.ts";
import { memoByObject } from "../../util/memo.ts";
import { printed, textsOfTemporaries } from "./names.ts";

interface Place {
  readonly block: number;
  readonly step: number;
}

/** Places of both versions, and how many deeds more the way to the first has come by. */
interface Both {
  readonly from: Place;
  readonly to: Place;
  readonly less: number;
}

/** More than this is not counted: a loop that lost a deed would never be done. */
const mostLess = 3;

/** Calls but the deeds, tests and returns are the same on every way, and on one way to a return `after` comes to fewer deeds. */
export function lacksOnAWay(before: FunctionIr, after: FunctionIr, isDeed: (step: Step) => boolean): boolean {
  const start: Place = { block: 0, step: 0 };
  const pending = new Map<string, Both>();
  const meet = (one: Both): void => {
    const key = `${one.from.block} ${one.from.step} ${one.to.block} ${one.to.step} ${one.less}`;
    if (!pending.has(key)) pending.set(key, one);
  };
  meet({ from: start, to: start, less: 0 });
  let lacks = false;
  for (const { from, to, less } of pending.values()) {
    const [a, b] = [nextEvent(before, from, isDeed), nextEvent(after, to, isDeed)];
    if (a.text !== b.text || a.ways.length !== b.ways.length) return false;
    const now = Math.max(-mostLess, Math.min(mostLess, less + a.deeds - b.deeds));
    if (a.isReturn && now > 0) lacks = true;
    for (const [i, way] of a.ways.entries()) meet({ from: way, to: b.ways[i]!, less: now });
  }
  return lacks;
}

interface Event {
  /** What a reader of both versions would know it by. */
  readonly text: string;
  readonly isReturn: boolean;
  /** Deeds on the way to it. */
  readonly deeds: number;
  readonly ways: readonly Place[];
}

const textsOf = memoByObject(textsOfTemporaries);

/** The next call that is no deed, or the next fork or end. */
function nextEvent(fn: FunctionIr, { block, step }: Place, isDeed: (step: Step) => boolean): Event {
  let deeds = 0;
  let [at, index] = [block, step];
  for (const passed = new Set<number>(); ; index = 0) {
    const { steps, end } = fn.blocks[at]!;
    for (; index < steps.length; index++) {
      const one = steps[index]!;
      if (isDeed(one)) deeds++;
      else if (one.op === "call" || one.op === "gap") return { text: one.op === "call" ? `call ${one.text}` : "gap", isReturn: false, deeds, ways: [{ block: at, step: index + 1 }] };
    }
    const next = end.k === "goto" ? end.to : end.k === "branch" && end.yes === end.no ? end.yes : null;
    if (next === null || passed.has(next)) return { ...eventAt(end, (value) => printed(printExpr(value), textsOf(fn))), deeds };
    passed.add(next);
    at = next;
  }
}

function eventAt(end: Terminator, inWords: (value: Expr) => string): Omit<Event, "deeds"> {
  const ways = (...blocks: readonly number[]): Place[] => blocks.map((block) => ({ block, step: 0 }));
  switch (end.k) {
    case "branch":
      return { text: `if ${inWords(end.cond)}`, isReturn: false, ways: ways(end.yes, end.no) };
    case "switch":
      return { text: `switch ${inWords(end.value)}`, isReturn: false, ways: ways(...end.cases.map(({ to }) => to), end.otherwise) };
    default:
      return { text: end.k, isReturn: end.k === "return", ways: [] };
  }
}
