/** Sets of entry kinds as bit masks. */
import type { EntryKind, Level } from "../rulebook/schema.ts";

const order: readonly EntryKind[] = [
  "none", "table", "leaf", "devmap", "migration", "swap", "device-private", "device-exclusive", "hwpoison", "marker", "bad",
];

export type KindSet = number;

export function kindSet(kinds: readonly EntryKind[]): KindSet {
  return kinds.reduce((set, kind) => set | (1 << order.indexOf(kind)), 0);
}

export function kindNames(set: KindSet): EntryKind[] {
  return order.filter((_, bit) => (set & (1 << bit)) !== 0);
}

/** All of them, whatever the level. */
export const anyKind: KindSet = kindSet(order);

/** The switch without which pmd migration entries do not exist. */
export const thpMigration = "g:CONFIG_ARCH_ENABLE_THP_MIGRATION";

const byLevel: Readonly<Record<Level, KindSet>> = {
  pte: kindSet(["none", "leaf", "devmap", "migration", "swap", "device-private", "device-exclusive", "hwpoison", "marker"]),
  pmd: kindSet(["none", "table", "leaf", "devmap", "migration", "device-private", "bad"]),
  pud: kindSet(["none", "table", "leaf", "devmap", "bad"]),
  p4d: kindSet(["none", "table", "leaf", "bad"]),
  pgd: kindSet(["none", "table", "leaf", "bad"]),
};

/** Everything an entry of this level can be. Device-private pmds come with 6.19; before, the tests for migration cover them. */
export function allKinds(level: Level): KindSet {
  return byLevel[level];
}

/** Beside kinds in what is open at a call: the entry was read before its lock was taken here, and not again. */
export const notLookedAgain: KindSet = 1 << 14;

/** Beside kinds in what is open at a call: no value of the entry was read here at all. */
export const notLookedAt: KindSet = 1 << 15;

/** Beside kinds in what is open at a call: the path hangs on a test of the entry whose meaning is not known. */
export const testedOtherwise: KindSet = 1 << 13;

/** Beside kinds in what is open at a call: those for which a test of their own was made before, so that whoever wrote it meant them to come. */
export function meantToCome(kinds: KindSet): KindSet {
  return kinds << 16;
}
