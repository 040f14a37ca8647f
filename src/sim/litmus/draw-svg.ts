/** An execution as a self-contained SVG: a column for each thread, events from top to bottom, arrows between them. */
import type { Witness } from "../memory/witness.ts";
import { colourOf, drawnEdges, letterOf, verdictLine, type DrawnEdge } from "./draw.ts";

const columnWidth = 260;
const rowHeight = 56;
const boxHeight = 28;
const margin = 24;
const top = 72;
const characterWidth = 7.3;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export function drawSvg(witness: Witness): string {
  const rows = witness.threads.map(() => 0);
  const boxes = witness.events.map((event): Box => {
    const width = Math.min(columnWidth - 40, (event.label.length + 3) * characterWidth + 16);
    const row = rows[event.thread]!;
    rows[event.thread] = row + 1;
    return { x: margin + event.thread * columnWidth + (columnWidth - width) / 2, y: top + row * rowHeight, width };
  });
  const edges = drawnEdges(witness);
  const width = margin * 2 + witness.threads.length * columnWidth;
  const height = top + Math.max(1, ...rows) * rowHeight + margin;
  const body = [
    `<rect width="${width}" height="${height}" fill="white"/>`,
    text(margin, 24, verdictLine(witness), "start"),
    ...witness.threads.map((name, i) => text(margin + i * columnWidth + columnWidth / 2, 52, name, "middle")),
    ...edges.map((edge) => arrow(edge, boxes[edge.from]!, boxes[edge.to]!)),
    ...witness.events.map((event) => box(boxes[event.id]!, `${letterOf(event.id)}: ${event.label}`)),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="monospace" font-size="12">`,
    `<defs>${Array.from(new Set(edges.map(colourOf)), tip).join("")}</defs>`,
    ...body, "</svg>", "",
  ].join("\n");
}

/** An arrow head; one for each colour, since not every viewer lets it inherit. */
function tip(colour: string): string {
  const shape = `<path d="M0,0 L10,5 L0,10 z" fill="${colour}"/>`;
  return `<marker id="${tipName(colour)}" markerUnits="userSpaceOnUse" markerWidth="10" markerHeight="10" refX="9" refY="5" orient="auto">${shape}</marker>`;
}

function tipName(colour: string): string {
  return `tip-${colour.slice(1)}`;
}

function box({ x, y, width }: Box, label: string): string {
  const frame = `<rect x="${round(x)}" y="${y}" width="${round(width)}" height="${boxHeight}" rx="4" fill="#f4f4f8" stroke="#404040"/>`;
  return `${frame}${text(x + width / 2, y + 18, label, "middle")}`;
}

/** From the nearer side of one box to that of the other, bent sideways within a column. */
function arrow(edge: DrawnEdge, from: Box, to: Box): string {
  const middle = ({ y }: Box): number => y + boxHeight / 2;
  const centre = ({ x, width }: Box): number => x + width / 2;
  const sameColumn = Math.abs(centre(from) - centre(to)) < 1;
  const rightwards = centre(to) > centre(from);
  const startX = sameColumn || rightwards ? from.x + from.width : from.x;
  const endX = sameColumn || !rightwards ? to.x + to.width : to.x;
  const bend = sameColumn ? 34 + Math.abs(from.y - to.y) / 8 : 0;
  const controlX = sameColumn ? Math.max(startX, endX) + bend : (startX + endX) / 2;
  const skipped = Math.max(0, Math.abs(endX - startX) / columnWidth - 1);
  const controlY = (middle(from) + middle(to)) / 2 - (sameColumn ? 0 : 14 + 70 * skipped);
  const colour = colourOf(edge);
  const dash = edge.missing ? ' stroke-dasharray="6 4"' : "";
  const path = `M${round(startX)},${round(middle(from))} Q${round(controlX)},${round(controlY)} ${round(endX)},${round(middle(to))}`;
  const labelX = (startX + endX) / 4 + controlX / 2;
  const labelY = (middle(from) + middle(to)) / 4 + controlY / 2 - 4;
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${edge.inCycle ? 2.2 : 1.1}"${dash} marker-end="url(#${tipName(colour)})"/>${text(labelX, labelY, edge.relation, "middle", colour)}`;
}

function text(x: number, y: number, content: string, anchor: "start" | "middle", fill = "#202020"): string {
  const halo = 'stroke="white" stroke-width="3" paint-order="stroke"';
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" fill="${fill}" ${halo}>${escape(content)}</text>`;
}

function round(value: number): string {
  return value.toFixed(1);
}

function escape(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
