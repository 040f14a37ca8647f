/**
 * Keeps facts small and finite: dead variables go, and a symbol that is made again in a loop is renamed first. All of it is done at every
 * block or step of every path, in reviews that are too short for optimised code: there forEach() takes a fifth of what a loop over a map does.
 */
import { type Facts, firstOf, type LockFact, updated } from "./facts.ts";

const stepSymbol = /@\d+\.\d+\.\d+;~?/g;

/** Drops variables that are not read any more and what is known of values that nothing refers to. */
export function forgetDead(facts: Facts, frame: number, live: ReadonlySet<string>): Facts {
  const own = `&${frame}:`;
  const memory = filtered(facts.memory, (address) => !address.startsWith(own) || live.has(variableOf(address)));
  let named: ReadonlySet<string> | null = null;
  const alive = (symbol: string): boolean => !symbol.includes("@") || partsOf(symbol).every((part) => (named ??= namedIn(facts, memory)).has(part));
  const keep = <V>(map: ReadonlyMap<string, V>): ReadonlyMap<string, V> => (map.size === 0 ? map : filtered(map, alive));
  return updated(facts, { memory, truths: keep(facts.truths), values: keep(facts.values), derived: keep(facts.derived), calls: keep(facts.calls), unmapped: keep(facts.unmapped), failed: Array.from(facts.failed).every(alive) ? facts.failed : new Set(Array.from(facts.failed).filter(alive)) });
}

/** The step symbols that variables and resources hold. */
function namedIn(facts: Facts, memory: Facts["memory"]): ReadonlySet<string> {
  const named = new Set<string>();
  memory.forEach((value, address) => {
    mention(address, named);
    mention(value, named);
  });
  for (const lock of facts.locks) mention(lock.id, named);
  for (const map of facts.maps) mention(map.pointer, named);
  for (const texts of [facts.tables, facts.walks]) for (const text of texts.keys()) mention(text, named);
  for (const [key, duty] of facts.duties) {
    mention(key, named);
    mention(duty.value, named);
  }
  return named;
}

const variables = new Map<string, string>();
const mostVariables = 20_000;

/** The variable that an address of a frame is of: what stands behind its first colon, without fields and elements. Looked up like the parts below. */
function variableOf(address: string): string {
  const known = variables.get(address);
  if (known !== undefined) return known;
  if (variables.size >= mostVariables) variables.clear();
  const rest = address.slice(address.indexOf(":") + 1);
  const end = rest.search(/[.[]/);
  const name = end < 0 ? rest : rest.slice(0, end);
  variables.set(address, name);
  return name;
}

function mention(text: string, into: Set<string>): void {
  if (!text.includes("@")) return;
  const found = partsOf(text);
  if (found.length === 1) into.add(found[0]!);
  else for (const part of found) into.add(part);
}

const none: readonly string[] = [];
const parts = new Map<string, readonly string[]>();
const mostParts = 20_000;

/** The step symbols in a text. The same texts come back at every step, so they are looked up; the table is emptied when it is full. */
function partsOf(text: string): readonly string[] {
  const known = parts.get(text);
  if (known) return known;
  if (parts.size >= mostParts) parts.clear();
  const found = text.match(stepSymbol) ?? none;
  parts.set(text, found);
  return found;
}

/** The map without the keys that are not wanted; the map itself when all are. */
function filtered<V>(map: ReadonlyMap<string, V>, wanted: (key: string) => boolean): ReadonlyMap<string, V> {
  // Put together anew: to copy all and delete takes twice as long.
  let kept: Map<string, V> | null = null;
  let before = 0;
  map.forEach((value, key) => {
    if (!wanted(key)) kept ??= firstOf(map, before);
    else if (kept === null) before++;
    else kept.set(key, value);
  });
  return kept ?? map;
}

/** Makes room for a new value of `symbol`: the former one becomes `symbol~`; older ones are forgotten. */
export function ageSymbol(facts: Facts, symbol: string): Facts {
  if (!refersTo(facts, symbol)) return facts;
  const old = `${symbol}~`;
  const rename = (text: string): string => (text.includes(symbol) ? text.replaceAll(old, symbol).replaceAll(symbol, old) : text);
  const keys = <V>(map: ReadonlyMap<string, V>): ReadonlyMap<string, V> => (inKeys(map, symbol) ? new Map(Array.from(map, ([key, value]) => [rename(key), value] as const)) : map);
  const texts = (map: ReadonlyMap<string, string>): ReadonlyMap<string, string> => (inKeys(map, symbol) || inTexts(map, symbol) ? new Map(Array.from(map, ([key, value]) => [rename(key), rename(value)] as const)) : map);
  const drop = <V>(map: ReadonlyMap<string, V>): ReadonlyMap<string, V> => (inKeys(map, old) ? new Map(Array.from(map).filter(([key]) => !key.includes(old))) : map);
  return updated(facts, {
    locks: onceUnsure(facts.locks.map((l) => ({ ...l, id: rename(l.id) }))),
    maps: facts.maps.filter((m) => m.pointer !== old).map((m) => ({ ...m, pointer: rename(m.pointer), of: rename(m.of) })),
    walks: keys(facts.walks),
    tables: keys(facts.tables),
    released: keys(facts.released),
    duties: new Map(Array.from(facts.duties, ([key, duty]) => [rename(key), { ...duty, value: duty.value.includes(old) ? "" : rename(duty.value) }] as const)),
    unmapped: keys(drop(facts.unmapped)),
    failed: facts.failed.size === 0 ? facts.failed : new Set(Array.from(facts.failed).filter((key) => !key.includes(old)).map(rename)),
    memory: texts(facts.memory),
    truths: keys(drop(facts.truths)),
    values: new Map(Array.from(drop(facts.values), ([key, fact]) => [rename(key), { ...fact, entry: rename(fact.entry), under: rename(fact.under) }] as const)),
    entries: keys(drop(facts.entries)),
    derived: texts(drop(facts.derived)),
    calls: new Map(Array.from(drop(facts.calls), ([key, args]) => [rename(key), args.map(rename)] as const)),
  });
}

/** Locks of several earlier rounds that are perhaps still held have one name here and say no more than one of them: else each round would make a state of its own. */
function onceUnsure(locks: readonly LockFact[]): LockFact[] {
  return locks.filter((lock, i) => lock.certain || locks.findIndex((l) => !l.certain && l.id === lock.id && l.mode === lock.mode) === i);
}

function inKeys(map: ReadonlyMap<string, unknown>, symbol: string): boolean {
  let found = false;
  map.forEach((_value, key) => {
    found ||= key.includes(symbol);
  });
  return found;
}

function inTexts(map: ReadonlyMap<string, string>, symbol: string): boolean {
  let found = false;
  map.forEach((value) => {
    found ||= value.includes(symbol);
  });
  return found;
}

function refersTo(facts: Facts, symbol: string): boolean {
  return (
    inTexts(facts.memory, symbol) ||
    [facts.memory, facts.truths, facts.values, facts.derived, facts.entries, facts.unmapped, facts.tables, facts.duties].some((map) => inKeys(map, symbol)) ||
    (facts.duties.size > 0 && Array.from(facts.duties.values()).some((duty) => duty.value.includes(symbol))) ||
    facts.locks.some((l) => l.id.includes(symbol)) ||
    facts.maps.some((m) => m.pointer.includes(symbol) || m.of.includes(symbol))
  );
}
