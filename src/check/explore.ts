/**
 * Runs a function over all its paths. Facts that meet at a block with equal resources are joined (property
 * simulation, as ESP does it: paths are kept apart only while they differ in what is locked, mapped or walked), so the
 * work is bounded by the number of resource states, not of paths. Helpers whose body is in view are run in place.
 */
import type { CallStep, FunctionIr, RecordType, Step, UnitIr } from "../c/ir.ts";
import type { Rulebook } from "../rulebook/rulebook.ts";
import { atOnce } from "../util/slices.ts";
import { assumeCase, assumeEither } from "./assume.ts";
import { callInfo } from "./call-info.ts";
import type { CallersOf } from "./call-graph.ts";
import { evaluate, type Frame } from "./evaluate.ts";
import { type EntryLock, type Facts, resourceKey, updated } from "./facts.ts";
import { joinFacts } from "./joins.ts";
import type { FunctionsInView } from "./functions-in-view.ts";
import { type Hooks, hooksOf } from "./hooks.ts";
import { leadingSteps } from "./leading-blocks.ts";
import { goneOn, leadingTo, type LoneWay, newWay, testedOn } from "./lone-way.ts";
import type { CallInfo, FieldOrder, Judgement, Rule, Site } from "./model.ts";
import { withEmptyRange } from "./passed-range.ts";
import { isEmpty, type Pool } from "./pool.ts";
import { type Prepared, preparedIn } from "./prepared.ts";
import { type Judged, keepWorst } from "./worst.ts";
import * as sym from "./symbols.ts";
import { ageSymbol, forgetDead } from "./tidy.ts";
import { transfer } from "./transfer.ts";
import { foundBehind } from "./freed-behind.ts";

export interface Surroundings {
  readonly rulebook: Rulebook;
  /** Functions whose bodies are in view, by name. */
  readonly functions: FunctionsInView;
  readonly recordNamed: (name: string) => RecordType | undefined;
  readonly rules: readonly Rule[];
  /** Whether a helper leaves a trace in its caller whatever its arguments. */
  readonly matters: (fn: FunctionIr) => boolean;
  /** Whether it has to be run because of what its caller holds: it may sleep and a spinlock is held, or it may do what the caller still owes. */
  readonly mattersUnder: (fn: FunctionIr, facts: Facts) => boolean;
  readonly callersOf: CallersOf;
  readonly callersInView: (fn: FunctionIr) => readonly FunctionIr[];
  readonly fieldOrder: (field: string) => FieldOrder;
  readonly isNeutral: (callee: string) => boolean;
  readonly unlockedCallers: (fn: FunctionIr, param: string) => readonly string[] | null;
  /** Whether a function leads to a call that may sleep. */
  readonly maySleep: (fn: FunctionIr) => boolean;
  /** Whether a function leads to a call that frees memory. */
  readonly mayFree: (fn: FunctionIr) => boolean;
  /** The unit that a function in view is of. */
  readonly unitOf: (fn: FunctionIr) => UnitIr;
  /** What is left for this and all other functions to be explored. */
  readonly pool: Pool;
  /** What is known where a function starts, without asking its callers. */
  readonly entryOf: (fn: FunctionIr) => Facts;
  /** All callers of a function that can be found, in other files of the tree too; null when there may be many more. */
  readonly knownCallersOf: CallersOf;
  /** The function run without asking its callers. */
  readonly exploredAlone: (fn: FunctionIr) => Exploration;
  readonly exploringAlone: (fn: FunctionIr) => Generator<void, Exploration>;
  /** What `caller`, run without asking its own callers, holds where it calls a function of that name: on each path. `pool`: what that may take, where it is no part of what all of them may. */
  readonly heldAtCalls: (caller: FunctionIr, callee: string, pool?: Pool) => readonly (readonly EntryLock[])[];
}

/** For one who does not want to know all of a function. */
export interface Narrowing {
  /** Each way is followed by itself, as far as it leads to one of these lines and does not contradict itself: see lone-way.ts. */
  readonly alone?: ReadonlySet<number>;
  /** Only paths are followed that may come to a call of such a function. */
  readonly isWanted?: (callee: string) => boolean;
  /** Whether enough is known. */
  readonly isDone?: () => boolean;
  /** Told of each judgement on each path. */
  readonly seen?: (judged: Judged) => void;
}

/** Bounds; when one is hit the function's coverage says so. A step costs by the size of its facts, since it copies them. */
const maxStates = 64;
const tidyEvery = 64;
/** Steps of a long block between two pauses; each may run a helper. */
const yieldEvery = 16;
const maxSteps = 60_000;
/** Facts carried into blocks: debug_vm_pgtable() comes to 160,000, the most of mm/ of 6.12. */
const maxCarried = 2_000_000;
const maxDepth = 3;

interface Activation extends Prepared {
  readonly frame: Frame;
  readonly depth: number;
  readonly cyclic: boolean;
  readonly stack: readonly string[];
  /** Where the reviewed function called the helper that this runs in; null for the reviewed function. */
  readonly outer: { readonly site: Site; readonly call: CallInfo } | null;
  readonly unlockedCallers: Site["unlockedCallers"];
}

/** What is known at the start of a block, of all paths that come there with the same resources. */
interface State {
  readonly block: number;
  facts: Facts;
  waits: boolean;
}

interface Exit {
  readonly facts: Facts;
  readonly value: string;
}

export interface Exploration {
  /** The worst judgement of each obligation, over all paths. */
  readonly judgements: readonly Judged[];
  /** Why exploration stopped short, "" when it did not. */
  readonly limit: string;
}

export function explore(fn: FunctionIr, entry: Facts, around: Surroundings, narrowing: Narrowing | null = null): Exploration {
  return atOnce(exploring(fn, entry, around, narrowing));
}

/** The same in slices. */
export function* exploring(fn: FunctionIr, entry: Facts, around: Surroundings, narrowing: Narrowing | null = null): Generator<void, Exploration> {
  const worst = new Map<string, Judged>();
  const report = (judgement: Judgement, site: Site): void => {
    narrowing?.seen?.({ judgement, site });
    keepWorst(worst, { judgement, site });
  };
  const explorer = new Explorer(around, report, narrowing);
  yield* explorer.runReviewed(fn, entry);
  return { judgements: Array.from(worst.values()), limit: explorer.limit };
}

class Explorer {
  limit = "";
  private steps = 0;
  private carried = 0;
  private readonly frames: Activation[] = [];
  private readonly frameIds = new Map<string, number>();
  private readonly around: Surroundings;
  private readonly hooks: Hooks;
  private readonly report: (judgement: Judgement, site: Site) => void;
  private readonly narrowing: Narrowing | null;
  /** Of the reviewed function, how much of each block is run; null: all. */
  private leading: readonly number[] | null = null;

  constructor(around: Surroundings, report: (judgement: Judgement, site: Site) => void, narrowing: Narrowing | null) {
    this.around = around;
    this.hooks = hooksOf(around.rules);
    this.report = report;
    this.narrowing = narrowing;
  }

  *runReviewed(fn: FunctionIr, entry: Facts): Generator<void, void> {
    const activation = { ...this.prepare(fn), frame: { id: 1, fn }, depth: 0, cyclic: false, stack: [fn.name], outer: null };
    if (this.narrowing?.alone !== undefined) {
      yield* this.runAlone(activation, entry, leadingTo(fn, this.narrowing.alone));
      return;
    }
    if (this.narrowing?.isWanted !== undefined) this.leading = leadingSteps(fn, this.narrowing.isWanted);
    yield* this.run(activation, entry);
  }

  /** Way by way, deeper before wider: nothing is joined. */
  private *runAlone(activation: Activation, entry: Facts, leading: ReadonlySet<number>): Generator<void, void> {
    this.frames[activation.frame.id] = activation;
    const waiting: { readonly block: number; readonly facts: Facts; readonly way: LoneWay }[] = [{ block: 0, facts: entry, way: newWay }];
    for (let at = waiting.pop(); at !== undefined && !this.isSpent() && this.narrowing?.isDone?.() !== true; at = waiting.pop()) {
      const { block, way } = at;
      const arrive = (to: number, facts: Facts): void => {
        if (!leading.has(to)) return;
        const on = goneOn(way, testedOn(activation.fn.blocks[block]!.end, to, facts, activation.frame), to, this.stepOf);
        const tidy = forgetDead(facts, activation.frame.id, activation.liveness.before(to, 0));
        this.carry(tidy);
        if (on !== null) waiting.push({ block: to, facts: tidy, way: on });
      };
      yield* this.runBlock(activation, block, at.facts, arrive, new Map());
    }
  }

  private prepare(fn: FunctionIr): Prepared & Pick<Activation, "unlockedCallers"> {
    return { ...preparedIn(this.around, fn), unlockedCallers: (param) => this.around.unlockedCallers(fn, param) };
  }

  private *run(activation: Activation, entry: Facts): Generator<void, Exit[]> {
    this.frames[activation.frame.id] = activation;
    const exits = new Map<string, Exit>();
    const states = new Map<number, Map<string, State>>();
    // By the order of the blocks, and of those at one block first in, first out.
    const pending: (State[] | undefined)[] = [];
    let first = 0;
    const leading = activation.depth === 0 ? this.leading : null;
    const arrive = (block: number, facts: Facts): void => {
      if (leading?.[block] === 0 || this.isSpent()) return;
      const tidy = forgetDead(facts, activation.frame.id, activation.liveness.before(block, 0));
      this.carry(tidy);
      const key = resourceKey(tidy);
      const here = states.get(block) ?? new Map<string, State>();
      states.set(block, here);
      const known = here.get(key);
      const next = known ? joinFacts(known.facts, tidy, block) : tidy;
      if (next === null) return;
      if (!known && here.size >= maxStates) {
        this.limit ||= `more than ${maxStates} lock states in one place`;
        return;
      }
      const state = known ?? { block, facts: next, waits: false };
      state.facts = next;
      if (!known) here.set(key, state);
      if (!state.waits) (pending[activation.order[block]!] ??= []).push(state);
      state.waits = true;
      first = Math.min(first, activation.order[block]!);
    };
    arrive(0, entry);
    while (first < pending.length) {
      const state = pending[first]?.shift();
      if (state === undefined) {
        first++;
        continue;
      }
      state.waits = false;
      yield* this.runBlock(activation, state.block, state.facts, arrive, exits);
      if (this.narrowing?.isDone?.() === true) break;
      if (this.isSpent()) break;
    }
    return Array.from(exits.values());
  }

  private spend(facts: Facts): void {
    // Locks and mapped entries are gone through by most calls.
    const cost = 1 + ((facts.memory.size + facts.values.size + facts.entries.size) >> 5) + ((facts.locks.length + facts.maps.length) >> 3);
    this.steps += cost;
    this.around.pool.steps -= cost;
  }

  private carry({ memory, truths, values, entries, derived, calls }: Facts): void {
    const cost = memory.size + truths.size + values.size + entries.size + derived.size + calls.size;
    this.carried += cost;
    this.around.pool.carried -= cost;
  }

  /** Whether a bound is reached, and which. */
  private isSpent(): boolean {
    if (this.steps > maxSteps) this.limit ||= `more than ${maxSteps} steps`;
    else if (this.carried > maxCarried) this.limit ||= `more than ${maxCarried} facts on all paths together`;
    else if (isEmpty(this.around.pool)) this.limit ||= "the functions before it took what all of them may take together";
    else return false;
    return true;
  }

  private *runBlock(activation: Activation, id: number, facts: Facts, arrive: (block: number, facts: Facts) => void, exits: Map<string, Exit>): Generator<void, void> {
    const block = activation.fn.blocks[id]!;
    let paths: Facts[] = [facts];
    const steps = activation.depth === 0 && this.leading !== null ? block.steps.slice(0, this.leading[id]) : block.steps;
    for (const [index, step] of steps.entries()) {
      if (this.isSpent()) return;
      const [only] = paths;
      paths = paths.length === 1 ? this.runStep(activation, step, id, index, only!) : paths.flatMap((before) => this.runStep(activation, step, id, index, before));
      if (index % yieldEvery === yieldEvery - 1) yield;
      // Temporaries of a long stretch without branches go as they are done with, else each step copies them all.
      if (index % tidyEvery === tidyEvery - 1) paths = paths.map((path) => forgetDead(path, activation.frame.id, activation.liveness.before(id, index + 1)));
      if (paths.length > maxStates) {
        this.limit ||= `more than ${maxStates} outcomes in one block`;
        paths = paths.slice(0, maxStates);
      }
    }
    for (const path of paths) this.leaveBlock(activation, id, path, arrive, exits);
    yield;
  }

  private runStep(activation: Activation, step: Step, block: number, index: number, before: Facts): Facts[] {
    this.spend(before);
    const aged = makesSymbol(step) ? this.age(activation, block, index, before) : before;
    const site = this.site(activation, aged, step.loc);
    const inlined = step.op === "call" ? this.inline(activation, step, block, index, site) : null;
    return inlined ?? transfer(step, { block, place: index }, site, this.hooks);
  }

  private age(activation: Activation, block: number, step: number, facts: Facts): Facts {
    if (!activation.cyclic && !activation.onCycle[block]) return facts;
    return ageSymbol(facts, sym.stepResult(activation.frame.id, block, step));
  }

  private leaveBlock(activation: Activation, id: number, facts: Facts, arrive: (block: number, facts: Facts) => void, exits: Map<string, Exit>): void {
    const { end } = activation.fn.blocks[id]!;
    const { frame } = activation;
    const callOf = (symbol: string): CallInfo | null => this.callOf(symbol, facts);
    const leave = (to: number, known: Facts): void => {
      const next = activation.fn.blocks[to]!.steps[0];
      if (next?.op === "gap" && activation.depth === 0) for (const rule of this.hooks.onGap) rule.onGap(this.site(activation, known, end.k === "branch" ? end.loc : next.loc));
      arrive(to, known);
    };
    switch (end.k) {
      case "goto":
        leave(end.to, facts);
        return;
      case "branch":
        for (const rule of this.hooks.onBranch) rule.onBranch(end.cond, (expr) => evaluate(expr, facts, frame), this.site(activation, facts, end.loc));
        const [yes, otherwise] = assumeEither(end.cond, facts, frame, callOf, end.loc);
        const no = otherwise && withEmptyRange(end, activation.fn, this.around.rulebook, otherwise);
        for (const [target, next] of [[end.yes, yes], [end.no, no]] as const) {
          if (!next) continue;
          const to = activation.fn.blocks[target]!;
          if (to.end.k === "stop" && to.steps.length === 0) this.failAssertion(activation, evaluate(end.cond, facts, frame), facts, next, end.loc);
          leave(to.id, next);
        }
        return;
      case "switch":
        for (const target of new Set([...end.cases.map((c) => c.to), end.otherwise])) {
          const chosen = assumeCase(end, target, facts, frame, callOf);
          if (chosen) arrive(target, chosen);
        }
        return;
      case "return": {
        const value = end.value ? evaluate(end.value, facts, frame) : "";
        const site = this.site(activation, facts, end.loc);
        if (activation.depth === 0) for (const rule of this.hooks.onReturn) rule.onReturn(value, site);
        // What is known may differ between the places that return the same.
        exits.set(`${id}|${resourceKey(facts)}|${value}`, { facts, value });
        return;
      }
      case "stop":
      case "lost":
        return;
    }
  }

  private failAssertion(activation: Activation, tested: string, before: Facts, facts: Facts, loc: Site["loc"]): void {
    for (const rule of this.hooks.onFailedAssertion) rule.onFailedAssertion(tested, this.site(activation, facts, loc), before);
  }

  private site(activation: Activation, facts: Facts, loc: Site["loc"]): Site {
    const site: Site = {
      facts,
      frame: activation.frame,
      types: activation.types,
      reviewed: this.frames[1]!.fn,
      // What a helper does, it does at the call: its own lines may be of another file.
      loc: activation.outer?.site.loc ?? loc,
      rulebook: this.around.rulebook,
      judge: (judgement) => {
        if (activation.depth === 0) this.report(judgement, site);
      },
      judgeAtCall: (judgement) => {
        const { outer } = activation;
        if (outer) this.report(judgement(outer.call), outer.site);
        else this.report(judgement(null), site);
      },
      callOf: (symbol) => this.callOf(symbol, facts),
      callersOf: this.around.callersOf,
      callersInView: this.around.callersInView,
      stepOf: this.stepOf,
      bodyOf: this.bodyOf,
      isNeutral: this.around.isNeutral,
      fieldOrder: this.around.fieldOrder,
      unlockedCallers: activation.unlockedCallers,
    };
    return site;
  }

  private readonly bodyOf = (callee: string): FunctionIr | null => this.around.functions.get(callee) ?? null;

  private readonly stepOf = (symbol: string): Step | null => {
    const at = sym.stepOf(symbol);
    return at ? (this.frames[at.frame]?.fn.blocks[at.block]?.steps[at.place] ?? null) : null;
  };

  /** The call that made `symbol`, with the arguments it had where a contract says that the result speaks of them. */
  private callOf(symbol: string, facts: Facts): CallInfo | null {
    const at = sym.stepOf(symbol);
    const activation = at ? this.frames[at.frame] : undefined;
    const step = this.stepOf(symbol);
    if (!at || !activation || step?.op !== "call") return null;
    return callInfo(step, at, this.site(activation, facts, step.loc), facts.calls.get(symbol));
  }

  /** Runs a helper in place; null when it has a contract, is not in view, or cannot matter. */
  private inline(activation: Activation, step: CallStep, block: number, index: number, site: Site): Facts[] | null {
    const { callee } = step;
    if (callee === null || this.around.rulebook.contract(callee)) return null;
    const fn = this.around.functions.get(callee);
    if (!fn || fn.partial || activation.depth >= maxDepth || activation.stack.includes(callee)) return null;
    const values = step.args.map((arg) => evaluate(arg, site.facts, site.frame));
    if (!this.around.matters(fn) && !handsOver(values, site.facts) && !this.around.mattersUnder(fn, site.facts) && !(foundBehind(values, site.facts) && this.around.mayFree(fn))) return null;
    const info = callInfo(step, { block, place: index }, site, values);
    for (const rule of this.hooks.onCall) rule.onCall(info, site);
    const id = this.frameId(`${activation.frame.id}.${block}.${index}`);
    const { args } = info;
    const memory = new Map(site.facts.memory);
    fn.params.forEach((param, i) => memory.set(sym.variableAddress(id, param), args[i] ?? sym.parameter(id, param)));
    const cyclic = activation.cyclic || activation.onCycle[block]!;
    const inner: Activation = { ...this.prepare(fn), frame: { id, fn }, depth: activation.depth + 1, cyclic, stack: [...activation.stack, callee], outer: activation.outer ?? { site, call: info } };
    const exits = atOnce(this.run(inner, updated(site.facts, { memory })));
    return exits.map((exit) => {
      const kept = new Map(exit.facts.memory);
      if (step.dst !== null) kept.set(sym.variableAddress(activation.frame.id, step.dst), exit.value === "" ? sym.stepResult(activation.frame.id, block, index) : exit.value);
      // The result is in the caller's hands before the helper's variables go: what is known of it stays known.
      return forgetDead(updated(exit.facts, { memory: kept }), id, new Set());
    });
  }

  private frameId(key: string): number {
    const id = this.frameIds.get(key) ?? this.frameIds.size + 2;
    this.frameIds.set(key, id);
    return id;
  }
}

/** Whether the step has a result of its own, named after its place. */
function makesSymbol(step: Step): boolean {
  return step.op === "call" || step.op === "load" || (step.op === "assign" && step.value === null);
}

/** Whether a call passes on a lock, a mapped pte, a walk, or a structure that holds one: then the helper may change it. */
function handsOver(args: readonly string[], { locks, maps, walks, memory }: Facts): boolean {
  const resources = new Set([...locks.map((l) => l.id), ...maps.map((m) => m.pointer), ...walks.keys()]);
  if (resources.size === 0) return false;
  if (args.some((arg) => resources.has(sym.splitMove(arg).root))) return true;
  for (const [address, value] of memory) {
    if (resources.has(sym.splitMove(value).root) && args.some((arg) => address === arg || address.startsWith(`${arg}.`))) return true;
  }
  return false;
}
