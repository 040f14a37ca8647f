/**
 * Whether a way through a function can be gone: what it has tested, in words, so that a second answer to one question ends it.
 *
 * Where paths meet, what only one of them knew is forgotten (joins.ts), so that a state may stand for a path that no run takes. A finding
 * that is said to be certain is looked for again on ways that are followed one by one, and these must not contradict themselves. Nothing is solved
 * here: a way that asks two things of one value (`err`, then `err < 0`) is given up, whether they go together or not.
 */
import { printPlace, successors } from "../c/index.ts";
import type { FunctionIr, Step, Terminator } from "../c/ir.ts";
import { evaluate, type Frame } from "./evaluate.ts";
import { comparedWithZero, type Facts, negatedBy } from "./facts.ts";
import { asNumber } from "./symbols.ts";

/** Times that a way comes to one block: once round a loop, and to it again. */
const mostVisits = 2;

interface Answer {
  readonly words: string;
  readonly truth: boolean;
}

export interface LoneWay {
  readonly visits: ReadonlyMap<number, number>;
  /** What was asked of each value, and what came out. */
  readonly answers: ReadonlyMap<string, Answer>;
}

export const newWay: LoneWay = { visits: new Map(), answers: new Map() };

/** A test that the way has come by: a symbol and whether it is not zero. */
interface Tested {
  readonly symbol: string;
  readonly truth: boolean;
}

/** What a block's end has tested where it goes to `to`; null for nothing. A switch that is asked again is taken for a contradiction. */
export function testedOn(end: Terminator, to: number, facts: Facts, frame: Frame): Tested | null {
  if (end.k === "branch") return { symbol: evaluate(end.cond, facts, frame), truth: to === end.yes };
  return end.k === "switch" ? { symbol: `(${evaluate(end.value, facts, frame)}==g:case_${to})`, truth: true } : null;
}

/** The way, gone on to a block; null where it has been there before, or contradicts itself. */
export function goneOn(way: LoneWay, tested: Tested | null, to: number, stepOf: (symbol: string) => Step | null): LoneWay | null {
  const visits = (way.visits.get(to) ?? 0) + 1;
  if (visits > mostVisits) return null;
  const answers = tested === null ? way.answers : answered(way.answers, plain(tested), stepOf);
  return answers && { visits: new Map(way.visits).set(to, visits), answers };
}

function answered(answers: LoneWay["answers"], { symbol, truth }: Tested, stepOf: (symbol: string) => Step | null): LoneWay["answers"] | null {
  if (asNumber(symbol) !== null) return answers;
  const words = wordsOf(symbol, stepOf);
  const subject = subjectOf(words);
  const before = answers.get(subject);
  if (before !== undefined) return before.words === words && before.truth === truth ? answers : null;
  return new Map(answers).set(subject, { words, truth });
}

/** The test without its negations. */
function plain({ symbol, truth }: Tested): Tested {
  const inner = negatedBy(symbol) ?? comparedWithZero(symbol);
  return inner === null ? { symbol, truth } : plain({ symbol: inner, truth: !truth });
}

/** Two calls of one text are two values, and may well give one answer: `if (shared(vma)) lock(); .. if (shared(vma)) unlock();`. */
function wordsOf(symbol: string, stepOf: (symbol: string) => Step | null): string {
  return symbol.replaceAll(/@\d+\.\d+\.\d+;~*/g, (result) => {
    const step = stepOf(result);
    if (step?.op === "call") return `{${step.text}}`;
    return step?.op === "load" ? `{${printPlace(step.place)}}` : result;
  });
}

/** Of a comparison with a constant the other side, else the whole. The engine knows no other comparisons than these (evaluate.ts). */
function subjectOf(words: string): string {
  if (!words.startsWith("(") || !words.endsWith(")")) return words;
  const inner = words.slice(1, -1);
  const first = /^(?:#-?\d+|\(-g:\w+\)|g:\w+)(?:==|<)/.exec(inner);
  if (first !== null) return inner.slice(first[0].length);
  for (const operator of ["==", "<"]) {
    const at = inner.lastIndexOf(operator);
    if (at > 0 && /^(?:#-?\d+|\(-g:\w+\)|g:\w+)$/.test(inner.slice(at + operator.length))) return inner.slice(0, at);
  }
  return words;
}

/** Blocks that have a step or an end on one of the lines, and those that lead to them. */
export function leadingTo(fn: FunctionIr, lines: ReadonlySet<number>): ReadonlySet<number> {
  const before = fn.blocks.map((): number[] => []);
  for (const block of fn.blocks) for (const to of successors(block.end)) before[to]!.push(block.id);
  const found = new Set(fn.blocks.filter(({ steps, end }) => steps.some((step) => lines.has(step.loc.line)) || ("loc" in end && lines.has(end.loc.line))).map((block) => block.id));
  for (const id of found) for (const from of before[id]!) found.add(from);
  return found;
}
