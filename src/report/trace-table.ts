/**
 * An interleaving as the table that kernel commit logs have: a column for each CPU, time runs downwards.
 * Plain ASCII in at most `width` columns, so that it can be pasted into a reply; long texts wrap inside their column.
 */
import type { Trace, TraceStep } from "../core/finding.ts";
import { placeText, wrap } from "./wrap.ts";

const between = 4;
const narrowest = 12;

export function traceTable(trace: Trace, width: number): string[] {
  const cpus = Array.from(new Set(trace.steps.map((step) => step.cpu))).toSorted((a, b) => a - b);
  if (cpus.length === 0) return [];
  const column = Math.max(narrowest, Math.floor((width - between * (cpus.length - 1)) / cpus.length));
  const indent = (cpu: number): string => " ".repeat(cpus.indexOf(cpu) * (column + between));
  const row = (cells: readonly string[]): string => cells.map((cell) => cell.padEnd(column + between)).join("").trimEnd();
  const lines = [row(cpus.map((cpu) => `CPU${cpu}`)), row(cpus.map((cpu) => "-".repeat(`CPU${cpu}`.length)))];
  for (const step of trace.steps) lines.push(...cell(step, column).map((line) => indent(step.cpu) + line));
  return lines;
}

/** The step's text, its place in brackets where it fits, and what it did to the world below. */
function cell(step: TraceStep, width: number): string[] {
  const place = step.file === "" ? "" : ` [${placeText(baseName(step.file), step.line)}]`;
  const text = wrapIndented(step.text + place, width, "  ");
  return step.effect === "" ? text : [...text, ...wrapIndented(`-> ${step.effect}`, width - 2, "   ").map((line) => `  ${line}`)];
}

/** Like wrap, but continuation lines are set in, so that a step can be told from the next. */
function wrapIndented(text: string, width: number, inset: string): string[] {
  const [first, ...rest] = wrap(text, width);
  if (rest.length === 0) return [first!];
  const remainder = text.replace(/\s+/g, " ").trim().slice(first!.length).trim();
  return [first!, ...wrap(remainder, width - inset.length).map((line) => inset + line)];
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
