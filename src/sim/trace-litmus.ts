/**
 * An interleaving of the simulator as a litmus test: what each thread read and wrote of entries, its spinlocks and RCU
 * sections, with the values that the interleaving gave them as the question. The kernel's memory model allows every
 * interleaving, so herd7 says Sometimes; what it is good for is to add barriers and ask again.
 */
import { litmusMark } from "../core/litmus-report.ts";
import { emitLitmus, type Proposition } from "./litmus/index.ts";
import { holds } from "./litmus/condition.ts";
import { lookupIn } from "./litmus/judge.ts";
import { atOnce } from "../util/slices.ts";
import { findAllowed, lkmm, type Expression, type Program, type Statement, UnsupportedProgram, type Value } from "./memory/index.ts";
import type { ReplayedStep } from "./run/simulation.ts";
import type { World } from "./world/build.ts";
import { entriesPerTable, life } from "./world/layout.ts";
import type { Fault } from "./world/property.ts";
import type { EntryValue, TornValue } from "./world/value.ts";
import { litmusName } from "./weak/index.ts";

/** Longer interleavings are no help to anybody. */
const mostEvents = 40;
const steps = 20_000;
/** What a freed table's next owner writes. */
const freed = -2n;

/** null when the interleaving can't be told so: one thread alone, halves of entries, or nothing read. */
export function traceLitmus(name: string, fault: Fault, replayed: readonly ReplayedStep[], world: World): string | null {
  // What it shows cannot be seen in an interleaving (weak/ asks the memory model instead).
  if (fault.property === "uninitialised-table") return null;
  const writer = new TraceWriter(world, replayed);
  for (const step of replayed) writer.add(step);
  const { program, question } = writer.result(litmusName(name));
  const speaking = program.threads.filter((thread) => thread.body.length > 0).length;
  if (writer.unable || speaking < 2 || question.parts.length === 0) return null;
  try {
    const found = atOnce(findAllowed(program, (state) => holds(question, lookupIn(state)), { model: lkmm, steps, rounds: 1 }));
    if (found === null) return null;
    const comment = [litmusMark, "", "Result: Sometimes", "", "An interleaving of the simulator. Contents: 0 none, other numbers what the entry held, -2 a table that was freed."];
    return emitLitmus(program, { locations: [], filter: null, quantifier: "exists", proposition: question }, comment);
  } catch (error) {
    if (error instanceof UnsupportedProgram) return null;
    throw error;
  }
}

const constant = (value: Value): Expression => ({ k: "constant", value });

class TraceWriter {
  unable = false;
  private readonly world: World;
  private readonly first: Int32Array;
  private readonly bodies: Statement[][] = [];
  private readonly memory = new Map<string, Value>();
  private readonly seen: Proposition[] = [];
  private readonly numbers = new Map<number, bigint>();
  /** Per thread: table -> the register that holds a pointer to it. */
  private readonly pointers: Map<number, string>[] = [];
  /** The entry that a pointer to the table points to: the first one that is touched. */
  private readonly heads = new Map<number, number>();
  /** Per register that is followed: the address it held. */
  private readonly targets = new Map<string, Value>();
  /** Entries that the interleaving changes; what others hold is no news. */
  private readonly changing = new Set<number>();
  /** "thread table index" -> the value that the thread read or wrote there last: reading it again is no news. */
  private readonly last = new Map<string, number>();
  private events = 0;

  constructor(world: World, replayed: readonly ReplayedStep[]) {
    this.world = world;
    this.first = replayed[0]?.before.data ?? new Int32Array(0);
    for (let thread = 0; thread < world.layout.threads; thread++) {
      this.bodies.push([]);
      this.pointers.push(new Map());
    }
    for (const step of replayed) for (const slot of this.changed(step)) this.changing.add(slot);
    for (const { table, index } of replayed.flatMap((step) => step.saw)) if (!this.heads.has(table)) this.heads.set(table, index);
  }

  add(step: ReplayedStep): void {
    const { layout } = this.world;
    const [before, after] = [step.before.data, step.after.data];
    this.locks(step);
    this.section(step, before[layout.rcu + step.thread]!, after[layout.rcu + step.thread]!);
    const written = new Map(this.changed(step).map((slot) => [slot, after[layout.entry + slot]!]));
    for (const { table, index, value } of step.saw) {
      const slot = table * entriesPerTable + index;
      const stored = written.get(slot);
      const both = stored !== undefined && before[layout.entry + slot] === value.id;
      this.read(step, table, index, value, both ? stored : null);
      if (both) written.delete(slot);
    }
    for (const [slot, now] of written) {
      const value = this.world.values.get(now);
      if (value.k !== "entry") this.unable = true;
      else this.write(step.thread, Math.floor(slot / entriesPerTable), slot % entriesPerTable, this.valueOf(value), step.place.line);
      this.last.set(`${step.thread} ${Math.floor(slot / entriesPerTable)} ${slot % entriesPerTable}`, now);
    }
    for (let table = 0; table < layout.tables; table++) {
      if (before[layout.life + table] === life.freed || after[layout.life + table] !== life.freed) continue;
      const owner = after[layout.owner + table]! - 1;
      this.write(owner >= 0 ? owner : step.thread, table, this.heads.get(table) ?? 0, freed, step.place.line);
    }
  }

  /** The entries that a step changes, but for those of a table that nobody else can reach yet. */
  private changed({ before, after }: ReplayedStep): number[] {
    const { layout } = this.world;
    return Array.from({ length: layout.tables * entriesPerTable }, (_, slot) => slot).filter((slot) => {
      const isPrivate = after.data[layout.life + Math.floor(slot / entriesPerTable)] === life.private;
      return !isPrivate && before.data[layout.entry + slot] !== after.data[layout.entry + slot];
    });
  }

  result(name: string): { readonly program: Program; readonly question: Proposition & { readonly k: "and" | "or" } } {
    this.readOfFreed();
    if (this.events > mostEvents) this.unable = true;
    const threads = this.bodies.map((body, thread) => ({ name: `P${thread}`, registers: new Map<string, Value>(), body: guarded(balanced(body), this.targets) }));
    return { program: { name, memory: this.memory, threads }, question: { k: "and", parts: this.seen } };
  }

  /** An access that broke the rule shows nothing: a table that was reached and freed is read once more. */
  private readOfFreed(): void {
    for (const [thread, pointers] of this.pointers.entries()) {
      for (const [table, register] of pointers) {
        const gone = this.bodies.some((body, other) => other !== thread && body.some((s) => s.k === "store" && s.value.k === "constant" && s.value.value === freed && s.at.k === "constant" && s.at.value === this.locationOf(table, this.heads.get(table) ?? 0)));
        if (gone) this.load(thread, { k: "register", name: register }, freed, 0);
      }
    }
  }

  private locks({ thread, before, after, place }: ReplayedStep): void {
    const { layout, locks } = this.world;
    for (let lock = 0; lock < locks.names.length; lock++) {
      const [old, now] = [before.data[layout.lock + lock]! & 0xff, after.data[layout.lock + lock]! & 0xff];
      if (old === now || locks.kinds[lock] !== "spin") continue;
      const at = constant(locks.names[lock]!.replace(/^the /, "").replace(/\W+/g, "_"));
      if (old === thread + 1) this.push(thread, { k: "unlock", at, line: place.line });
      if (now === thread + 1) this.push(thread, { k: "lock", at, line: place.line });
    }
  }

  private section({ thread, place }: ReplayedStep, old: number, now: number): void {
    if (now > old) this.push(thread, { k: "fence", kind: "rcu-lock", line: place.line });
    if (now < old) this.push(thread, { k: "fence", kind: "rcu-unlock", line: place.line });
  }

  private read({ thread, place }: ReplayedStep, table: number, index: number, value: EntryValue | TornValue, stored: number | null): void {
    if (value.k !== "entry") {
      this.unable = true;
      return;
    }
    if (!this.changing.has(table * entriesPerTable + index)) return;
    const pointer = this.pointers[thread]!.get(table);
    const location = this.locationOf(table, index);
    const at: Expression = pointer !== undefined && this.heads.get(table) === index ? { k: "register", name: pointer } : constant(location);
    const next = stored === null ? null : this.world.values.get(stored);
    if (next !== null && next.k !== "entry") this.unable = true;
    const slot = `${thread} ${table} ${index}`;
    if (stored === null && this.last.get(slot) === value.id) return;
    this.last.set(slot, stored ?? value.id);
    const register = this.load(thread, at, this.valueOf(value), place.line, next?.k === "entry" ? this.valueOf(next) : null);
    if (value.kind !== "table") return;
    this.pointers[thread]!.set(value.target, register);
    this.targets.set(register, this.valueOf(value));
  }

  private load(thread: number, at: Expression, value: Value, line: number, stored: Value | null = null): string {
    const name = `r${this.seen.length}`;
    const expression: Expression = stored === null
      ? { k: "load", at, order: "once", line }
      : { k: "exchange", at, value: constant(stored), order: "full", line };
    this.push(thread, { k: "set", register: name, value: expression });
    this.seen.push({ k: "value", of: { k: "register", thread, name }, is: value });
    return name;
  }

  private write(thread: number, table: number, index: number, value: Value, line: number): void {
    this.push(thread, { k: "store", at: constant(this.locationOf(table, index)), value: constant(value), order: "once", line });
  }

  private push(thread: number, statement: Statement): void {
    this.events++;
    this.bodies[thread]!.push(statement);
  }

  private locationOf(table: number, index: number): string {
    const { layout, values } = this.world;
    const level = layout.levels[table];
    const name = index === (this.heads.get(table) ?? 0) ? `${level}_T${table}` : `${level}_T${table}_${index}`;
    if (this.memory.has(name)) return name;
    this.memory.set(name, 0n);
    const value = values.get(this.first[layout.entry + table * entriesPerTable + index]!);
    if (value.k === "entry") this.memory.set(name, this.valueOf(value));
    return name;
  }

  /** The address of a table, or a number for what the entry is. */
  private valueOf(value: EntryValue): Value {
    if (value.kind === "none") return 0n;
    if (value.kind === "table") return this.locationOf(value.target, this.heads.get(value.target) ?? 0);
    const number = this.numbers.get(value.id) ?? BigInt(this.numbers.size + 1);
    this.numbers.set(value.id, number);
    return number;
  }
}

/**
 * A pointer is followed only if it is the one that the interleaving followed: herd7 takes no others. `before`: what the thread
 * has done so far, so that locks and sections are closed on the other way, too.
 */
function guarded(
  body: readonly Statement[], targets: ReadonlyMap<string, Value>, known: ReadonlySet<string> = new Set(), before: readonly Statement[] = [],
): Statement[] {
  const at = body.findIndex((statement) => {
    const name = followed(statement);
    return name !== null && !known.has(name);
  });
  if (at < 0) return [...body];
  const name = followed(body[at]!)!;
  const condition: Expression = { k: "binary", operator: "==", left: { k: "register", name }, right: constant(targets.get(name) ?? 0n) };
  const done = [...before, ...body.slice(0, at)];
  const yes = guarded(body.slice(at), targets, new Set([...known, name]), done);
  return [...body.slice(0, at), { k: "if", condition, yes, no: balanced(done).slice(done.length) }];
}

/** The register whose value is the address of what the statement reads. */
function followed(statement: Statement): string | null {
  if (statement.k !== "set" || (statement.value.k !== "load" && statement.value.k !== "exchange")) return null;
  return statement.value.at.k === "register" ? statement.value.at.name : null;
}

/** What is open at the end of the interleaving is closed: herd7 lets nobody else take a lock that is never released. */
function balanced(body: readonly Statement[]): Statement[] {
  const held: Expression[] = [];
  let sections = 0;
  const out: Statement[] = [];
  for (const statement of body) {
    if (statement.k === "lock") held.push(statement.at);
    if (statement.k === "unlock") {
      const at = held.findLastIndex((each) => JSON.stringify(each) === JSON.stringify(statement.at));
      if (at < 0) continue;
      held.splice(at, 1);
    }
    if (statement.k === "fence" && statement.kind === "rcu-lock") sections++;
    if (statement.k === "fence" && statement.kind === "rcu-unlock" && sections-- <= 0) {
      sections = 0;
      continue;
    }
    out.push(statement);
  }
  while (sections-- > 0) out.push({ k: "fence", kind: "rcu-unlock", line: 0 });
  return [...out, ...held.toReversed().map((at): Statement => ({ k: "unlock", at, line: 0 }))];
}
