/**
 * Runs threads over the world. A thread always stands before a visible operation; what lies between two of them is its
 * own business and runs as part of the step. Where a test depends on a value that is not known, the step has two
 * outcomes, and the thread remembers which way it went so that the same test goes the same way again.
 */
import { printPlace } from "../../c/index.ts";
import type { CallStep, Expr, Step } from "../../c/ir.ts";
import { loadEntry, storeEntry } from "../world/entries.ts";
import { properties, type Fault, type PropertyId } from "../world/property.ts";
import type { Turn } from "../world/turn.ts";
import { truth, type Value } from "../world/value.ts";
import { cellValue } from "./ops-atomic.ts";
import { evaluate, equal, havoc, locate, readMemory, show, unknown, type Location, type Scope } from "./eval.ts";
import { sharedField } from "./fields.ts";
import { entryRead, entryWrite, holdsEntryLock, type Operation } from "./operation.ts";
import type { Session } from "./session.ts";
import { touch, touchRead, touchWrite } from "./system.ts";
import { copyThread, dropDead, enter, leave, setVariable, threadKey, writeMemory, type ThreadState } from "./thread.ts";

/** A thread that has run as far as it can alone. `operation` is null when it has finished. */
export interface Standing {
  readonly thread: ThreadState;
  /** Equal for threads that go on alike. */
  readonly key: string;
  readonly operation: Operation | null;
  /** The step that the operation belongs to. */
  readonly step: Step | null;
}

/** How a step of one thread ended: where it stands now, or the property that it broke. The world is in the turn's data. */
export interface Arrival {
  readonly standing: Standing;
  readonly data: Int32Array;
  readonly fault: Fault | null;
  readonly notes: readonly string[];
}

/** Most ways that one step may go before the rest is left out. */
const mostForks = 64;

class Runner implements Scope {
  readonly world: Session["world"];
  readonly turn: Turn;
  fault: Fault | null = null;
  /** This way is not followed further: what comes next is not modelled. */
  dropped = false;
  readonly notes: string[];
  readonly session: Session;
  readonly thread: ThreadState;

  constructor(session: Session, thread: ThreadState, data: Int32Array, number: number, notes: readonly string[]) {
    this.session = session;
    this.world = session.world;
    this.thread = thread;
    this.notes = [...notes];
    this.turn = {
      layout: this.world.layout, data, values: this.world.values, thread: number,
      fail: (property, text, rule) => this.fail(property, text, rule),
      note: (text) => this.notes.push(text),
    };
  }

  fail(property: PropertyId, text: string, rule?: Fault["rule"]): void {
    if (this.fault !== null) return;
    const { file, line } = placeOf(this.thread);
    this.fault = { property, rule: rule ?? properties[property].rule, text, thread: this.turn.thread, file, line };
  }

  step(): Step | undefined {
    const frame = this.thread.frames[this.thread.frames.length - 1]!;
    return frame.program.ir.blocks[frame.block]!.steps[frame.step];
  }
}

/** Where a thread is in the code that a reader knows: the innermost call that is not inside a model. */
export function placeOf(thread: ThreadState): { readonly file: string; readonly line: number; readonly step: Step | null } {
  const code = thread.frames.filter((f) => f.program.origin === "code");
  const frame = code[code.length - 1] ?? thread.frames[0];
  if (frame === undefined) return { file: "", line: 0, step: null };
  const { ir } = frame.program;
  const step = ir.blocks[frame.block]!.steps[frame.step] ?? null;
  return { file: ir.file, line: step?.loc.line ?? ir.endLine, step };
}

/** Runs a thread from where it is to its next visible operation, in every way that it may go. */
function settle(session: Session, thread: ThreadState, data: Int32Array, number: number, notes: readonly string[]): Arrival[] {
  const arrivals: Arrival[] = [];
  const work = [new Runner(session, thread, data, number, notes)];
  for (let forks = 0; work.length > 0; forks++) {
    const runner = work.pop()!;
    if (forks > mostForks) {
      session.notModelled.add(`more than ${mostForks} ways through one step`);
      break;
    }
    advance(runner, work, arrivals);
  }
  return arrivals;
}

/** The return from the thread's own function, where what it promised must have been kept. */
function exitOperation(runner: Runner): Operation {
  const { world } = runner;
  return {
    footprint: () => [touch(world.resources.tlb, touchRead)],
    run: (turn) => {
      runner.session.atExit(turn);
      return null;
    },
  };
}

function arrive(runner: Runner, operation: Operation | null, step: Step | null): Arrival {
  if (runner.fault === null) dropDead(runner.thread);
  const key = `${operation === null ? "." : ""}${threadKey(runner.thread)}`;
  return { standing: { thread: runner.thread, key, operation, step }, data: runner.turn.data, fault: runner.fault, notes: runner.notes };
}

/** Most local steps between two visible ones; a loop that never ends alone is cut there. */
const mostLocal = 20_000;

function advance(runner: Runner, work: Runner[], arrivals: Arrival[]): void {
  for (let count = 0; count < mostLocal; count++) {
    if (runner.fault !== null) {
      arrivals.push(arrive(runner, null, null));
      return;
    }
    if (runner.dropped) return;
    if (runner.thread.frames.length === 0) {
      arrivals.push(arrive(runner, exitOperation(runner), null));
      return;
    }
    const step = runner.step();
    if (step === undefined) {
      if (!finishBlock(runner, work)) return;
      continue;
    }
    const operation = localOrVisible(runner, step);
    if (operation === null) continue;
    if (operation.local?.(runner.turn) === true) {
      complete(runner, step, operation.run(runner.turn));
      continue;
    }
    arrivals.push(arrive(runner, operation, step));
    return;
  }
  runner.session.notModelled.add("a loop without page-table accesses that did not end");
}

/** Goes on behind the step, with the result that it gave. */
function complete(runner: Runner, step: Step, result: Value | null): void {
  const frame = runner.thread.frames[runner.thread.frames.length - 1]!;
  if (runner.fault !== null) return;
  const target = step.op === "load" || step.op === "call" ? step.dst : null;
  frame.step++;
  if (target !== null) setVariable(runner.thread, target, result ?? unknown(runner, `${target} of line ${step.loc.line}`));
}

/** Does a step that is the thread's own business and gives null, or gives the operation that it is. */
function localOrVisible(runner: Runner, step: Step): Operation | null {
  const frame = runner.thread.frames[runner.thread.frames.length - 1]!;
  switch (step.op) {
    case "assign":
      frame.step++;
      if (step.value !== null) setVariable(runner.thread, step.dst, evaluate(runner, step.value));
      else if (!step.declare || !frame.program.inMemory.has(step.dst)) frame.locals.delete(step.dst);
      return null;
    case "load":
      return load(runner, step, locate(runner, step.place));
    case "store":
      return store(runner, step, locate(runner, step.place), evaluate(runner, step.value));
    case "call":
      return call(runner, step);
    case "gap":
      frame.step++;
      frame.locals.clear();
      runner.session.notModelled.add(`lines ${step.from} to ${step.to}: ${step.reason}`);
      return null;
  }
}

function load(runner: Runner, step: Step & { readonly op: "load" }, at: Location): Operation | null {
  const { world } = runner;
  switch (at.k) {
    case "null":
      runner.fail("null-used", `reads through ${printPlace(step.place)}, which is NULL`);
      return null;
    case "slot":
      return {
        footprint: () => entryRead(world, at.table, at.index),
        run: (turn) => {
          const value = loadEntry(turn, at.table, at.index);
          if (at.half === null) return value;
          const whole = value.k === "torn" ? value[at.half] : value;
          return world.values.half(at.half, whole);
        },
      };
    case "memory": {
      const cell = runner.session.cellOf(at.root, at.path);
      if (cell === undefined) {
        const field = sharedField(world, at.root, at.path);
        if (field !== null) return field;
        complete(runner, step, readMemory(runner, at.root, at.path));
        return null;
      }
      return { footprint: () => [touch(world.resources.cell(cell), touchRead)], run: (turn) => cellValue(turn, cell) };
    }
  }
}

function store(runner: Runner, step: Step & { readonly op: "store" }, at: Location, value: Value): Operation | null {
  const { world } = runner;
  switch (at.k) {
    case "null":
      runner.fail("null-used", `writes through ${printPlace(step.place)}, which is NULL`);
      return null;
    case "slot": {
      const entry = asEntry(runner, value);
      if (entry === null) {
        runner.session.notModelled.add(`line ${step.loc.line}: stores ${show(value)} into an entry`);
        runner.dropped = true;
        return null;
      }
      return {
        footprint: (turn) => entryWrite(world, turn, at.table, at.index, entry),
        run: (turn) => {
          storeEntry(turn, at.table, at.index, entry, holdsEntryLock(world, turn, at.table));
          return null;
        },
      };
    }
    case "memory": {
      const cell = runner.session.cellOf(at.root, at.path);
      if (cell === undefined) {
        writeMemory(runner.thread, at.root + at.path, value);
        complete(runner, step, null);
        return null;
      }
      return {
        footprint: () => [touch(world.resources.cell(cell), touchWrite)],
        run: (turn) => {
          turn.data[turn.layout.cell + cell] = value.id;
          turn.note(`${printPlace(step.place)} = ${show(value)}`);
          return null;
        },
      };
    }
  }
}

function asEntry(runner: Runner, value: Value): (Value & { readonly k: "entry" | "torn" }) | null {
  if (value.k === "entry" || value.k === "torn") return value;
  if (value.k === "int" && value.value === 0n) return runner.world.values.none;
  const inner = value.k === "record" ? value.fields[0]?.[1] : undefined;
  return inner === undefined ? null : asEntry(runner, inner);
}

function call(runner: Runner, step: CallStep): Operation | null {
  const { session, thread } = runner;
  const args = step.args.map((a) => evaluate(runner, a));
  const target = step.callee === null && step.target !== null ? evaluate(runner, step.target) : null;
  const name = step.callee ?? (target?.k === "name" ? target.text : null);
  const callee = name === null ? ({ k: "skip" } as const) : session.callee(name);
  switch (callee.k) {
    case "operation": {
      const operation = callee.make(session.world, args, session.cellOf);
      if (operation === null) skip(runner, step, args, name);
      return operation;
    }
    case "pure": {
      const result = callee.f({ world: session.world, fail: (property, text) => runner.fail(property, text) }, args);
      if (runner.fault === null) complete(runner, step, result ?? unknown(runner, `${name}(${args.map(show).join(", ")})`));
      return null;
    }
    case "inline":
      if (thread.frames.length >= session.depth) skip(runner, step, args, `${name} (calls too deep)`);
      else enter(thread, callee.program, args);
      return null;
    case "skip":
      skip(runner, step, args, name);
      return null;
  }
}

/** A call of which nothing is known: its result is unknown, and so are variables whose address it was given. */
function skip(runner: Runner, step: CallStep, args: readonly Value[], name: string | null): void {
  runner.session.notModelled.add(`${name ?? step.text}()`);
  for (const arg of args) havoc(runner, arg);
  const text = `${name ?? "call"}() of line ${step.loc.line}`;
  for (const assumption of runner.thread.assumed.keys()) if (assumption.includes(text)) runner.thread.assumed.delete(assumption);
  complete(runner, step, unknown(runner, text));
}

/** Follows the end of a block. False when this way is not followed further here. */
function finishBlock(runner: Runner, work: Runner[]): boolean {
  const { thread } = runner;
  const frame = thread.frames[thread.frames.length - 1]!;
  const end = frame.program.ir.blocks[frame.block]!.end;
  const go = (to: number): boolean => {
    frame.block = to;
    frame.step = 0;
    return true;
  };
  switch (end.k) {
    case "goto":
      return go(end.to);
    case "branch": {
      const value = evaluate(runner, end.cond);
      const known = truth(value) ?? thread.assumed.get(show(value));
      if (known !== undefined) return go(known ? end.yes : end.no);
      const other = fork(runner);
      const there = other.thread.frames[other.thread.frames.length - 1]!;
      there.block = end.no;
      there.step = 0;
      other.thread.assumed.set(show(value), false);
      thread.assumed.set(show(value), true);
      work.push(other);
      return go(end.yes);
    }
    case "switch":
      return choose(runner, evaluate(runner, end.value), end.cases, end.otherwise, work);
    case "return": {
      const value = end.value === null ? null : evaluate(runner, end.value);
      leave(thread);
      const outer = thread.frames[thread.frames.length - 1];
      if (outer === undefined) thread.result = value;
      else complete(runner, runner.step()!, value);
      return true;
    }
    case "stop":
      if (thread.assumed.size === 0) {
        runner.fail("assertion", "reaches a BUG()");
        return true;
      }
      return false;
    case "lost":
      runner.session.notModelled.add(`line ${end.loc.line}: ${end.why}`);
      return false;
  }
}

function choose(runner: Runner, value: Value, cases: readonly { readonly low: Expr; readonly high: Expr; readonly to: number }[], otherwise: number, work: Runner[]): boolean {
  const frame = runner.thread.frames[runner.thread.frames.length - 1]!;
  const open: number[] = [];
  for (const c of cases) {
    const low = evaluate(runner, c.low);
    const high = evaluate(runner, c.high);
    const within = low === high ? equal(value, low) : value.k === "int" && low.k === "int" && high.k === "int" ? value.value >= low.value && value.value <= high.value : undefined;
    if (within === true) {
      open.push(c.to);
      break;
    }
    if (within === undefined) open.push(c.to);
    if (c === cases[cases.length - 1]) open.push(otherwise);
  }
  const [first, ...rest] = open.length === 0 ? [otherwise] : open;
  for (const to of rest) {
    const other = fork(runner);
    const there = other.thread.frames[other.thread.frames.length - 1]!;
    there.block = to;
    there.step = 0;
    work.push(other);
  }
  frame.block = first!;
  frame.step = 0;
  return true;
}

function fork(runner: Runner): Runner {
  return new Runner(runner.session, copyThread(runner.thread), runner.turn.data.slice(), runner.turn.thread, runner.notes);
}

/** Where a new thread stands first. */
export function startThread(session: Session, thread: ThreadState, data: Int32Array, number: number): Arrival[] {
  return settle(session, copyThread(thread), data.slice(), number, []);
}

/** Performs the operation that the thread stands before and runs it to the next one. */
export function stepThread(session: Session, standing: Standing, data: Int32Array, number: number): Arrival[] {
  const runner = new Runner(session, copyThread(standing.thread), data.slice(), number, []);
  const result = standing.operation!.run(runner.turn);
  if (runner.fault !== null || standing.step === null) return [arrive(runner, null, null)];
  complete(runner, standing.step!, result);
  return settle(session, runner.thread, runner.turn.data, number, runner.notes);
}

/** A turn that only looks. */
export function lookingTurn(session: Session, data: Int32Array, thread: number): Turn {
  return { layout: session.world.layout, data, values: session.world.values, thread, fail: () => {}, note: () => {} };
}
