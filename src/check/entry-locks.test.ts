import { beforeAll, expect, it } from "vitest";
import { initC, lowerText } from "../c/index.ts";
import { certainLocksOfCallers } from "./entry-locks.ts";
import type { Surroundings } from "./explore.ts";
import { emptyFacts, type EntryLock } from "./facts.ts";

beforeAll(() => initC());

const mmap: EntryLock = { class: "mmap", mode: "read" };
const rcu: EntryLock = { class: "rcu", mode: "read" };

/** Three callers that hold these at their calls of f(), and the names of those that were asked. */
function asked(held: readonly (readonly EntryLock[])[], isOfUse: (lock: EntryLock) => boolean): { readonly held: readonly EntryLock[]; readonly names: readonly string[] } {
  const unit = lowerText("mm/f.c", ["static void f(void) { }", ...held.map((_, i) => `static void g${i}(void) { f(); }`)].join("\n"));
  const [fn, ...callers] = unit.functions;
  const names: string[] = [];
  const around = {
    knownCallersOf: (of) => (of === fn ? callers : null),
    entryOf: emptyFacts,
    unitOf: () => unit,
    heldAtCalls: (caller) => {
      names.push(caller.name);
      return [held[callers.indexOf(caller)]!];
    },
  } satisfies Partial<Surroundings>;
  return { held: certainLocksOfCallers(fn!, around as unknown as Surroundings, isOfUse).held, names };
}

it("asks all callers while they have something in common", () => {
  expect(asked([[mmap, rcu], [rcu, mmap], [mmap]], () => true)).toEqual({ held: [mmap], names: ["g0", "g1", "g2"] });
});

it("asks no more callers when they have nothing in common", () => {
  expect(asked([[mmap], [rcu], [mmap]], () => true)).toEqual({ held: [], names: ["g0", "g1"] });
});

it("asks no more callers when what they have in common is of no use, or not certain", () => {
  expect(asked([[mmap, rcu], [mmap], [mmap]], (lock) => lock.class === "rcu")).toEqual({ held: [], names: ["g0", "g1"] });
  expect(asked([[{ ...mmap, uncertain: true }], [mmap]], () => true)).toEqual({ held: [], names: ["g0"] });
});
