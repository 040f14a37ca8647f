/** What reading and writing a page-table entry does to the facts of a path. */
import type { Contract, EntryKind, Level } from "../rulebook/schema.ts";
import { type Facts, type Trail, updated, type ValueFact } from "./facts.ts";
import { allKinds, type KindSet, kindSet, thpMigration } from "./kinds.ts";
import { covering, coversEntries } from "./locks.ts";
import { mentions } from "./mentions.ts";
import type { Site } from "./model.ts";
import * as sym from "./symbols.ts";
import { mayBeKernels } from "./whose-tables.ts";

/** The contract of the walk whose structure holds this entry pointer, if one is under way. */
function walkBehind(pointer: string, site: Site): Contract | undefined {
  const own = Array.from(site.facts.walks.keys()).some((walk) => pointer.startsWith(sym.initial(`${walk}.`)));
  return own ? site.rulebook.contract("page_vma_mapped_walk") : undefined;
}

/** Entries of one mapped table are taken together: what was re-checked for one is re-checked for the loop. */
export function entryKey(pointer: string, facts: Facts): string {
  const root = sym.splitMove(pointer).root;
  const mapped = facts.maps.find((m) => m.pointer === root);
  return mapped ? `pte of ${mapped.of}` : root;
}

interface ReadOptions {
  /** Where the entry's former kinds are looked up: the facts before a call that also writes it. */
  readonly before?: Facts;
  /** The kinds that a value read this way can be of, when the getter says so. */
  readonly kinds?: readonly EntryKind[] | undefined;
}

/** `result` becomes the value of the entry. */
export function readEntry(result: string, pointer: string, level: Level, how: ValueFact["how"], site: Site, options: ReadOptions = {}): Facts {
  const { facts, loc } = site;
  const before = options.before ?? facts;
  const under = covering(facts).join(" ");
  const kept = before.memory.get(`e:${pointer}`);
  const written = kept === ownWrite;
  const seen = kept === undefined ? undefined : before.values.get(kept);
  // What was seen without the lock that is held now says nothing of the entry under it.
  const former = seen !== undefined && seen.under === "" && under !== "" ? undefined : seen;
  const origin = site.callOf(sym.splitMove(pointer).root)?.contract ?? (level === "pte" ? walkBehind(pointer, site) : undefined);
  const walked = level === "pte" && !mentions(site.frame.fn, "migrations") && Array.from(facts.walks.keys()).some((walk) => pointer === sym.initial(sym.field(walk, "pte")));
  // What a mapped table holds depends on the VMA too: a pte that was merely mapped proves no kind possible.
  const handedIn = facts.anyKind.has(pointer) && (level !== "pte" || options.kinds !== undefined);
  const reached = origin?.returns?.entry !== undefined && !mayBeKernels(site.frame.fn, site.rulebook);
  const real = walked || handedIn || reached;
  const stated = walked || level === origin?.returns?.entry?.level ? origin?.returns?.kinds : undefined;
  const kinds = (stated ? kindSet(stated) : allKinds(level)) & (options.kinds ? kindSet(options.kinds) : allKinds(level));
  const fact = former && under !== "" ? { ...former, under } : { entry: entryKey(pointer, facts), level, how, shown: former?.shown ?? 0, kinds: possible(limited(former?.kinds ?? kinds, options.kinds), level, facts), real: real && !former && !written && (walked || !sym.isUnstable(pointer)), under, at: loc };
  const memory = new Map(facts.memory).set(`e:${pointer}`, result);
  if (how === "lockless" && under === "") memory.set(sym.readLockless(pointer), "yes");
  return updated(facts, { values: new Map(facts.values).set(result, fact), memory });
}

/** What the getter says wins over what is known of a path where two ways to read the entry meet. */
function limited(kinds: KindSet, to: readonly EntryKind[] | undefined): KindSet {
  const both = to === undefined ? kinds : kinds & kindSet(to);
  return both === 0 && to !== undefined ? kindSet(to) : both;
}

export function possible(kinds: KindSet, level: Level, facts: Facts): KindSet {
  return level === "pmd" && facts.truths.get(thpMigration) === false ? kinds & ~kindSet(["migration"]) : kinds;
}

/** Stands for a value that this CPU wrote to the entry. */
const ownWrite = "written";

export function writeEntry(pointer: string, facts: Facts, trail: Trail | null): Facts {
  const memory = new Map(facts.memory);
  memory.set(`e:${pointer}`, ownWrite);
  const key = entryKey(pointer, facts);
  const locked = facts.locks.some((l) => coversEntries(l.class));
  const entries = locked ? new Map(facts.entries).set(key, { decided: null, rechecked: true }) : facts.entries;
  return updated(facts, { memory, entries, trail });
}
