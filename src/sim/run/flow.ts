/** The ends of blocks: jumps, branches on what is known, and both ways on what is not. */
import type { Expr } from "../../c/ir.ts";
import { truth, type Value } from "../world/value.ts";
import { equal, evaluate, show } from "./eval.ts";
import { complete, fork, type Runner } from "./runner.ts";
import { leave, type ThreadState } from "./thread.ts";

/** Follows the end of a block. False when this way is not followed further here. */
export function finishBlock(runner: Runner, work: Runner[]): boolean {
  const { thread } = runner;
  const frame = thread.frames[thread.frames.length - 1]!;
  const end = frame.program.ir.blocks[frame.block]!.end;
  const go = (to: number): boolean => {
    frame.block = to;
    frame.step = 0;
    return true;
  };
  switch (end.k) {
    case "goto":
      return go(end.to);
    case "branch": {
      const value = evaluate(runner, end.cond);
      const name = `${frame.program.ir.name}:${frame.block}`;
      const { forced, used } = runner.world.weakened;
      const known = forced.get(name) ?? truth(value) ?? assumedTruth(thread, value);
      used?.add(`?${name}:${String(known)}`);
      if (known !== undefined) return go(known ? end.yes : end.no);
      const other = fork(runner);
      const there = other.thread.frames[other.thread.frames.length - 1]!;
      there.block = end.no;
      there.step = 0;
      assume(other.thread, value, false);
      assume(thread, value, true);
      work.push(other);
      return go(end.yes);
    }
    case "switch":
      return choose(runner, evaluate(runner, end.value), end.cases, end.otherwise, work);
    case "return": {
      const value = end.value === null ? null : evaluate(runner, end.value);
      leave(thread);
      const outer = thread.frames[thread.frames.length - 1];
      if (outer === undefined) thread.result = value;
      else complete(runner, runner.step()!, value);
      return true;
    }
    case "stop":
      // A BUG() in the kernel says what its callers must see to; only in a scenario is it an assertion.
      if (thread.assumed.size === 0 && (!runner.session.foreign || runner.turn.thread > 0)) {
        runner.fail("assertion", "reaches a BUG()", runner.session.asserted);
        return true;
      }
      return false;
    case "lost":
      runner.session.told.notModelled.add(`line ${end.loc.line}: ${end.why}`);
      return false;
  }
}

/** The way that the test of this unknown value, or of its negation, went before. */
function assumedTruth(thread: ThreadState, value: Value): boolean | undefined {
  const text = show(value);
  const known = thread.assumed.get(text.replace(/^!/, ""))?.truth;
  return known === undefined ? undefined : known !== text.startsWith("!");
}

function assume(thread: ThreadState, value: Value, way: boolean): void {
  const text = show(value);
  const leaves = value.k === "unknown" ? value.leaves : [text];
  thread.assumed.set(text.replace(/^!/, ""), { truth: way !== text.startsWith("!"), leaves });
}

function choose(runner: Runner, value: Value, cases: readonly { readonly low: Expr; readonly high: Expr; readonly to: number }[], otherwise: number, work: Runner[]): boolean {
  const frame = runner.thread.frames[runner.thread.frames.length - 1]!;
  const open: number[] = [];
  for (const c of cases) {
    const low = evaluate(runner, c.low);
    const high = evaluate(runner, c.high);
    const within = low === high ? equal(value, low) : value.k === "int" && low.k === "int" && high.k === "int" ? value.value >= low.value && value.value <= high.value : undefined;
    if (within === true) {
      open.push(c.to);
      break;
    }
    if (within === undefined) open.push(c.to);
    if (c === cases[cases.length - 1]) open.push(otherwise);
  }
  const [first, ...rest] = open.length === 0 ? [otherwise] : open;
  for (const to of rest) {
    const other = fork(runner);
    const there = other.thread.frames[other.thread.frames.length - 1]!;
    there.block = to;
    there.step = 0;
    work.push(other);
  }
  frame.block = first!;
  frame.step = 0;
  return true;
}
