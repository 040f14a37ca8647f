/**
 * Exhaustive depth-first search over the interleavings of a system, with visited states kept and dynamic partial-order
 * reduction: at each state one thread is tried first, and another one only when something that it may do behind the step taken
 * here conflicts with that step (Flanagan and Godefroid, POPL 2005). Because a visited state is not searched again, each keeps
 * a summary of what is done behind it, and reaching it counts as doing all of that (Yang, Chen, Gopalakrishnan and Kirby,
 * SPIN 2008). Where a round closes, the summary is not complete, so every thread is tried on that round.
 *
 * A thread that was tried at a state sleeps behind the steps of the others that are tried there, until one of them conflicts with
 * its step: up to there it comes to the same whether it goes first (Godefroid, LNCS 1032, 1996, chapter 5). A state that was left with
 * threads asleep is taken up again for those that are awake when it is reached another way; whoever was tried there before was so while they
 * slept, and so does not sleep behind them. On a round nobody sleeps.
 *
 * Why all that matters is tried: take any way E from a state, the step `a` of a thread t that is tried there, and the first step e in E that
 * conflicts with it and comes before t goes. What comes before e is not t's and does not conflict with `a`, so behind `a` it can be done as well,
 * and e then is next: it is in the summary (with what waits), and no lock keeps it from `a`, as both threads stand before their steps at once. So e's
 * thread is tried too, or sleeps; then its own step takes the place of `a`, which ends as e comes ever earlier. Hence one thread is tried, or
 * sleeps, whose step can be brought to the front of E.
 *
 * What a step touches may depend on the state. What is noted of e is what e touches behind `a`; had it come first, it might have touched more. So a
 * footprint may depend only on words of which every change, by anybody, conflicts with the footprint in the state before the change and
 * in the one behind it: then steps that do not conflict leave each other's footprints as they are. Words that no other thread changes are always good; so is a count
 * that the footprint touches in every state. Whether a CPU still holds a translation is not, if only those touch the translations that find one: another thread's
 * flush ends that, and behind it nothing is left to conflict with.
 *
 * The order is fixed: lowest thread first, outcomes in the order in which the system names them.
 */
import { atOnce } from "../../util/slices.ts";
import { addTo, Deeds, type Act, type DeedSet } from "./deeds.ts";
import type { Outcome, System } from "./system.ts";

export interface Bounds {
  /** Most distinct states. */
  readonly states: number;
  /** Asked now and then; true ends the search as if the bound had been reached. */
  readonly cancelled?: () => boolean;
  /** False searches every interleaving: to measure, and to check the reduction against. */
  readonly reduce?: boolean;
  /** Go on after the first fault, up to this many distinct ones. With reduction not all are found: what others do behind a faulty step is not followed, so it calls nobody to go first. */
  readonly faults?: number;
}

/** One step of a found interleaving: the thread, and which of the step's outcomes came. */
export interface Move {
  readonly thread: number;
  readonly outcome: number;
}

export interface Found<Fault> {
  readonly fault: Fault;
  /** Index into `System.initial`. */
  readonly start: number;
  readonly moves: readonly Move[];
}

export interface Exploration<Fault> {
  readonly found: readonly Found<Fault>[];
  /** Distinct states, and interleavings followed to an end, a fault or a visited state. */
  readonly states: number;
  readonly executions: number;
  /** False when a bound ended the search; then nothing follows from finding no fault. */
  readonly complete: boolean;
  /** Everything that was touched. Worked out when asked for. */
  readonly touched: () => ReadonlyMap<number, number>;
}

interface Visited {
  /** What is done behind it. */
  summary: DeedSet;
  /** Stack index while on the stack, else -1. */
  index: number;
  /** Stack index of the open round that this state is part of, or -1 when its summary is complete. */
  openUntil: number;
  /** Threads that were tried, and those that were left asleep: sets of bits. */
  done: number;
  asleep: number;
  /** Whether some way from here is known to come to an end, to a fault, or to where it is not followed further. */
  ends: boolean;
}

interface Node<State, Fault> {
  readonly state: State;
  readonly visited: Visited;
  /** What each thread does next; null when it has finished. */
  readonly acts: readonly (Act | null)[];
  /** Threads that can go on, those to try here, and those that have been tried: sets of bits. */
  readonly enabled: number;
  wanted: number;
  done: number;
  /** Threads whose next step is not to be taken here, as it was taken before with the same outcome; and those that may sleep behind a step from here. */
  asleep: number;
  sleepy: number;
  /** Threads that sleep behind the present step. */
  behind: number;
  /** Thread being tried, its outcomes and the next one to follow. */
  thread: number;
  outcomes: readonly Outcome<State, Fault>[];
  next: number;
  /** Smallest stack index that a round from here comes back to. */
  low: number;
  /** Whether every thread is wanted because of a round. */
  onRound: boolean;
  /** From this stack index up to this node every thread is wanted. */
  allFrom: number;
  /** Length of the list of open states when this node was pushed. */
  readonly openBefore: number;
}

/** Rounds of the search between two pauses: far less than a millisecond in most functions, some where a step goes hundreds of ways. */
const roundsOfSlice = 32;

export function explore<State, Fault>(system: System<State, Fault>, bounds: Bounds): Exploration<Fault> {
  return atOnce(exploring(system, bounds));
}

/** The same in slices. */
export function* exploring<State, Fault>(system: System<State, Fault>, bounds: Bounds): Generator<void, Exploration<Fault>> {
  const reduce = bounds.reduce ?? true;
  const mostFaults = bounds.faults ?? 1;
  const visited = new Map<string | number, Visited>();
  const stack: Node<State, Fault>[] = [];
  const deeds = new Deeds();
  /** States off the stack whose summary lacks what the rest of their round will touch. */
  const open: Visited[] = [];
  const found = new Map<string, Found<Fault>>();
  const touched: DeedSet = [];
  let executions = 0;
  let complete = true;
  let start = 0;

  const report = (fault: Fault): void => {
    const key = system.faultKey(fault);
    if (found.has(key)) return;
    found.set(key, { fault, start, moves: stack.filter((n) => n.thread >= 0).map((n) => ({ thread: n.thread, outcome: n.next - 1 })) });
  };

  /** Takes in what is done behind the node's present step: whoever may do something there that conflicts with it is to be tried at the node, too. */
  const noteBehind = (node: Node<State, Fault>, behind: DeedSet): void => {
    addTo(node.visited.summary, behind);
    if ((node.wanted & node.enabled) === node.enabled) return;
    let opponents = deeds.opponents(node.acts[node.thread]!, behind);
    // In place of one that sleeps come those who may do something that conflicts with its step.
    for (let rest = opponents & node.asleep; rest !== 0; ) {
      const sleeper = 31 - Math.clz32(rest & -rest);
      const more = deeds.opponents(node.acts[sleeper]!, behind) & ~opponents;
      opponents |= more;
      rest = (rest & ~(1 << sleeper)) | (more & node.asleep);
    }
    node.wanted |= (opponents & ~node.enabled) === 0 ? opponents : node.enabled;
  };

  const wantAll = (from: number): void => {
    const top = stack.length - 1;
    for (let at = top; at >= from; ) {
      const node = stack[at]!;
      node.wanted = node.enabled;
      node.asleep = 0;
      node.sleepy = 0;
      node.onRound = true;
      at = Math.min(at, node.allFrom) - 1;
    }
    if (top >= 0) stack[top]!.allFrom = Math.min(stack[top]!.allFrom, from);
  };

  /** Threads that sleep behind the thread's step: nothing that it does conflicts with what they would do. */
  const stillAsleep = (node: Node<State, Fault>, thread: number): number => {
    let set = node.sleepy & ~(1 << thread);
    for (let rest = set; rest !== 0; rest &= rest - 1) {
      const sleeper = 31 - Math.clz32(rest & -rest);
      if (deeds.opponents(node.acts[thread]!, node.acts[sleeper]!.all) !== 0) set &= ~(1 << sleeper);
    }
    return set;
  };

  const push = (state: State, asleep: number): void => {
    const key = system.key(state);
    const known = visited.get(key);
    if (known !== undefined) {
      executions++;
      const awake = known.index >= 0 ? 0 : known.asleep & ~asleep;
      if (awake !== 0) enter(state, known, awake);
      else {
        meet(known);
        if (stack.length > 0) system.forget?.(state, key);
      }
      return;
    }
    if (visited.size >= bounds.states || (visited.size % 16 === 0 && bounds.cancelled?.() === true)) {
      complete = false;
      return;
    }
    const entry: Visited = { summary: [], index: -1, openUntil: -1, done: 0, asleep, ends: false };
    visited.set(key, entry);
    enter(state, entry, -1);
    const { acts, enabled } = stack[stack.length - 1]!;
    if (enabled === 0) {
      executions++;
      const fault = acts.some((act) => act !== null) ? system.atDeadlock(state) : system.atEnd(state);
      if (fault !== null) report(fault);
    }
  };

  /** Puts a state on the stack, to try some of the threads in `awake`: all for a new one; one that was left has had its others. */
  const enter = (state: State, entry: Visited, awake: number): void => {
    const acts: (Act | null)[] = [];
    let enabled = 0;
    for (let thread = 0; thread < system.threads; thread++) {
      const pending = system.pending(state, thread);
      const act = pending === null ? null : deeds.act(thread, pending);
      acts.push(act);
      if (pending?.enabled === true) enabled |= 1 << thread;
      // What waits here for ever is never executed, yet might have come before.
      if (act !== null) addTo(entry.summary, act.all);
    }
    const asleep = entry.asleep & (awake < 0 ? enabled : ~awake);
    const able = enabled & ~asleep;
    const wanted = !reduce ? enabled : awake < 0 ? able & -able : awake;
    entry.index = stack.length;
    entry.ends ||= able === 0;
    stack.push({
      state, visited: entry, acts, enabled, wanted, done: entry.done, asleep, sleepy: asleep, behind: 0,
      thread: -1, outcomes: [], next: 0, low: stack.length, onRound: false, allFrom: stack.length + 1, openBefore: open.length,
    });
  };

  /** A state that was seen before: what is touched behind it counts as touched behind the present stack. */
  const meet = (known: Visited): void => {
    const top = stack[stack.length - 1];
    if (known.index >= 0) {
      const node = top!;
      node.low = Math.min(node.low, known.index);
      wantAll(known.index);
    } else if (known.openUntil >= 0) {
      wantAll(0);
      top!.low = Math.min(top!.low, known.openUntil);
    }
    if (top === undefined) return;
    if (known.ends) top.visited.ends = true;
    noteBehind(top, known.summary);
  };

  const pop = (): void => {
    const node = stack.pop()!;
    const index = stack.length;
    const entry = node.visited;
    entry.index = -1;
    entry.done = node.done;
    entry.asleep = node.asleep;
    const parent = stack[index - 1];
    if (node.low < index) {
      entry.openUntil = node.low;
      open.push(entry);
      if (parent !== undefined) parent.low = Math.min(parent.low, node.low);
    } else {
      // Nothing on this round, or behind it, comes to an end: whoever is not done goes on for ever.
      if (!entry.ends && complete) {
        report(system.atLivelock(node.state, node.acts.findIndex((act) => act !== null)));
        entry.ends = true;
      }
      for (const member of open.splice(node.openBefore)) {
        member.openUntil = -1;
        member.summary = entry.summary;
        member.ends = true;
      }
    }
    if (parent === undefined) {
      addTo(touched, entry.summary);
      return;
    }
    if (entry.ends) parent.visited.ends = true;
    noteBehind(parent, entry.summary);
  };

  const goOn = (): void => {
    for (let round = 0; round < roundsOfSlice && stack.length > 0 && found.size < mostFaults; round++) {
      const node = stack[stack.length - 1]!;
      if (node.next < node.outcomes.length) {
        const outcome = node.outcomes[node.next++]!;
        if (outcome.fault !== null) {
          executions++;
          node.visited.ends = true;
          report(outcome.fault);
        } else push(outcome.state, node.behind);
        continue;
      }
      const left = node.wanted & node.enabled & ~node.done & ~node.asleep;
      if (left === 0 || !complete) {
        pop();
        continue;
      }
      if (node.thread >= 0 && !node.onRound) node.sleepy |= 1 << node.thread;
      node.thread = 31 - Math.clz32(left & -left);
      node.behind = reduce ? stillAsleep(node, node.thread) : 0;
      node.done |= 1 << node.thread;
      node.next = 0;
      node.outcomes = system.step(node.state, node.thread);
      if (node.outcomes.length === 0) node.visited.ends = true;
    }
  };

  for (; start < system.initial.length && found.size < mostFaults; start++) {
    const first = system.initial[start]!;
    if (first.fault !== null) report(first.fault);
    else push(first.state, 0);
    while (stack.length > 0 && found.size < mostFaults) {
      goOn();
      yield;
    }
    stack.length = 0;
  }
  return { found: [...found.values()], states: visited.size, executions, complete, touched: () => deeds.touched(touched) };
}
