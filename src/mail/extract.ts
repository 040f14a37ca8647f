/** Body text -> the diffs in it, each with how it stands there: the writer's own, quoted, behind a scissors line. */
import type { DiffCarrier } from "../core/message.ts";
import { splitLayers, type LayerLine } from "./quote.ts";
import { scanDiffs, type FoundDiff, type FoundHunk } from "./scan-diff.ts";

export interface ExtractOptions {
  /** What an unquoted diff is: "patch" in a patch mail, "follow-up" in a reply, "attachment", "bare". */
  readonly own: DiffCarrier;
  readonly flowed: boolean;
  readonly maxDiffs: number;
}

export interface ExtractedDiff {
  readonly carrier: DiffCarrier;
  readonly diff: string;
  /** 1-based line of the body. */
  readonly line: number;
}

export interface Extraction {
  readonly diffs: readonly ExtractedDiff[];
  /** Why diff text was there and none was taken; null when there is nothing to say. */
  readonly refused: string | null;
}

/** Below such a line an unmarked copy of the mail that is answered follows. */
const COPY_BELOW = /^-{2,12} ?(?:Original Message|Forwarded Message|Ursprüngliche Nachricht|原始邮件) ?-{2,12}$/i;
const SEPARATOR = /^---\s*$/;
/** No diff is without one of these. */
const SIGNS = ["@@", "diff -", "+++ ", "Index: ", "*** "];

interface Joined {
  readonly at: number;
  readonly lines: string[];
  /** Per file the old line up to which hunks were seen. */
  readonly reach: Map<string | null, number>;
  lastFile: string | null;
}

/**
 * Joins the stretches of one diff. Prose between two files is no border, but hunks of a diff ascend: one that goes back
 * in its file starts another version of the patch.
 */
function joinStretches(found: readonly FoundDiff[]): Joined[] {
  const joined: Joined[] = [];
  for (const diff of found) {
    let current = joined.at(-1);
    if (!current || goesBack(current, diff.hunks)) {
      current = { at: diff.at, lines: [], reach: new Map(), lastFile: null };
      joined.push(current);
    }
    for (const line of diff.lines) current.lines.push(line);
    for (const { file, range } of diff.hunks) {
      current.lastFile = file ?? current.lastFile;
      if (range) current.reach.set(current.lastFile, Math.max(current.reach.get(current.lastFile) ?? 0, range.oldStart + range.oldLines));
    }
  }
  return joined;
}

function goesBack(joined: Joined, hunks: readonly FoundHunk[]): boolean {
  return hunks.some(({ file, range }) => range !== null && range.oldLines > 0 && range.oldStart < (joined.reach.get(file ?? joined.lastFile) ?? 0));
}

/**
 * Takes off the blank that space stuffing leaves in front of context lines when a stuffed diff was quoted: each context
 * line then starts with two blanks and none with one. "  \t" shows it best, as no kernel line starts with blank and tab.
 */
function dropStuffing(lines: readonly string[], flowed: boolean): readonly string[] {
  const context = lines.filter((line) => line.startsWith(" "));
  const stuffed = context.length > 0 && context.every((line) => line.startsWith("  ")) && context.some((line) => line.startsWith("  \t") || (flowed && /^ {2}[^ \t]/.test(line)));
  return stuffed ? lines.map((line) => (line.startsWith("  ") ? line.slice(1) : line)) : lines;
}

/** The layer's lines that may hold the patch of a patch mail: those after the "---" line when a diff follows it, as `git am` reads it. */
function patchPart(found: readonly FoundDiff[], lines: readonly LayerLine[]): readonly FoundDiff[] {
  const separator = lines.find((line) => SEPARATOR.test(line.text));
  if (!separator) return found;
  const after = found.filter((diff) => diff.at > separator.at);
  return after.length > 0 ? after : found;
}

const REFUSALS: Readonly<Record<"combined" | "context", string>> = {
  combined: "a combined diff (merge) cannot be reviewed",
  context: "a context diff (*** and ---) cannot be reviewed: send a unified one",
};

/** Finds every diff of `body`. */
export function extractDiffs(body: string, options: ExtractOptions): Extraction {
  const text = body.includes("\u00a0") ? body.replaceAll("\u00a0", " ") : body;
  if (!SIGNS.some((sign) => text.includes(sign))) return { diffs: [], refused: null };
  const lines = text.split("\n");
  const copyAt = options.own === "follow-up" ? lines.findIndex((line) => COPY_BELOW.test(line)) : -1;
  const layers = splitLayers(lines);
  const own = layers.get(0) ?? [];
  const diffs: ExtractedDiff[] = [];
  let refused: string | null = null;
  const add = (found: readonly FoundDiff[], carrier: DiffCarrier): void => {
    for (const diff of joinStretches(found.filter((one) => one.refused === null))) {
      const kept = dropStuffing(diff.lines, options.flowed);
      diffs.push({ carrier, diff: `${kept.join("\n")}\n`, line: diff.at + 1 });
    }
    const refusal = found.find((one) => one.refused !== null)?.refused;
    if (refusal) refused ??= REFUSALS[refusal];
  };

  let ownFound: readonly FoundDiff[] = scanDiffs(own, false);
  if (options.own === "patch") ownFound = patchPart(ownFound, own);
  add(ownFound.filter((diff) => copyAt < 0 || diff.at < copyAt), options.own);
  if (copyAt >= 0) add(ownFound.filter((diff) => diff.at > copyAt), "quoted");
  // The patch of a patch mail is its own; what it quotes is the reason for it.
  if (options.own === "follow-up" || diffs.length === 0) {
    for (const level of Array.from(layers.keys()).toSorted((a, b) => a - b)) {
      if (level > 0) add(scanDiffs(layers.get(level)!, true), "quoted");
    }
  }
  const ordered = diffs.toSorted((a, b) => a.line - b.line);
  if (ordered.length > options.maxDiffs) return { diffs: ordered.slice(0, options.maxDiffs), refused: `limit hit: more than ${options.maxDiffs} diffs in one mail` };
  return { diffs: ordered, refused: diffs.length === 0 ? refused : null };
}
