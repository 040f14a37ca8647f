/** Whose address is only lent: a variable's that is given to calls which look through it and forget it. All others' may be kept. */
import { rootOf } from "../../c/index.ts";
import type { Expr, Place, Step } from "../../c/ir.ts";
import { endExpressions, expressionsOf, visit, type Program } from "./program.ts";
import type { Reach } from "./reach.ts";

export class Lent {
  private readonly reach: Reach;
  private readonly kept = new Map<Program, ReadonlySet<string>>();
  /** Whether a parameter of a program is only looked through, by both. */
  private readonly lending = new Map<string, boolean>();

  constructor(reach: Reach) {
    this.reach = reach;
  }

  /** Variables whose address somebody may keep beyond a call that it was given to: they are always needed. */
  keptIn(program: Program): ReadonlySet<string> {
    const known = this.kept.get(program);
    if (known !== undefined) return known;
    const kept = new Set<string>();
    this.kept.set(program, kept);
    const keep = (expr: Expr): void => {
      visit(expr, (e) => {
        const root = e.k === "addr" ? rootOf(e.place) : null;
        if (root?.k === "var") kept.add(root.name);
      });
    };
    for (const variable of program.ir.vars.values()) if (variable.kind === "static") kept.add(variable.name);
    for (const block of program.ir.blocks) {
      for (const step of block.steps) {
        for (const expr of expressionsOf(step)) {
          if (expr.k === "addr" && step.op === "call" && this.isLent(step, step.args.indexOf(expr))) for (const within of placeExpressions(expr.place)) keep(within);
          else keep(expr);
        }
      }
      endExpressions(block.end).forEach(keep);
    }
    return kept;
  }

  /** Whether an address that is the argument is forgotten when the call returns. */
  private isLent(step: Step & { readonly op: "call" }, at: number): boolean {
    if (at < 0 || step.callee === null) return false;
    if (this.reach.isSkipped(step)) return true;
    const [callee] = this.reach.into(step);
    const param = callee?.ir.params[at];
    if (callee === undefined || param === undefined) return false;
    const key = `${callee.id} ${param}`;
    let lent = this.lending.get(key);
    if (lent === undefined) {
      this.lending.set(key, false);
      lent = this.onlyLooksThrough(callee, param);
      this.lending.set(key, lent);
    }
    return lent;
  }

  private onlyLooksThrough(program: Program, param: string): boolean {
    if (program.inMemory.has(param)) return false;
    const mentions = (expr: Expr): boolean => {
      let found = false;
      visit(expr, (e) => (found ||= e.k === "var" && e.name === param));
      return found;
    };
    const through = (place: Place): boolean => {
      const root = rootOf(place);
      return root.k === "deref" && root.ptr.k === "var" ? !indexesOf(place).some(mentions) : !placeExpressions(place).some(mentions);
    };
    return program.ir.blocks.every(({ steps, end }) => (end.k !== "return" || !endExpressions(end).some(mentions)) && steps.every((step) => {
      switch (step.op) {
        case "assign":
          return step.dst !== param && (step.value === null || !mentions(step.value));
        case "load":
          return step.dst !== param && through(step.place);
        case "store":
          return through(step.place) && !mentions(step.value);
        case "call":
          return step.dst !== param && (step.target === null || !mentions(step.target)) && step.args.every((arg, i) => !mentions(arg) || (arg.k === "var" && this.isLent(step, i)));
        case "gap":
          return false;
      }
    }));
  }
}

function placeExpressions(place: Place): readonly Expr[] {
  const root = rootOf(place);
  return root.k === "deref" ? [root.ptr, ...indexesOf(place)] : indexesOf(place);
}

function indexesOf(place: Place): readonly Expr[] {
  return place.k === "index" ? [place.index, ...indexesOf(place.base)] : place.k === "field" ? indexesOf(place.base) : [];
}
