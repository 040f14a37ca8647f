/** Functions that a patch renames: what was so before goes on under another name. */
import type { FunctionCheck } from "../check/index.ts";
import { calleesOf } from "../c/index.ts";
import type { FunctionIr } from "../c/ir.ts";

/** Callees of new functions that are held against those of the old ones, each with each. Who has more has rewritten the file. */
const mostCompared = 2_000_000;

/** New name -> old name. */
export function renamedIn(pre: readonly FunctionCheck[], post: readonly FunctionCheck[]): ReadonlyMap<string, string> {
  const names = (checks: readonly FunctionCheck[]): Set<string> => new Set(checks.map(({ fn }) => fn.name));
  const gone = onlyIn(pre, names(post)).map(looksOf);
  const come = onlyIn(post, names(pre)).map(looksOf);
  if (gone.length * come.reduce((sum, { callees }) => sum + 1 + callees.size, 0) > mostCompared) return new Map();
  const pairs = come.flatMap((fn) => {
    const first = gone.findIndex((candidate) => isSame(candidate, fn));
    const isOnly = first >= 0 && !gone.some((candidate, i) => i > first && isSame(candidate, fn));
    return isOnly ? [[fn.name, gone[first]!.name] as const] : [];
  });
  // An old function that goes on as two is no renamed one.
  const goesOn = new Map<string, number>();
  for (const [, old] of pairs) goesOn.set(old, (goesOn.get(old) ?? 0) + 1);
  return new Map(pairs.filter(([, old]) => goesOn.get(old) === 1));
}

/** What a function is known again by. */
interface Looks {
  readonly name: string;
  readonly types: string;
  readonly callees: ReadonlySet<string>;
}

function looksOf(fn: FunctionIr): Looks {
  return { name: fn.name, types: fn.params.map((param) => fn.vars.get(param)?.type ?? "").join(","), callees: new Set(calleesOf(fn)) };
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
function isSame(a: Looks, b: Looks): boolean {
  const [mine, its] = [a.callees, b.callees];
  let shared = 0;
  for (const name of mine) if (its.has(name)) shared++;
  // What was cut out of a function is not that function: a new name without the old one in it needs most of the calls.
  const part = a.name.includes(b.name) || b.name.includes(a.name) ? 3 : 2;
  return (a.types === b.types && shared > 0) || (shared >= 3 && shared * part >= Math.max(mine.size, its.size));
}
