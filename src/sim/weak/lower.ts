/**
 * A kernel function as a thread of a memory model's program: what the function and the models of rules/ do to memory, with
 * helpers put in place, branches as nested ifs and loops cut after a few rounds.
 */
import type { Block, CallStep, Expr, FunctionIr, Step } from "../../c/ir.ts";
import { readOrderOf } from "../litmus/expression.ts";
import { exit, meetingPoints } from "../litmus/flow-graph.ts";
import { primitives } from "../litmus/primitives.ts";
import type { Expression, Statement } from "../memory/index.ts";
import { weakCalls } from "./calls.ts";
import { constant, freshName, isInTable, lineOf, not, NotModelled, register, type Bound, type Emit, type Scope, type ThreadContext } from "./thread.ts";
import { unrolled } from "./unroll.ts";
import { addressOf, bindingOf, fixedField, halfOf, localOf, valueOf } from "./values.ts";

/** How often a loop may go round. */
const rounds = 2;
const deepest = 12;

/** Throws NotModelled. `parameters`: what the function is called with, by name. */
export function lowerWeak(context: ThreadContext, fn: FunctionIr, parameters: ReadonlyMap<string, Bound>): Statement[] {
  return lowerBody(context, { fn, names: new Map(parameters), line: null, depth: 0 }, () => {});
}

/** The statements of a body. `returns` is told what each return gives, where it stands. */
function lowerBody(context: ThreadContext, scope: Scope, returns: (value: Expression, emit: Emit) => void): Statement[] {
  const fn = unrolled(scope.fn, rounds);
  const meets = meetingPoints(fn);
  const runFrom = (from: number, stop: number): Statement[] => {
    const out: Statement[] = [];
    const emit: Emit = (statement) => out.push(statement);
    let at = from;
    while (at !== stop && at !== exit) at = runBlock(fn.blocks[at]!, meets[at]!, emit);
    return out;
  };
  const runBlock = (block: Block, meet: number, emit: Emit): number => {
    for (const step of block.steps) lowerStep(context, scope, step, emit);
    const { end } = block;
    switch (end.k) {
      case "goto": return end.to;
      case "return":
        if (end.value) returns(valueOf(context, scope, end.value), emit);
        return exit;
      case "branch": {
        const condition = valueOf(context, scope, end.cond);
        if (condition.k === "constant") return condition.value === 0n ? end.no : end.yes;
        const [yes, no] = [runFrom(end.yes, meet), runFrom(end.no, meet)];
        if (yes.length > 0) emit({ k: "if", condition, yes, no });
        else if (no.length > 0) emit({ k: "if", condition: not(condition), yes: no, no: [] });
        return meet;
      }
      case "stop":
      case "lost": {
        const name = freshName(context, end.k === "stop" ? "failed" : "cut");
        emit({ k: "set", register: name, value: constant(1n) });
        if (end.k === "stop") context.failed.push({ register: name, line: lineOf(scope, end.loc) });
        else context.cuts.push(name);
        return exit;
      }
      case "switch": throw new NotModelled(`the switch of line ${lineOf(scope, end.loc)}`);
    }
  };
  return runFrom(0, exit);
}

function lowerStep(context: ThreadContext, scope: Scope, step: Step, emit: Emit): void {
  switch (step.op) {
    case "assign":
      if (step.value) define(context, scope, step.dst, valueOf(context, scope, step.value), lineOf(scope, step.loc), emit);
      break;
    case "load": load(context, scope, step, emit); break;
    case "store": store(context, scope, step, emit); break;
    case "call": call(context, scope, step, emit); break;
    case "gap": throw new NotModelled(`line ${step.from}: ${step.reason}`);
  }
}

/**
 * Gives a variable of the function a value. A temporary, and a variable that only ever gets one constant, stands for its
 * value from then on, so that locks and tables are known by name.
 */
function define(context: ThreadContext, scope: Scope, name: string, value: Expression, line: number, emit: Emit): void {
  const variable = scope.fn.vars.get(name);
  const once = !variable?.addressTaken && assignments(scope.fn, name) === 1;
  if (once && (value.k === "constant" || variable?.kind === "temp")) {
    scope.names.set(name, { k: "value", value });
    return;
  }
  const bound = bindingOf(context, scope, name);
  if (bound.k !== "register") throw new NotModelled(`an assignment to ${name}, which stands for a value`);
  set(context, bound.name, value, line, emit);
}

function set(context: ThreadContext, name: string, value: Expression, line: number, emit: Emit): void {
  emit({ k: "set", register: name, value });
  const half = value.k === "register" ? context.halfOf.get(value.name) : undefined;
  if (half) noteHalf(context, name, half, line);
}

function noteHalf(context: ThreadContext, name: string, half: { readonly half: "low" | "high"; readonly entry: string }, line: number): void {
  // The latest one comes last.
  context.halfOf.delete(name);
  context.halfOf.set(name, half);
  if (half.half === "low") return;
  const lows = Array.from(context.halfOf).filter(([, each]) => each.half === "low" && each.entry === half.entry);
  const low = lows.at(-1);
  const known = context.halves.some((each) => each.low === low?.[0] && each.high === name);
  if (low && !known) context.halves.push({ low: low[0], high: name, line });
}

function load(context: ThreadContext, scope: Scope, step: Step & { op: "load" }, emit: Emit): void {
  const line = lineOf(scope, step.loc);
  const local = localOf(context, scope, step.place);
  const fixed = fixedField(step.place);
  if (local !== null || fixed !== null) return define(context, scope, step.dst, fixed ?? register(local!), line, emit);
  const at = addressOf(context, scope, step.place);
  const name = freshName(context, scope.fn.vars.get(step.dst)?.source || "r");
  emit({ k: "set", register: name, value: { k: "load", at, order: readOrderOf(step.marking, step.loc), line } });
  context.observed.push({ register: name, line, inTable: isInTable(at) });
  const half = halfOf(step.place);
  if (half && at.k === "constant") context.halfOf.set(name, { half, entry: String(at.value).replace(/_high$/, "") });
  define(context, scope, step.dst, register(name), line, emit);
}

const writeOrders = { WRITE_ONCE: "once", smp_store_release: "release", rcu_assign_pointer: "release" } as const;

function store(context: ThreadContext, scope: Scope, step: Step & { op: "store" }, emit: Emit): void {
  const line = lineOf(scope, step.loc);
  const value = valueOf(context, scope, step.value);
  const local = localOf(context, scope, step.place);
  if (local !== null) return set(context, local, value, line, emit);
  const order = step.marking === null ? "plain" : (writeOrders as Readonly<Record<string, "once" | "release">>)[step.marking];
  if (!order) throw new NotModelled(`a store marked ${step.marking}`);
  emit({ k: "store", at: addressOf(context, scope, step.place), value, order, line });
}

function call(context: ThreadContext, scope: Scope, step: CallStep, emit: Emit): void {
  const name = step.callee ?? "";
  const line = lineOf(scope, step.loc);
  const value = (index: number): Expression => {
    const arg = step.args[index];
    if (!arg) throw new NotModelled(`${name}() with ${step.args.length} arguments`);
    return valueOf(context, scope, arg);
  };
  const row = weakCalls.get(name);
  const helper = row ? undefined : context.functions.get(name);
  if (row) return take(context, scope, step, row({ context, emit, line, value }), emit);
  if (helper) return inline(context, scope, step, helper, emit);
  const primitive = primitives.get(name);
  const built = primitive?.build(step.args.map((_, i) => value(i)), line);
  if (!primitive || !built) throw new NotModelled(`${name || "a call through a pointer"}${name ? "()" : ""} in line ${line}`);
  if (primitive.k === "statement") return emit(built as Statement);
  const result = freshName(context, "result");
  emit({ k: "set", register: result, value: built as Expression });
  context.observed.push({ register: result, line, inTable: true });
  take(context, scope, step, register(result), emit);
}

function take(context: ThreadContext, scope: Scope, step: CallStep, value: Expression | null, emit: Emit): void {
  if (step.dst === null) return;
  if (value === null) throw new NotModelled(`the value of ${step.callee}()`);
  define(context, scope, step.dst, value, lineOf(scope, step.loc), emit);
}

/** A helper is run in place. Lines of another file are those of the call. */
function inline(context: ThreadContext, scope: Scope, step: CallStep, helper: FunctionIr, emit: Emit): void {
  if (scope.depth >= deepest) throw new NotModelled(`${helper.name}(): calls nested too deep`);
  const line = helper.file === scope.fn.file ? scope.line : lineOf(scope, step.loc);
  const inner: Scope = { fn: helper, names: new Map(), line, depth: scope.depth + 1 };
  helper.params.forEach((name, i) => {
    const arg = step.args[i];
    const bound = arg ? argument(context, scope, arg) : { k: "unknown" as const, why: `the parameter ${name}` };
    if (bound.k === "unknown" || assignments(helper, name) === 0) return void inner.names.set(name, bound);
    if (bound.k !== "value") throw new NotModelled(`${helper.name}() changes its parameter ${name}`);
    const own = freshName(context, name);
    emit({ k: "set", register: own, value: bound.value });
    inner.names.set(name, { k: "register", name: own });
  });
  const wanted = step.dst !== null;
  const single = unrolled(helper, rounds).blocks.filter((block) => block.end.k === "return").length === 1;
  const name = wanted && !single ? freshName(context, helper.name) : "";
  let result: Expression | null = name === "" ? null : register(name);
  const body = lowerBody(context, inner, (returned, emitHere) => {
    if (single) result = returned;
    else if (wanted) emitHere({ k: "set", register: name, value: returned });
  });
  for (const statement of body) emit(statement);
  take(context, scope, step, result, emit);
}

/** What a parameter stands for. What can't be said is an error only when it is used. */
function argument(context: ThreadContext, scope: Scope, arg: Expr): Bound {
  if (arg.k === "addr" && arg.place.k === "var") {
    const local = localOf(context, scope, arg.place);
    if (local !== null) return { k: "variable", name: local };
  }
  if (arg.k === "var") {
    const bound = bindingOf(context, scope, arg.name);
    // A register may change while the helper runs only if the helper is given its address: its value is the argument.
    return bound.k === "register" ? { k: "value", value: register(bound.name) } : bound;
  }
  try {
    return { k: "value", value: valueOf(context, scope, arg) };
  } catch (error) {
    if (error instanceof NotModelled) return { k: "unknown", why: error.message };
    throw error;
  }
}

/** How many steps give the variable a value. */
function assignments(fn: FunctionIr, name: string): number {
  return fn.blocks.flatMap((block) => block.steps).filter((step) => {
    if (step.op === "assign") return step.dst === name && step.value !== null;
    if (step.op === "load" || step.op === "call") return step.dst === name;
    return step.op === "store" && step.place.k === "var" && step.place.name === name;
  }).length;
}

