/**
 * Runs threads over the world. A thread always stands before a visible operation; what lies between two of them is its
 * own business and runs as part of the step. Where a test depends on a value that is not known, the step has two
 * outcomes, and the thread remembers which way it went so that the same test goes the same way again.
 */
import type { Step } from "../../c/ir.ts";
import type { World } from "../world/build.ts";
import { holds } from "../world/locks.ts";
import { waitingFor } from "../world/tables.ts";
import type { Turn } from "../world/turn.ts";
import type { Value } from "../world/value.ts";
import { load, store, widened } from "./access.ts";
import { call } from "./calls.ts";
import { evaluate, locate } from "./eval.ts";
import { finishBlock } from "./flow.ts";
import type { Operation } from "./operation.ts";
import { complete, placeOf, Runner, type Arrival } from "./runner.ts";
import type { Session } from "./session.ts";
import type { Passage, Standing } from "./standings.ts";
import { touch, touchAdd, touchRead, touchWrite, type Touch } from "./system.ts";
import { copyThread, dropDead, setVariable, threadKey, type ThreadState } from "./thread.ts";
import { nothingTold, tell } from "./told.ts";
import { Diary, extended, followed, type Lesson } from "./trails.ts";

/** The ways through one step that are still to be followed, and where ways have come by: where two meet they are one. */
interface Ways {
  readonly work: Runner[];
  readonly seen: Set<string>;
  /** Whether there has ever been more than one. */
  forked: boolean;
  /** Local steps taken on all of them. */
  steps: number;
  /** Characters of the states in `seen`. */
  seenSize: number;
  readonly diary: Diary<Standing>;
}

/** Most ways that one step may go before the rest is left out. */
const mostForks = 256;

/** Most local steps on all ways of one step together. */
const mostSteps = 40_000;

/** Most characters of the states that ways of one step are told apart by; the largest step of mm/ of 6.12 comes to 181,557. */
const mostSeen = 2_000_000;

/** Runs a thread from where it is to its next visible operation, in every way that it may go. */
function settle(first: Runner, diary: Diary<Standing>): Arrival[] {
  const { session } = first;
  const arrivals: Arrival[] = [];
  const ways: Ways = { work: [first], seen: new Set(), forked: false, steps: 0, seenSize: 0, diary };
  for (let forks = 0; ways.work.length > 0; forks++) {
    const runner = ways.work.pop()!;
    ways.forked ||= ways.work.length > 0 || forks > 0;
    // Whoever has no work left to spend is told by that; what is left out then is not worth a word.
    if (session.work.left < 0) break;
    // meets() has said so, as it may have been the last way.
    if (ways.seenSize > mostSeen) break;
    if (forks > mostForks || ways.steps > mostSteps) {
      session.told.notModelled.add(`more than ${mostForks} ways through one step`);
      break;
    }
    const before = arrivals.length;
    advance(runner, ways, arrivals);
    const arrival = arrivals[before];
    diary.note(arrival === undefined ? { k: "ended" } : { k: "arrived", standing: arrival.standing, fault: arrival.fault }, 0);
  }
  return arrivals;
}

/** The return from the thread's own function, where what it promised must have been kept. */
function exitOperation(runner: Runner): Operation {
  const { layout, locks, options, resources } = runner.world;
  return {
    footprint: (turn) => {
      const { data, thread } = turn;
      const touches = locks.names.flatMap((_, lock) => (holds(turn, lock, "any") ? [touch(resources.look(lock), touchAdd)] : []));
      if (data[layout.rcu + thread]! > 0) touches.push(touch(resources.rcu(thread), touchWrite));
      const takesIpi = data[layout.irq + thread]! > 0;
      if (takesIpi) touches.push(touch(resources.irq(thread), touchWrite));
      for (const table of waitingFor(turn)) touches.push(touch(resources.life(table), touchWrite));
      // Not whether it still has to flush: another thread's flush may change that, and then nobody would see that the two conflict.
      if (takesIpi && options.flushByIpi) touches.push(touch(resources.tlb, touchWrite));
      else if (data[layout.owes + thread] !== 0) touches.push(touch(resources.tlb, touchRead));
      return touches;
    },
    run: (turn) => {
      runner.session.atExit(turn);
      turn.data[layout.owes + turn.thread] = 0;
      return null;
    },
  };
}

function arrive(runner: Runner, operation: Operation | null, step: Step | null): Arrival {
  const { session, thread, turn } = runner;
  if (runner.fault === null) dropDead(thread, session.reloaded);
  if (turn.thread === 0 && operation !== null) session.told.reached.add(placeOf(thread).line);
  const key = `${turn.thread}${operation === null ? "." : ""}${runner.fault === null ? "" : "!"}${threadKey(thread)}`;
  session.work.left -= key.length >> sizeOfStep;
  const standing = session.standings.of(key, () => ({ thread, operation, step, footprint: constantFootprint(runner, operation) }));
  return { standing, data: runner.data, fault: runner.fault, notes: runner.notes, saw: runner.saw };
}

/** What the operation touches if it does not ask the world about it. */
function constantFootprint(runner: Runner, operation: Operation | null): readonly Touch[] | null {
  const asking = new Runner(runner.session, runner.thread, runner.data, runner.turn.thread, false);
  const footprint = operation === null ? null : operation.footprint(asking.turn);
  return asking.asked.yes || asking.asked.own ? null : footprint;
}

/** A state is written down and copied with its variables and assumptions, and its memory searched: this many of its characters, and of the places in memory, count as a step (a power of two). */
const sizeOfStep = 7;

/** Most local steps between two visible ones; a loop that never ends alone is cut there. */
const mostLocal = 20_000;

function advance(runner: Runner, ways: Ways, arrivals: Arrival[]): void {
  for (let count = 0; count < mostLocal; count++) {
    runner.session.work.left -= 1 + (runner.thread.memory.size >> sizeOfStep);
    ways.steps++;
    if (runner.dropped) return;
    if (runner.fault !== null) {
      arrivals.push(arrive(runner, null, null));
      return;
    }
    if (runner.thread.frames.length === 0) {
      arrivals.push(arrive(runner, exitOperation(runner), null));
      return;
    }
    const step = runner.step();
    if (step === undefined) {
      const others = ways.work.length;
      if (!finishBlock(runner, ways.work)) return;
      for (let n = others; n < ways.work.length; n++) ways.diary.note({ k: "forked" }, 0);
      ways.forked ||= ways.work.length > 0;
      if (meets(runner, ways)) return;
      continue;
    }
    const operation = localOrVisible(runner, step);
    if (operation === null) continue;
    if (isLocal(runner, operation, ways.diary)) {
      runner.changes++;
      complete(runner, step, done(runner, operation, ways.diary));
      continue;
    }
    arrivals.push(arrive(runner, operation, step));
    return;
  }
  runner.session.told.notModelled.add(`the loop of line ${placeOf(runner.thread).line}, which did not end within ${mostLocal} steps`);
}

/** Whether the operation is the thread's own business. */
function isLocal(runner: Runner, operation: Operation, diary: Diary<Standing>): boolean {
  if (operation.local === undefined) return false;
  diary.lost ||= hasAsked(runner);
  const local = operation.local(runner.turn);
  diary.asks ||= runner.asked.yes;
  if (hasAsked(runner)) diary.note({ k: "asked", operation }, Number(local));
  return local;
}

/** What an operation gives that is the thread's own business. */
function done(runner: Runner, operation: Operation, diary: Diary<Standing>): Value | null {
  const result = operation.run(runner.turn);
  diary.asks ||= runner.asked.yes;
  if (hasAsked(runner)) diary.note({ k: "done", operation }, result?.id ?? -1);
  diary.lost ||= runner.fault !== null;
  return result;
}

/** Whether the world was asked since this was called last. */
function hasAsked({ asked }: Runner): boolean {
  const has = asked.yes || asked.own;
  asked.yes = false;
  asked.own = false;
  return has;
}

/** Most rounds of a loop whose end depends on what is not known, between two visible operations. */
const mostRounds = 8;

/** Whether another way, or this one in an earlier round, has come by here in the same state. */
function meets(runner: Runner, ways: Ways): boolean {
  const frame = runner.thread.frames[runner.thread.frames.length - 1];
  if (frame === undefined || frame.step !== 0) return false;
  if (ways.seen.size === 0 && ways.work.length === 0 && !frame.program.ir.blocks[frame.block]!.loopHead) return false;
  if (ways.forked && frame.program.ir.blocks[frame.block]!.loopHead) {
    const loop = `${frame.program.id}.${frame.block}`;
    const rounds = (runner.rounds.get(loop) ?? 0) + 1;
    runner.rounds.set(loop, rounds);
    if (rounds > mostRounds) {
      runner.session.told.skipped.add(`more than ${mostRounds} rounds of the loop of line ${placeOf(runner.thread).line}`);
      return true;
    }
  }
  dropDead(runner.thread, runner.session.reloaded);
  const world = runner.changes === 0 ? "" : worldKey(runner);
  const place = threadKey(runner.thread);
  if (runner.changes > 0) ways.diary.meets(place, world);
  const key = `${world} ${place}`;
  runner.session.work.left -= (key.length + (runner.changes === 0 ? 0 : runner.data.length)) >> sizeOfStep;
  if (ways.seen.has(key)) {
    // The only way there is has come round: the thread never gets anywhere again, if all that it does is modelled.
    if (ways.forked) return true;
    if (!runner.session.foreign) {
      runner.fail("livelock", "goes round for ever without a look at anything shared");
      return false;
    }
    runner.session.told.notModelled.add(`the loop of line ${placeOf(runner.thread).line}, which does not end`);
    return true;
  }
  ways.seen.add(key);
  ways.seenSize += key.length;
  if (ways.seenSize <= mostSeen) return false;
  // This way is left out; settle() leaves out the rest.
  runner.session.told.notModelled.add(`more than ${mostSeen} characters of states in one step`);
  return true;
}

/** A short name for the world as this way has left it. */
function worldKey({ session, data }: Runner): string {
  const copy = session.arena.copyOf(data);
  const id = session.worlds.of(copy, []);
  if (!session.worlds.keeps(id, copy)) session.arena.giveBack(copy);
  return `w${id}`;
}

/** Does a step that is the thread's own business and gives null, or gives the operation that it is. */
function localOrVisible(runner: Runner, step: Step): Operation | null {
  const frame = runner.thread.frames[runner.thread.frames.length - 1]!;
  switch (step.op) {
    case "assign":
      frame.step++;
      if (step.value !== null) setVariable(runner.thread, step.dst, widened(runner, step, evaluate(runner, step.value)));
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
      runner.session.told.notModelled.add(`lines ${step.from} to ${step.to}: ${step.reason}`);
      return null;
  }
}

/** Where a new thread stands first. */
export function startThread(session: Session, thread: ThreadState, data: Int32Array, number: number): Arrival[] {
  const start = session.standings.of(`${number}>${threadKey(thread)}`, () => ({ thread, operation: null, step: null, footprint: null }));
  return goOn(session, start, null, session.arena.copyOf(data), number, false);
}

/** Performs the operation that the thread stands before and runs it to the next one; `telling`: says what is done on the way. */
export function stepThread(session: Session, standing: Standing, data: Int32Array, number: number, telling = false): Arrival[] {
  const after = session.arena.copyOf(data);
  const first = new Runner(session, standing.thread, after, number, telling);
  const result = standing.operation!.run(first.turn);
  if (first.dropped) return [];
  if (first.fault !== null || standing.step === null) {
    const last = first.fault === null ? new Runner(session, copyThread(standing.thread), after, number, telling) : first;
    if (last !== first) last.notes.push(...first.notes);
    return [arrive(last, null, null)];
  }
  const arrivals = goOn(session, standing, result, after, number, telling);
  // What the operation did, then what came behind it.
  return telling ? arrivals.map((a) => ({ ...a, notes: [...first.notes, ...a.notes], saw: [...first.saw, ...a.saw] })) : arrivals;
}

/** Runs the thread on from where it stands, to its next operation: `result` is what the one that it stands before has given. */
function goOn(session: Session, standing: Standing, result: Value | null, after: Int32Array, number: number, telling: boolean): Arrival[] {
  const given = result === null ? -1 : result.id;
  const { arena, standings, told, work, world } = session;
  const known = telling ? undefined : standings.passages(standing, given);
  if (known !== undefined) {
    learn(session, known);
    const { ways } = known;
    // Each has a state of its own, so that one can be given up without the others.
    return ways.map(({ standing: next, fault }, i) => ({ standing: next, fault, data: i === ways.length - 1 ? after : arena.copyOf(after), notes: nothing, saw: nothing }));
  }
  const trail = telling ? undefined : standings.trail(standing, given);
  const found = trail === undefined ? null : followed(trail, world, arena, after, number);
  if (found !== null) {
    arena.giveBack(after);
    learn(session, found.lesson);
    return found.arrivals.map((arrival) => ({ ...arrival, notes: nothing, saw: nothing }));
  }
  const { locks } = world;
  const [had, named, unknown] = [work.left, locks.names.length, locks.unknown];
  session.told = nothingTold();
  const runner = new Runner(session, copyThread(standing.thread), after, number, telling);
  if (standing.step !== null) complete(runner, standing.step, result);
  const diary = new Diary<Standing>();
  const arrivals = settle(runner, diary);
  const its = session.told;
  session.told = told;
  tell(told, its);
  diary.lost ||= hasAsked(runner);
  // A name that no lock had may answer otherwise when one has it. Ways that were cut short for want of work are no knowledge.
  const isLasting = locks.unknown === unknown || locks.names.length === named;
  if (!telling && !diary.lost && work.left >= 0 && isLasting) {
    const lesson: Lesson = { told: its, heard: told, work: had - work.left, asks: diary.asks };
    const most = locks.unknown === unknown ? -1 : named;
    const older = standings.trail(standing, given);
    if (diary.isFree()) standing.after.passages.set(given, { ...lesson, ways: arrivals.map(({ standing: next, fault }): Passage => ({ standing: next, fault })), locks: most });
    else standing.after.trails.set(given, extended(older, diary, lesson, Math.max(most, older?.locks ?? -1)));
  }
  return arrivals;
}

/**
 * In each run what is known from another counts as work as if it were found out again: how far a run gets does not depend on what was run before. What asks
 * the world of others counts so each time: what a step costs there depends on the state.
 */
function learn(session: Session, lesson: Lesson): void {
  const isNew = lesson.heard !== session.told;
  session.work.left -= isNew || lesson.asks ? lesson.work : workOfStep;
  if (isNew) tell(session.told, lesson.told);
  lesson.heard = session.told;
}

const nothing: readonly never[] = [];

/** What a step costs that is known from before, in interpreted steps: a state to be looked up and maybe kept. */
const workOfStep = 3;

/** A turn that only looks. */
export function lookingTurn(world: World, data: Int32Array, thread: number): Turn {
  return { layout: world.layout, data, mine: data, values: world.values, thread, fail: () => {} };
}
