/** A litmus file as a program and a question. The threads go through the project's C front end. */
import { lowerText } from "../../c/index.ts";
import type { FunctionIr, UnitIr } from "../../c/ir.ts";
import { type Program, type Thread, UnsupportedProgram } from "../memory/program.ts";
import type { Value } from "../memory/value.ts";
import { parseQuestion, type Question } from "./condition.ts";
import { parseInitial, type InitialState } from "./initial.ts";
import { lowerThread } from "./lower.ts";
import { cutSections, type Section, type Sections } from "./sections.ts";
import { keepOnly, LitmusSyntaxError, placeOf } from "./source.ts";
import { syntaxFault } from "./syntax-fault.ts";
import { Tokens } from "./tokens.ts";

export interface LitmusTest {
  readonly program: Program;
  readonly question: Question;
  /** How many bits a number is printed with, without a sign, by observable ("x", "0:r1"). */
  readonly unsigned: ReadonlyMap<string, number>;
}

/** Tests of people have less than ten. */
const mostThreads = 64;

/**
 * Throws LitmusSyntaxError, UnsupportedCode for C that the engine does not have, or UnsupportedProgram for too many threads. initC() must have
 * been awaited.
 */
export function parseLitmus(path: string, source: string): LitmusTest {
  const sections = cutSections(source);
  const { text } = sections;
  const count = sections.threads.length;
  if (count > mostThreads) throw new UnsupportedProgram(`more than ${mostThreads} threads`);
  const initial = parseInitial(new Tokens(text, sections.initial[0], sections.initial[1], count));
  const question = parseQuestion(new Tokens(text, sections.question, text.length, count));
  const threads = lowerThreads(path, sections, initial);
  return {
    program: { name: sections.name, threads, memory: initial.memory },
    question, unsigned: initial.unsigned,
  };
}

function lowerThreads(path: string, sections: Sections, initial: InitialState): readonly Thread[] {
  const { text, threads } = sections;
  const [first, last] = [threads[0], threads.at(-1)];
  if (!first || !last) throw new LitmusSyntaxError(placeOf(text, sections.question), "expected at least one thread P0(...)");
  const fault = syntaxFault(text, first.from, last.to);
  if (fault) throw fault;
  const unit = lowerText(path, keepOnly(text, first.from, last.to));
  refuseUnreadable(unit, text);
  return threads.map((section) => {
    const fn = unit.functions.find((each) => each.name === `P${section.thread}`);
    if (!fn) throw new LitmusSyntaxError(placeOf(text, section.from), `P${section.thread} can't be read as a C function`);
    return threadOf(fn, section, initial);
  });
}

function refuseUnreadable(unit: UnitIr, text: string): void {
  const [broken] = [...unit.unreadable, ...unit.functions.flatMap((fn) => fn.unreadable)].toSorted((a, b) => a.from - b.from);
  if (!broken) return;
  const indent = /^[ \t]*/.exec(text.split("\n")[broken.from - 1] ?? "")![0].length;
  throw new LitmusSyntaxError({ line: broken.from, column: indent + 1 }, broken.reason);
}

function threadOf(fn: FunctionIr, section: Section, initial: InitialState): Thread {
  const registers = new Map<string, Value>(fn.params.map((name) => [name, name]));
  for (const [name, value] of initial.registers.get(section.thread) ?? []) registers.set(name, value);
  return { name: `P${section.thread}`, registers, body: lowerThread(fn) };
}
