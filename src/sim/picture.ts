/** Takes the picture of a world state: the tables with their entries, who holds what, and what the TLBs may still hold. */
import type { PictureEntry, PictureEntryKind, PictureTable, PictureTableState, PictureTranslation, WorldPicture } from "../core/picture.ts";
import { lookingTurn } from "./run/machine.ts";
import type { SimState } from "./run/simulation.ts";
import type { World } from "./world/build.ts";
import { entriesPerTable, life } from "./world/layout.ts";
import { heldBy } from "./world/locks.ts";
import { staleFor, tlbAt } from "./world/tlb.ts";
import { translations, virtualName } from "./world/translate.ts";
import { entryAt, entryName, type Turn } from "./world/turn.ts";
import type { EntryValue, TornValue } from "./world/value.ts";

export function pictureOf(world: World, state: SimState): WorldPicture {
  const turn = lookingTurn(world, state.data, 0);
  return {
    tables: tableOrder(turn).map((table) => tablePicture(turn, table)),
    cpus: state.standings.map((_, cpu) => ({ cpu, holds: holdsOf(world, state.data, cpu) })),
    stale: stalePictures(turn),
  };
}

/** What can be reached, from the top down, then everything else that is or was in use. */
function tableOrder(turn: Turn): number[] {
  const { layout, data } = turn;
  const order: number[] = [];
  const visit = (table: number): void => {
    if (order.includes(table)) return;
    order.push(table);
    for (let index = 0; index < entriesPerTable; index++) {
      const entry = entryAt(turn, table, index);
      if (entry.k === "entry" && entry.kind === "table") visit(entry.target);
    }
  };
  for (const root of layout.roots) visit(root);
  const others = layout.levels.flatMap((_, table) => (order.includes(table) || data[layout.life + table] === life.unused ? [] : [table]));
  return [...order, ...others];
}

function tablePicture(turn: Turn, table: number): PictureTable {
  const { layout, data } = turn;
  const level = layout.levels[table]!;
  const all = Array.from({ length: entriesPerTable }, (_, index) => entryPicture(entryAt(turn, table, index)));
  // The simulated address space is one entry of the upper tables wide.
  const entries = level === "pgd" || level === "pud" ? all.slice(0, 1) : all;
  return { name: `T${table}`, level, ...stateOf(turn, table), entries: data[layout.life + table] === life.freed ? [] : entries };
}

function stateOf(turn: Turn, table: number): { readonly state: PictureTableState; readonly note: string } {
  const { layout, data } = turn;
  const owner = data[layout.owner + table]! - 1;
  const by = owner < 0 ? "" : ` by CPU${owner}`;
  switch (data[layout.life + table]) {
    case life.private:
      return { state: "private", note: `allocated${by}, not reachable yet` };
    case life.unlinked:
      return { state: "unlinked", note: `taken out${by}` };
    case life.waiting:
      return { state: "waiting", note: "taken out, freed after a grace period" };
    case life.freed:
      return { state: "freed", note: "freed" };
    case life.deposited: {
      const at = layout.levels.findIndex((_, t) => data[layout.deposits + t]! & (1 << table));
      return { state: "deposited", note: at < 0 ? "deposited" : `deposited with T${at}` };
    }
    default:
      return { state: "reachable", note: "" };
  }
}

function entryPicture(entry: EntryValue | TornValue): PictureEntry {
  const target = entry.k === "entry" && entry.kind === "table" ? `T${entry.target}` : "";
  return { kind: entryKind(entry), text: entryName(entry), target };
}

function entryKind(entry: EntryValue | TornValue): PictureEntryKind {
  if (entry.k === "torn") return "torn";
  switch (entry.kind) {
    case "none": case "table":
      return entry.kind;
    case "leaf": case "invalid":
      return "page";
    case "swap": case "migration": case "device-private": case "device-exclusive": case "hwpoison": case "marker": case "bad":
      return "not-present";
  }
}

function holdsOf(world: World, data: Int32Array, cpu: number): string[] {
  const { layout } = world;
  const sections: string[] = [];
  if (data[layout.rcu + cpu]! > 0) sections.push("RCU read section");
  if (data[layout.irq + cpu]! > 0) sections.push("interrupts off");
  if (data[layout.walking + cpu]! > 0) sections.push("a hardware walk");
  return [...heldBy(lookingTurn(world, data, cpu), world.locks), ...sections];
}

function stalePictures(turn: Turn): PictureTranslation[] {
  const { layout, data } = turn;
  return staleFor(turn, -1).flatMap(({ page: at, cpus }) => {
    const gone = Array.from({ length: layout.cpus }, (_, cpu) => (cpus & (1 << cpu) ? data[tlbAt(layout, cpu, at)]! : 0)).reduce((all, bits) => all | bits, 0) & ~translations(turn, at);
    return Array.from({ length: layout.pages }, (_unused, page) => page).flatMap((page) => {
      const bits = (gone >> (page * 2)) & 3;
      return bits === 0 ? [] : [{ address: virtualName(layout, at), page: `P${page}${bits & 2 ? " (writable)" : ""}` }];
    });
  });
}
