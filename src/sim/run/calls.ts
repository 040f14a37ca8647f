/** Calls: into operations of the world, pure functions, models and code, or past what is not modelled. */
import type { CallStep } from "../../c/ir.ts";
import type { Value } from "../world/value.ts";
import { evaluate, havoc, show, unknown } from "./eval.ts";
import type { Operation } from "./operation.ts";
import { complete, type Runner } from "./runner.ts";
import { enter, type ThreadState } from "./thread.ts";

/** Starts or does the call and gives null, or gives the operation that it is. */
export function call(runner: Runner, step: CallStep): Operation | null {
  const { session, thread } = runner;
  const args = step.args.map((a) => evaluate(runner, a));
  const target = step.callee === null && step.target !== null ? evaluate(runner, step.target) : null;
  const name = step.callee ?? (target?.k === "name" && !target.text.startsWith("callback ") ? target.text : null);
  const callee = name === null ? ({ k: "skip" } as const) : session.callee(name);
  switch (callee.k) {
    case "operation": {
      const operation = callee.make(session.world, args, session.cellOf);
      if (operation === null) skip(runner, step, args, name);
      return operation;
    }
    case "pure": {
      const result = callee.f({ world: session.world, fail: (property, text) => runner.fail(property, text) }, args);
      if (runner.fault === null) complete(runner, step, result ?? unknown(runner, `${name}(${args.map(show).join(", ")})`, ...args));
      return null;
    }
    case "inline":
      if (thread.frames.length >= session.depth) skip(runner, step, args, name, null, ", whose calls are too deep");
      else enter(thread, callee.program, args);
      return null;
    case "skip":
      skip(runner, step, args, name, target);
      return null;
  }
}

/** Whether a call that is given the value may change page tables or their locks through it. */
function reachesTables(thread: ThreadState, value: Value): boolean {
  if (value.k === "place") {
    const within = value.root + value.path;
    return [...thread.memory].some(([address, v]) => address.startsWith(within) && v.k !== "place" && reachesTables(thread, v));
  }
  return value.k === "slot" || (value.k === "ref" && /^(?:table|ptl|gather)$/.test(value.object));
}

/** Calls that may take or release a lock, or flush. */
const locking = /(?:^|_)(?:try)?(?:un)?lock(?:$|_(?:read|write|irq|bh|nested|killable))|rcu_read|^tlb_|^flush_tlb/;

/** Calls that only tell somebody of an entry. */
const harmless = /^(?:trace_|page_table_check_|count_|update_mmu_|arch_|debug_|pr_|WARN|VM_WARN)/;

/**
 * A call of which nothing is known: its result is unknown, and so are variables whose address it was given. Where it may
 * have done something to page tables the code under test is not followed further; a callback is taken to
 * only look, and to want the walk to go on.
 */
function skip(runner: Runner, step: CallStep, args: readonly Value[], name: string | null, target: Value | null = null, why = ""): void {
  const { session, thread } = runner;
  const matters = !harmless.test(name ?? "") && (args.some((a) => reachesTables(thread, a)) || locking.test(name ?? ""));
  const callback = target?.k === "name" && target.text.startsWith("callback ");
  (matters && !callback ? session.told.notModelled : session.told.skipped).add(`${name ?? step.text}()${why}`);
  if (matters && name !== null && session.foreign && runner.turn.thread === 0) {
    runner.dropped = true;
    return;
  }
  if (name === null) {
    complete(runner, step, runner.world.values.zero);
    return;
  }
  for (const arg of args) havoc(runner, arg);
  const text = `${name}() of line ${step.loc.line}`;
  for (const [assumption, { leaves }] of thread.assumed) if (leaves.includes(text)) thread.assumed.delete(assumption);
  complete(runner, step, unknown(runner, text));
}
