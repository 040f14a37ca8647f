/** Lowers a whole file image: text is blanked, conditionals settled, kernel-isms masked, items cut, functions lowered. */
import type { FileImage } from "../core/image.ts";
import { blankStretch } from "./blank.ts";
import { skipBlank } from "./brackets.ts";
import { settleConditionals } from "./conditionals.ts";
import { readFileScope } from "./file-scope.ts";
import { lowerFunction } from "./function.ts";
import { lowerPartial } from "./partial.ts";
import { readHead } from "./heads.ts";
import type { FunctionIr, UnitIr } from "./ir.ts";
import { mask } from "./mask.ts";
import { parse } from "./parse.ts";
import type { SyntaxNode } from "./syntax.ts";
import { misread } from "./leaves.ts";
import { withoutLongLines } from "./long-lines.ts";
import { readBody } from "./tolerant.ts";
import { segment, type FunctionItem } from "./segment.ts";
import { lineAt, lineStartsOf, type UnitText } from "./unit-text.ts";

/** Bodies longer than this are no source: they are read statement by statement at once. The longest function of 6.12's mm/ has 30,000. */
const longestBody = 300_000;

/** The tree of a function's body: the grammar's when all of it is C, else read statement by statement. */
function bodyOf(unit: UnitText, item: FunctionItem): SyntaxNode {
  if (item.bodyTo - item.bodyFrom > longestBody) return readBody(unit.masked, item.bodyFrom, item.bodyTo);
  const root = parse(unit.masked.slice(item.bodyFrom, item.bodyTo), item.bodyFrom);
  const [body] = root.children;
  if (!root.broken && root.children.length === 1 && body?.kind === "compound_statement" && !misread(body)) return body;
  return readBody(unit.masked, item.bodyFrom, item.bodyTo);
}

interface Unreadable {
  readonly from: number;
  readonly to: number;
  readonly reason: string;
}

/** Makes the unit of a text whose outline has been read. */
export type UnitMaker = () => UnitIr;

/**
 * Reads all that stands outside of bodies. Each unit that is made of it has bodies of its own, which are lowered when
 * somebody asks for them: who forgets a unit frees them, and makes it again without reading the text again.
 */
export function outline(path: string, text: string, columnsTrue: boolean): UnitMaker {
  const { plain, code } = blankStretch(text);
  const settled = settleConditionals(code);
  const unit: UnitText = { path, text, plain, code, masked: mask(settled.code), choices: settled.choices, lineStarts: lineStartsOf(text) };
  const items = segment(unit.masked, columnsTrue);
  const { names, records, opsTables } = readFileScope(unit, items);
  const makers: (() => FunctionIr)[] = [];
  const unreadable: Unreadable[] = [];
  for (const item of items) {
    if (item.k === "function") {
      const head = readHead(unit.masked.slice(item.from, item.bodyFrom), plain.slice(item.from, item.bodyFrom));
      const end = item.closed ? item.bodyTo - 1 : item.bodyTo;
      if (head !== null) makers.push(() => lowerFunction(unit, names, head, item.from, item.bodyFrom, () => bodyOf(unit, item), end));
      else unreadable.push(lost(unit, item.from, item.bodyTo));
    } else if (item.k === "text" && unit.masked.slice(item.from, item.to).trimEnd().endsWith("}")) unreadable.push(lost(unit, item.from, item.to));
  }
  return () => ({ file: path, functions: makers.map((make) => make()), records, opsTables, unreadable });
}

export function lowerComplete(path: string, text: string, columnsTrue: boolean): UnitIr {
  return outline(path, text, columnsTrue)();
}

function lost(unit: UnitText, from: number, to: number): Unreadable {
  const start = skipBlank(unit.masked, from);
  return { from: lineAt(unit.lineStarts, start), to: lineAt(unit.lineStarts, to - 1), reason: "a block without a function head" };
}

export function lowerImage(image: FileImage): UnitIr {
  const lines = withoutLongLines(image.lines);
  if (image.gaps.length > 0) return lowerPartial({ ...image, lines });
  return lowerComplete(image.path, lines.join("\n"), !image.blanksLost);
}
