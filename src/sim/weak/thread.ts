/** What is known of one thread while it is written down for a memory model (lower.ts). */
import type { FunctionIr, Loc } from "../../c/ir.ts";
import type { Expression, Statement } from "../memory/index.ts";

/** Code that can't be said in the memory model. `line` is that of the thread's own file. */
export class NotModelled extends Error {
  constructor(message: string) {
    super(message);
    this.name = "NotModelled";
  }
}

/** Contents of entries and of the words of tables that mean something to the properties. Other numbers are values as they are. */
export const content = {
  none: 0n,
  /** A present entry that maps a page; of a PMD, a huge page. */
  leaf: 2n,
  /** A table that nobody has initialised yet. */
  uninitialised: -1n,
  /** A table that was freed: whatever its next owner writes. */
  freed: -2n,
} as const;

/** A register that holds what a load returned. */
export interface Observed {
  readonly register: string;
  readonly line: number;
}

/** `inTable`: what was loaded is the content of a table, not an entry that the world starts with. */
export interface Loaded extends Observed {
  readonly inTable: boolean;
}

/** Two registers that hold the halves of one entry. */
export interface Halves {
  readonly low: string;
  readonly high: string;
  readonly line: number;
}

/** What a name of the C function stands for: a value that never changes, or a register. */
export type Bound =
  | { readonly k: "value"; readonly value: Expression }
  | { readonly k: "register"; readonly name: string }
  /** The address of a local variable of a caller. */
  | { readonly k: "variable"; readonly name: string }
  /** What it is can't be said; an error when it is used. */
  | { readonly k: "unknown"; readonly why: string };

/** One function on the stack of calls that were put in place. */
export interface Scope {
  readonly fn: FunctionIr;
  readonly names: Map<string, Bound>;
  /** Line that stands for all lines of a function of another file. */
  readonly line: number | null;
  readonly depth: number;
}

export interface ThreadContext {
  readonly number: number;
  readonly functions: ReadonlyMap<string, FunctionIr>;
  readonly registers: Set<string>;
  readonly observed: Loaded[];
  readonly halves: Halves[];
  /** Registers of loaded halves: which half, and of which entry. */
  readonly halfOf: Map<string, { readonly half: "low" | "high"; readonly entry: string }>;
  /** Registers that must be 1 at the end: interrupts that were answered. */
  readonly waits: string[];
  /** Registers that are 1 at the end when a loop would have gone round once more. */
  readonly cuts: string[];
  /** Registers that are 1 at the end when an assertion has failed. */
  readonly failed: Observed[];
  /** Locations of tables that the thread allocates. */
  readonly fresh: string[];
  /** Numbers of the threads that turn interrupts off. */
  readonly answering: Set<number>;
  /** Thread numbers that send an interrupt. */
  readonly sending: Set<number>;
}

/** A register name that is free in the thread. */
export function freshName(context: ThreadContext, wish: string): string {
  const base = /^[A-Za-z_]/.test(wish) ? wish.replace(/\W/g, "_") : "t";
  let name = base;
  for (let n = 1; context.registers.has(name); n++) name = `${base}_${n}`;
  context.registers.add(name);
  return name;
}

export function lineOf(scope: Scope, loc: Loc): number {
  return scope.line ?? loc.line;
}

export const constant = (value: bigint | string): Expression => ({ k: "constant", value });
export const register = (name: string): Expression => ({ k: "register", name });
export const equals = (left: Expression, right: Expression): Expression => ({ k: "binary", operator: "==", left, right });

export function not(of: Expression): Expression {
  if (of.k === "binary" && of.operator === "==") return { ...of, operator: "!=" };
  return { k: "unary", operator: "!", of };
}

export type Emit = (statement: Statement) => void;

/** Names of levels, and of the entries of the world. */
export const levels: readonly string[] = ["pte", "pmd", "pud", "p4d", "pgd"];

/** Whether an address may lie in a table that comes and goes: all but the upper entries, which are known by name. */
export function isInTable(at: Expression): boolean {
  return at.k !== "constant" || !levels.slice(1).some((level) => at.value === level || at.value === `${level}_high`);
}
