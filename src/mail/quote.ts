/**
 * A body as layers, one for each quote level: the writer's own lines, what he answers to (">"), what that answered to
 * ("> >"). A quoted diff lies in one layer, whatever comments stand between its lines.
 */

export interface LayerLine {
  /** The line without its quote marks. */
  readonly text: string;
  /** 0-based line of the body. */
  readonly at: number;
  /** True when lines of other layers stand between this line and the one before it in its layer. */
  readonly broken: boolean;
}

/** Initials before the mark ("JG> text"), as old mailers set them. */
const INITIALS = /^[A-Z]{2,3}>(?= |$)/;
const MAX_LEVEL = 12;

interface Marked {
  readonly level: number;
  /** Offset behind the last mark. */
  readonly rest: number;
}

function readMarks(line: string): Marked {
  let level = 0;
  let rest = INITIALS.test(line) ? line.indexOf(">") : 0;
  if (line[rest] !== ">") return { level: 0, rest: 0 };
  while (level < MAX_LEVEL) {
    const at = line[rest] === " " && level > 0 ? rest + 1 : rest;
    if (line[at] !== ">") break;
    level++;
    rest = at + 1;
  }
  return { level, rest };
}

const DIFF_MARK = /^(?:diff |@@|[+-]{1,3}\S|index )/;

/** The levels at which quoting puts no blank after the mark (">+foo"), told by lines whose first character is known. */
function unpaddedLevels(lines: readonly string[], marks: readonly Marked[]): Set<number> {
  const balance = new Map<number, number>();
  marks.forEach(({ level, rest }, i) => {
    if (level === 0) return;
    const text = lines[i]!.slice(rest, rest + 8);
    if (DIFF_MARK.test(text)) balance.set(level, (balance.get(level) ?? 0) + 1);
    else if (text.startsWith(" ") && DIFF_MARK.test(text.slice(1))) balance.set(level, (balance.get(level) ?? 0) - 1);
  });
  return new Set(Array.from(balance).filter(([, count]) => count > 0).map(([level]) => level));
}

/**
 * True when line `i` is the tail of the quoted line above it, cut off by a mailer that wraps at some 72 columns and
 * forgets the marks: alone between two lines of one deeper level, the upper of which had no room for its first word.
 */
function isWrapTail(lines: readonly string[], marks: readonly Marked[], i: number): boolean {
  const before = marks[i - 1];
  const after = marks[i + 1];
  if (!before || !after || before.level <= marks[i]!.level || after.level !== before.level) return false;
  const tail = lines[i]!.slice(marks[i]!.rest).trim();
  const upper = lines[i - 1]!.trimEnd().length;
  return tail !== "" && upper <= 100 && upper + 1 + tail.split(" ", 1)[0]!.length > 72;
}

/** Splits a body into its layers, by level. */
export function splitLayers(lines: readonly string[]): Map<number, LayerLine[]> {
  const marks = lines.map(readMarks);
  const unpadded = unpaddedLevels(lines, marks);
  const layers = new Map<number, LayerLine[]>();
  const lastAt = new Map<number, number>();
  const add = (level: number, text: string, at: number): void => {
    const broken = lastAt.get(level) !== at - 1;
    lastAt.set(level, at);
    const layer = layers.get(level);
    if (layer) layer.push({ text, at, broken });
    else layers.set(level, [{ text, at, broken }]);
  };
  lines.forEach((line, i) => {
    const { level, rest } = marks[i]!;
    const padded = level > 0 && line[rest] === " " && !unpadded.has(level);
    const text = line.slice(padded ? rest + 1 : rest);
    if (isWrapTail(lines, marks, i)) add(marks[i - 1]!.level, text, i);
    add(level, text, i);
  });
  return layers;
}
