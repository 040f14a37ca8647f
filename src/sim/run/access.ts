/** Loads and stores: of entries and shared variables as visible operations, of everything else on the spot. */
import { printPlace } from "../../c/index.ts";
import type { Step } from "../../c/ir.ts";
import { isHelped } from "../world/build.ts";
import { loadEntry, storeEntry, writeBarrier } from "../world/entries.ts";
import type { Value } from "../world/value.ts";
import { readMemory, show, unknown, type Location } from "./eval.ts";
import { sharedField } from "./fields.ts";
import { entryRead, entryWrite, holdsEntryLock, type Operation } from "./operation.ts";
import { cellValue } from "./ops-atomic.ts";
import { complete, placeOf, type Runner } from "./runner.ts";
import { touch, touchRead, touchWrite } from "./system.ts";
import { writeMemory } from "./thread.ts";

/** Longest text of an unknown value that a variable keeps. */
const longest = 48;

/**
 * A value that grows in each round of a loop (`addr + step`, `addr + step + step`) would make every round a new state, so
 * a long one is renamed after the place where it was assigned. What was assumed of that name goes: it is a new value.
 */
export function widened(runner: Runner, step: Step & { readonly op: "assign" }, value: Value): Value {
  if (value.k !== "unknown" || value.text.length <= longest) return value;
  const name = `${step.dst} of line ${step.loc.line}`;
  for (const [text, { leaves }] of runner.thread.assumed) if (leaves.includes(name)) runner.thread.assumed.delete(text);
  return unknown(runner, name);
}

export function load(runner: Runner, step: Step & { readonly op: "load" }, at: Location): Operation | null {
  const { world } = runner;
  switch (at.k) {
    case "null":
      runner.fail("null-used", `reads through ${printPlace(step.place)}, which is NULL`);
      return null;
    case "slot":
      return {
        footprint: () => entryRead(world, at.table, at.index),
        run: (turn) => {
          const value = loadEntry(turn, at.table, at.index);
          if (at.half === null) return value;
          const whole = value.k === "torn" ? value[at.half] : value;
          return world.values.half(at.half, whole);
        },
      };
    case "memory": {
      const cell = runner.session.cellOf(at.root, at.path);
      if (cell === undefined) {
        const field = sharedField(world, at.root, at.path);
        if (field !== null) return field;
        complete(runner, step, readMemory(runner, at.root, at.path));
        return null;
      }
      return { footprint: () => [touch(world.resources.cell(cell), touchRead)], run: (turn) => cellValue(turn, cell) };
    }
  }
}

export function store(runner: Runner, step: Step & { readonly op: "store" }, at: Location, value: Value): Operation | null {
  const { world } = runner;
  switch (at.k) {
    case "null":
      runner.fail("null-used", `writes through ${printPlace(step.place)}, which is NULL`);
      return null;
    case "slot": {
      const entry = asEntry(runner, value);
      if (entry === null) {
        // The line is the patch's, not that of a model that it calls.
        runner.session.told.notModelled.add(`line ${placeOf(runner.thread).line}: stores ${show(value).replace(/^world_table_entry\b/, "the entry of table")} into an entry`);
        runner.dropped = true;
        return null;
      }
      return {
        footprint: (turn) => entryWrite(world, turn, at.table, at.index, entry),
        run: (turn) => {
          if (entry.k === "entry" && entry.kind === "table" && isHelped(world, turn.thread, "barrier")) writeBarrier(turn);
          storeEntry(turn, at.table, at.index, entry, holdsEntryLock(world, turn, at.table));
          return null;
        },
      };
    }
    case "memory": {
      const cell = runner.session.cellOf(at.root, at.path);
      if (cell === undefined) {
        writeMemory(runner.thread, at.root + at.path, value);
        complete(runner, step, null);
        return null;
      }
      return {
        footprint: () => [touch(world.resources.cell(cell), touchWrite)],
        run: (turn) => {
          turn.data[turn.layout.cell + cell] = value.id;
          turn.note?.(`${printPlace(step.place)} = ${show(value)}`);
          return null;
        },
      };
    }
  }
}

function asEntry(runner: Runner, value: Value): (Value & { readonly k: "entry" | "torn" }) | null {
  if (value.k === "entry" || value.k === "torn") return value;
  if (value.k === "int" && value.value === 0n) return runner.world.values.none;
  const { opaqueEntry } = runner.session;
  if (value.k === "unknown" && opaqueEntry?.k === "entry" && runner.turn.thread === 0 && !value.text.startsWith("world_table_entry(")) {
    // It stays with the thread that this was taken for granted: no test can come back to it.
    runner.thread.assumed.set(`${value.text} maps a page that nobody frees`, { truth: true, leaves: ["@"] });
    return opaqueEntry;
  }
  const inner = value.k === "record" ? value.fields[0]?.[1] : undefined;
  return inner === undefined ? null : asEntry(runner, inner);
}
