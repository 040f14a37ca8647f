/**
 * Which variables the rest of a function needs: those that end in a test, an address, a value that is stored, an operation, or a result that somebody
 * needs. What is only copied on to calls that are left out is live (program.ts) and yet not needed: of what such a call is given
 * nothing matters but whether it is an address (calls.ts, skip()).
 *
 * And what the texts of unknown values can still name that are made there and needed: constants, fields that are read, and calls that are left
 * out, by their lines.
 */
import { successors } from "../../c/index.ts";
import type { Expr, Place, Step } from "../../c/ir.ts";
import { Lent } from "./lent.ts";
import { endExpressions, expressionsOf, visit, type Program } from "./program.ts";
import type { Reach } from "./reach.ts";

/** A block of a function, or what of it is behind a step. */
interface Stretch {
  readonly names: Set<string>;
  readonly calls: Map<Program, boolean>;
}

export class Needs {
  private readonly reach: Reach;
  private readonly starts = new Map<Program, (readonly ReadonlySet<string>[] | null)[]>();
  private readonly known = new Map<Program, Map<number, ReadonlySet<string>>>();
  private readonly lent: Lent;
  private readonly stretches = new Map<Program, Map<number, Stretch>>();
  private readonly named = new Map<Program, Map<number, ReadonlySet<string>>>();

  private left = mostWork;

  constructor(reach: Reach) {
    this.reach = reach;
    this.lent = new Lent(reach);
  }

  /** Finding out took too long: then nothing that was answered since is to be relied on. */
  get gaveUp(): boolean {
    return this.left < 0;
  }

  /** Before the step; `returns`: whether what the function returns is needed. */
  before(program: Program, block: number, step: number, returns: boolean): ReadonlySet<string> {
    const known = this.known.get(program) ?? new Map<number, ReadonlySet<string>>();
    this.known.set(program, known);
    const key = (block * mostSteps + step) * 2 + Number(returns);
    let needed = known.get(key);
    if (needed === undefined) {
      const set = this.atEnd(program, block, this.startsOf(program, returns), returns, null);
      const { steps } = program.ir.blocks[block]!;
      for (let at = steps.length - 1; at >= step; at--) this.backOver(program, steps[at]!, set, null);
      needed = set;
      known.set(key, needed);
    }
    return needed;
  }

  /** What may be named from the step on until the function returns. */
  namedFrom(program: Program, block: number, step: number, returns: boolean): ReadonlySet<string> {
    const known = this.named.get(program) ?? new Map<number, ReadonlySet<string>>();
    this.named.set(program, known);
    const key = (block * mostSteps + step) * 2 + Number(returns);
    let named = known.get(key);
    if (named !== undefined) return named;
    const stretches = new Set([this.stretch(program, block, step, returns)]);
    const behind = (of: Program, blocks: Set<number>, within: boolean): void => {
      for (const each of blocks) {
        this.left--;
        stretches.add(this.stretch(of, each, 0, within));
        for (const next of successors(of.ir.blocks[each]!.end)) blocks.add(next);
      }
    };
    behind(program, new Set(successors(program.ir.blocks[block]!.end)), returns);
    const all = new Set<string>();
    const entered = new Set<string>();
    for (const { names, calls } of stretches) {
      this.left -= names.size;
      for (const name of names) all.add(name);
      for (const [called, matters] of calls) {
        const call = `${called.id} ${matters}`;
        if (entered.has(call)) continue;
        entered.add(call);
        behind(called, new Set([0]), matters);
      }
    }
    named = all;
    known.set(key, named);
    return named;
  }

  private stretch(program: Program, block: number, step: number, returns: boolean): Stretch {
    const known = this.stretches.get(program) ?? new Map<number, Stretch>();
    this.stretches.set(program, known);
    const key = (block * mostSteps + step) * 2 + Number(returns);
    let stretch = known.get(key);
    if (stretch !== undefined) return stretch;
    stretch = { names: new Set(), calls: new Map() };
    const { steps } = program.ir.blocks[block]!;
    const set = this.atEnd(program, block, this.startsOf(program, returns), returns, stretch);
    for (let at = steps.length - 1; at >= step; at--) this.backOver(program, steps[at]!, set, stretch);
    known.set(key, stretch);
    return stretch;
  }

  /** Whether the result of a call that goes into the program is taken for needed. Where several do, it always is: see Reach.isOnlySetting(). */
  returns(program: Program, matters: boolean): boolean {
    return matters || !this.reach.hasOneCaller(program);
  }

  private startsOf(program: Program, returns: boolean): readonly ReadonlySet<string>[] {
    const both = this.starts.get(program) ?? [null, null];
    this.starts.set(program, both);
    const known = both[Number(returns)];
    if (known != null) return known;
    const { blocks, vars } = program.ir;
    // Whoever calls itself needs everything.
    both[Number(returns)] = blocks.map(() => new Set(vars.keys()));
    const sets: Set<string>[] = blocks.map(() => new Set(this.lent.keptIn(program)));
    for (let changed = true; changed && !this.gaveUp; ) {
      changed = false;
      for (let block = blocks.length - 1; block >= 0; block--) {
        const set = this.atEnd(program, block, sets, returns, null);
        for (const step of blocks[block]!.steps.toReversed()) this.backOver(program, step, set, null);
        if (set.size === sets[block]!.size) continue;
        sets[block] = set;
        changed = true;
      }
    }
    both[Number(returns)] = sets;
    return sets;
  }

  private atEnd(program: Program, block: number, starts: readonly ReadonlySet<string>[], returns: boolean, stretch: Stretch | null): Set<string> {
    const { end } = program.ir.blocks[block]!;
    const needed = new Set(this.lent.keptIn(program));
    this.left -= 1 + needed.size;
    for (const next of successors(end)) for (const name of starts[next]!) needed.add(name);
    for (const expr of endExpressions(end)) {
      if (end.k === "return" && !returns) addForKind(expr, needed, stretch);
      else addUses(expr, needed, stretch);
    }
    return needed;
  }

  /** `stretch` takes in what the step may name. */
  private backOver(program: Program, step: Step, needed: Set<string>, stretch: Stretch | null): void {
    this.left--;
    const kept = this.lent.keptIn(program);
    const sets = (name: string): boolean => {
      const was = needed.has(name);
      if (!kept.has(name)) needed.delete(name);
      return was;
    };
    switch (step.op) {
      case "assign":
        if (step.value === null) return;
        if (sets(step.dst) || !this.reach.isOnlySetting(step)) addUses(step.value, needed, stretch);
        else addForKind(step.value, needed, stretch);
        return;
      case "call": {
        const matters = step.dst !== null && sets(step.dst);
        if (matters) stretch?.names.add(`${step.callee ?? "*"} line ${step.loc.line}`);
        for (const called of this.reach.into(step)) stretch?.calls.set(called, this.returns(called, matters));
        const isPassed = this.passing(step, matters);
        for (const [i, arg] of step.args.entries()) (isPassed(i) ? addForKind : addUses)(arg, needed, stretch);
        if (step.target !== null) addUses(step.target, needed, stretch);
        return;
      }
      case "load":
        if (sets(step.dst) && stretch !== null) addFields(step.place, stretch.names);
        for (const expr of expressionsOf(step)) addUses(expr, needed, stretch);
        return;
      case "store":
        for (const expr of expressionsOf(step)) addUses(expr, needed, stretch);
        return;
      case "gap":
        return;
    }
  }

  /** Which arguments of the call nobody needs. */
  private passing(step: Step & { readonly op: "call" }, matters: boolean): (arg: number) => boolean {
    if (this.reach.isSkipped(step)) return () => true;
    const [callee] = step.callee === null ? [] : this.reach.into(step);
    if (callee === undefined) return () => false;
    const taken = this.before(callee, 0, 0, this.returns(callee, matters));
    return (arg) => arg >= callee.ir.params.length || !taken.has(callee.ir.params[arg]!);
  }
}

/**
 * What the text of an unknown value names: fields, behind "->" or ".", calls with their lines, as skip() names what they gave (calls.ts), and constants.
 * Nothing that the world is made of is written like one of these.
 */
export function namedIn(text: string): string[] {
  return Array.from(text.matchAll(/(->|\.)?\b(\w+)(?:\(\) of (line \d+))?/g)).flatMap(([, ofRecord, word, line]) => {
    if (ofRecord !== undefined) return word!;
    if (line !== undefined) return `${word} ${line}`;
    return isConstantName.test(word!) ? word! : [];
  });
}

const isConstantName = /^[A-Z][A-Z0-9]*_[A-Z0-9_]+$/;

/** More than any block has. */
const mostSteps = 2 ** 20;

/** Steps gone over, and names put together, for all that a thread may run; functions of mm/ come to a fifteenth. */
const mostWork = 400_000;

function addUses(expr: Expr, needed: Set<string>, stretch: Stretch | null): void {
  visit(expr, (e) => {
    if (e.k === "var") needed.add(e.name);
    if (stretch === null) return;
    if (e.k === "addr") addFields(e.place, stretch.names);
    if (e.k === "global") stretch.names.add(e.name);
    if (e.k === "opaque" || e.k === "str") for (const name of namedIn(e.text)) stretch.names.add(name);
  });
}

function addFields(place: Place, names: Set<string>): void {
  if (place.k === "field") names.add(place.field);
  if (place.k === "field" || place.k === "index") addFields(place.base, names);
}

/**
 * What decides whether the value is an address, and of what. Of a variable by itself that is seen in the state; a sum of two is an address if one of
 * them is a number.
 */
function addForKind(expr: Expr, needed: Set<string>, stretch: Stretch | null): void {
  switch (expr.k) {
    case "addr":
      addUses(expr, needed, stretch);
      return;
    case "cast":
      addForKind(expr.arg, needed, stretch);
      return;
    case "binary":
      if (expr.op !== "+" && expr.op !== "-") return;
      if (isConstant(expr.left) || isConstant(expr.right)) for (const part of [expr.left, expr.right]) addForKind(part, needed, stretch);
      else addUses(expr, needed, stretch);
      return;
    case "aggregate":
      for (const { value } of expr.fields) addForKind(value, needed, stretch);
      return;
    case "num": case "str": case "var": case "global": case "opaque": case "unary":
      return;
  }
}

function isConstant(expr: Expr): boolean {
  let constant = true;
  visit(expr, (e) => (constant &&= e.k !== "var" && e.k !== "addr"));
  return constant;
}
