/** Lowers a whole file image: text is blanked, conditionals settled, kernel-isms masked, items cut, functions lowered. */
import type { FileImage } from "../core/image.ts";
import { blankStretch } from "./blank.ts";
import { settleConditionals } from "./conditionals.ts";
import { lowerFunction } from "./function.ts";
import { readHead } from "./heads.ts";
import type { FunctionIr, UnitIr } from "./ir.ts";
import { mask } from "./mask.ts";
import { parse } from "./parse.ts";
import { segment, type FunctionItem } from "./segment.ts";
import { lineStartsOf, type UnitText } from "./unit-text.ts";
import type { UnitNames } from "./lowering.ts";

function functionOf(unit: UnitText, names: UnitNames, item: FunctionItem): FunctionIr | null {
  const head = readHead(unit.masked.slice(item.from, item.bodyFrom), unit.plain.slice(item.from, item.bodyFrom));
  if (head === null) return null;
  const root = parse(unit.masked.slice(item.bodyFrom, item.bodyTo), item.bodyFrom);
  const body = root.children.find((child) => child.kind === "compound_statement") ?? root;
  return lowerFunction(unit, names, head, item.from, body, item.bodyTo - 1);
}

export function lowerComplete(path: string, text: string, columnsTrue: boolean): UnitIr {
  const { plain, code } = blankStretch(text);
  const settled = settleConditionals(code);
  const unit: UnitText = { path, plain, masked: mask(settled.code), lineStarts: lineStartsOf(text) };
  const names: UnitNames = { variables: new Map(), records: new Map() };
  const functions: FunctionIr[] = [];
  for (const item of segment(unit.masked, columnsTrue)) {
    if (item.k !== "function") continue;
    const lowered = functionOf(unit, names, item);
    if (lowered !== null) functions.push(lowered);
  }
  return { file: path, functions, records: [], opsTables: [], unreadable: [] };
}

export function lowerImage(image: FileImage): UnitIr {
  return lowerComplete(image.path, image.lines.join("\n"), !image.blanksLost);
}
