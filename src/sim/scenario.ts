/** Runs a scenario of a C file: a comment with a `scenario:` key names a world, the threads and what to expect. */
import { walkExpr } from "../c/index.ts";
import type { Expr, FunctionIr, Place } from "../c/ir.ts";
import { UsageError } from "../core/errors.ts";
import { atOnce } from "../util/slices.ts";
import type { RuleId, Trace } from "../core/finding.ts";
import { isRuleId } from "../core/rule-ids.ts";
import type { ScenarioResult } from "../core/sim-report.ts";
import { bindParameter } from "./bindings.ts";
import { classify } from "./classify.ts";
import { headersOf, settingsOf, type Header } from "./header.ts";
import { describedFunctions, libraryFor, type Library, type SourceText } from "./library.ts";
import { exploring, type Exploration, type Found } from "./run/explore.ts";
import { compiled } from "./run/callees.ts";
import { newSession, type Session } from "./run/session.ts";
import { shortest } from "./run/shortest.ts";
import { exitCheck, simulation, type ReplayedStep, type Simulation } from "./run/simulation.ts";
import { newThread, type ThreadState } from "./run/thread.ts";
import { pictureOf } from "./picture.ts";
import { traceSteps, type Lines } from "./trace.ts";
import { traceLitmus } from "./trace-litmus.ts";
import { memoByObject } from "../util/memo.ts";
import { playWeak } from "./weak-scenario.ts";
import { buildWorld, sound, type Settings, type Weakened } from "./world/build.ts";
import { properties, type Fault } from "./world/property.ts";
import type { Value } from "./world/value.ts";

export interface SimulateOptions {
  readonly models: readonly SourceText[];
  readonly actors: readonly SourceText[];
  /** "X.Y", or null to take what the scenario says. */
  readonly kernel: string | null;
  readonly bound: number;
  readonly reduce?: boolean;
  readonly cancelled?: () => boolean;
  /** Also take a picture of the page tables before the trace and after each of its steps. */
  readonly pictures?: boolean;
}

/** What a run may be told besides what it runs. */
export interface RunOptions extends Pick<SimulateOptions, "bound" | "reduce" | "cancelled" | "pictures"> {
  /** Of which faults it is asked how they come about; absent: of all. */
  readonly isTold?: (fault: Fault) => boolean;
}

/** Something that a scenario holds without, as its header names it, and why it is there all the same. */
export interface Redundant {
  readonly what: string;
  readonly reason: string;
}

/** A scenario as its header describes it. */
export interface Scenario {
  readonly name: string;
  readonly kernel: string;
  readonly world: Settings;
  /** The threads run under the kernel's memory model, not in turns. */
  readonly memory?: "lkmm";
  readonly threads: readonly string[];
  /** The rule that a BUG_ON() of the scenario stands for; absent: stale-read. */
  readonly asserts?: RuleId;
  /** "holds" or "violated <rule>"; "" when the header does not say. */
  readonly expect: string;
  /** What must not be taken away from code that is not the file's own, one item each. */
  readonly reliesOn: readonly string[];
  /** What may be taken away from the file's own code, and why it is there. */
  readonly redundant: readonly Redundant[];
}

/** What to run: functions by name, and lines for the trace. */
export interface Cast {
  readonly scenario: Scenario;
  readonly functions: ReadonlyMap<string, FunctionIr>;
  readonly library: Library;
  readonly lines: Lines;
  /** Thread -> the function that it has run before the race starts. */
  readonly begins: ReadonlyMap<string, string>;
}

export interface Verdict {
  readonly found: Found<Fault> | null;
  /** How it comes about, where that was asked. */
  readonly trace: Trace | null;
  /** The interleaving as a litmus test, or null. Worked out when asked for. */
  readonly litmus: () => string | null;
  readonly replayed: readonly ReplayedStep[];
  readonly states: number;
  readonly executions: number;
  readonly complete: boolean;
  readonly notModelled: readonly string[];
  readonly skipped: readonly string[];
  readonly touched: Exploration<Fault>["touched"];
}

const defaultKernel = "6.12";

export function scenariosOf(text: string): Scenario[] {
  return scenarioHeaders(text).map(scenarioOf);
}

export function scenarioHeaders(text: string): Header[] {
  return headersOf(text).filter((h) => h.keys.has("scenario"));
}

function scenarioOf(header: Header): Scenario {
  const key = (name: string): string => header.keys.get(name) ?? "";
  return {
    name: key("scenario"),
    kernel: key("kernel") || defaultKernel,
    world: settingsOf(key("world")),
    ...(key("memory") === "lkmm" ? { memory: "lkmm" as const } : {}),
    ...(isRuleId(key("asserts")) ? { asserts: key("asserts") as RuleId } : {}),
    threads: key("threads").split(/[\s,|]+/).filter((name) => name !== ""),
    expect: key("expect"),
    redundant: key("redundant").split("\n").filter((line) => line !== "").flatMap(redundantOf),
    reliesOn: key("relies-on").split(";").map((item) => item.trim()).filter((item) => item !== ""),
  };
}

/** "WHAT; WHAT because REASON" */
function redundantOf(line: string): Redundant[] {
  const at = line.indexOf(" because ");
  const [what, reason] = at < 0 ? [line, ""] : [line.slice(0, at), line.slice(at + " because ".length)];
  return what.split(";").map((item) => ({ what: item.trim(), reason }));
}

/** Runs one scenario, in slices. Throws a UsageError or a RangeError for one that cannot be set up. */
export function* running(path: string, cast: Cast, options: SimulateOptions): Generator<void, ScenarioResult> {
  if (cast.scenario.memory === "lkmm") return yield* playWeak(path, cast, options.bound);
  const started = performance.now();
  const verdict = yield* playing(cast, options);
  return resultOf(path, cast.scenario.name, verdict, options.bound, performance.now() - started);
}

/** The scenarios of a file with everything that they need to run, in the order of the file. */
export function castsOf(path: string, text: string, options: Pick<SimulateOptions, "models" | "actors" | "kernel">): Cast[] {
  const scenarios = scenariosOf(text);
  const described = describedFunctions({ path, text });
  const functions = new Map(described.map((d) => [d.ir.name, d.ir] as const));
  return scenarios.map((scenario) => {
    const library = libraryFor(options.models, options.actors, options.kernel ?? scenario.kernel);
    const begins = new Map([
      ...library.actors.map((a) => [a.name, a.begin] as const),
      ...described.map((d) => [d.ir.name, d.keys.get("begin") ?? ""] as const),
    ]);
    return { scenario, functions, library, begins, lines: new Map([...library.lines, [path, text.split("\n")]]) };
  });
}

function resultOf(path: string, name: string, verdict: Verdict, bound: number, elapsedMs: number): ScenarioResult {
  const fault = verdict.found?.fault ?? null;
  const missing = verdict.notModelled.join(", ");
  return {
    path, name, bound, elapsedMs, states: verdict.states, executions: verdict.executions, bounded: !verdict.complete,
    verdict: fault !== null ? "violated" : missing !== "" ? "not-modelled" : "holds",
    reason: fault === null ? missing : "",
    property: fault === null ? null : properties[fault.property].promise,
    rule: fault?.rule ?? null,
    trace: verdict.trace && { ...verdict.trace, litmus: verdict.litmus() },
  };
}

/** Runs one scenario to a verdict. */
export function play(cast: Cast, options: RunOptions, weakened: Weakened = sound): Verdict {
  return atOnce(playing(cast, options, weakened));
}

/** The same in slices. */
export function* playing(cast: Cast, options: RunOptions, weakened: Weakened = sound): Generator<void, Verdict> {
  const { scenario, library } = cast;
  const world = buildWorld(scenario.world, scenario.threads.length, weakened);
  const irs = scenario.threads.map((name) => {
    const ir = cast.functions.get(name) ?? library.functions.get(name);
    if (ir === undefined) throw new UsageError(`no thread ${name}`, `the file and the actors of kernel ${library.era} define no such function`);
    return ir;
  });
  const session: Session = newSession({
    world,
    code: { functions: new Map([...library.functions, ...cast.functions]), models: library.models },
    isShared: sharedBy([...cast.functions.values(), ...irs], library.models),
    atExit: exitCheck(() => session, () => [], () => true),
    ...(scenario.asserts === undefined ? {} : { asserted: scenario.asserts }),
  });
  const bound = (ir: FunctionIr): ThreadState => newThread(compiled(ir, "code"), argumentsFor(ir, (v) => bindParameter(world, v)), new Map());
  const threads = irs.map((ir) => {
    const begin = cast.begins.get(ir.name) ?? "";
    const beginning = cast.functions.get(begin) ?? library.functions.get(begin);
    return { begin: beginning === undefined ? null : bound(beginning), thread: bound(ir) };
  });
  const sim = simulation(session, threads, world.initial);
  return yield* judging(sim, session, { scenario: scenario.name, actor: scenario.threads.slice(1).join(", "), era: library.era }, cast.lines, options);
}

export function argumentsFor(ir: FunctionIr, bind: (variable: NonNullable<ReturnType<FunctionIr["vars"]["get"]>>) => Value | undefined): Map<string, Value> {
  return new Map(ir.params.flatMap((name) => {
    const variable = ir.vars.get(name);
    const value = variable && bind(variable);
    return value === undefined ? [] : [[name, value] as const];
  }));
}

/** Searches and says what is found, in slices. */
export function* judging(
  sim: Simulation, session: Session, about: Pick<Trace, "scenario" | "actor" | "era">, lines: Lines, options: RunOptions,
): Generator<void, Verdict> {
  const limits = { ...(options.reduce === undefined ? {} : { reduce: options.reduce }), ...(options.cancelled === undefined ? {} : { cancelled: options.cancelled }) };
  const exploration = yield* exploring(sim, { states: options.bound, ...limits });
  const [first = null] = exploration.found;
  const asked = first !== null && options.isTold?.(first.fault) !== false ? first : null;
  // A round has no last step to look for.
  const easiest = asked === null ? null : asked.fault.property === "livelock" ? asked : ((yield* shortest(sim, sim.faultKey(asked.fault), options.bound)) ?? asked);
  const replayed = easiest === null ? [] : sim.replay(easiest);
  const told = easiest === null ? null : { ...easiest, fault: classify(easiest.fault, replayed, session.world) };
  const traced = told === null ? [] : traceSteps(replayed, told.fault, lines);
  const start = replayed[0];
  const taken = options.pictures === true && start !== undefined;
  const pictures = taken ? [start.before, ...traced.map(({ done }) => replayed[done - 1]!.after)].map((state) => pictureOf(session.world, state)) : [];
  return {
    found: told ?? first, states: exploration.states, executions: exploration.executions, complete: exploration.complete,
    replayed,
    trace: told === null ? null : { ...about, steps: traced.map(({ step }) => step), litmus: null, ...(taken ? { pictures } : {}) },
    litmus: () => (told === null ? null : traceLitmus(about.scenario, told.fault, replayed, session.world)),
    notModelled: [...session.told.notModelled].toSorted(),
    skipped: [...session.told.skipped].toSorted(),
    touched: exploration.touched,
  };
}

/** Whether an address is shared: a global that the code names as data, or a field of a world's object that it writes. */
export function sharedBy(functions: readonly FunctionIr[], models: ReadonlyMap<string, FunctionIr>): (root: string, path: string) => boolean {
  const globals = new Set<string>();
  const fields = new Set<string>();
  const rootName = (place: Place): string => (place.k === "global" ? place.name : place.k === "field" || place.k === "index" ? rootName(place.base) : "");
  const lastField = (place: Place): string => (place.k === "field" ? place.field : place.k === "index" ? lastField(place.base) : "");
  const see = (place: Place, writes: boolean): void => {
    if (rootName(place) !== "") globals.add(rootName(place));
    if (writes && lastField(place) !== "") fields.add(lastField(place));
  };
  const seeAddresses = (e: Expr): void => walkExpr(e, (x) => void (x.k === "addr" && see(x.place, false)));
  for (const place of [...atomicTargets(models), ...functions.flatMap(atomicPlaces)]) see(place, true);
  for (const step of functions.flatMap((ir) => ir.blocks.flatMap((block) => block.steps))) {
    if (step.op === "store" || step.op === "load") see(step.place, step.op === "store");
    if (step.op === "call") step.args.forEach(seeAddresses);
  }
  globals.delete("init_mm");
  return (root, path) => {
    if (root.startsWith("G:")) return globals.has(root.slice(2));
    return root.startsWith("@") && fields.has(path.slice(path.lastIndexOf(".") + 1));
  };
}

const atomicTargets = memoByObject((models: ReadonlyMap<string, FunctionIr>): readonly Place[] => [...models.values()].flatMap(atomicPlaces));

/** What atomic operations of the function are given: they write it. */
function atomicPlaces(ir: FunctionIr): Place[] {
  return ir.blocks.flatMap((block) => block.steps).flatMap((step) => {
    if (step.op !== "call" || !/^(?:atomic|refcount|cmpxchg|xchg|test_and)/.test(step.callee ?? "")) return [];
    return step.args.flatMap((arg) => (arg.k === "addr" ? [arg.place] : []));
  });
}
