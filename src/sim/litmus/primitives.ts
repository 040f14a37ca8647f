/**
 * The kernel functions that a litmus test may call, by what they do to memory
 * (tools/memory-model/linux-kernel.def, Linux 6.12; atomic_add_unless() is built into herd7).
 */
import type { Expression, FenceKind, RmwOperator, RmwOrder, Statement } from "../memory/program.ts";

/** What a call stands for; null when the number of arguments is wrong. */
export type Primitive =
  | { readonly k: "value"; readonly build: (args: readonly Expression[], line: number) => Expression | null }
  | { readonly k: "statement"; readonly build: (args: readonly Expression[], line: number) => Statement | null };

type Build<T> = (args: readonly Expression[], line: number) => T;

function value(count: number, build: Build<Expression>): Primitive {
  return { k: "value", build: (args, line) => (args.length === count ? build(args, line) : null) };
}

function statement(count: number, build: Build<Statement>): Primitive {
  return { k: "statement", build: (args, line) => (args.length === count ? build(args, line) : null) };
}

const one: Expression = { k: "constant", value: 1n };
const zero: Expression = { k: "constant", value: 0n };

const table = new Map<string, Primitive>();

const fences: Readonly<Record<string, FenceKind>> = {
  smp_mb: "mb", smp_rmb: "rmb", smp_wmb: "wmb", barrier: "barrier",
  smp_mb__before_atomic: "before-atomic", smp_mb__after_atomic: "after-atomic",
  smp_mb__after_spinlock: "after-spinlock", smp_mb__after_unlock_lock: "after-unlock-lock",
  smp_mb__after_srcu_read_unlock: "after-srcu-read-unlock",
  rcu_read_lock: "rcu-lock", rcu_read_unlock: "rcu-unlock",
  synchronize_rcu: "sync-rcu", synchronize_rcu_expedited: "sync-rcu",
};
for (const [name, kind] of Object.entries(fences)) table.set(name, statement(0, (_, line) => ({ k: "fence", kind, line })));

/** Suffix of the name -> ordering. */
const orders: readonly (readonly [string, RmwOrder])[] = [
  ["", "full"], ["_relaxed", "relaxed"], ["_acquire", "acquire"], ["_release", "release"],
];

for (const [suffix, order] of orders) {
  for (const prefix of ["", "atomic_"]) {
    table.set(`${prefix}xchg${suffix}`, value(2, ([at, stored], line) => ({ k: "exchange", at: at!, value: stored!, order, line })));
    table.set(`${prefix}cmpxchg${suffix}`, value(3, ([at, expected, stored], line) => {
      return { k: "compare-exchange", at: at!, expected: expected!, value: stored!, order, line };
    }));
  }
  for (const [verb, operator] of [["add", "+"], ["sub", "-"]] as const) {
    table.set(`atomic_${verb}_return${suffix}`, fetchOf(operator, order, "new"));
    table.set(`atomic_fetch_${verb}${suffix}`, fetchOf(operator, order, "old"));
  }
  for (const [verb, operator] of [["inc", "+"], ["dec", "-"]] as const) {
    table.set(`atomic_${verb}_return${suffix}`, stepOf(operator, order, "new"));
    table.set(`atomic_fetch_${verb}${suffix}`, stepOf(operator, order, "old"));
  }
  for (const [verb, operator] of [["and", "&"], ["or", "|"], ["xor", "^"], ["andnot", "&~"]] as const) {
    table.set(`atomic_fetch_${verb}${suffix}`, fetchOf(operator, order, "old"));
  }
  table.set(`atomic_add_negative${suffix}`, value(2, ([operand, at], line) => {
    return compare("<", { k: "fetch", at: at!, operator: "+", operand: operand!, order, yields: "new", line });
  }));
}

function fetchOf(operator: RmwOperator, order: RmwOrder, yields: "old" | "new"): Primitive {
  return value(2, ([operand, at], line) => ({ k: "fetch", at: at!, operator, operand: operand!, order, yields, line }));
}

function stepOf(operator: RmwOperator, order: RmwOrder, yields: "old" | "new"): Primitive {
  return value(1, ([at], line) => ({ k: "fetch", at: at!, operator, operand: one, order, yields, line }));
}

function compare(operator: "==" | "<", left: Expression): Expression {
  return { k: "binary", operator, left, right: zero };
}

for (const [verb, operator] of [["add", "+"], ["sub", "-"], ["and", "&"], ["or", "|"], ["xor", "^"], ["andnot", "&~"]] as const) {
  table.set(`atomic_${verb}`, statement(2, ([operand, at], line) => ({ k: "atomic", at: at!, operator, operand: operand!, line })));
}
for (const [verb, operator] of [["inc", "+"], ["dec", "-"]] as const) {
  table.set(`atomic_${verb}`, statement(1, ([at], line) => ({ k: "atomic", at: at!, operator, operand: one, line })));
  table.set(`atomic_${verb}_and_test`, value(1, ([at], line) => {
    return compare("==", { k: "fetch", at: at!, operator, operand: one, order: "full", yields: "new", line });
  }));
}
table.set("atomic_sub_and_test", value(2, ([operand, at], line) => {
  return compare("==", { k: "fetch", at: at!, operator: "-", operand: operand!, order: "full", yields: "new", line });
}));
table.set("atomic_add_unless", value(3, ([at, operand, unless], line) => {
  return { k: "add-unless", at: at!, operand: operand!, unless: unless!, line };
}));

table.set("atomic_read", value(1, ([at], line) => ({ k: "load", at: at!, order: "once", line })));
table.set("atomic_read_acquire", value(1, ([at], line) => ({ k: "load", at: at!, order: "acquire", line })));
table.set("atomic_set", statement(2, ([at, stored], line) => ({ k: "store", at: at!, value: stored!, order: "once", line })));
table.set("atomic_set_release", statement(2, ([at, stored], line) => ({ k: "store", at: at!, value: stored!, order: "release", line })));

table.set("spin_lock", statement(1, ([at], line) => ({ k: "lock", at: at!, line })));
table.set("spin_unlock", statement(1, ([at], line) => ({ k: "unlock", at: at!, line })));
table.set("spin_trylock", value(1, ([at], line) => ({ k: "trylock", at: at!, line })));
table.set("spin_is_locked", value(1, ([at], line) => ({ k: "is-locked", at: at!, line })));

for (const name of ["srcu_read_lock", "srcu_down_read"]) {
  table.set(name, value(1, ([at], line) => ({ k: "load", at: at!, order: "srcu-lock", line })));
}
for (const name of ["srcu_read_unlock", "srcu_up_read"]) {
  table.set(name, statement(2, ([at, index], line) => ({ k: "store", at: at!, value: index!, order: "srcu-unlock", line })));
}
for (const name of ["synchronize_srcu", "synchronize_srcu_expedited"]) {
  table.set(name, statement(1, ([at], line) => ({ k: "synchronize-srcu", at: at!, line })));
}

export const primitives: ReadonlyMap<string, Primitive> = table;
