/** One run of a replay: the patched function with its caller as CPU0, and one actor (or nobody) as CPU1. */
import { lowerText } from "../c/index.ts";
import type { FunctionIr, OpsTable } from "../c/ir.ts";
import { atOnce } from "../util/slices.ts";
import { bindParameter, pageIn, tableFor } from "./bindings.ts";
import type { Actor, Library } from "./library.ts";
import { bindForReplay, fieldDefault, memoryForReplay, opaqueEntry } from "./replay-values.ts";
import { ptlName } from "./run/operation.ts";
import { lockName } from "./run/ops-locks.ts";
import { compiled, type Code } from "./run/callees.ts";
import { newSession, nothingKnown, type Known, type Session, type Work } from "./run/session.ts";
import { exitCheck, simulation, type Simulation, type Starting } from "./run/simulation.ts";
import { newThread } from "./run/thread.ts";
import { judging, sharedBy, type Verdict } from "./scenario.ts";
import type { Lines } from "./trace.ts";
import { buildWorld, type Settings, type Weakened, type World } from "./world/build.ts";
import { base } from "./world/layout.ts";
import { giveLock } from "./world/locks.ts";
import { NoRoom } from "./world/no-room.ts";
import type { Fault, PropertyId } from "./world/property.ts";
import type { ResourceName } from "./world/resources.ts";
import type { Value } from "./world/value.ts";

export type HeldClass =
  | "mmap" | "vma" | "i_mmap" | "anon_vma" | "pte-ptl" | "pmd-ptl" | "pud-ptl" | "page_table_lock" | "hugetlb-vma" | "hugetlb-fault"
  | "folio" | "rcu" | "irq-off" | "spin" | "mutex" | "rwsem";

/** A lock that the function's callers hold while it runs. */
export interface HeldLock {
  readonly class: HeldClass;
  readonly mode?: "read" | "write";
  /** The function, or a caller of it, says that whoever calls holds it; nobody was seen to take it. */
  readonly given?: true;
  /** A spinlock that is known to be that of the entry at hand, of whatever level. */
  readonly ofEntry?: true;
}

export interface Subject {
  readonly function: FunctionIr;
  /** Helpers that it may call, by name. */
  readonly helpers: Code["functions"];
  /** How often the function and its helpers load fields, by name. */
  readonly loads: ReadonlyMap<string, number>;
  readonly library: Library;
  readonly held: readonly HeldLock[];
  /** Those of `held` that were taken for granted. */
  readonly assumed: readonly HeldLock[];
  /** Callbacks of the walks that it starts. */
  readonly walks: readonly OpsTable[];
  readonly lines: Lines;
  readonly bound: number;
  readonly work: Work;
  /** Also take pictures of the page tables along the trace. */
  readonly pictures?: boolean;
  readonly weakened: Weakened;
  /** Nobody asks how a fault comes about, only whether there is one. */
  readonly untold?: boolean;
}

/** How it was touched, by what was: see Deeds.touched(). */
export type Touched = ReadonlyMap<ResourceName, number>;

/**
 * Properties that a function can break alone in a world that its callers would never call it in, so that nothing follows
 * from it: the world is left out, and how it came about is not told.
 */
const preconditions: ReadonlySet<PropertyId> = new Set([
  "entries-freed", "reachable-freed", "accounting", "deposit", "lost-entry", "lost-dirty", "stale-translation", "unflushed-return", "stale-copy",
  "stale-walk", "secondary-mapping", "mapped-freed", "freed-page", "missed-mapping", "assertion", "deadlock", "livelock", "not-held",
]);

export interface RunResult extends Omit<Verdict, "touched"> {
  /** Worked out when asked for: of most runs nobody does. */
  readonly touched: () => Touched;
  /** Lines of the function's code that have visible operations and were reached. */
  readonly reached: ReadonlySet<number>;
  /** What the function would have done from the last state of the interleaving on, in words. */
  readonly rest: readonly string[];
  /** Locks that the function releases without having taken them. */
  readonly wanted: readonly HeldLock[];
}

/** `actor` null: the function alone, beside a CPU that does nothing, so that all runs of a world are laid out alike. */
export function runReplay(subject: Subject, settings: Settings, actor: Actor | null): RunResult {
  return atOnce(runningReplay(subject, settings, actor));
}

/** The same in slices. */
export function* runningReplay(subject: Subject, settings: Settings, actor: Actor | null): Generator<void, RunResult> {
  const stage = stageOf(subject, settings);
  const isFirst = !stage.used;
  stage.used = true;
  try {
    return yield* runningOn(stage, subject, settings, actor);
  } catch (error) {
    if (!(error instanceof NoRoom)) throw error;
    // There may be room for it alone.
    stages.get(subject)?.delete(JSON.stringify(settings));
    if (!isFirst) return yield* runningReplay(subject, settings, actor);
    const nothing = { found: null, trace: null, litmus: () => null, replayed: [], states: 0, executions: 0, complete: false, skipped: [], touched: (): Touched => new Map() };
    return { ...nothing, notModelled: [error.message], reached: new Set<number>(), rest: [], wanted: [] };
  }
}

const codes = new WeakMap<Subject["helpers"], Map<FunctionIr, Code>>();

/** What the threads of every run of the subject may call: the same object for all of them. */
function codeOf({ helpers, function: target, library }: Subject): Code {
  const known = codes.get(helpers) ?? new Map<FunctionIr, Code>();
  codes.set(helpers, known);
  let code = known.get(target);
  if (code === undefined) {
    code = { functions: { get: (name) => (name === target.name ? target : (helpers.get(name) ?? library.functions.get(name))) }, models: library.models };
    known.set(target, code);
  }
  return code;
}

/** What all runs of a subject in one world begin with, and what they have found out of how threads go on in it. */
interface Stage {
  readonly world: World;
  readonly known: Known;
  /** Locks that the function is called with. */
  readonly kept: readonly string[];
  readonly caller: Caller;
  readonly isShared: (root: string, path: string) => boolean;
  readonly opaque: Value;
  readonly thread: Starting;
  used: boolean;
}

const stages = new WeakMap<Subject, Map<string, Stage>>();

function stageOf(subject: Subject, settings: Settings): Stage {
  // Whoever asks what is used on the way has to see all of each run.
  if (subject.weakened.used !== null) return newStage(subject, settings);
  const known = stages.get(subject) ?? new Map<string, Stage>();
  stages.set(subject, known);
  const key = JSON.stringify(settings);
  let stage = known.get(key);
  if (stage === undefined) {
    stage = newStage(subject, settings);
    known.set(key, stage);
  }
  return stage;
}

function newStage(subject: Subject, settings: Settings): Stage {
  const world = buildWorld({ ...settings, "spare-pages": "4" }, 2, subject.weakened);
  const { function: target } = subject;
  const isIgnored = (h: HeldLock): boolean => subject.weakened.ignored.has(`0:${heldName(world, h.class) ?? ""}`);
  const taken = takenByCaller(target, subject.held.filter((h) => !subject.assumed.includes(h) && !isIgnored(h)));
  const kept = holdAtEntry(world, subject.held.filter((h) => !taken.includes(h)));
  const caller = callerOf(target, taken);
  const opaque = opaqueEntry(world);
  const args = bindForReplay(world, target);
  const memory = memoryForReplay(world, target, subject.walks);
  const thread = {
    begin: caller.begin === null ? null : newThread(compiled(caller.begin, "model"), args, new Map()),
    thread: newThread(compiled(caller.call, "model"), args, memory),
  };
  return { world, known: nothingKnown(world), kept, caller, isShared: sharedBy([], subject.library.models), opaque, thread, used: false };
}

function* runningOn({ world, known, kept, caller, isShared, opaque, thread: own }: Stage, subject: Subject, settings: Settings, actor: Actor | null): Generator<void, RunResult> {
  const { library } = subject;
  const session: Session = newSession({
    world,
    known,
    code: codeOf(subject),
    isShared,
    atExit: exitCheck(() => session, (thread) => (thread === 0 ? kept : []), (thread) => thread > 0 || subject.held.length === 0),
    fieldDefault: (field, root) => fieldDefault(world, field, root),
    loads: subject.loads,
    foreign: true,
    work: subject.work,
    opaqueEntry: opaque,
  });
  const other = actor === null ? { begin: null, thread: newThread(compiled(idle(), "model"), new Map(), new Map()) } : actorThread(actor, world, library);
  const sim = simulation(session, [own, other], world.initial);
  const about = { scenario: Object.entries(settings).map(([key, value]) => `${key}=${value}`).join(" "), actor: actor?.title ?? "", era: library.era };
  const lines = new Map([...library.lines, ...subject.lines, ["(caller)", caller.lines]]);
  const isTold = (fault: Fault): boolean => subject.untold !== true && (actor !== null || !preconditions.has(fault.property));
  const limits = { bound: subject.bound, pictures: subject.pictures ?? false, cancelled: () => subject.work.left < 0, isTold };
  const verdict = yield* judging(sim, session, about, lines, limits);
  const touched = (): Touched => {
    const [locks, cells] = [world.locks.names, [...known.cells.keys()]];
    return new Map(Array.from(verdict.touched(), ([resource, how]) => [world.resources.nameOf(resource, locks, cells), how] as const));
  };
  return { ...verdict, touched, complete: verdict.complete && subject.work.left >= 0, reached: session.told.reached, rest: restOf(sim, verdict), wanted: wantedLocks(world, session.told.wanted) };
}

const nameable: readonly HeldClass[] = ["mmap", "vma", "i_mmap", "anon_vma", "pte-ptl", "pmd-ptl", "page_table_lock", "folio"];

/** Locks of the world by their names, as those that a caller may hold. */
function wantedLocks(world: World, names: ReadonlySet<string>): HeldLock[] {
  const spin: ReadonlySet<HeldClass> = new Set(["pte-ptl", "pmd-ptl", "page_table_lock", "folio"]);
  const locks = nameable.filter((kind) => names.has(heldName(world, kind) ?? "-"));
  return [...locks.map((kind): HeldLock => (spin.has(kind) ? { class: kind } : { class: kind, mode: "read" })), ...(names.has("rcu") ? [{ class: "rcu" } as const] : [])];
}

/** Most steps that are followed to see how the function goes on. */
const mostRest = 100;

function restOf(sim: Simulation, verdict: Verdict): string[] {
  const notes: string[] = [];
  let state = verdict.replayed[verdict.replayed.length - 1]?.before;
  for (let count = 0; state !== undefined && count < mostRest && sim.pending(state, 0)?.enabled === true; count++) {
    const [next] = sim.steps(state, 0);
    if (next === undefined || next.fault !== null) break;
    notes.push(...next.notes);
    state = next.state;
  }
  return notes;
}

interface Caller {
  readonly call: FunctionIr;
  /** What the caller has done before the race starts, or null. */
  readonly begin: FunctionIr | null;
  readonly lines: readonly string[];
}

/**
 * Locks that the caller takes when the race is on, not before: a function that is given an mm and finds everything else
 * itself may be called when another thread is in the middle of something. One that is given a VMA or an entry has got
 * it from somebody who held the locks already; and where the lock is only said to be held, whoever took it may have looked for the
 * VMA under it (mm/memory.c, __get_locked_pte(), 6.12).
 */
function takenByCaller(target: FunctionIr, held: readonly HeldLock[]): readonly HeldLock[] {
  const types = target.params.map((p) => target.vars.get(p)?.type ?? "");
  const finds = types.includes("struct mm_struct *") && !types.some((t) => /^(?:p(?:te|md|ud|4d)_t|struct (?:vm_area_struct|folio|page|vm_fault|mm_walk)) \*/.test(t));
  return finds ? held.filter((h) => h.class === "mmap" && h.given !== true) : [];
}

const callers = new WeakMap<FunctionIr, Map<string, Caller>>();

/** A caller in C: it passes the parameters on, and ends what it has begun for the function. */
function callerOf(target: FunctionIr, taken: readonly HeldLock[]): Caller {
  const known = callers.get(target) ?? new Map<string, Caller>();
  callers.set(target, known);
  const key = taken.map((h) => h.mode ?? "read").join();
  let caller = known.get(key);
  if (caller !== undefined) return caller;
  const mm = target.params.find((p) => target.vars.get(p)?.type === "struct mm_struct *") ?? "";
  const [lock] = taken.map((h) => (h.mode === "write" ? "mmap_write" : "mmap_read"));
  const gather = target.params.find((p) => target.vars.get(p)?.type === "struct mmu_gather *");
  // Whoever hands a page over has a reference to it.
  const pages = target.params.filter((p) => /^struct (?:page|folio) \*$/.test(target.vars.get(p)?.type ?? ""));
  const first = [
    ...(gather === undefined ? [] : [`tlb_gather_mmu(${gather}, ${gather}->mm); world_invalidate_start(${gather}->mm, 0, ULONG_MAX);`]),
    ...pages.map((p) => `folio_get(${p});`),
  ];
  const params = target.params.map((p) => (p === gather ? `struct mmu_gather *${p}` : p === mm ? `struct mm_struct *${p}` : `long ${p}`)).join(", ");
  const text = [
    `void caller(${params})`, "{", lock === undefined ? "" : `${lock}_lock(${mm});`, `${target.name}(${target.params.join(", ")});`, gather === undefined ? "" : `world_invalidate_end(${gather}->mm, 0, ULONG_MAX); tlb_finish_mmu(${gather});`, ...pages.map((p) => `folio_put(${p});`), lock === undefined ? "" : `if (world_holds(&${mm}->mmap_lock)) ${lock}_unlock(${mm});`, "}",
    first.length === 0 ? "" : `void caller_begin(${params}) { ${first.join(" ")} }`,
  ];
  const [call, begin] = lowerText("(caller)", text.join("\n")).functions;
  caller = { call: call!, begin: begin ?? null, lines: text };
  known.set(key, caller);
  return caller;
}

let idleFunction: FunctionIr | undefined;

function idle(): FunctionIr {
  idleFunction ??= lowerText("(idle)", "void idle(void) { }").functions[0]!;
  return idleFunction;
}

function actorThread(actor: Actor, world: World, library: Library): Starting {
  const thread = (name: string): Starting["begin"] => {
    const ir = library.functions.get(name);
    if (ir === undefined) return null;
    return newThread(compiled(ir, "code"), new Map(ir.params.map((p) => [p, bindParameter(world, ir.vars.get(p)!)!] as const)), new Map());
  };
  return { begin: actor.begin === "" ? null : thread(actor.begin), thread: thread(actor.name)! };
}

/** Puts the callers' locks into the initial world as held by CPU0, and gives their names. */
function holdAtEntry(world: World, held: readonly HeldLock[]): string[] {
  const names: string[] = [];
  for (const { class: kind, mode } of held) {
    if (kind === "rcu" || kind === "irq-off") {
      world.initial[kind === "rcu" ? world.layout.rcu : world.layout.irq] = 1;
      names.push(kind === "rcu" ? "rcu" : "irq");
    }
    const name = heldName(world, kind);
    if (name === null) continue;
    const spin = kind.endsWith("-ptl") || kind === "page_table_lock";
    const write = spin || kind === "folio" || mode === "write";
    giveLock(world.layout, world.initial, 0, world.locks.of(name, spin ? "spin" : "sleeping"), write ? "write" : "read");
    names.push(write ? name : `${name} (read)`);
  }
  return names;
}

/** The name of the lock that a class stands for in a world with these settings, or null. */
export function lockNameOf(settings: Settings, kind: HeldClass): string | null {
  return heldName(buildWorld(settings, 2), kind);
}

function heldName(world: World, kind: HeldClass): string | null {
  const { values } = world;
  const ofTable = (level: "pte" | "pmd"): string | null => {
    const table = tableFor(world, 0, level, base);
    return table < 0 ? null : ptlName(world, table);
  };
  switch (kind) {
    case "mmap":
      return lockName(world, values.place("@mm:0", ".mmap_lock"));
    case "vma":
      return lockName(world, values.place("@vma:0", ".vm_lock"));
    case "i_mmap":
      return lockName(world, values.place("@mapping:0", ".i_mmap_rwsem"));
    case "anon_vma":
      return lockName(world, values.place("@anon_vma:0", ".rwsem"));
    case "page_table_lock": case "pud-ptl":
      return lockName(world, values.place("@mm:0", ".page_table_lock"));
    case "pte-ptl":
      return ofTable("pte");
    case "pmd-ptl":
      return ofTable("pmd");
    case "folio": {
      const page = world.cachePage >= 0 ? world.cachePage : pageIn(world, base);
      return page === undefined ? null : lockName(world, values.place(`@page:${page}`, ".lock"));
    }
    case "rcu": case "irq-off": case "hugetlb-vma": case "hugetlb-fault": case "spin": case "mutex": case "rwsem":
      return null;
  }
}
