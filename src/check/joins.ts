/**
 * Facts where two paths meet with equal resources: memory and conditions by intersection, entry kinds by union. A value that
 * differs becomes one of its own, named after the block. (Of forEach() see tidy.ts.)
 */
import type { Loc } from "../c/ir.ts";
import { type EntryFact, type Facts, firstOf, truthOf, updated, type ValueFact } from "./facts.ts";
import { initial, isMovedUp, merged, splitMove } from "./symbols.ts";
import { isOfSeveralPaths, joinSessions } from "./vma-joins.ts";

/** The facts that hold on both paths where they meet at `block`; null when `known` already says no more (nothing new). */
export function joinFacts(known: Facts, arriving: Facts, block: number): Facts | null {
  const memory = joinSessions(known, arriving, joinMemory(known.memory, arriving.memory, block));
  const truths = joinTruths(known, arriving, memory);
  const derived = intersect(known.derived, arriving.derived);
  const calls = kept(known.calls, arriving.calls, (args, others) => args === others || args.join() === others?.join());
  const released = kept(known.released, arriving.released, (_at, other) => other !== undefined);
  const values = joinValues(known, arriving, memory);
  const entries = joinEntries(known.entries, arriving.entries);
  const maps = known.maps.map((map, i) => (map.pastUse || !arriving.maps[i]?.pastUse ? map : { ...map, pastUse: true }));
  const unmapped = withoutMade(known.unmapped, memory, known, arriving, block);
  const changed =
    memory !== known.memory ||
    unmapped !== known.unmapped ||
    truths.size !== known.truths.size ||
    released.size !== known.released.size ||
    derived.size !== known.derived.size ||
    calls.size !== known.calls.size ||
    values !== known.values ||
    entries !== known.entries ||
    maps.some((map, i) => map !== known.maps[i]);
  if (!changed) return null;
  return updated(known, { memory, truths, derived, calls, released, values, entries, maps, unmapped });
}

/**
 * A value that is made by this join is another one than that of the same name from an earlier round of a loop, so what was unmapped
 * then was not this (page_vma_mapped_walk() comes to its next table with a pte that may be NULL or mapped, mm/page_vma_mapped.c, 6.13).
 */
function withoutMade(unmapped: Facts["unmapped"], memory: Facts["memory"], known: Facts, arriving: Facts, block: number): Facts["unmapped"] {
  if (memory === known.memory || unmapped.size === 0) return unmapped;
  let rest: Map<string, Loc> | null = null;
  for (const [address, value] of memory) {
    if (!unmapped.has(value) || !value.startsWith(merged(block, "")) || known.memory.get(address) === value || arriving.memory.get(address) === value) continue;
    (rest ??= new Map(unmapped)).delete(value);
  }
  return rest ?? unmapped;
}

/** An address that holds different values on the two paths holds a value of its own from here on, named after the block. */
function joinMemory(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>, block: number): ReadonlyMap<string, string> {
  if (a === b) return a;
  // Most paths bring nothing new: a map is made with the first difference, of what came before it.
  let joined: Map<string, string> | null = null;
  let alike = 0;
  let inBoth = 0;
  const differs = (): Map<string, string> => (joined ??= firstOf(a, alike));
  a.forEach((left, address) => {
    const right = b.get(address);
    if (right !== undefined) inBoth++;
    const met = left === right || (right === undefined && isOfSeveralPaths(address)) ? left : isNote(address) && !(address.startsWith("e:") && right !== undefined) ? null : meet(left, right ?? initial(address), block);
    if (met === left && joined === null) alike++;
    else if (met === null) differs();
    else differs().set(address, met);
  });
  if (inBoth < b.size) for (const [address, right] of b) if (!a.has(address) && !isNote(address)) differs().set(address, meet(initial(address), right, block));
  return joined ?? a;
}

/**
 * The value that stands for both. One pointer moved by different amounts is still a pointer into the same table; two
 * variables that are equal on both paths stay equal, so the name is made of the values that meet.
 */
function meet(left: string, right: string, block: number): string {
  const { root } = splitMove(left);
  if (root === splitMove(right).root && root !== left + right) return left === right ? left : isMovedUp(left) && isMovedUp(right) ? `${root}+p` : `${root}+n`;
  return left.startsWith(merged(block, "")) ? left : merged(block, `${left}|${right}`);
}

const notes = new Set(Array.from("ehlcabdtfrvwpxgu", (letter) => letter.charCodeAt(0)));

/** Its second character is a colon, its first the kind of note. */
function isNote(address: string): boolean {
  return address.charCodeAt(1) === 58 && notes.has(address.charCodeAt(0));
}

function intersect<V>(a: ReadonlyMap<string, V>, b: ReadonlyMap<string, V>): ReadonlyMap<string, V> {
  return kept(a, b, (left, right) => left === right);
}

/** What of `a` agrees with `b`; `a` itself when all does. */
function kept<V>(a: ReadonlyMap<string, V>, b: ReadonlyMap<string, V>, agrees: (left: V, right: V | undefined) => boolean): ReadonlyMap<string, V> {
  if (a === b || a.size === 0) return a;
  let rest: Map<string, V> | null = null;
  a.forEach((value, key) => {
    if (!agrees(value, b.get(key))) (rest ??= new Map(a)).delete(key);
  });
  return rest ?? a;
}

/** What both paths know; and a value made by this join is (not) zero when both values it stands for are. */
function joinTruths(a: Facts, b: Facts, memory: ReadonlyMap<string, string>): ReadonlyMap<string, boolean> {
  const both = intersect(a.truths, b.truths);
  // Where no value was made by this join, there is no more to know.
  if (memory === a.memory && memory === b.memory) return both;
  let joined: Map<string, boolean> | null = null;
  memory.forEach((value, address) => {
    const before = a.memory.get(address);
    const other = b.memory.get(address);
    if ((before === value && other === value) || isNote(address)) return;
    const left = before ?? initial(address);
    const right = other ?? initial(address);
    if (left === value && right === value) return;
    const truth = truthOf(left, a);
    if (truth !== undefined && truth === truthOf(right, b)) (joined ??= new Map(both)).set(value, truth);
  });
  return joined ?? both;
}

/** The facts of a value made by this join are those of the two values it stands for. */
function joinValues(known: Facts, arriving: Facts, memory: ReadonlyMap<string, string>): ReadonlyMap<string, ValueFact> {
  const both = joinSame(known.values, arriving.values);
  if (known.values.size === 0 || arriving.values.size === 0 || known.memory === arriving.memory) return both;
  let joined: Map<string, ValueFact> | null = null;
  memory.forEach((value, address) => {
    const left = known.memory.get(address);
    const right = arriving.memory.get(address);
    if (left === undefined || right === undefined || left === right || ((joined ?? both).has(value) && left !== value)) return;
    const met = joinSame(pick(value, known.values.get(left)), pick(value, arriving.values.get(right))).get(value);
    if (met !== undefined) (joined ??= new Map(both)).set(value, met);
  });
  return joined === null ? both : unlessSame(known.values, joined);
}

function unlessSame(known: ReadonlyMap<string, ValueFact>, joined: ReadonlyMap<string, ValueFact>): ReadonlyMap<string, ValueFact> {
  const same = joined.size === known.size && Array.from(joined).every(([value, fact]) => known.get(value) === fact);
  return same ? known : joined;
}

function pick(value: string, fact: ValueFact | undefined): ReadonlyMap<string, ValueFact> {
  return new Map(fact ? [[value, fact]] : []);
}

function joinSame(a: ReadonlyMap<string, ValueFact>, b: ReadonlyMap<string, ValueFact>): ReadonlyMap<string, ValueFact> {
  if (a === b) return a;
  let joined: Map<string, ValueFact> | null = null;
  a.forEach((left, key) => {
    const right = b.get(key);
    if (right === left) return;
    if (right === undefined || right.entry !== left.entry) {
      (joined ??= new Map(a)).delete(key);
      return;
    }
    const kinds = left.kinds | right.kinds;
    const real = left.real && right.real;
    const shown = left.shown | right.shown;
    const under = left.under === right.under ? left.under : "";
    const otherwise = left.otherwise === true || right.otherwise !== true;
    if (kinds === left.kinds && shown === left.shown && real === left.real && under === left.under && otherwise) return;
    (joined ??= new Map(a)).set(key, { ...left, kinds, shown, real, under, ...(otherwise ? {} : { otherwise: true }) });
  });
  return joined ?? a;
}

function joinEntries(a: ReadonlyMap<string, EntryFact>, b: ReadonlyMap<string, EntryFact>): ReadonlyMap<string, EntryFact> {
  if (a === b) return a;
  let joined: Map<string, EntryFact> | null = null;
  for (const [key, left] of a) {
    const right = b.get(key);
    const rechecked = left.rechecked && (right?.rechecked ?? false);
    const decided = left.decided && (right?.decided ?? null);
    if (rechecked !== left.rechecked || (decided === null) !== (left.decided === null)) (joined ??= new Map(a)).set(key, { decided, rechecked });
  }
  return joined ?? a;
}
