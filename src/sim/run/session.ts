/** One simulation: a world, the code that its threads run, and what was met that is not modelled. */
import type { FunctionIr, Place } from "../../c/ir.ts";
import type { RuleId } from "../../core/finding.ts";
import { Arena } from "../world/arena.ts";
import type { World } from "../world/build.ts";
import { NoRoom } from "../world/no-room.ts";
import { properties } from "../world/property.ts";
import type { Turn } from "../world/turn.ts";
import type { Value } from "../world/value.ts";
import { atomicOperations } from "./ops-atomic.ts";
import { gatherOperations } from "./ops-gather.ts";
import { lockOperations } from "./ops-locks.ts";
import { tlbOperations } from "./ops-tlb.ts";
import { worldOperations } from "./ops-world.ts";
import type { CellOf, OperationMaker } from "./operation.ts";
import { programOf, visit, type Program } from "./program.ts";
import { pureOf, type Pure } from "./pure.ts";
import { Standings } from "./standings.ts";

/** Functions by name that calls may go into, first match wins. */
export interface Code {
  /** The code under test and its helpers. */
  readonly functions: ReadonlyMap<string, FunctionIr>;
  /** Models of kernel functions of one era. */
  readonly models: ReadonlyMap<string, FunctionIr>;
}

export type Callee =
  | { readonly k: "operation"; readonly make: OperationMaker }
  | { readonly k: "pure"; readonly f: Pure }
  | { readonly k: "inline"; readonly program: Program }
  | { readonly k: "skip" };

export interface Session {
  readonly world: World;
  readonly callee: (name: string) => Callee;
  /** Most calls inside each other. */
  readonly depth: number;
  readonly cellOf: CellOf;
  /** Checks what must hold when a thread's own function returns. */
  readonly atExit: (turn: Turn) => void;
  readonly foreign: boolean;
  /** The rule that a failed BUG_ON() is reported under. */
  readonly asserted: RuleId;
  /** Shrinks by each interpreted step; below 0 nothing goes on. */
  readonly work: Work;
  readonly fieldDefault: (field: string, root: string) => Value | undefined;
  /** Whether the code under test may load a field of this name more than once. */
  readonly reloaded: (field: string) => boolean;
  readonly standings: Standings;
  /** Where states of the world are taken from. */
  readonly arena: Arena;
  /** Grows while the search runs: locks and sections that the code under test leaves without having entered them. */
  readonly wanted: Set<string>;
  /** What the code under test makes an entry of when the value is not known. */
  readonly opaqueEntry: Value | null;
  /** Grows while the search runs: what was left out although it may matter. */
  readonly notModelled: Set<string>;
  /** Grows too: calls left out that were given nothing of the page tables. */
  readonly skipped: Set<string>;
  /** Grows while the search runs: lines of the first thread's code that have visible operations. */
  readonly reached: Set<number>;
}

/** Interpreted steps that are left, of one run or of several that share it: time is not the same twice, work is. */
export interface Work {
  left: number;
}

export interface SessionOptions {
  readonly world: World;
  readonly code: Code;
  readonly depth?: number;
  /** Whether threads share what stands at an address; absent when they share nothing but the world. */
  readonly isShared?: (root: string, path: string) => boolean;
  readonly atExit?: (turn: Turn) => void;
  readonly fieldDefault?: (field: string, root: string) => Value | undefined;
  /**
   * The first thread is code that was not written for the simulator: it may hold locks that are not known, and it is not
   * followed behind a call that is not modelled and may change page tables.
   */
  readonly foreign?: boolean;
  /** Absent: what the property says. */
  readonly asserted?: RuleId;
  /** Absent: no limit. */
  readonly work?: Work;
  /** Stands for an entry of which nothing is known but that it is stored; absent: such a store is not modelled. */
  readonly opaqueEntry?: Value;
  /** How often the code under test loads fields, by name. */
  readonly loads?: ReadonlyMap<string, number>;
}

const entryPointer = /^(?:pte|pmd|pud|p4d|pgd)_t \*/;

/** Whether a place is an entry behind a pointer to one. */
function namesEntry(ir: FunctionIr, place: Place): boolean {
  if (place.k === "field" || place.k === "index") return namesEntry(ir, place.base);
  if (place.k !== "deref") return false;
  let entry = false;
  visit(place.ptr, (e) => (entry ||= e.k === "var" && entryPointer.test(ir.vars.get(e.name)?.type ?? "")));
  return entry;
}

/** A helper that computes something in a straight line costs nothing to follow, even if it touches nothing. */
function isSimple(ir: FunctionIr): boolean {
  return ir.blocks.length <= 30 && !ir.blocks.some((b) => b.loopHead);
}

const operations = new Map<string, OperationMaker>(Object.entries({ ...lockOperations, ...worldOperations, ...tlbOperations, ...gatherOperations, ...atomicOperations }));

const programs = new WeakMap<FunctionIr, Program>();

/** The function compiled once, however many simulations run it. */
export function compiled(ir: FunctionIr, origin: Program["origin"]): Program {
  let program = programs.get(ir);
  if (program === undefined) {
    program = programOf(ir, origin);
    programs.set(ir, program);
  }
  return program;
}

export function newSession(options: SessionOptions): Session {
  const callees = new Map<string, Callee>();
  const cells = new Map<string, number>();
  const loads = options.loads ?? new Map<string, number>();
  const find = (name: string): Callee => {
    const operation = operations.get(name);
    if (operation !== undefined) return { k: "operation", make: operation };
    const pure = pureOf(name);
    if (pure !== undefined) return { k: "pure", f: pure };
    const model = options.code.models.get(name);
    if (model !== undefined) return { k: "inline", program: compiled(model, "model") };
    const code = options.code.functions.get(name);
    if (code === undefined || (options.foreign === true && !isSimple(code) && !matters(code))) return { k: "skip" };
    return { k: "inline", program: compiled(code, "code") };
  };
  const judged = new Map<FunctionIr, boolean>();
  /** Whether the function, or one that it calls, does anything that the world can notice. */
  const matters = (ir: FunctionIr): boolean => {
    const known = judged.get(ir);
    if (known !== undefined) return known;
    judged.set(ir, false);
    const found = ir.blocks.some((block) => block.steps.some((step) => {
      if (step.op === "gap") return true;
      if (step.op === "load" || step.op === "store") return namesEntry(ir, step.place);
      if (step.op !== "call") return false;
      const { callee } = step;
      if (callee === null) return step.args.some((a) => a.k === "var" && entryPointer.test(ir.vars.get(a.name)?.type ?? ""));
      const helper = options.code.models.get(callee) ?? options.code.functions.get(callee);
      return operations.has(callee) || (helper !== undefined && matters(helper));
    }));
    judged.set(ir, found);
    return found;
  };
  return {
    world: options.world,
    callee: (name) => {
      let callee = callees.get(name);
      if (callee === undefined) {
        callee = find(name);
        callees.set(name, callee);
      }
      return callee;
    },
    depth: options.depth ?? 16,
    cellOf: (root, path) => {
      if (options.isShared?.(root, path) !== true) return undefined;
      const address = root + path;
      let cell = cells.get(address);
      if (cell === undefined) {
        cell = cells.size;
        if (cell >= options.world.layout.cells) throw new NoRoom(`more than ${options.world.layout.cells} shared variables`);
        cells.set(address, cell);
      }
      return cell;
    },
    foreign: options.foreign ?? false,
    asserted: options.asserted ?? properties.assertion.rule,
    work: options.work ?? { left: Infinity },
    reloaded: (field) => (loads.get(field) ?? 2) > 1,
    fieldDefault: options.fieldDefault ?? (() => undefined),
    atExit: options.atExit ?? (() => {}),
    arena: new Arena(options.world.layout.size),
    standings: new Standings(options.world.locks),
    wanted: new Set<string>(),
    opaqueEntry: options.opaqueEntry ?? null,
    notModelled: new Set<string>(),
    skipped: new Set<string>(),
    reached: new Set<number>(),
  };
}
