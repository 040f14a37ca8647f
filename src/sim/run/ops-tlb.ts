/** Flushes, secondary MMUs, and what an operation promises about translations when it returns; for the C models in rules/models to call. */
import { isIgnored } from "../world/build.ts";
import { flushEverywhere, walkUnderWay } from "../world/sections.ts";
import { cpuName, flush, staleFor } from "../world/tlb.ts";
import { pageBits, rangeOf, translations, virtualName } from "../world/translate.ts";
import { own, type Turn } from "../world/turn.ts";
import { onRef, quiet, type OperationMaker } from "./operation.ts";
import { flushTouches } from "./ops-locks.ts";
import { touch, touchRead, touchWrite } from "./system.ts";

/**
 * Flush of start..end of an mm. "Everywhere" is world_flush(mm, start, end), which waits for walks under way and, where flushes are
 * IPIs, needs world_wait_ipi() to be complete; "here" is world_flush_local(mm, start, end), on this CPU alone.
 */
function flushRange(where: "everywhere" | "here"): OperationMaker {
  return onRef("mm", (world, mm, [, start, end]) => ({
    footprint: () => (where === "here" ? [touch(world.resources.tlb, touchWrite)] : flushTouches(world)),
    ...(where === "here" ? {} : { enabled: (turn: Turn) => !walkUnderWay(turn) }),
    local: (turn) => isIgnored(world, turn.thread, "flush"),
    run: (turn) => {
      if (isIgnored(world, turn.thread, "flush")) return null;
      const known = start?.k === "int" && end?.k === "int";
      const range = known ? rangeOf(world.layout, mm, start.value, end.value) : rangeOf(world.layout, mm, 0n, 1n << 62n);
      if (where === "here") flush(turn, range, own(turn));
      else flushEverywhere(turn, range, world.options.flushByIpi);
      const on = where === "here" ? " on this CPU" : "";
      turn.note?.(known ? `flushes 0x${start.value.toString(16)}..0x${end.value.toString(16)}${on}` : `flushes the mm${on}`);
      return null;
    },
  }));
}

/** world_run(mm) and world_leave(mm): this CPU begins or ends to run the program, where `runs=nowhere`. Its TLB is empty before and after. */
function runs(begins: boolean): OperationMaker {
  return onRef("mm", (world, mm) => ({
    footprint: () => [touch(world.resources.tlb, touchWrite)],
    local: () => world.options.everywhere,
    run: (turn) => {
      if (world.options.everywhere) return null;
      const { layout, data } = turn;
      const bit = own(turn);
      data[layout.runs + mm] = begins ? data[layout.runs + mm]! | bit : data[layout.runs + mm]! & ~bit;
      flush(turn, rangeOf(layout, mm, 0n, 1n << 62n), bit);
      return null;
    },
  }));
}

/** world_batch(mm, start, end): what this thread has unmapped and will flush with world_batch_flush(). */
const batch: OperationMaker = (world, [mm, start, end]) =>
  quiet((turn) => {
    if (mm?.k === "ref" && start?.k === "int" && end?.k === "int") turn.mine[world.layout.batched + turn.thread]! |= rangeOf(world.layout, mm.n, start.value, end.value);
    return null;
  });

/** Flushes what has been put off; gives whether there was anything. */
const flushBatch: OperationMaker = (world) => ({
  footprint: () => flushTouches(world),
  enabled: (turn) => !walkUnderWay(turn),
  local: (turn) => turn.mine[world.layout.batched + turn.thread] === 0 || isIgnored(world, turn.thread, "flush"),
  run: (turn) => {
    const range = turn.mine[world.layout.batched + turn.thread]!;
    if (range === 0 || isIgnored(world, turn.thread, "flush")) return world.values.zero;
    flushEverywhere(turn, range, world.options.flushByIpi);
    turn.mine[world.layout.batched + turn.thread] = 0;
    turn.note?.("flushes what was put off");
    return world.values.one;
  },
});

function invalidate(begins: boolean): OperationMaker {
  return onRef("mm", (world, mm, [, start, end]) => ({
    footprint: () => [touch(world.resources.tlb, touchWrite)],
    run: (turn) => {
      const { layout, data } = turn;
      if (!world.options.notifiers || isIgnored(world, turn.thread, "notify")) return null;
      const known = start?.k === "int" && end?.k === "int";
      const range = known ? rangeOf(layout, mm, start.value, end.value) : -1;
      data[layout.invalidating + mm]! += begins ? 1 : -1;
      for (let page = 0; page < layout.virtualPages.length; page++) {
        if (layout.virtualPages[page]!.mm !== mm) continue;
        if (begins && range & (1 << page)) data[layout.secondary + page] = 0;
        else if (data[layout.invalidating + mm] === 0) data[layout.secondary + page]! |= translations(turn, page);
      }
      return null;
    },
  }));
}

/** What the operation promised to take away in start..end must be gone from every TLB: world_flushed(mm, start, end). */
const flushed = onRef("mm", (world, mm, [, start, end]) => ({
  footprint: () => [touch(world.resources.tlb, touchRead)],
  run: (turn) => {
    const range = start?.k === "int" && end?.k === "int" ? rangeOf(world.layout, mm, start.value, end.value) : -1;
    const stale = staleFor(turn, -1).find(({ page }) => range & (1 << page));
    if (stale !== undefined) turn.fail("unflushed-return", `returns while ${cpuName(turn, stale.cpus)} may still use an old translation for ${virtualName(world.layout, stale.page)}`);
    return null;
  },
}));

/** Pages that start..end maps now, as a set. */
function mappedIn(turn: Turn, range: number): number {
  let pages = 0;
  for (let v = 0; v < turn.layout.virtualPages.length; v++) {
    const bits = range & (1 << v) ? translations(turn, v, undefined, true) : 0;
    for (let page = 0; page < turn.layout.pages; page++) if (bits & pageBits(page)) pages |= 1 << page;
  }
  return pages;
}

/** world_mark(mm, start, end) notes what the range maps; world_unmapped(mm, start, end) says that none of it is left. */
function marks(check: boolean): OperationMaker {
  return onRef("mm", (world, mm, [, start, end]) => ({
    footprint: () => [touch(world.resources.tlb, touchRead)],
    run: (turn) => {
      const range = start?.k === "int" && end?.k === "int" ? rangeOf(world.layout, mm, start.value, end.value) : -1;
      const at = turn.layout.marked + turn.thread;
      const now = mappedIn(turn, range);
      if (!check) turn.data[at] = now;
      const left = now & turn.data[at]!;
      if (check && left !== 0) turn.fail("missed-mapping", `returns although P${31 - Math.clz32(left)} is still mapped where it should have been unmapped`);
      if (check) turn.data[at] = 0;
      return null;
    },
  }));
}

export const tlbOperations: Readonly<Record<string, OperationMaker>> = {
  world_flush: flushRange("everywhere"), world_flush_local: flushRange("here"), world_run: runs(true), world_leave: runs(false),
  world_batch: batch, world_batch_flush: flushBatch,
  world_flushed: flushed, world_mark: marks(false), world_unmapped: marks(true), world_invalidate_start: invalidate(true), world_invalidate_end: invalidate(false),
};
