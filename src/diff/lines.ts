/** The diff text as lines, with transport line ends removed: the first and simplest repair. */
import { headerLine } from "./header.ts";

export interface DiffText {
  readonly lines: readonly string[];
  /** Number of lines that lost a CR of the transport. */
  readonly carriageReturns: number;
}

/**
 * Splits at LF. Lines that end with CR LF lose the CR when the diff's own header lines have it too; otherwise it
 * belongs to the code (git writes its headers with LF even for files with CR LF).
 */
export function splitText(text: string): DiffText {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  let withReturn = 0;
  let without = 0;
  for (const line of lines) {
    const returned = line.endsWith("\r");
    if (!isMarker(returned ? line.slice(0, -1) : line)) continue;
    if (returned) withReturn++;
    else without++;
  }
  if (withReturn <= without) return { lines, carriageReturns: 0 };
  let carriageReturns = 0;
  const cleaned = lines.map((line) => {
    if (!line.endsWith("\r")) return line;
    carriageReturns++;
    return line.slice(0, -1);
  });
  return { lines: cleaned, carriageReturns };
}

function isMarker(line: string): boolean {
  const kind = headerLine(line)?.kind;
  return kind === "git" || kind === "hunk" || kind === "new-name";
}
