/** The lowest operations on entries, tables, pages, translations and VMAs, for the C models in rules/models to call. */
import { isHelped, isIgnored, type World } from "../world/build.ts";
import { entriesPerTable, type Level } from "../world/layout.ts";
import { exchangeEntry, hardwareStore, loadEntry, storeEntry, writeBarrier } from "../world/entries.ts";
import { allocatePage, copyPage, getPage, pageLife, putPage, touchPage, tryGetPage } from "../world/pages.ts";
import { allocateTable, depositTable, freeTable, readers, withdrawTable } from "../world/tables.ts";
import { entryName, wholeAt, type Turn } from "../world/turn.ts";
import { flag, hardwareFlags, type EntryKind, type SlotValue, type Value } from "../world/value.ts";
import { entryWrite, onRef, quiet, type Operation, type OperationMaker } from "./operation.ts";
import { graceTouches } from "./ops-locks.ts";
import { pureOf } from "./pure.ts";
import { touch, touchAdd, touchRead, touchWrite, type Touch, type TouchMode } from "./system.ts";

/** Makes an operation on an entry; other first arguments are not modelled. */
function onSlot(make: (world: World, slot: SlotValue, args: readonly Value[]) => Operation): OperationMaker {
  return (world, args) => (args[0]?.k === "slot" ? make(world, args[0], args) : null);
}

const exchange = onSlot((world, slot, [, value]) => ({
  footprint: (turn) => entryWrite(world, turn, slot.table, slot.index, value ?? null),
  run: (turn) => {
    const next = value?.k === "entry" ? value : world.values.none;
    const now = wholeAt(turn, slot.table, Math.max(Math.min(slot.index, entriesPerTable - 1), 0));
    const keep = next.kind === "none" && now?.kind === "leaf" && world.layout.levels[slot.table] === "pmd" && isHelped(world, turn.thread, "keep");
    return exchangeEntry(turn, slot.table, slot.index, keep ? world.values.entry("invalid", now.target, now.flags) : next);
  },
}));

const compareExchange = onSlot((world, slot, [, expected, value]) => ({
  footprint: (turn) => entryWrite(world, turn, slot.table, slot.index, value ?? null),
  run: (turn) => {
    const old = loadEntry(turn, slot.table, slot.index);
    if (old === expected && value?.k === "entry") exchangeEntry(turn, slot.table, slot.index, value);
    return old;
  },
}));

/** world_rmw(ptr, f): applies a pure function to the entry in one atomic step and gives the old value. */
const readModifyWrite = onSlot((world, slot, [, name]) => ({
  footprint: (turn) => entryWrite(world, turn, slot.table, slot.index, null),
  run: (turn) => {
    const old = loadEntry(turn, slot.table, slot.index);
    if (old.k === "entry" && carriesPage(old.kind)) turn.fail("wrong-kind", `changes bits of an entry that is ${entryName(old)}`);
    const f = name?.k === "name" ? pureOf(name.text) : undefined;
    const next = f?.({ world, fail: (property, text) => turn.fail(property, text) }, [old]);
    if (next?.k === "entry") exchangeEntry(turn, slot.table, slot.index, next);
    return old;
  },
}));

/** Entries that are not present: their bits are a number, none of them is a permission. */
function carriesPage(kind: EntryKind): boolean {
  return kind === "swap" || kind === "migration" || kind === "device-private" || kind === "device-exclusive" || kind === "hwpoison";
}

/** world_hardware_update(ptr, seen): sets accessed and dirty, or does nothing when the entry is not what was seen. */
const hardwareUpdate = onSlot((world, slot, [, seen]) => ({
  footprint: (turn) => entryWrite(world, turn, slot.table, slot.index, null),
  run: (turn) => {
    if (seen?.k !== "entry" || seen.kind !== "leaf") return world.values.zero;
    const added = seen.flags & flag.write ? hardwareFlags : flag.young;
    const next = world.values.entry("leaf", seen.target, seen.flags | added);
    return world.values.bool(hardwareStore(turn, slot.table, slot.index, seen, next));
  },
}));

/** Stores one half of an entry of a 32-bit kernel. */
function storeHalf(part: "low" | "high"): OperationMaker {
  return onSlot((world, slot, [, value]) => ({
    footprint: (turn) => entryWrite(world, turn, slot.table, slot.index, value ?? null),
    run: (turn) => {
      const old = loadEntry(turn, slot.table, slot.index);
      if (value?.k !== "entry") return null;
      const [low, high] = old.k === "torn" ? [old.low, old.high] : [old, old];
      const next = part === "low" ? world.values.torn(value, high) : world.values.torn(low, value);
      storeEntry(turn, slot.table, slot.index, next, true);
      return null;
    },
  }));
}

const levelNames: readonly string[] = ["pte", "pmd", "pud"];

const allocate: OperationMaker = (world, [level]) => {
  const name = level?.k === "name" ? level.text.replaceAll('"', "") : "";
  if (!levelNames.includes(name)) return null;
  return quiet((turn) => {
    const table = allocateTable(turn, name as Level);
    return table < 0 ? world.values.zero : world.values.ref("table", table);
  });
};

/** What a table that goes, or is used anew, touches. The translations always, though only hardware that may walk it counts: a flush ends that. */
function lifeOf(world: World, table: number): Touch[] {
  const entries = Array.from({ length: entriesPerTable }, (_, index) => touch(world.resources.entry(table, index), touchRead));
  return [touch(world.resources.life(table), touchWrite), ...entries, touch(world.resources.tlb, touchRead)];
}

/** With help, a table leaves only when no other CPU has interrupts off any more. */
function lockless(world: World): Pick<Operation, "enabled"> {
  return world.weakened.helped.has("ipi") ? { enabled: (turn) => !isHelped(world, turn.thread, "ipi") || (readers(turn) & ~(1 << turn.thread)) === 0 } : {};
}

const free = onRef("table", (world, table) => ({
  ...lockless(world),
  footprint: () => (world.weakened.helped.size > 0 ? [...lifeOf(world, table), ...graceTouches(world)] : lifeOf(world, table)),
  run: (turn) => {
    freeTable(turn, table, isHelped(world, turn.thread, "grace") ? "after-grace-period" : "now");
    return null;
  },
}));

const freeAfterGrace = onRef("table", (world, table) => ({
  footprint: () => [...lifeOf(world, table), ...graceTouches(world)],
  run: (turn) => {
    freeTable(turn, table, isIgnored(world, turn.thread, "grace") ? "now" : "after-grace-period");
    return null;
  },
}));

const deposit = onSlot((world, slot, [, ref]) => {
  const table = ref?.k === "ref" && ref.object === "table" ? ref.n : -1;
  return {
    ...lockless(world),
    footprint: () => [
      touch(world.resources.deposits(slot.table), touchWrite), ...(world.weakened.helped.size > 0 ? graceTouches(world) : []), ...(table < 0 ? [] : lifeOf(world, table)),
    ],
    run: (turn) => {
      if (table >= 0) depositTable(turn, table, slot.table);
      return null;
    },
  };
});

const withdraw = onSlot((world, slot) => ({
  footprint: (turn) => {
    const set = turn.data[turn.layout.deposits + slot.table]!;
    const tables = world.layout.levels.flatMap((_, table) => (set & (1 << table) ? lifeOf(world, table) : []));
    return [touch(world.resources.deposits(slot.table), touchWrite), ...tables];
  },
  run: (turn) => {
    const table = withdrawTable(turn, slot.table);
    return table < 0 ? world.values.zero : world.values.ref("table", table);
  },
}));

/** `reach`: whether it matters which CPUs may reach the page, as far as that is up to the page itself. */
function onPage(mode: TouchMode, reach: (turn: Turn, page: number) => boolean, run: (turn: Turn, page: number, world: World) => Value | null): OperationMaker {
  return onRef("page", (world, page) => ({
    footprint: (turn) => [touch(world.resources.page(page), mode), ...(reach(turn, page) ? [touch(world.resources.tlb, touchRead)] : [])],
    run: (turn) => run(turn, page, world),
  }));
}

const never = (): boolean => false;

/** Whether the page has one reference left. */
function isLast(turn: Turn, page: number): boolean {
  return turn.data[turn.layout.references + page] === 1;
}

/** Whether more than one entry points to the table that the entry is in: a PMD table that hugetlb shares. */
const shared = onSlot((world, slot) => ({
  footprint: () => [touch(world.resources.life(slot.table), touchRead)],
  run: (turn) => world.values.bool(turn.data[world.layout.links + slot.table]! > 1),
}));

/** Which page or table it is depends on the order of allocations, but worlds that differ only in that behave alike. */
const newPage: OperationMaker = (world) =>
  quiet((turn) => {
    const page = allocatePage(turn);
    return page < 0 ? world.values.zero : world.values.ref("page", page);
  });

/** The counts only matter at the end, so changing one is no step of its own. */
function countTable(by: number): OperationMaker {
  return onRef("mm", (world, mm) =>
    quiet((turn) => {
      turn.data[world.layout.tablesCounted + mm]! += by;
      return null;
    }));
}

function vmaBit(bit: number, set: boolean | null): OperationMaker {
  return onRef("vma", (world, vma) => ({
    footprint: () => [touch(world.resources.vma(vma), set === null ? touchRead : touchWrite)],
    run: (turn) => {
      const at = world.layout.vma + vma;
      if (set === null) return world.values.bool((turn.data[at]! & bit) !== 0);
      if (set) turn.data[at]! |= bit;
      else turn.data[at]! &= ~bit;
      return null;
    },
  }));
}

/**
 * The heads of loops over VMAs: the next one behind argument `current` that the tree holds, or NULL. Before the first
 * round the argument is no VMA.
 */
function nextVma(current: number, bit: number): OperationMaker {
  return (world, args) => {
    const at = args[current];
    const from = at?.k === "ref" && at.object === "vma" ? at.n + 1 : 0;
    return {
      footprint: () => world.vmas.map((_, vma) => touch(world.resources.vma(vma), touchRead)),
      run: (turn) => {
        const next = world.vmas.findIndex((_, vma) => vma >= from && (turn.data[world.layout.vma + vma]! & bit) !== 0);
        return next < 0 ? world.values.zero : world.values.ref("vma", next);
      },
    };
  };
}

/** The VMA of the mm that holds the address, or the first one behind it, if the tree still has it. */
const findVma = onRef("mm", (world, mm, [, address]) => ({
  footprint: () => world.vmas.map((_, vma) => touch(world.resources.vma(vma), touchRead)),
  run: (turn) => {
    const at = address?.k === "int" ? address.value : 0n;
    const found = world.vmas.findIndex((v, n) => v.mm === mm && v.end > at && (turn.data[world.layout.vma + n]! & 1) !== 0);
    return found < 0 ? world.values.zero : world.values.ref("vma", found);
  },
}));

const barrier: OperationMaker = (world) =>
  quiet((turn) => {
    if (!isIgnored(world, turn.thread, "barrier")) writeBarrier(turn);
    return null;
  });

const nothing: OperationMaker = () => quiet(() => null);

/** Loads run in program order, so that it changes nothing; but that it is there has to be said. */
const readBarrier: OperationMaker = (world) =>
  quiet((turn) => {
    isIgnored(world, turn.thread, "read-barrier");
    return null;
  });

export const worldOperations: Readonly<Record<string, OperationMaker>> = {
  world_xchg: exchange, world_cmpxchg: compareExchange, world_rmw: readModifyWrite, world_hardware_update: hardwareUpdate,
  world_store_low: storeHalf("low"), world_store_high: storeHalf("high"),
  world_table_alloc: allocate, world_table_free: free, world_table_free_rcu: freeAfterGrace, world_table_shared: shared, world_deposit: deposit, world_withdraw: withdraw,
  world_page_alloc: newPage,
  world_page_get: onPage(touchAdd, never, (turn, page) => (getPage(turn, page), null)),
  world_page_try_get: onPage(touchWrite, never, (turn, page, world) => world.values.bool(tryGetPage(turn, page))),
  world_page_put: onPage(touchWrite, isLast, (turn, page) => (putPage(turn, page), null)),
  world_page_copy: onPage(touchRead, () => true, (turn, page) => (copyPage(turn, page), null)),
  world_page_use: onPage(touchRead, never, (turn, page) => (touchPage(turn, page, "uses"), null)),
  world_page_references: onPage(touchRead, never, (turn, page, world) => world.values.int(BigInt(turn.data[world.layout.references + page]!))),
  world_page_live: onPage(touchRead, never, (turn, page, world) => world.values.bool(turn.data[world.layout.pageLife + page] === pageLife.used)),
  world_page_ref_add: onRef("page", (world, page, [, by]) => ({
    footprint: () => [touch(world.resources.page(page), touchAdd)],
    run: (turn) => {
      if (touchPage(turn, page, "adds references to") && by?.k === "int") turn.data[turn.layout.references + page]! += Number(by.value);
      return null;
    },
  })),
  mm_inc_nr_ptes: countTable(1), mm_dec_nr_ptes: countTable(-1),
  world_vma_attached: vmaBit(1, null), world_vma_detach: vmaBit(1, false),
  world_vma_set_anon: vmaBit(4, true), world_vma_has_anon: vmaBit(4, null),
  world_vma_linked: vmaBit(2, null), world_vma_unlink: vmaBit(2, false), world_vma_link: vmaBit(2, true),
  find_vma: findVma, vma_lookup: findVma, find_vma_intersection: findVma,
  vma_interval_tree_foreach: nextVma(0, 2), for_each_vma: nextVma(1, 1), for_each_vma_range: nextVma(1, 1),
  smp_wmb: barrier, smp_mb: barrier, smp_rmb: readBarrier, barrier: nothing,
};
