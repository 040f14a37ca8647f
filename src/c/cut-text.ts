/** Text of a partial image: each fragment is blanked by itself, as comments and strings may open or close out of sight. */
import type { FileImage } from "../core/image.ts";
import { blanks, blankStretch } from "./blank.ts";
import { settleConditionals, type ArmChoice } from "./conditionals.ts";
import { mask } from "./mask.ts";
import { lineStartsOf, type UnitText } from "./unit-text.ts";

/** Known lines between two gaps; offsets in the unit's text, `to` behind the last line. */
export interface Fragment {
  readonly fromLine: number;
  readonly toLine: number;
  readonly from: number;
  readonly to: number;
  /** Hunk sections of the fragment, the first at its start; "" when none. */
  readonly section: string;
}

function fragmentsOf(image: FileImage, lineStarts: readonly number[]): Fragment[] {
  const fragments: Fragment[] = [];
  const add = (fromLine: number, toLine: number): void => {
    if (fromLine > toLine) return;
    const from = lineStarts[fromLine - 1] ?? 0;
    const to = (lineStarts[toLine] ?? Infinity) - 1;
    const section = image.sections.find(({ line }) => line >= fromLine && line <= toLine)?.text ?? "";
    fragments.push({ fromLine, toLine, from, to: Math.min(to, lineStarts.at(-1)! + (image.lines.at(-1)?.length ?? 0)), section });
  };
  let next = 1;
  for (const gap of image.gaps) {
    add(next, Math.min(gap.from - 1, image.lines.length));
    next = gap.to + 1;
  }
  add(next, image.lines.length);
  return fragments;
}

/**
 * Where code starts in a fragment that may begin inside a comment: behind a comment end that no comment start precedes, or
 * behind leading lines that begin with a star and a blank.
 */
function commentTail(text: string, from: number, to: number): number {
  const stretch = text.slice(from, to);
  const close = stretch.indexOf("*/");
  const open = stretch.indexOf("/*");
  if (close >= 0 && (open < 0 || close < open + 1)) return from + close + 2;
  let at = 0;
  for (const line of stretch.split("\n")) {
    if (!/^\s*\*(?:\s|$)/.test(line)) break;
    at += line.length + 1;
  }
  return from + Math.min(at, stretch.length);
}

/** Where code starts in a fragment that may begin inside a macro definition: behind leading lines that a backslash continues. */
function macroTail(text: string, from: number, to: number): number {
  let at = from;
  for (;;) {
    const newline = text.indexOf("\n", at);
    const end = newline < 0 || newline > to ? to : newline;
    const continued = text[end - 1] === "\\" && !/^\s*#/.test(text.slice(at, at + 200));
    if (!continued && at === from) return from;
    at = Math.min(end + 1, to);
    if (!continued || at >= to) return at;
  }
}

/** Blanks, settles and masks every fragment; gaps stay empty lines. */
export function cutText(image: FileImage): { unit: UnitText; fragments: Fragment[] } {
  const text = image.lines.join("\n");
  const lineStarts = lineStartsOf(text);
  const fragments = fragmentsOf(image, lineStarts);
  const plain: string[] = [];
  const bare: string[] = [];
  const masked: string[] = [];
  const choices: ArmChoice[] = [];
  let at = 0;
  for (const { from, to } of fragments) {
    const code = macroTail(text, commentTail(text, from, to), to);
    const blanked = blankStretch(text, code, to);
    const settled = settleConditionals(blanked.code, true);
    const front = blanks(text.slice(at, code));
    plain.push(front, blanked.plain);
    bare.push(front, blanked.code);
    masked.push(front, mask(settled.code, true));
    for (const choice of settled.choices) {
      choices.push({ ...choice, from: choice.from + code, to: choice.to + code, directiveTo: choice.directiveTo + code });
    }
    at = to;
  }
  const rest = blanks(text.slice(at));
  const joined = (pieces: readonly string[]): string => pieces.join("") + rest;
  return { unit: { path: image.path, text, plain: joined(plain), code: joined(bare), masked: joined(masked), choices, lineStarts }, fragments };
}
