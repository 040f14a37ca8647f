/**
 * Replays a patched kernel function against the actors that may run at the same time, in the initial worlds that its
 * parameters allow, with the locks that its callers hold. What it cannot interpret it lists; what it finds is an
 * interleaving that was run, not guessed.
 */
import { functionsNamed, stepsOf } from "../c/index.ts";
import type { FunctionIr, UnitIr } from "../c/ir.ts";
import type { RuleId, Trace } from "../core/finding.ts";
import { memoByObject, memoByValue } from "../util/memo.ts";
import { atOnce } from "../util/slices.ts";
import { fits } from "./fits.ts";
import type { Actor, Library } from "./library.ts";
import { contextFor, takesMmapLock } from "./replay-context.ts";
import { beyondTheWorld } from "./replay-scope.ts";
import { runningReplay, type HeldLock, type RunResult, type Subject, type Touched } from "./replay-run.ts";
import { walksOf } from "./replay-values.ts";
import { asksWhetherRegistered, forActor, ofTheKernel, worldsFor } from "./replay-world.ts";
import { conflictsOf } from "./run/deeds.ts";
import { touchedAlone } from "./touched.ts";
import type { Lines } from "./trace.ts";
import { sound, type Settings, type Weakened } from "./world/build.ts";
import { properties, type Fault, type PropertyId } from "./world/property.ts";

export interface ReplayRequest {
  readonly function: FunctionIr;
  /** The units that helpers are taken from: the function's own first. */
  readonly units: readonly UnitIr[];
  readonly library: Library;
  /** What the function's callers are known to hold. */
  readonly held: readonly HeldLock[];
  /** Whether `held` has all page-table locks that the callers hold; else some are taken for granted. */
  readonly callersSeen: boolean;
  /** Lines of the function's file and its helpers', by path, for the trace; may lack any. */
  readonly lines: Lines;
  /** Most states of one run. */
  readonly bound: number;
  /** Most interpreted steps of all runs together; some 150 000 are a second. */
  readonly work: number;
  /** Also take pictures of the page tables along each trace. */
  readonly pictures?: boolean;
  /** Asked behind each run: whether what is known so far is all that anybody wants to know. */
  readonly enough?: (sofar: SoFar) => boolean;
  /** The same, asked behind each run of the function alone as well. */
  readonly enoughAlone?: (sofar: SoFar) => boolean;
}

/** What the runs of a replay have said up to now. */
export interface SoFar {
  readonly notModelled: ReadonlySet<string>;
  readonly traces: () => Iterable<Pick<ReplayTrace, "rule" | "property">>;
}

export interface ReplayTrace {
  readonly rule: RuleId;
  readonly property: PropertyId;
  /** What happened, one sentence without a full stop. */
  readonly message: string;
  /** What the broken property promises. */
  readonly promise: string;
  /** Line of the patched function (or a helper in its file) where it stood when the property was broken. */
  readonly line: number;
  readonly trace: Trace;
  readonly world: Settings;
  /** Locks that the function was run with. */
  readonly held: readonly HeldLock[];
  /** Name of the actor on the other CPU; "" when the function breaks the property alone. */
  readonly actor: string;
  /** Tests of unknown values that the trace depends on at its end. */
  readonly assumed: readonly string[];
}

export interface ReplayResult {
  readonly verdict: "violated" | "holds" | "not-modelled";
  readonly traces: readonly ReplayTrace[];
  /** Calls and places left out that may matter to page tables. */
  readonly notModelled: readonly string[];
  /** Calls left out that were given nothing of the page tables. */
  readonly skipped: readonly string[];
  readonly states: number;
  readonly runs: number;
  /** Interpreted steps of all runs. */
  readonly work: number;
  /** True when a bound cut a run short. */
  readonly bounded: boolean;
  /** Locks that the function was run with. */
  readonly held: readonly HeldLock[];
  /** Those of them that were taken for granted. */
  readonly assumedHeld: readonly HeldLock[];
}

export function replay(request: ReplayRequest): ReplayResult {
  return atOnce(replaying(request));
}

/** The same in slices. */
export function* replaying(request: ReplayRequest): Generator<void, ReplayResult> {
  const beyond = beyondTheWorld(request.function);
  if (beyond !== null) return { verdict: "not-modelled", traces: [], notModelled: [beyond], skipped: [], states: 0, runs: 0, work: 0, bounded: false, held: request.held, assumedHeld: [] };
  const first = subjectOf(request, sound);
  const near = [request.function, ...callees(request.function, first.helpers, 6)];
  const { subject, tally, chosen, others } = yield* begun(first, near, request.enoughAlone);
  const told = (): ReplayResult => ({ ...tally.result(), work: request.work - subject.work.left, held: subject.held, assumedHeld: subject.assumed });
  const actors = request.library.actors.filter((actor) => !standsFor(actor, near));
  const asksForWorld = asksWhetherRegistered(near);
  const met = new Set<Actor>();
  for (const [list, again] of [[chosen, true], [others, false]] as const) {
    for (const { settings: plain, alone } of list) {
      const touched = alone.touched();
      for (const actor of actors) {
        const settings = forActor(plain, actor);
        // A world that adds nothing for the function is still the place for actors that fit into no other.
        if ((met.has(actor) && !again) || !fits(actor, settings)) continue;
        if ((settings === plain || !asksForWorld) && !clashes(touched, touchedAlone(request.library, settings, actor))) continue;
        if (subject.work.left < 0) {
          tally.bounded = true;
          break;
        }
        if (request.enough?.(tally) === true) return told();
        met.add(actor);
        tally.add(subject, settings, actor, yield* runningReplay(subject, settings, actor));
        yield;
      }
    }
  }
  return told();
}

/**
 * Whether the trace is there too when the callers hold mmap_lock and the VMA lock for writing: whoever calls, it happens.
 * Nobody holds them who calls a function that takes mmap_lock itself.
 */
export function* standsWith(request: ReplayRequest, trace: ReplayTrace, looks: Looks): Generator<void, boolean> {
  if (!trace.held.some((h) => h.class === "mmap") && takesMmapLock(request.function)) return true;
  const held: HeldLock[] = [...trace.held.filter((h) => h.class !== "mmap" && h.class !== "vma"), { class: "mmap", mode: "write" }, { class: "vma", mode: "write" }];
  const run = yield* again(request, { held, bound: request.bound, weakened: sound }, trace, looks);
  return run?.found?.fault.property === trace.property;
}

/** Whether the function of the request holds in the world and beside the actor of a trace that another version of it has. */
export function* holdsWhere(request: ReplayRequest, trace: ReplayTrace, looks: Looks): Generator<void, boolean> {
  const run = yield* again(request, { held: trace.held, bound: request.bound * 3, weakened: sound }, trace, looks);
  return run !== null && run.found === null && run.complete && run.notModelled.length === 0;
}

/** What may be spent on second looks at the traces of a patch or file, in interpreted steps; shrinks. */
export interface Looks {
  left: number;
}

/** The run of a trace once more, with other locks or a repair; null when nothing is left for it. */
export function* again(request: ReplayRequest, otherwise: Pick<Subject, "held" | "bound" | "weakened">, trace: ReplayTrace, looks: Looks): Generator<void, RunResult | null> {
  if (looks.left <= 0) return null;
  const given = Math.min(request.work, looks.left);
  const work = { left: given };
  const actor = request.library.actors.find((a) => a.name === trace.actor) ?? null;
  const run = yield* runningReplay({ ...subjectOf(request, otherwise.weakened), ...otherwise, work, untold: true }, trace.world, actor);
  looks.left -= stepsOfSetUp + given - work.left;
  return run;
}

/** A run is set up in the time of some hundred steps. */
const stepsOfSetUp = 500;

/** Helpers by name: the first unit that has one wins. */
function helpersOf(units: readonly UnitIr[]): Subject["helpers"] {
  const helpers = new Map<string, FunctionIr | undefined>();
  return {
    get: (name) => {
      for (let at = 0; !helpers.has(name); at++) {
        const found = at < units.length ? definedIn(units[at]!)(name) : null;
        if (found !== null || at >= units.length) helpers.set(name, found ?? undefined);
      }
      return helpers.get(name);
    },
  };
}

/** What a unit defines by a name. Each replay asks, and a file may have thousands of one name. */
const definedIn = memoByObject((unit: UnitIr) => memoByValue((name: string) => definitions(functionsNamed(unit, name)).get(name) ?? null));

/** Functions by name. Where there are two, they stand in different arms of an #if, and the longer one is the one that does something. */
export function definitions(functions: readonly FunctionIr[]): Map<string, FunctionIr> {
  const found = new Map<string, FunctionIr>();
  for (const f of functions) {
    const known = found.get(f.name);
    if (known === undefined || f.endLine - f.line > known.endLine - known.line) found.set(f.name, f);
  }
  return found;
}

/**
 * What an actor runs into is the actor's step, but the patched function's doing: the rule is named after what was done,
 * not after how it was noticed.
 */
function blamed(fault: Fault, run: RunResult): RuleId {
  if (fault.thread <= 0) return fault.rule;
  const notes = [...run.replayed.filter((s) => s.thread === 0).flatMap((s) => s.notes), ...run.rest];
  const moves = notes.some((n) => / none -> table /.test(n)) && notes.some((n) => / table T\d+ -> none/.test(n));
  switch (fault.property) {
    case "not-a-table": case "freed-table": case "reused-table": case "dead-table-entry":
      return moves ? "move-context" : "table-free";
    case "lost-entry":
      return "entry-lock";
    default:
      return fault.rule;
  }
}

/** What is run, made ready once for many runs. */
export function subjectOf(request: ReplayRequest, weakened: Weakened): Subject {
  const helpers = helpersOf(request.units);
  const near = [request.function, ...callees(request.function, helpers, 6)];
  const { certain, assumed } = contextFor(near, request.held, ofTheKernel(near), request.callersSeen);
  return { ...request, held: [...request.held, ...certain, ...assumed], assumed, helpers, loads: fieldLoads(near), walks: walksOf(near, request.units[0]?.opsTables ?? []), work: { left: request.work }, weakened };
}

/** Most times that a function is given what it turns out to release. */
const mostGiven = 2;

/** The function run alone. What it releases without having taken it, its caller holds: then it is run again with that. */
function* begun(first: Subject, near: readonly FunctionIr[], isEnough: ReplayRequest["enoughAlone"]): Generator<void, { readonly subject: Subject; readonly tally: Tally } & Told> {
  let subject = first;
  for (let given = 0; ; given++) {
    const tally = new Tally();
    const told = yield* telling(subject, near, tally, isEnough);
    const wanted = tally.wanted.filter((lock) => !subject.held.some((h) => h.class === lock.class));
    if (wanted.length === 0 || given === mostGiven) return { subject, tally, ...told };
    subject = { ...subject, held: [...subject.held, ...wanted], assumed: [...subject.assumed, ...wanted] };
  }
}

interface Chosen {
  readonly settings: Settings;
  readonly alone: RunResult;
}

/** The worlds in which the function, run alone, does something that it does in no other, and the other possible ones. */
interface Told {
  readonly chosen: readonly Chosen[];
  readonly others: readonly Chosen[];
}

function* telling(subject: Subject, near: readonly FunctionIr[], tally: Tally, isEnough: ReplayRequest["enoughAlone"]): Generator<void, Told> {
  const runs: Chosen[] = [];
  for (const settings of worldsFor(near, subject.function.file)) {
    if (subject.work.left < 0) {
      tally.bounded = true;
      break;
    }
    const alone = yield* runningReplay(subject, settings, null);
    tally.add(subject, settings, null, alone);
    yield;
    // A lock that it is given may be all that was missing.
    if (tally.wanted.length === 0 && isEnough?.(tally) === true) return { chosen: [], others: [] };
    // What is too much alone is too much beside another.
    if (alone.found === null && alone.complete) runs.push({ settings, alone });
  }
  const seen = new Set<string>();
  const chosen: Chosen[] = [];
  const others: Chosen[] = [];
  for (const run of runs.toSorted((a, b) => b.alone.reached.size - a.alone.reached.size)) {
    const fresh = [...run.alone.reached].map((line) => `${run.settings["vma"]}:${line}`).filter((line) => !seen.has(line));
    for (const line of fresh) seen.add(line);
    (fresh.length > 0 ? chosen : others).push(run);
  }
  return { chosen, others };
}

/** Collects what the runs say. */
class Tally implements SoFar {
  states = 0;
  runs = 0;
  bounded = false;
  wanted: readonly HeldLock[] = [];
  readonly notModelled: Set<string> = new Set();
  private readonly found = new Map<string, ReplayTrace>();
  private readonly litmus = new Map<ReplayTrace, () => string | null>();
  private readonly skipped = new Set<string>();

  add(subject: Subject, settings: Settings, actor: Actor | null, run: RunResult): void {
    this.states += run.states;
    this.runs++;
    this.bounded ||= !run.complete;
    this.wanted = [...this.wanted, ...run.wanted.filter((lock) => !this.wanted.some((w) => w.class === lock.class))];
    for (const name of run.notModelled) this.notModelled.add(name);
    for (const name of run.skipped) this.skipped.add(name);
    const trace = traceOf(subject, settings, actor, run);
    if (trace === null) return;
    // How far a batch goes is decided by a folio's size, which is not known here.
    if (trace.property === "out-of-table" && trace.assumed.length > 0) return;
    const key = `${trace.property} ${trace.line}`;
    const known = this.found.get(key);
    if (known !== undefined && !easier(trace, known)) return;
    this.found.set(key, trace);
    this.litmus.set(trace, run.litmus);
  }

  traces(): Iterable<ReplayTrace> {
    return this.found.values();
  }

  result(): Omit<ReplayResult, "work" | "held" | "assumedHeld"> {
    const found = [...this.found.values()].toSorted((a, b) => a.line - b.line || (a.property < b.property ? -1 : 1));
    const traces = found.map((each): ReplayTrace => ({ ...each, trace: { ...each.trace, litmus: this.litmus.get(each)?.() ?? null } }));
    return {
      verdict: traces.length > 0 ? "violated" : this.runs === 0 || this.notModelled.size > 0 ? "not-modelled" : "holds",
      traces, notModelled: [...this.notModelled].toSorted(), skipped: [...this.skipped].toSorted(),
      states: this.states, runs: this.runs, bounded: this.bounded,
    };
  }
}

function traceOf(subject: Subject, settings: Settings, actor: Actor | null, run: RunResult): ReplayTrace | null {
  const { found, trace, replayed } = run;
  if (found === null || trace === null) return null;
  const { fault } = found;
  const own = replayed.findLast((s) => s.thread === 0 && s.place.line > 0 && s.place.file !== "(caller)");
  const assumed = [...(own?.after.standings[0]?.thread.assumed ?? [])].map(([text, { truth }]) => (truth ? text : `!(${text})`));
  return {
    rule: blamed(fault, run), property: fault.property, message: messageOf(fault, actor), promise: properties[fault.property].promise,
    line: fault.thread === 0 && fault.line > 0 ? fault.line : (own?.place.line ?? subject.function.line),
    trace, world: settings, held: subject.held, actor: actor?.name ?? "", assumed,
  };
}

function messageOf(fault: Fault, actor: Actor | null): string {
  const who = fault.thread <= 0 || actor === null ? "" : `CPU1 (${actor.title}) `;
  return `${who}${fault.text}`;
}

function easier(a: ReplayTrace, b: ReplayTrace): boolean {
  return a.assumed.length < b.assumed.length || (a.assumed.length === b.assumed.length && a.trace.steps.length < b.trace.steps.length);
}

function callees(from: FunctionIr, helpers: Subject["helpers"], depth: number): FunctionIr[] {
  const found = new Set<FunctionIr>();
  const visit = (ir: FunctionIr, left: number): void => {
    for (const step of stepsOf(ir)) {
      const callee = step.op === "call" && step.callee !== null ? helpers.get(step.callee) : undefined;
      if (callee === undefined || callee === from || found.has(callee) || left === 0) continue;
      found.add(callee);
      visit(callee, left - 1);
    }
  };
  visit(from, depth);
  return [...found];
}

/** How often fields are loaded in the functions, by name; a load in a loop counts twice. */
function fieldLoads(functions: readonly FunctionIr[]): Map<string, number> {
  const loads = new Map<string, number>();
  for (const ir of functions) {
    const loops = ir.blocks.some((b) => b.loopHead);
    for (const step of stepsOf(ir)) {
      if (step.op !== "load" || step.place.k !== "field") continue;
      loads.set(step.place.field, (loads.get(step.place.field) ?? 0) + (loops ? 2 : 1));
    }
  }
  return loads;
}

/** An actor that never runs twice at a time does not run beside the function that it is a model of. */
function standsFor(actor: Actor, functions: readonly FunctionIr[]): boolean {
  return actor.alone !== "" && functions.some((f) => calledIn(actor.mirrors).has(f.name));
}

const calledIn = memoByValue((text: string): ReadonlySet<string> => new Set(text.match(/\b\w+(?=\()/g)));

/**
 * Whether anything that the actor touches conflicts with what the function touches; else their order does not matter: as long as neither has come to
 * where it conflicts with the other, both do what they do alone.
 */
function clashes(own: Touched, actor: Touched | null): boolean {
  return actor === null || conflictsOf(own, 0, actor, 1).length > 0;
}
