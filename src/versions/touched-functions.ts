/**
 * The functions that a patch touches, for those who ask whether what one of them lost came up in another. Each is measured once and
 * the sums are kept: with n functions that all ask for all others the work would be n times n.
 */
import { calleesOf, isWhole, operandsOf, stepsOf, walkExpr } from "../c/index.ts";
import type { FunctionCheck } from "../check/index.ts";
import type { Expr, FunctionIr } from "../c/ir.ts";
import type { Rulebook } from "../rulebook/rulebook.ts";
import { memoByObject, memoByValue } from "../util/memo.ts";

/** How often a function has what is counted, each by its key. One function for each question, as what it says is kept by it. */
export type Measure = (check: FunctionCheck, rulebook: Rulebook) => ReadonlyMap<string, number>;

/** Key of a measure that counts one thing only. */
export const all = "";

interface Measured {
  readonly of: Map<FunctionCheck, ReadonlyMap<string, number>>;
  readonly sum: ReadonlyMap<string, number>;
  readonly keys: readonly string[];
  /** What all functions of one name have, as it is asked for: one name may have thousands. */
  readonly named: Map<string, ReadonlyMap<string, number>>;
}

/** Names of which there is more in one version, and what the functions of these names have to do with others. */
interface Gaining {
  readonly names: ReadonlySet<string>;
  /** Who of them names a function: calls it, hands it on or puts it in a table. */
  readonly users: ReadonlyMap<string, ReadonlySet<string>>;
  /** Who may call any: through a pointer, or in lines that are not in view. */
  readonly open: ReadonlySet<string>;
}

export class TouchedFunctions {
  readonly #checks: readonly FunctionCheck[];
  readonly #rulebook: Rulebook;
  readonly #named = new Map<string, FunctionCheck[]>();
  readonly #measure = memoByObject((measure: Measure): Measured => {
    const of = new Map(this.#checks.map((check) => [check, measure(check, this.#rulebook)] as const));
    const sum = total(of.values());
    return { of, sum, keys: Array.from(sum.keys()), named: new Map() };
  });
  readonly #gainingOn = memoByObject((other: TouchedFunctions) => memoByObject((measure: Measure) => memoByValue((key: string) => this.#compare(other, measure, key))));
  #callers: Map<string, FunctionCheck[]> | null = null;

  constructor(checks: readonly FunctionCheck[], rulebook: Rulebook) {
    this.#checks = checks;
    this.#rulebook = rulebook;
    for (const check of checks) put(this.#named, check.fn.name, check);
  }

  /** How much all functions of another name than this one have. */
  beside({ fn }: FunctionCheck, measure: Measure, key: string): number {
    const { of, sum, named } = this.#measure(measure);
    const own = named.get(fn.name) ?? total(this.named(fn.name).map((one) => of.get(one)!));
    named.set(fn.name, own);
    return (sum.get(key) ?? 0) - (own.get(key) ?? 0);
  }

  /** How much all of them have. */
  all(measure: Measure, key: string): number {
    return this.#measure(measure).sum.get(key) ?? 0;
  }

  count(check: FunctionCheck, measure: Measure, key: string): number {
    return this.#measure(measure).of.get(check)?.get(key) ?? 0;
  }

  keys(measure: Measure): readonly string[] {
    return this.#measure(measure).keys;
  }

  /** Names of which there is more here than in the other version. */
  gainingOn(other: TouchedFunctions, measure: Measure, key: string): ReadonlySet<string> {
    return this.#gainingOn(other)(measure)(key).names;
  }

  /** Whether a function that has to do with this one is among them: one calls the other, by its name or a pointer, or hands it on. */
  isGainedBeside({ fn }: FunctionCheck, other: TouchedFunctions, measure: Measure, key: string): boolean {
    const { names, users, open } = this.#gainingOn(other)(measure)(key);
    const others = (of: ReadonlySet<string> | undefined): boolean => of !== undefined && of.size > (of.has(fn.name) ? 1 : 0);
    if (!others(names)) return false;
    return others(open) || others(users.get(fn.name)) || callsPointers(fn) || namesIn(fn).some((name) => name !== fn.name && names.has(name));
  }

  /** Whether a function that calls this one, by its name or perhaps a pointer, or hands it on is among them. */
  isGainedAround({ fn }: FunctionCheck, other: TouchedFunctions, measure: Measure, key: string): boolean {
    const { users, open } = this.#gainingOn(other)(measure)(key);
    return [open, users.get(fn.name) ?? new Set()].some((of) => of.size > (of.has(fn.name) ? 1 : 0));
  }

  #compare(other: TouchedFunctions, measure: Measure, key: string): Gaining {
    const times = (all: TouchedFunctions, name: string): number => all.named(name).reduce((sum, one) => sum + all.count(one, measure, key), 0);
    const names = new Set(Array.from(this.#named.keys()).filter((name) => times(this, name) > times(other, name)));
    const users = new Map<string, Set<string>>();
    const open = new Set<string>();
    for (const { fn } of Array.from(names).flatMap((name) => this.named(name))) {
      if (!isWhole(fn) || callsPointers(fn)) open.add(fn.name);
      for (const name of namesIn(fn)) if (this.#named.has(name)) users.set(name, (users.get(name) ?? new Set()).add(fn.name));
    }
    return { names, users, open };
  }

  named(name: string): readonly FunctionCheck[] {
    return this.#named.get(name) ?? [];
  }

  /** Those that call a function of this name. */
  callersOf(name: string): readonly FunctionCheck[] {
    if (this.#callers === null) {
      this.#callers = new Map();
      for (const check of this.#checks) for (const callee of new Set(calleesOf(check.fn))) put(this.#callers, callee, check);
    }
    return this.#callers.get(name) ?? [];
  }
}

/** What stands in both versions of a patch's files: what one of these functions lost another may have got, whichever file it is in. */
export function touchedInPatch(pre: readonly FunctionIr[], post: readonly FunctionIr[], rulebook: Rulebook): { readonly from: TouchedFunctions; readonly to: TouchedFunctions } {
  const stands = (others: readonly FunctionIr[]): ((fn: FunctionIr) => boolean) => {
    const known = new Set(others.map(nameInFile));
    return (fn) => known.has(nameInFile(fn));
  };
  const made = (functions: readonly FunctionIr[], others: readonly FunctionIr[]): TouchedFunctions => new TouchedFunctions(functions.filter(stands(others)).map(unchecked), rulebook);
  return { from: made(pre, post), to: made(post, pre) };
}

/** What it calls, hands on or stores by a name that is not its own. */
const namesIn: (fn: FunctionIr) => readonly string[] = memoByObject((fn) => {
  const found = new Set(calleesOf(fn));
  const note = (expr: Expr): void => {
    if (expr.k === "global") found.add(expr.name);
    else if (expr.k === "addr" && expr.place.k === "global") found.add(expr.place.name);
  };
  for (const step of stepsOf(fn)) for (const expr of operandsOf(step)) walkExpr(expr, note);
  return Array.from(found);
});

const callsPointers: (fn: FunctionIr) => boolean = memoByObject((fn) => stepsOf(fn).some((step) => step.op === "call" && step.callee === null));

function nameInFile({ file, name }: FunctionIr): string {
  return `${file}\0${name}`;
}

/** What the steps say is asked of these, and not what the rules showed. */
function unchecked(fn: FunctionIr): FunctionCheck {
  return { fn, obligations: [], findings: [], evidence: [], limit: "" };
}

function total(all: Iterable<ReadonlyMap<string, number>>): Map<string, number> {
  const sum = new Map<string, number>();
  for (const counts of all) for (const [key, count] of counts) sum.set(key, (sum.get(key) ?? 0) + count);
  return sum;
}

function put(lists: Map<string, FunctionCheck[]>, key: string, check: FunctionCheck): void {
  const known = lists.get(key);
  if (known) known.push(check);
  else lists.set(key, [check]);
}

/** How often each key comes. */
export function counted(keys: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
