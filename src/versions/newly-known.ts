/**
 * Entry-kind findings that are old although nothing was found before: any kind of entry may have reached a call, as far as was
 * known, and by another getter, whose result is known better, some of them do now. The patch lets none through that was kept
 * away. It has to be the getter alone that tells: where entries are tested, fewer kinds may be the wrong ones.
 */
import { namedCallsIn, stepsOf, walkExpr } from "../c/index.ts";
import type { FunctionIr } from "../c/ir.ts";
import { anyKind, type Evidence, type FunctionCheck } from "../check/index.ts";
import type { Finding } from "../core/finding.ts";
import { byKey } from "../util/by-key.ts";
import { memoByValue } from "../util/memo.ts";
import { keyOf } from "./shown/keys.ts";
import { counted } from "./touched-functions.ts";

/** Asked of one finding after the other: each function is compared once. */
export function comesWithFewer(pre: readonly FunctionCheck[], post: readonly FunctionCheck[]): (finding: Finding) => boolean {
  const [old, now] = [pre, post].map((checks) => byKey(checks, ({ fn }) => [fn.name]));
  const placesIn = memoByValue((name: string): ReadonlySet<string> => {
    const [was, is] = [old!.get(name) ?? [], now!.get(name) ?? []];
    return was.length === 1 && is.length === 1 && differsInGetters(was[0]!.fn, is[0]!.fn) ? reachedByFewer(was[0]!, is[0]!) : new Set();
  });
  return (finding) => finding.rule === "entry-kind" && placesIn(finding.function).has(placeOf(finding));
}

function placeOf({ line, column }: Pick<Finding, "line" | "column">): string {
  return `${line}:${column}`;
}

/** Uses that no kind reaches by which the same demand was not open before. */
function reachedByFewer(was: FunctionCheck, is: FunctionCheck): ReadonlySet<string> {
  const open = ({ evidence }: FunctionCheck): ReadonlyMap<string, readonly Evidence[]> => byKey(evidence.filter((one) => one.rule === "entry-kind" && one.open !== null && one.open !== 0), (one) => [keyOf(one)]);
  const before = open(was);
  const fewer = Array.from(open(is)).flatMap(([key, after]) => {
    const earlier = before.get(key) ?? [];
    const always = earlier.reduce((kinds, one) => kinds & one.open!, anyKind);
    return after.length <= earlier.length && after.every((one) => (one.open! & ~always & anyKind) === 0) ? after : [];
  });
  return new Set(fewer.map(placeOf));
}

const getter = /^(?:huge_)?p(?:te|md|ud|4d|gd)p?_get(?:_lockless)?$/;

/** No test of an entry stands in the function, and the patch brings no other calls and no stores: what is known of entries comes of how they are read. */
function differsInGetters(pre: FunctionIr, post: FunctionIr): boolean {
  const [before, after] = [pre, post].map((fn) => counted(namedCallsIn(fn).map((step) => step.callee)));
  const stores = (fn: FunctionIr): number => stepsOf(fn).filter((step) => step.op === "store").length;
  return stores(post) <= stores(pre) && !testsEntries(post) && Array.from(after!).every(([name, times]) => times <= (before!.get(name) ?? 0) || getter.test(name));
}

function testsEntries(fn: FunctionIr): boolean {
  const asked = new Set<string>();
  for (const { end } of fn.blocks) {
    if (end.k !== "branch" && end.k !== "switch") continue;
    walkExpr(end.k === "branch" ? end.cond : end.value, (expr) => (expr.k === "var" ? asked.add(expr.name) : null));
  }
  return namedCallsIn(fn).some((step) => /(?:^|_)(?:p(?:te|md|ud|4d|gd)p?|swp|entry)(?:_|$)/.test(step.callee) && step.dst !== null && asked.has(step.dst));
}
