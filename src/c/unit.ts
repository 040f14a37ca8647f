/** Lowers a whole file image: the text is cut into functions (cut-file.ts), and each is lowered when it is looked at. */
import type { FileImage } from "../core/image.ts";
import { cutFile, type CutFile, type CutFunction } from "./cut-file.ts";
import { type Body, type KeptSummary, lowerFunction } from "./function.ts";
import type { UnitIr } from "./ir.ts";
import { misread } from "./leaves.ts";
import { withoutLongLines } from "./long-lines.ts";
import { maskBody } from "./mask.ts";
import { parse } from "./parse.ts";
import { lowerPartial } from "./partial.ts";
import type { Summaries } from "./summary.ts";
import type { SyntaxNode } from "./syntax.ts";
import { readBody } from "./tolerant.ts";
import { lineStartsOf, type UnitText } from "./unit-text.ts";

/** Bodies longer than this are no source: they are read statement by statement at once. The longest function of 6.12's mm/ has 30,000. */
const longestBody = 300_000;

/** The tree of a function's body: the grammar's when all of it is C, else read statement by statement; and the text that it is of. */
function bodyOf(outside: UnitText, item: CutFunction): Body {
  const { masked } = outside;
  const unit = { ...outside, masked: masked.slice(0, item.bodyFrom) + maskBody(masked, item.bodyFrom, item.bodyTo) + masked.slice(item.bodyTo) };
  return { unit, tree: treeOf(unit, item) };
}

function treeOf(unit: UnitText, item: CutFunction): SyntaxNode {
  if (item.bodyTo - item.bodyFrom > longestBody) return readBody(unit.masked, item.bodyFrom, item.bodyTo);
  const root = parse(unit.masked.slice(item.bodyFrom, item.bodyTo), item.bodyFrom);
  const [body] = root.children;
  if (!root.broken && root.children.length === 1 && body?.kind === "compound_statement" && !misread(body)) return body;
  return readBody(unit.masked, item.bodyFrom, item.bodyTo);
}

/** `summaries`: what is known of its bodies; what becomes known is added. */
export function lowerCut(cut: CutFile, summaries: Summaries = new Map()): UnitIr {
  const { path, text, plain, code, masked, choices, variables, records, opsTables, unreadable } = cut;
  const unit: UnitText = { path, text, plain, code, masked, choices, lineStarts: lineStartsOf(text) };
  const names = { variables, records: new Map(records.map((record) => [record.name, record.fields])) };
  const kept = (number: number): KeptSummary => ({
    find: () => summaries.get(number),
    keep: (summary) => {
      summaries.set(number, summary);
      return summary;
    },
  });
  const functions = cut.functions.map((item, number) => lowerFunction(unit, names, item.head, item.from, item.bodyFrom, () => bodyOf(unit, item), item.closed ? item.bodyTo - 1 : item.bodyTo, kept(number)));
  return { file: path, functions, records, opsTables, unreadable };
}

export function lowerImage(image: FileImage): UnitIr {
  const lines = withoutLongLines(image.lines);
  if (image.gaps.length > 0) return lowerPartial({ ...image, lines });
  return lowerCut(cutFile(image.path, lines.join("\n"), !image.blanksLost));
}
