/** The source around a finding: line number, diff mark, code; the finding's line is pointed at and its column underlined. */
import type { Finding, FrameLine } from "../core/finding.ts";
import type { Paint } from "./paint.ts";
import { clip, columns, expandTabs } from "./wrap.ts";

/** Empty when the finding carries no frame. Lines have at most `width` columns without colour. */
export function codeFrame(finding: Finding, width: number, paint: Paint): string[] {
  const lines = finding.frame?.lines ?? [];
  const digits = Math.max(0, ...lines.map((line) => String(line.line).length));
  return lines.flatMap((line) => frameLine(line, finding, digits, width, paint));
}

function frameLine(line: FrameLine, finding: Finding, digits: number, width: number, paint: Paint): string[] {
  const here = line.mark !== "-" && line.line === finding.line;
  const number = line.mark === "-" ? "" : String(line.line);
  const head = `${here ? ">" : " "} ${number.padStart(digits)} ${line.mark}|`;
  const shown = `${head} ${clip(expandTabs(line.text), width - head.length - 1)}`.trimEnd();
  const painted = line.mark === "+" ? paint("green", shown) : line.mark === "-" ? paint("red", shown) : shown;
  if (!here || finding.column < 1) return [painted];
  const before = columns(expandTabs(line.text.slice(0, finding.column - 1)));
  if (head.length + 1 + before >= width || finding.column > line.text.length) return [painted];
  return [painted, `${" ".repeat(head.length - 1)}| ${" ".repeat(before)}${paint("bold", "^")}`];
}
