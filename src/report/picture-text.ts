/** A picture of the page tables in plain ASCII: a table a line, set in by level, entries that changed marked with "*". */
import type { PictureTable, WorldPicture } from "../core/picture.ts";
import { hanging, oneLine } from "./wrap.ts";

const levels: readonly string[] = ["pgd", "pud", "pmd", "pte"];

/** `before` is the picture to compare with, null for the first. Lines of at most `width` columns. */
export function pictureText(picture: WorldPicture, before: WorldPicture | null, width: number): string[] {
  const changed = changedEntries(picture, before);
  const lines = [
    ...picture.tables.map((table) => `${indentOf(table)}${tableLine(table, changed)}`),
    ...picture.cpus.filter((c) => c.holds.length > 0).map((c) => `CPU${c.cpu} holds ${c.holds.map(oneLine).join(", ")}`),
    ...picture.stale.map((s) => `some TLB may still map ${oneLine(s.address)} to ${oneLine(s.page)}`),
  ];
  return lines.flatMap((line) => {
    const inset = line.length - line.trimStart().length;
    return hanging(" ".repeat(inset), line.trimStart(), inset, width);
  });
}

/** "T3:0" for each entry that holds something else than before, or that was not there before. */
export function changedEntries(picture: WorldPicture, before: WorldPicture | null): ReadonlySet<string> {
  const changed = new Set<string>();
  for (const table of before === null ? [] : picture.tables) {
    const old = before!.tables.find((t) => t.name === table.name);
    for (const [index, entry] of table.entries.entries()) if (old !== undefined && old.entries[index]?.text !== entry.text) changed.add(`${table.name}:${index}`);
  }
  return changed;
}

/** Whether anything that a picture shows differs. */
export function samePicture(a: WorldPicture, b: WorldPicture): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function indentOf(table: PictureTable): string {
  return table.state === "reachable" ? "  ".repeat(Math.max(0, levels.indexOf(table.level))) : "";
}

function tableLine(table: PictureTable, changed: ReadonlySet<string>): string {
  const entries = table.entries.map((entry, index) => `${changed.has(`${table.name}:${index}`) ? "*" : ""}${oneLine(entry.text)}`);
  const slots = entries.length === 0 ? "" : ` [ ${entries.join(" | ")} ]`;
  return `${oneLine(table.level)} ${oneLine(table.name)}${slots}${table.note === "" ? "" : ` ${oneLine(table.note)}`}`;
}
