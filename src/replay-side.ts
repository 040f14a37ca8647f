/**
 * One side of a patch, or a file as it is, made ready to be replayed: its functions with what their callers hold. A static
 * function that breaks something when it is given what its parameters allow is run again from its callers, who may
 * give it less: what they never do is no trace.
 */
import { type CallersView, type Elsewhere, type EntryLocks } from "./check/index.ts";
import { functionsNamed, isCalledIn, isWhole } from "./c/index.ts";
import type { FunctionIr, UnitIr } from "./c/ir.ts";
import type { RuleId } from "./core/finding.ts";
import type { FileImage } from "./core/image.ts";
import type { CompiledRules, Rulebook } from "./rulebook/index.ts";
import { definitions, type Library, libraryFor, replaying, type ReplayRequest, type ReplayResult, type ReplayTrace, type SoFar } from "./sim/index.ts";
import { ownLines } from "./trace-match.ts";
import { memoByObject, memoByValue } from "./util/memo.ts";
import { inSlices } from "./util/slices.ts";

export interface SideOptions {
  readonly rules: CompiledRules;
  readonly rulebook: Rulebook;
  /** Units of the tree that define any of the functions. */
  readonly more: (names: ReadonlySet<string>) => Promise<readonly UnitIr[]>;
  /** Most states of one run, or null for the default. */
  readonly bound: number | null;
  /** Also take pictures of the page tables along each trace. */
  readonly pictures?: boolean;
  /** Interpreted steps that are left for the patch or file; shrinks. */
  readonly pool: { left: number };
  /** Most interpreted steps of one function on one side, asked before each: some 150 000 are a second. */
  readonly mostWork: () => number;
  /**
   * How often a replay is begun again as soon as one run has left anything out. Of a file, where functions share their steps, that would move steps from those that are seen
   * through to those that are not.
   */
  readonly soon: number;
  readonly wants: (rule: RuleId) => boolean;
  /** What is known of the callers already, and asks them for more. */
  readonly view: CallersView;
}

export interface Run {
  /** The function that is judged. */
  readonly function: FunctionIr;
  /** What was run: it, or a caller of it. */
  readonly request: ReplayRequest;
  readonly result: ReplayResult;
  /** What the callers of the function hold. */
  readonly locks: EntryLocks;
  /** A trace was not held against the caller through which all calls come: running it was too much, or not all of it is modelled. */
  readonly doubtful: boolean;
}

export interface Side {
  /** The function of that name that can be replayed, or null. Only it is lowered. */
  readonly functionOf: (name: string) => FunctionIr | null;
  /**
   * Null for a function that cannot be replayed. The replay ends as soon as `enough` says so of what is known by then, if the
   * function's callers have no part in what is made of it.
   */
  readonly run: (name: string, enough?: Enough) => Promise<Run | null>;
}

type Enough = NonNullable<ReplayRequest["enough"]>;

const defaultBound = 6000;
/** Times that a replay is begun again with bodies that it lacked, behind those that it is at once. */
const mostRounds = 4;
/** Levels of callers that a trace has to be seen from. */
const mostLevels = 2;

export function sideOf({ image, unit }: { readonly image: FileImage; readonly unit: UnitIr }, elsewhere: Elsewhere, library: Library, options: SideOptions): Side {
  const lines = new Map([[unit.file, image.lines]]);
  const whole = (name: string): FunctionIr | null => definitions(functionsNamed(unit, name).filter(isWhole)).get(name) ?? null;
  const known = new Map<string, FunctionIr | null>();
  const functionOf = (name: string): FunctionIr | null => {
    // A name may have thousands of functions, each of which asks for it.
    if (!known.has(name)) known.set(name, whole(name));
    return known.get(name)!;
  };
  const { pool, mostWork, view } = options;

  const replayed = async (request: ReplayRequest): Promise<ReplayResult> => {
    const result = await inSlices(replaying({ ...request, work: Math.min(mostWork(), pool.left) }));
    pool.left -= result.work;
    return result;
  };
  /**
   * What is left out may stand elsewhere in the tree, where functions of the file call it by name, so that its body would belong to what they do; what is not left out is not needed from there. A replay that lacks a
   * body is begun again with it at once: what it would go on to say is not asked for.
   */
  const runAlone = async (fn: FunctionIr, enough: Enough): Promise<Run> => {
    const locks = view.locksOf(fn);
    const asked = new Set<string>();
    const missing = (texts: Iterable<string>): string[] => [...texts].flatMap((text) => /^(\w+)\(\)$/.exec(text)?.[1] ?? []).filter((name) => !asked.has(name) && isCalledIn(unit, name));
    const request: ReplayRequest = {
      function: fn, units: [unit], library, held: locks.held, callersSeen: locks.from === "callers", lines,
      bound: options.bound ?? defaultBound, work: mostWork(), pictures: options.pictures ?? false,
    };
    for (let round = 1, whole = request; ; round++) {
      const last = round > options.soon + mostRounds;
      // The first round knows the function's own file only: whatever is left out there is asked for again.
      const lacks = ({ notModelled }: SoFar): boolean => !last && (round === 1 && options.soon > 0 ? notModelled.size : missing(notModelled).length) > 0;
      const result = await replayed({ ...whole, enough: (sofar) => lacks(sofar) || enough(sofar), ...(round <= options.soon && { enoughAlone: lacks }) });
      const names = missing(result.notModelled);
      if (last || result.notModelled.length === 0 || (round > 1 && names.length === 0)) return { function: fn, request: whole, result, locks, doubtful: false };
      for (const name of names) asked.add(name);
      whole = { ...request, units: [unit, ...elsewhere.helpers, ...(await options.more(asked))] };
    }
  };
  /** The only function through which all calls of `fn` come, or null. */
  const rootOf = (fn: FunctionIr): FunctionIr | null => {
    let root = fn;
    for (let level = 0; level < mostLevels; level++) {
      const [caller, ...others] = view.callersOf(root) ?? [];
      if (caller === undefined || others.length > 0) break;
      root = caller;
    }
    return root === fn ? null : root;
  };
  return {
    functionOf,
    run: async (name, enough = () => false) => {
      const fn = functionOf(name);
      if (fn === null || pool.left <= 0) return null;
      const own = await runAlone(fn, (sofar) => enough(sofar) && rootOf(fn) === null);
      const root = own.result.traces.some((trace) => trace.actor !== "") ? rootOf(fn) : null;
      if (root === null) return own;
      if (pool.left <= 0) return { ...own, doubtful: true };
      const outer = await runAlone(root, () => false);
      const { bounded, notModelled, traces } = outer.result;
      // Where the caller was not seen through, the function alone is all there is.
      if (bounded || notModelled.length > 0) return { ...own, doubtful: true };
      return { ...outer, function: fn, locks: own.locks, result: { ...outer.result, traces: traces.filter((trace) => comesBy(trace, fn)) } };
    },
  };
}

/** Whether CPU0 comes by the function. */
function comesBy({ trace, line }: ReplayTrace, fn: FunctionIr): boolean {
  return [line, ...ownLines(trace, fn.file)].some((at) => at >= fn.line && at <= fn.endLine);
}

const libraries = memoByObject(({ models, actors }: CompiledRules) => memoByValue((era: string) => libraryFor(models, actors, era)));

export function libraryOf(rules: CompiledRules, era: string): Library {
  return libraries(rules)(era);
}
