/**
 * A picture of the page tables as SVG: a column for each level, a box for each table with an arrow from the entry that
 * points to it, tables that cannot be reached below in broken outline, then who holds what. Needs no script and no
 * style: kinds and changes are told apart by words and strokes, colour only helps. Everything goes through the template
 * tag, so that nothing is markup but what is written here.
 */
import type { PictureTable, WorldPicture } from "../core/picture.ts";
import { type Html, html, nothing } from "./html-escape.ts";
import { changedEntries, pictureText } from "./picture-text.ts";
import { columns, oneLine } from "./wrap.ts";

const levels: readonly string[] = ["pgd", "pud", "pmd", "pte"];
const rowHeight = 20;
/** Width of a character at 12 units of a monospaced font, rounded up. */
const charWidth = 7.5;
const padding = 8;
const gapX = 40;
const gapY = 16;

interface Box {
  readonly table: PictureTable;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** `id` must be the only one in the document; `title` says which moment is shown. */
export function pictureSvg(picture: WorldPicture, before: WorldPicture | null, id: string, title: string): Html {
  const boxes = layOut(picture.tables);
  const changed = changedEntries(picture, before);
  const notes = footer(picture);
  const top = Math.max(0, ...boxes.map((b) => b.y + boxHeight(b.table))) + gapY;
  const height = top + notes.length * rowHeight + padding;
  const width = Math.max(...boxes.map((b) => b.x + b.width), ...notes.map((n) => columns(n) * charWidth), 0) + padding * 2;
  const words = pictureText(picture, before, 10_000).map((line) => line.trim()).join("; ");
  return html`<svg class="picture" role="img" aria-labelledby="${id}-title ${id}-desc" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="monospace" font-size="12">
<title id="${id}-title">${oneLine(title)}</title><desc id="${id}-desc">${words}</desc>
${boxes.map((box) => boxSvg(box, changed))}${boxes.flatMap((box) => arrowsFrom(box, boxes))}${notes.map((note, index) => html`<text fill="currentColor" x="${padding}" y="${top + index * rowHeight + 14}">${note}</text>`)}</svg>`;
}

function footer(picture: WorldPicture): string[] {
  return [
    ...picture.cpus.map((c) => `CPU${c.cpu} holds ${c.holds.length === 0 ? "nothing" : c.holds.map(oneLine).join(", ")}`),
    ...picture.stale.map((s) => `some TLB may still map ${oneLine(s.address)} to ${oneLine(s.page)}`),
  ];
}

function layOut(tables: readonly PictureTable[]): Box[] {
  const depth = (table: PictureTable): number => Math.max(0, levels.indexOf(table.level));
  const widths = levels.map((_, level) => Math.max(0, ...tables.filter((t) => depth(t) === level).map(boxWidth)));
  const left = widths.map((_, level) => padding + widths.slice(0, level).reduce((sum, w) => sum + (w === 0 ? 0 : w + gapX), 0));
  const next = widths.map(() => padding);
  const place = (table: PictureTable): Box => {
    const level = depth(table);
    const y = next[level]!;
    next[level] = y + boxHeight(table) + gapY;
    return { table, x: left[level]!, y, width: widths[level]! };
  };
  const reachable = tables.filter((t) => t.state === "reachable").map(place);
  // What is apart starts below everything that is not.
  const low = Math.max(...next);
  next.fill(low);
  return [...reachable, ...tables.filter((t) => t.state !== "reachable").map(place)];
}

function headOf(table: PictureTable): string {
  return `${oneLine(table.level)} ${oneLine(table.name)}${table.note === "" ? "" : `: ${oneLine(table.note)}`}`;
}

function boxWidth(table: PictureTable): number {
  return Math.ceil(Math.max(columns(headOf(table)), ...table.entries.map((e) => columns(oneLine(e.text)) + 2)) * charWidth) + padding * 2;
}

function boxHeight(table: PictureTable): number {
  return (table.entries.length + 1) * rowHeight;
}

function boxSvg({ table, x, y, width }: Box, changed: ReadonlySet<string>): Html {
  const apart = table.state === "reachable" ? nothing : html` stroke-dasharray="4 3"`;
  const rows = table.entries.map((entry, index) => {
    const at = y + (index + 1) * rowHeight;
    const isNew = changed.has(`${table.name}:${index}`);
    const frame = html`<rect class="entry ${entry.kind}${isNew ? " changed" : ""}" x="${x}" y="${at}" width="${width}" height="${rowHeight}" fill="none" stroke="currentColor" stroke-width="${isNew ? 3 : 1}"/>`;
    return html`${frame}<text fill="currentColor" x="${x + padding}" y="${at + 14}">${isNew ? "* " : ""}${oneLine(entry.text)}</text>`;
  });
  return html`<g class="table ${table.state}"><rect x="${x}" y="${y}" width="${width}" height="${boxHeight(table)}" fill="none" stroke="currentColor"${apart}/><text fill="currentColor" font-weight="bold" x="${x + padding}" y="${y + 14}">${headOf(table)}</text>${rows}</g>
`;
}

function arrowsFrom(box: Box, boxes: readonly Box[]): Html[] {
  return box.table.entries.flatMap((entry, index) => {
    const to = boxes.find((b) => entry.target !== "" && b.table.name === entry.target);
    if (to === undefined) return [];
    const [x1, y1] = [box.x + box.width, box.y + (index + 1.5) * rowHeight];
    const [x2, y2] = [to.x, to.y + rowHeight / 2];
    const bend = gapX / 2;
    return [html`<path d="M ${x1} ${y1} C ${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2} m -6 -4 l 6 4 l -6 4" fill="none" stroke="currentColor"/>`];
  });
}
