/** Threads and a world together as the explorer's system, and the replay of a found interleaving step by step. */
import type { RuleId } from "../../core/finding.ts";
import { life } from "../world/layout.ts";
import { dropAll, heldBy } from "../world/locks.ts";
import { properties, type Fault, type PropertyId } from "../world/property.ts";
import { cpuName, staleFor } from "../world/tlb.ts";
import { virtualName } from "../world/translate.ts";
import { tableName, type Turn } from "../world/turn.ts";
import { countTables, unbalanced } from "../world/table-accounts.ts";
import type { Found } from "./explore.ts";
import { lookingTurn, startThread, stepThread } from "./machine.ts";
import { placeOf, type Arrival } from "./runner.ts";
import type { Session } from "./session.ts";
import type { Sight, Standing } from "./standings.ts";
import { StateIds } from "./state-ids.ts";
import type { Outcome, System } from "./system.ts";
import type { ThreadState } from "./thread.ts";

export interface SimState {
  readonly data: Int32Array;
  readonly standings: readonly Standing[];
}

/** One step of a replayed interleaving. */
export interface ReplayedStep {
  readonly thread: number;
  readonly before: SimState;
  readonly after: SimState;
  readonly notes: readonly string[];
  readonly saw: readonly Sight[];
  /** Where the thread stood in the code that a reader knows. */
  readonly place: ReturnType<typeof placeOf>;
}

export interface Simulation extends System<SimState, Fault> {
  /** As step(), with what each outcome says of itself. */
  steps(state: SimState, thread: number): readonly (Outcome<SimState, Fault> & { readonly notes: readonly string[] })[];
  replay(found: Found<Fault>): ReplayedStep[];
}

/** A thread as it is before its first step. `begin` has been run to its end before the race starts. */
export interface Starting {
  readonly begin: ThreadState | null;
  readonly thread: ThreadState;
}

/**
 * Runs what each thread has done beforehand, one after the other. Null when it cannot be done beside a function that holds
 * its callers' locks; in a scenario that is a mistake of the scenario, and throws.
 */
function runBeginnings(session: Session, threads: readonly Starting[], data: Int32Array): Int32Array | null {
  let world = data;
  for (const [number, { begin }] of threads.entries()) {
    if (begin === null) continue;
    let [at] = startThread(session, begin, world, number);
    while (at !== undefined && at.fault === null && at.standing.step !== null) {
      const turn = lookingTurn(session.world, at.data, number);
      const waits = at.standing.operation?.enabled?.(turn) === false;
      if (waits && session.foreign) return null;
      if (waits) throw new RangeError("what a thread begins with would have to wait");
      [at] = stepThread(session, at.standing, at.data, number);
    }
    if (session.foreign && (at === undefined || at.fault !== null)) return null;
    if (at === undefined || at.fault !== null) throw new RangeError(`what a thread begins with cannot be done: ${at?.fault?.text ?? "not modelled"}`);
    world = at.data;
  }
  return world;
}

/** `data` is the world that the threads start in. */
export function simulation(session: Session, threads: readonly Starting[], data: Int32Array): Simulation {
  const ids = new StateIds();
  const { layout } = session.world;
  const outcomeOf = (before: readonly Standing[], thread: number, arrival: Arrival): Outcome<SimState, Fault> => ({
    state: { data: arrival.data, standings: before.map((s, i) => (i === thread ? arrival.standing : s)) },
    fault: arrival.fault,
  });
  // The threads run up to their first visible operation one after the other: nothing of that can be seen by another.
  const begun = runBeginnings(session, threads, data);
  let initial: Outcome<SimState, Fault>[] = begun === null ? [] : [{ state: { data: begun, standings: [] }, fault: null }];
  for (const [number, { thread }] of threads.entries()) {
    initial = initial.flatMap((start) => {
      if (start.fault !== null) return [start];
      return startThread(session, thread, start.state.data, number).map((a) => ({
        state: { data: a.data, standings: [...start.state.standings, a.standing] }, fault: a.fault,
      }));
    });
  }
  const failing = (property: PropertyId, text: string, thread: number, state: SimState, rule?: RuleId): Fault => {
    const standing = state.standings[Math.max(thread, 0)]!;
    const { file, line } = placeOf(standing.thread);
    return { property, rule: rule ?? properties[property].rule, text, thread, file, line };
  };
  return {
    threads: threads.length,
    initial,
    pending(state, thread) {
      const { operation, footprint } = state.standings[thread]!;
      if (operation === null) return null;
      const holds = state.data[layout.holds + thread]!;
      const alone = state.data[layout.holdsAlone + thread]!;
      if (footprint !== null && operation.enabled === undefined) return { enabled: true, footprint, holds, alone };
      const turn = lookingTurn(session.world, state.data, thread);
      return { enabled: operation.enabled?.(turn) ?? true, footprint: footprint ?? operation.footprint(turn), holds, alone };
    },
    step(state, thread) {
      return stepThread(session, state.standings[thread]!, state.data, thread).map((a) => outcomeOf(state.standings, thread, a));
    },
    steps(state, thread) {
      return stepThread(session, state.standings[thread]!, state.data, thread, true).map((a) => ({ ...outcomeOf(state.standings, thread, a), notes: a.notes }));
    },
    key: (state) => ids.of(state.data, state.standings),
    forget(state, key) {
      if (!ids.keeps(Number(key), state.data)) session.arena.giveBack(state.data);
    },
    atEnd(state) {
      const turn = lookingTurn(session.world, state.data, 0);
      const left = session.foreign ? undefined : leftOver(turn);
      if (left !== undefined) return failing("accounting", `${tableName(turn.layout, left)} is left over: nothing points to it and nobody frees it`, -1, state);
      // Nobody counts the tables of init_mm.
      if (session.foreign && session.world.options.kernel) return null;
      for (let mm = 0; mm < session.world.layout.mms; mm++) {
        const counted = state.data[session.world.layout.tablesCounted + mm]!;
        const there = countTables(turn, mm);
        if (counted !== there) return failing("accounting", `${counted} PTE tables are accounted for and ${there} exist`, -1, state);
      }
      const huge = unbalanced(turn, session.world);
      return huge === "" ? null : failing("deposit", huge, -1, state);
    },
    atDeadlock(state) {
      const waiting = state.standings.flatMap((s, thread) => (s.operation === null ? [] : [thread]));
      const who = waiting.map((thread) => `CPU${thread} holds ${heldBy(lookingTurn(session.world, state.data, thread), session.world.locks).join(", ") || "nothing"}`);
      return failing("deadlock", `every thread waits: ${who.join("; ")}`, waiting[0] ?? -1, state);
    },
    atLivelock: (state, thread) => failing("livelock", "tries the same again for ever", thread, state),
    faultKey: (fault) => `${fault.property} ${fault.thread} ${fault.file}:${fault.line}`,
    replay(found) {
      // What was worked out once and is told again costs nothing.
      const { left } = session.work;
      let state = initial[found.start]!.state;
      session.work.left = Infinity;
      const steps = found.moves.map(({ thread, outcome }) => {
        const before = state;
        const standing = before.standings[thread]!;
        const arrival = stepThread(session, standing, before.data, thread, true)[outcome]!;
        state = outcomeOf(before.standings, thread, arrival).state;
        return { thread, before, after: state, notes: arrival.notes, saw: arrival.saw, place: placeOf(standing.thread) };
      });
      session.work.left = left;
      return steps;
    },
  };
}

/** A table that was allocated or taken out and that nobody has freed, deposited or put in. */
function leftOver({ layout, data }: Turn): number | undefined {
  const at = layout.levels.findIndex((_, table) => data[layout.life + table] === life.private || data[layout.life + table] === life.unlinked);
  return at < 0 ? undefined : at;
}

/**
 * What a thread must have undone when it returns. `kept` are the names of the locks that it held at the start: its caller
 * releases them then.
 */
export function exitCheck(
  session: () => Session, kept: (thread: number) => readonly string[], checkFlush: (thread: number) => boolean,
): (turn: Turn) => void {
  return (turn) => {
    const { world, foreign } = session();
    // Code that was not written for the simulator may release what its caller holds, and hand out locked folios.
    const mayRelease = foreign && turn.thread === 0;
    const expected = kept(turn.thread);
    const held = heldBy(turn, world.locks).filter((name) => !mayRelease || !name.startsWith("folio lock"));
    const extra = held.find((name) => !expected.includes(name));
    const lost = expected.find((name) => !held.includes(name));
    const sections = Number(expected.includes("rcu"));
    if (extra !== undefined) turn.fail("held-at-exit", `returns with ${extra} held`);
    else if (!mayRelease && lost !== undefined && lost !== "rcu" && lost !== "irq") turn.fail("not-held", `returns without ${lost}, which its caller holds`);
    else if (turn.data[world.layout.rcu + turn.thread]! > sections) turn.fail("held-at-exit", "returns inside an RCU read section: a mapped pte has not been unmapped", "map-balance");
    else if (turn.data[world.layout.irq + turn.thread]! > Number(expected.includes("irq"))) turn.fail("held-at-exit", "returns with interrupts off");
    dropAll(turn, world.locks);
    if (!checkFlush(turn.thread)) return;
    const [stale] = staleFor(turn, -1).filter(({ page }) => turn.data[world.layout.unflushed + page]! & (1 << turn.thread));
    if (stale !== undefined) turn.fail("unflushed-return", `returns while ${cpuName(turn, stale.cpus)} may still use the old translation for ${virtualName(world.layout, stale.page)}`);
  };
}
