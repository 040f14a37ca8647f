/** One way of one thread through a step: the thread, the world as it changes it, and what is said about it on the way. */
import type { Step } from "../../c/ir.ts";
import type { RuleId } from "../../core/finding.ts";
import { isHelped } from "../world/build.ts";
import { heldBy } from "../world/locks.ts";
import { properties, type Fault, type PropertyId } from "../world/property.ts";
import type { Turn } from "../world/turn.ts";
import type { EntryValue, TornValue, Value } from "../world/value.ts";
import { unknown, type Scope } from "./eval.ts";
import type { Session } from "./session.ts";
import type { Sight, Standing } from "./standings.ts";
import { copyThread, setVariable, type ThreadState } from "./thread.ts";

/** How a step of one thread ended: where it stands now, or the property that it broke. The world is in the turn's data. */
export interface Arrival {
  readonly standing: Standing;
  readonly data: Int32Array;
  readonly fault: Fault | null;
  readonly notes: readonly string[];
  /** Entries that the step looked at, in order. */
  readonly saw: readonly Sight[];
}

/** What the ways of one step have looked at: anything of the world; words of their own thread. */
export interface Asked {
  yes: boolean;
  own: boolean;
}

/** The turn of a runner: says of itself whether the world was asked. */
class RunnerTurn implements Turn {
  readonly layout: Turn["layout"];
  readonly values: Turn["values"];
  readonly thread: number;
  protected readonly runner: Runner;

  constructor(runner: Runner, thread: number) {
    this.layout = runner.world.layout;
    this.values = runner.world.values;
    this.thread = thread;
    this.runner = runner;
  }

  get data(): Int32Array {
    this.runner.asked.yes = true;
    return this.runner.data;
  }

  get mine(): Int32Array {
    this.runner.asked.own = true;
    return this.runner.data;
  }

  fail(property: PropertyId, text: string, rule?: RuleId): void {
    this.runner.fail(property, text, rule);
  }
}

/** And passes on what is said. */
class TellingTurn extends RunnerTurn {
  note(text: string): void {
    this.runner.notes.push(text);
  }

  saw(table: number, index: number, value: EntryValue | TornValue): void {
    this.runner.saw.push({ table, index, value });
  }
}

/** Properties that a second look at the entry under its lock would have kept. */
const looksAgain: ReadonlySet<PropertyId> = new Set(["not-a-table", "wrong-kind", "lost-entry"]);

export class Runner implements Scope {
  readonly world: Session["world"];
  readonly turn: Turn;
  fault: Fault | null = null;
  /** This way is not followed further: what comes next is not modelled. */
  dropped = false;
  /** Operations done on the way that no other thread notices. */
  changes = 0;
  /** Rounds of loops on this way: program and block -> count. */
  readonly rounds: Map<string, number> = new Map();
  /** Whether somebody wants to know what is done on the way; without, `notes` and `saw` stay empty. */
  readonly telling: boolean;
  readonly notes: string[];
  readonly saw: Sight[] = [];
  readonly session: Session;
  readonly thread: ThreadState;
  readonly fieldDefault: Scope["fieldDefault"];
  /** The world's state, to be handed on; whoever reads it does so through the turn. */
  readonly data: Int32Array;
  /** Shared by the ways of one step. */
  readonly asked: Asked;

  constructor(session: Session, thread: ThreadState, data: Int32Array, number: number, telling: boolean, asked: Asked = { yes: false, own: false }) {
    this.session = session;
    this.world = session.world;
    this.thread = thread;
    this.fieldDefault = session.fieldDefault;
    this.telling = telling;
    this.notes = [];
    this.data = data;
    this.asked = asked;
    this.turn = telling ? new TellingTurn(this, number) : new RunnerTurn(this, number);
  }

  fail(property: PropertyId, text: string, rule?: Fault["rule"]): void {
    if (this.fault !== null) return;
    if (property === "not-held" && this.session.foreign && this.turn.thread === 0) {
      this.session.told.notModelled.add(`line ${placeOf(this.thread).line} ${text}: its caller may`);
      this.session.told.wanted.add(/^releases (.*), which it/.exec(text)?.[1] ?? (text.includes("RCU") ? "rcu" : ""));
      this.dropped = true;
    }
    if (looksAgain.has(property) && isHelped(this.world, this.turn.thread, "recheck") && heldBy(this.turn, this.world.locks).some((name) => name.endsWith("page_table_lock") || / lock of T/.test(name))) {
      this.dropped = true;
    }
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

/** Goes on behind the step, with the result that it gave. */
export function complete(runner: Runner, step: Step, result: Value | null): void {
  const frame = runner.thread.frames[runner.thread.frames.length - 1]!;
  if (runner.fault !== null) return;
  const target = step.op === "load" || step.op === "call" ? step.dst : null;
  frame.step++;
  if (target !== null) setVariable(runner.thread, target, result ?? unknown(runner, `${target} of line ${step.loc.line}`));
}

/** The same way once more, to be taken differently from here on. */
export function fork(runner: Runner): Runner {
  const other = new Runner(runner.session, copyThread(runner.thread), runner.session.arena.copyOf(runner.data), runner.turn.thread, runner.telling, runner.asked);
  for (const note of runner.notes) other.notes.push(note);
  other.changes = runner.changes;
  for (const [loop, count] of runner.rounds) other.rounds.set(loop, count);
  return other;
}
