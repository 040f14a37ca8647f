/**
 * What the reads of a graph return, as far as it follows from who reads from whom.
 *
 * Mirrors herd7's solver (herd/valconstraint.ml): equations between terms are settled as soon as one side is known,
 * two open reads that must be equal become one unknown, and nothing is inverted (`r1 + 1 == 2` does not give r1). A
 * cycle of copies therefore stays an unknown value and is a candidate; equations that never settle make it none.
 */
import type { Requirement } from "./event.ts";
import { evaluate, isKnown, type Term } from "./term.ts";
import { isTrue, type Value } from "./value.ts";

export type Equation =
  | Requirement
  /** The event reads the initial value of the location at `address`. */
  | { readonly k: "initial"; readonly event: number; readonly address: Term };

export type InitialMemory = (location: Value) => Value;

export class Equations {
  readonly #memory: InitialMemory;
  readonly #values: (Value | undefined)[];
  /** Union-find over events; a root stands for all reads known to be equal. */
  readonly #parents: number[];
  #open: readonly Equation[];

  private constructor(
    memory: InitialMemory, values: (Value | undefined)[], parents: number[], open: readonly Equation[],
  ) {
    this.#memory = memory;
    this.#values = values;
    this.#parents = parents;
    this.#open = open;
  }

  static start(size: number, memory: InitialMemory): Equations {
    return new Equations(memory, Array.from({ length: size }, () => undefined), Array.from({ length: size }, (_, i) => i), []);
  }

  /** A copy with more equations, or null when they contradict. */
  extend(added: readonly Equation[]): Equations | null {
    const next = new Equations(this.#memory, this.#values.slice(), this.#parents.slice(), this.#open);
    return next.#settle(added) ? next : null;
  }

  /** True when no equation waits for a value. */
  get settled(): boolean {
    return this.#open.length === 0;
  }

  valueOf(event: number): Value | undefined {
    return this.#values[this.#root(event)];
  }

  areSame(a: number, b: number): boolean {
    return this.#root(a) === this.#root(b);
  }

  evaluate(term: Term): Value | undefined {
    return isKnown(term) ? term : evaluate(term, this);
  }

  #root(event: number): number {
    let at = event;
    while (this.#parents[at] !== at) at = this.#parents[at]!;
    return at;
  }

  #settle(added: readonly Equation[]): boolean {
    let waiting: readonly Equation[] = [...this.#open, ...added];
    for (;;) {
      const left: Equation[] = [];
      for (const equation of waiting) {
        const outcome = this.#try(equation);
        if (outcome === "contradiction") return false;
        if (outcome === "open") left.push(equation);
      }
      if (left.length === waiting.length || left.length === 0) {
        this.#open = left;
        return true;
      }
      waiting = left;
    }
  }

  #try(equation: Equation): "settled" | "open" | "contradiction" {
    switch (equation.k) {
      case "truth": {
        const value = this.evaluate(equation.term);
        if (value === undefined) return "open";
        return isTrue(value) === equation.expected ? "settled" : "contradiction";
      }
      case "initial": {
        const location = this.evaluate(equation.address);
        return location === undefined ? "open" : this.#same({ k: "read", event: equation.event }, this.#memory(location));
      }
      case "same": return this.#same(equation.left, equation.right);
    }
  }

  #same(left: Term, right: Term): "settled" | "open" | "contradiction" {
    const a = this.evaluate(left);
    const b = this.evaluate(right);
    if (a !== undefined && b !== undefined) return a === b ? "settled" : "contradiction";
    if (a === undefined && b === undefined) return this.#unite(left, right);
    const [value, open] = a === undefined ? [b, left] : [a, right];
    if (isKnown(open) || open.k !== "read") return "open";
    this.#values[this.#root(open.event)] = value;
    return "settled";
  }

  #unite(left: Term, right: Term): "settled" | "open" {
    if (isKnown(left) || isKnown(right) || left.k !== "read" || right.k !== "read") return "open";
    this.#parents[this.#root(left.event)] = this.#root(right.event);
    return "settled";
  }
}
