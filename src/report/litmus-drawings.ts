/**
 * The executions that decide litmus tests as graphs: for Graphviz, or as one SVG with a picture below the other. A test
 * without a picture says why in words.
 */
import type { LitmusReport, LitmusResult } from "../core/litmus-report.ts";
import { oneLine } from "./wrap.ts";
import { xmlText } from "./xml.ts";

export function litmusDot(report: LitmusReport): string {
  return report.tests.map((test) => pictureOf(test) ?? `// ${withoutPicture(test)}\n`).join("");
}

const lineHeight = 32;

export function litmusSvg(report: LitmusReport): string {
  const drawings = report.tests.map((test) => sized(pictureOf(test) ?? textPicture(withoutPicture(test))));
  const [only, another] = drawings;
  if (only && !another) return only.text;
  let y = 0;
  const placed = drawings.map(({ text, height }) => {
    const at = y;
    y += height;
    return text.replace("<svg ", `<svg y="${at}" `);
  });
  const width = Math.max(...drawings.map((each) => each.width));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y}">\n${placed.join("")}</svg>\n`;
}

function sized(text: string): { readonly text: string; readonly width: number; readonly height: number } {
  const [, width, height] = /^<svg [^>]*?width="(\d+)" height="(\d+)"/.exec(text) ?? [];
  return { text, width: Number(width), height: Number(height) };
}

function textPicture(line: string): string {
  const width = 24 + 8 * line.length;
  const words = `<text x="12" y="20" font-family="monospace" font-size="12">${xmlText(line)}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${lineHeight}">${words}</svg>\n`;
}

function pictureOf(test: LitmusResult): string | null {
  return "picture" in test ? (test.picture ?? null) : null;
}

function withoutPicture(test: LitmusResult): string {
  const path = oneLine(test.path);
  if ("error" in test) return `${path}:${test.error.line}:${test.error.column}: error: ${oneLine(test.error.message)}`;
  if ("unsupported" in test) return `${path}: not supported: ${oneLine(test.unsupported)}`;
  return `${path}: no execution to draw`;
}
