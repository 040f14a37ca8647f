/**
 * The programs that memory models explore: threads of statements over registers and shared locations.
 *
 * The form is that of a litmus test after its macros are expanded (tools/memory-model/linux-kernel.def): each
 * expression may hold accesses, and one statement is one instruction, which is what dependencies and program order are
 * defined on. Plain data, so that a world outside (page tables, say) can write programs down and have them decided.
 */
import type { BinaryOperator, UnaryOperator, Value } from "./value.ts";

/** plain: an ordinary C read; once: READ_ONCE(); srcu-lock: srcu_read_lock(), a read of the srcu_struct. */
export type ReadOrder = "plain" | "once" | "acquire" | "srcu-lock";
export type WriteOrder = "plain" | "once" | "release" | "srcu-unlock";
/** full: the unsuffixed kernel operation, with an smp_mb() on both sides when it writes. */
export type RmwOrder = "relaxed" | "acquire" | "release" | "full";

export type FenceKind =
  | "mb" | "rmb" | "wmb" | "barrier"
  | "before-atomic" | "after-atomic" | "after-spinlock" | "after-unlock-lock" | "after-srcu-read-unlock"
  | "rcu-lock" | "rcu-unlock" | "sync-rcu";

/** What a read-modify-write stores, computed from the value read and its operand. */
export type RmwOperator = "+" | "-" | "&" | "|" | "^" | "&~";

/** `line` is that of the source, 0 when there is none; it only labels pictures. */
interface Placed {
  readonly line: number;
}

export type Expression =
  | { readonly k: "constant"; readonly value: Value }
  | { readonly k: "register"; readonly name: string }
  | { readonly k: "unary"; readonly operator: UnaryOperator; readonly of: Expression }
  | { readonly k: "binary"; readonly operator: BinaryOperator; readonly left: Expression; readonly right: Expression }
  | ({ readonly k: "load"; readonly at: Expression; readonly order: ReadOrder } & Placed)
  | ({ readonly k: "exchange"; readonly at: Expression; readonly value: Expression; readonly order: RmwOrder } & Placed)
  /** Stores `value` if the location holds `expected`; yields what was read. */
  | ({
      readonly k: "compare-exchange"; readonly at: Expression; readonly expected: Expression; readonly value: Expression;
      readonly order: RmwOrder;
    } & Placed)
  | ({
      readonly k: "fetch"; readonly at: Expression; readonly operator: RmwOperator; readonly operand: Expression;
      readonly order: RmwOrder; readonly yields: "old" | "new";
    } & Placed)
  /** atomic_add_unless(): yields whether it added. */
  | ({ readonly k: "add-unless"; readonly at: Expression; readonly operand: Expression; readonly unless: Expression } & Placed)
  | ({ readonly k: "trylock"; readonly at: Expression } & Placed)
  | ({ readonly k: "is-locked"; readonly at: Expression } & Placed);

export type Statement =
  | { readonly k: "set"; readonly register: string; readonly value: Expression }
  | { readonly k: "evaluate"; readonly value: Expression }
  | ({ readonly k: "store"; readonly at: Expression; readonly value: Expression; readonly order: WriteOrder } & Placed)
  /** A read-modify-write that returns nothing: atomic_add(), atomic_inc(), ... */
  | ({ readonly k: "atomic"; readonly at: Expression; readonly operator: RmwOperator; readonly operand: Expression } & Placed)
  | ({ readonly k: "fence"; readonly kind: FenceKind } & Placed)
  | ({ readonly k: "lock" | "unlock" | "synchronize-srcu"; readonly at: Expression } & Placed)
  | { readonly k: "if"; readonly condition: Expression; readonly yes: readonly Statement[]; readonly no: readonly Statement[] }
  | { readonly k: "while"; readonly condition: Expression; readonly body: readonly Statement[] };

export interface Thread {
  readonly name: string;
  /** Registers that don't start at 0, such as parameters, which hold addresses. */
  readonly registers: ReadonlyMap<string, Value>;
  readonly body: readonly Statement[];
}

export interface Program {
  readonly name: string;
  readonly threads: readonly Thread[];
  /** Initial values of locations; a location that is not here starts at 0. */
  readonly memory: ReadonlyMap<string, Value>;
}

/** The program can't be decided: too large, or an operation without meaning. `message` says which. */
export class UnsupportedProgram extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UnsupportedProgram";
  }
}
