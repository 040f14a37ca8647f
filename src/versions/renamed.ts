/** Functions that a patch renames: what was so before goes on under another name. */
import type { FunctionCheck } from "../check/index.ts";
import { calleesOf } from "../c/index.ts";
import type { FunctionIr } from "../c/ir.ts";

/** New name -> old name. */
export function renamedIn(pre: readonly FunctionCheck[], post: readonly FunctionCheck[]): ReadonlyMap<string, string> {
  const names = (checks: readonly FunctionCheck[]): Set<string> => new Set(checks.map(({ fn }) => fn.name));
  const gone = onlyIn(pre, names(post));
  const come = onlyIn(post, names(pre));
  const pairs = come.flatMap((fn) => {
    const old = gone.filter((candidate) => isSame(candidate, fn));
    return old.length === 1 ? [[fn.name, old[0]!.name] as const] : [];
  });
  // An old function that goes on as two is no renamed one.
  return new Map(pairs.filter(([, old]) => pairs.filter(([, other]) => other === old).length === 1));
}

/** Functions with a known head of names that the other version does not have; of variants under #ifdef the largest. */
function onlyIn(checks: readonly FunctionCheck[], others: ReadonlySet<string>): readonly FunctionIr[] {
  const found = new Map<string, FunctionIr>();
  for (const { fn } of checks) {
    const known = found.get(fn.name);
    if (!others.has(fn.name) && fn.headKnown && (known === undefined || fn.blocks.length > known.blocks.length)) found.set(fn.name, fn);
  }
  return Array.from(found.values());
}

/** The same parameters, or much the same calls. */
function isSame(a: FunctionIr, b: FunctionIr): boolean {
  const types = (fn: FunctionIr): string => fn.params.map((param) => fn.vars.get(param)?.type ?? "").join(",");
  const [mine, its] = [new Set(calleesOf(a)), new Set(calleesOf(b))];
  const shared = Array.from(mine).filter((name) => its.has(name)).length;
  // What was cut out of a function is not that function: a new name without the old one in it needs most of the calls.
  const part = a.name.includes(b.name) || b.name.includes(a.name) ? 3 : 2;
  return (types(a) === types(b) && shared > 0) || (shared >= 3 && shared * part >= Math.max(mine.size, its.size));
}
