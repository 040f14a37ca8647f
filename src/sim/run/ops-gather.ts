/**
 * What an unmap has collected to free behind the flush. Each thread has one gather, which no other thread sees, so that
 * only the flush and the frees are steps of their own.
 */
import { isIgnored } from "../world/build.ts";
import { rangeOf } from "../world/translate.ts";
import { flushEverywhere, walkUnderWay } from "../world/sections.ts";
import type { Turn } from "../world/turn.ts";
import type { Value } from "../world/value.ts";
import { quiet, type OperationMaker } from "./operation.ts";
import { flushTouches } from "./ops-locks.ts";

const nothing: OperationMaker = () => quiet(() => null);

function collect(object: "page" | "table", at: (turn: Turn) => number): OperationMaker {
  return (_world, [ref]) => {
    if (ref?.k !== "ref" || ref.object !== object) return nothing(_world, [], () => undefined);
    return quiet((turn) => {
      turn.mine[at(turn)]! |= 1 << ref.n;
      return null;
    });
  };
}

/** Takes one out of the collection: the lowest number, or NULL when there is none. */
function takeOut(object: "page" | "table", at: (turn: Turn) => number): OperationMaker {
  return (world) =>
    quiet((turn): Value => {
      const set = turn.mine[at(turn)]!;
      if (set === 0) return world.values.zero;
      const n = 31 - Math.clz32(set & -set);
      turn.mine[at(turn)] = set & ~(1 << n);
      return world.values.ref(object, n);
    });
}

const pages = (turn: Turn): number => turn.layout.gatherPages + turn.thread;
const tables = (turn: Turn): number => turn.layout.gatherTables + turn.thread;
const range = (turn: Turn): number => turn.layout.gatherRange + turn.thread;

const addRange: OperationMaker = (world, [mm, start, end]) =>
  quiet((turn) => {
    if (mm?.k === "ref" && start?.k === "int" && end?.k === "int") turn.mine[range(turn)]! |= rangeOf(world.layout, mm.n, start.value, end.value);
    return null;
  });

/** Flushes what was collected to be flushed; gives whether there was anything. */
const flushGather: OperationMaker = (world) => ({
  footprint: () => flushTouches(world),
  enabled: (turn) => !walkUnderWay(turn),
  local: (turn) => turn.mine[range(turn)] === 0 || isIgnored(world, turn.thread, "flush"),
  run: (turn) => {
    const set = turn.mine[range(turn)]!;
    if (set === 0 || isIgnored(world, turn.thread, "flush")) return world.values.zero;
    flushEverywhere(turn, set, world.options.flushByIpi);
    turn.mine[range(turn)] = 0;
    turn.note?.("flushes what was unmapped");
    return world.values.one;
  },
});

export const gatherOperations: Readonly<Record<string, OperationMaker>> = {
  world_gather_page: collect("page", pages), world_gather_table: collect("table", tables),
  world_gather_take_page: takeOut("page", pages), world_gather_take_table: takeOut("table", tables),
  world_gather_range: addRange, world_gather_flush: flushGather,
};
