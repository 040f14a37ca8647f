/** Lowers a whole file image: text is blanked, conditionals settled, kernel-isms masked, items cut, functions lowered. */
import type { FileImage } from "../core/image.ts";
import { blankStretch } from "./blank.ts";
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
import { readBody } from "./tolerant.ts";
import { segment, type FunctionItem } from "./segment.ts";
import { lineStartsOf, type UnitText } from "./unit-text.ts";
import type { UnitNames } from "./lowering.ts";

/** The tree of a function's body: the grammar's when all of it is C, else read statement by statement. */
function bodyOf(unit: UnitText, item: FunctionItem): SyntaxNode {
  const root = parse(unit.masked.slice(item.bodyFrom, item.bodyTo), item.bodyFrom);
  const [body] = root.children;
  if (!root.broken && root.children.length === 1 && body?.kind === "compound_statement" && !misread(body)) return body;
  return readBody(unit.masked, item.bodyFrom, item.bodyTo);
}

function functionOf(unit: UnitText, names: UnitNames, item: FunctionItem): FunctionIr | null {
  const head = readHead(unit.masked.slice(item.from, item.bodyFrom), unit.plain.slice(item.from, item.bodyFrom));
  if (head === null) return null;
  const body = bodyOf(unit, item);
  return lowerFunction(unit, names, head, item.from, body, item.bodyTo - 1);
}

export function lowerComplete(path: string, text: string, columnsTrue: boolean): UnitIr {
  const { plain, code } = blankStretch(text);
  const settled = settleConditionals(code);
  const unit: UnitText = { path, plain, code, masked: mask(settled.code), choices: settled.choices, lineStarts: lineStartsOf(text) };
  const items = segment(unit.masked, columnsTrue);
  const { names, records, opsTables } = readFileScope(unit, items);
  const functions: FunctionIr[] = [];
  for (const item of items) {
    if (item.k !== "function") continue;
    const lowered = functionOf(unit, names, item);
    if (lowered !== null) functions.push(lowered);
  }
  return { file: path, functions, records, opsTables, unreadable: [] };
}

export function lowerImage(image: FileImage): UnitIr {
  if (image.gaps.length > 0) return lowerPartial(image);
  return lowerComplete(image.path, image.lines.join("\n"), !image.blanksLost);
}
