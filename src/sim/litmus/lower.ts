/**
 * A function of the front end as a thread of a litmus program.
 *
 * The front end hoists every access into a step of its own with a temporary; the model counts dependencies and program
 * order by statement, so temporaries are put back into the statement that uses them. Control flow becomes nested `if`
 * and `while` again, since that is what control dependencies are defined on.
 */
import type { Block, CallStep, Expr, FunctionIr, Loc, Step } from "../../c/ir.ts";
import type { Expression, Statement, WriteOrder } from "../memory/program.ts";
import { addressOf, readOrderOf, UnsupportedCode, valueOf } from "./expression.ts";
import { exit, meetingPoints, reaches } from "./flow-graph.ts";
import { primitives } from "./primitives.ts";
import { countUses } from "./uses.ts";

/** Throws UnsupportedCode. */
export function lowerThread(fn: FunctionIr): readonly Statement[] {
  const meets = meetingPoints(fn);
  const uses = countUses(fn);
  const visiting = new Set<number>();

  const runFrom = (from: number, stop: number): Statement[] => {
    const out: Statement[] = [];
    let at = from;
    while (at !== stop && at !== exit) {
      const block = fn.blocks[at]!;
      const loc = locOf(block, fn);
      if (visiting.has(at)) throw new UnsupportedCode(loc, "control flow that is not made of if and while");
      visiting.add(at);
      const next = runBlock(block, meets[at]!, out, loc);
      visiting.delete(at);
      at = next;
    }
    return out;
  };

  /** Appends what a block does, with the branches it ends with, and returns where to go on. */
  const runBlock = (block: Block, meet: number, out: Statement[], loc: Loc): number => {
    const { end } = block;
    const steps = new StatementBuilder(uses);
    for (const step of block.steps) steps.add(step);
    switch (end.k) {
      case "goto":
        out.push(...steps.finish());
        return end.to;
      case "return":
        out.push(...steps.finish());
        return exit;
      case "branch": {
        const condition = steps.condition(end.cond, end.loc);
        out.push(...steps.finish());
        if (!block.loopHead) {
          out.push({ k: "if", condition, yes: runFrom(end.yes, meet), no: runFrom(end.no, meet) });
          return meet;
        }
        const into = reaches(fn, end.yes, block.id, meet);
        if (into === reaches(fn, end.no, block.id, meet)) throw new UnsupportedCode(loc, "a loop with break or goto");
        const body = [...runFrom(into ? end.yes : end.no, block.id), ...steps.finish()];
        out.push({ k: "while", condition: into ? condition : { k: "unary", operator: "!", of: condition }, body });
        return into ? end.no : end.yes;
      }
      default: throw new UnsupportedCode(loc, end.k === "switch" ? "switch" : "code that does not return");
    }
  };
  return runFrom(0, exit);
}

function locOf(block: Block, fn: FunctionIr): Loc {
  const { end } = block;
  return "loc" in end ? end.loc : (block.steps[0]?.loc ?? { line: fn.line, column: 1 });
}

const writeOrders: Readonly<Record<string, WriteOrder>> = {
  WRITE_ONCE: "once", smp_store_release: "release", rcu_assign_pointer: "release",
};

/** Turns the steps of one block into statements, holding temporaries back until they are used. */
class StatementBuilder {
  readonly #uses: ReadonlyMap<string, number>;
  readonly #statements: Statement[] = [];
  readonly #held = new Map<string, Expression>();

  constructor(uses: ReadonlyMap<string, number>) {
    this.#uses = uses;
  }

  add(step: Step): void {
    switch (step.op) {
      case "assign":
        if (step.value) this.#emit({ k: "set", register: step.dst, value: this.#value(step.value, step.loc) });
        break;
      case "load": this.#hold(step.dst, this.#load(step)); break;
      case "store": this.#emit(this.#store(step)); break;
      case "call": this.#call(step); break;
      case "gap": throw new UnsupportedCode(step.loc, step.reason);
    }
  }

  condition(cond: Expr, loc: Loc): Expression {
    const condition = this.#value(cond, loc);
    this.#flush();
    return condition;
  }

  finish(): readonly Statement[] {
    this.#flush();
    return this.#statements.slice();
  }

  #value(expr: Expr, loc: Loc): Expression {
    return valueOf(expr, this.#take, loc);
  }

  readonly #take = (name: string): Expression | undefined => {
    const held = this.#held.get(name);
    this.#held.delete(name);
    return held;
  };

  #load(step: Step & { op: "load" }): Expression {
    const { place, marking, loc } = step;
    if (place.k === "var" || place.k === "global") {
      if (marking === null) return { k: "register", name: place.name };
      throw new UnsupportedCode(loc, `${marking}(${place.name}), where ${place.name} is not memory`);
    }
    return { k: "load", at: addressOf(place, this.#take, loc), order: readOrderOf(marking, loc), line: loc.line };
  }

  #store(step: Step & { op: "store" }): Statement {
    const { place, marking, loc } = step;
    if (place.k === "var" || place.k === "global") {
      if (marking === null) return { k: "set", register: place.name, value: this.#value(step.value, loc) };
      throw new UnsupportedCode(loc, `${marking}(${place.name}, ...), where ${place.name} is not memory`);
    }
    const at = addressOf(place, this.#take, loc);
    const order = marking === null ? "plain" : writeOrders[marking];
    if (!order) throw new UnsupportedCode(loc, `a store marked ${marking}`);
    return { k: "store", at, value: this.#value(step.value, loc), order, line: loc.line };
  }

  #call(step: CallStep): void {
    const { callee, loc } = step;
    const primitive = callee === null ? undefined : primitives.get(callee);
    if (!primitive) throw new UnsupportedCode(loc, `${callee ?? "a call through a pointer"}${callee ? "()" : ""}`);
    const args = step.args.map((arg) => this.#value(arg, loc));
    const built = primitive.build(args, loc.line);
    if (!built) throw new UnsupportedCode(loc, `${callee}() with ${args.length} arguments`);
    if (primitive.k === "statement") {
      if (step.dst !== null) throw new UnsupportedCode(loc, `the value of ${callee}()`);
      this.#emit(built as Statement);
    } else if (step.dst === null) {
      this.#emit({ k: "evaluate", value: built as Expression });
    } else {
      this.#hold(step.dst, built as Expression);
    }
  }

  /** Keeps the value of a temporary for the statement that uses it; a value that is used twice becomes a register. */
  #hold(name: string, value: Expression): void {
    const count = this.#uses.get(name) ?? 0;
    if (count === 1) this.#held.set(name, value);
    else this.#emit(count === 0 ? { k: "evaluate", value } : { k: "set", register: name, value });
  }

  #emit(statement: Statement): void {
    this.#flush();
    this.#statements.push(statement);
  }

  /** Temporaries that the next statement does not use are evaluated before it. */
  #flush(): void {
    for (const [register, value] of this.#held) this.#statements.push({ k: "set", register, value });
    this.#held.clear();
  }
}
