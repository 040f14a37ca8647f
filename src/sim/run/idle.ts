/**
 * What of a thread's state decides nothing any more, so that states which differ in it alone are searched once: variables that nothing
 * needs (needs.ts), what the thread's function has returned, and tests of
 * which no later one can have the text. Why that loses nothing stands in docs/simulator.md.
 */
import type { Value } from "../world/value.ts";
import { show } from "./eval.ts";
import type { Callee } from "./callees.ts";
import { namedIn, Needs } from "./needs.ts";
import { Reach } from "./reach.ts";
import { fieldOfLeaf, threadKey, type ThreadState } from "./thread.ts";

/** What the code needs that a thread runs which is yet to start. */
export function needsOf(thread: ThreadState, callee: (name: string) => Callee): Needs {
  const names = [...thread.memory.values(), ...thread.frames[0]!.locals.values()].flatMap((value) => (value.k === "name" ? [value.text] : []));
  return new Needs(new Reach(thread.frames[0]!.program, callee, names));
}

/** Equal for states that differ in what is idle only. `reloaded`: whether what was assumed of a field of this name is kept (thread.ts, dropAssumptions()). */
export function keyWithoutIdle(thread: ThreadState, needs: Needs, reloaded: (field: string) => boolean): string {
  const last = thread.frames.length - 1;
  // What is left behind the last function nobody asks.
  if (last < 0) return "";
  if (needs.gaveUp) return `=${threadKey(thread)}`;
  let key = "";
  let returns = false;
  const needed: ReadonlySet<string>[] = [];
  const ahead: ReadonlySet<string>[] = [];
  for (const [depth, { program, block, step }] of thread.frames.entries()) {
    key += `|${program.id}.${block}.${step}`;
    // A caller stands at the call: what it needs is what is needed behind it.
    const at = depth === last ? step : step + 1;
    const matters = needs.returns(program, returns);
    const set = needs.before(program, block, at, matters);
    needed.push(set);
    ahead.push(needs.namedFrom(program, block, at, matters));
    const call = program.ir.blocks[block]!.steps[step];
    returns = call?.op === "call" && call.dst !== null && set.has(call.dst);
  }
  const { kept, others } = sorted(thread, needed);
  // What is still pointed to is read by whoever has the address.
  const roots = new Set<string>();
  const named = new Set<string>();
  for (const [, value] of kept) {
    addRoots(value, roots);
    addNames(value, named);
  }
  const isOver = (text: string): boolean =>
    namedIn(text).some((name) => !named.has(name) && !ahead.some((names) => names.has(name) || names.has(name.replace(/^\w+ /, "* "))));
  const texts = [...thread.assumed.keys()].toSorted();
  const isCut = texts.some((text) => text.includes("..."));
  for (const each of others) {
    const [address, value] = each;
    const leaves = value.k === "unknown" ? value.leaves : [];
    const idle = !isCut && !roots.has(rootOf(address)) && leaves.every((leaf) => isOver(leaf) || (leaf.startsWith("@") && reloaded(fieldOfLeaf(leaf))));
    if (!idle) kept.push(each);
  }
  for (const [address, value] of kept.toSorted(([x], [y]) => (x < y ? -1 : 1))) key += `;${address}=${value.id}`;
  for (const text of texts) if (isCut || !isOver(text)) key += `?${text}${thread.assumed.get(text)!.truth ? "+" : "-"}`;
  return needs.gaveUp ? `=${threadKey(thread)}` : key;
}

type Variable = readonly [address: string, value: Value];

/** Variables by their addresses, or what would be: those that count, and those that nothing needs, unless they turn out to count. */
function sorted(thread: ThreadState, needed: readonly ReadonlySet<string>[]): { readonly kept: Variable[]; readonly others: Variable[] } {
  const kept: Variable[] = [];
  const others: Variable[] = [];
  for (const [depth, { program, locals }] of thread.frames.entries()) {
    for (const [name, value] of locals) {
      if (program.placeOf.has(name)) (needed[depth]!.has(name) || isAddress(value) ? kept : others).push([`L${depth}.${name}`, value]);
    }
  }
  for (const each of thread.memory) {
    const [address, value] = each;
    const [, depth, name] = /^L(\d+)\.([^.[]+)/.exec(address) ?? [];
    const set = depth === undefined ? undefined : needed[Number(depth)];
    (set === undefined || set.has(name!) || isAddress(value) ? kept : others).push(each);
  }
  return { kept, others };
}

/** `L1.x` of `L1.x.field`. */
function rootOf(address: string): string {
  return /^[^.[]*\.[^.[]+/.exec(address)?.[0] ?? address;
}

/** What is an address, or may have one in it: a call that is left out asks for that (calls.ts, reachesTables()). */
function isAddress(value: Value): boolean {
  return value.k === "slot" || value.k === "ref" || value.k === "place" || value.k === "record";
}

function addRoots(value: Value, roots: Set<string>): void {
  if (value.k === "place") roots.add(value.root);
  if (value.k === "record") for (const [, field] of value.fields) addRoots(field, roots);
}

function addNames(value: Value, names: Set<string>): void {
  if (value.k === "record") {
    for (const [name, field] of value.fields) {
      names.add(name);
      addNames(field, names);
    }
    return;
  }
  for (const text of [show(value), ...(value.k === "unknown" ? value.leaves : [])]) for (const name of namedIn(text)) names.add(name);
}
