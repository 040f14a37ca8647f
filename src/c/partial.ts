/** Lowers the functions of an image that was rebuilt from hunks: gaps between its fragments are gap steps, and control may enter a fragment from the gap before it. */
import type { FileImage } from "../core/image.ts";
import { lowerCut, type CutFunction, type CutPart } from "./cut-function.ts";
import { cutText, type Fragment } from "./cut-text.ts";
import { readFileScope } from "./file-scope.ts";
import { scanFragment, standsOutside, type Anchor, type Scan } from "./anchors.ts";
import { blankStretch, blankRange } from "./blank.ts";
import { readHead, type FunctionHead } from "./heads.ts";
import type { FunctionIr, UnitIr } from "./ir.ts";
import { mask } from "./mask.ts";
import { segment } from "./segment.ts";
import { lineAt, locAt, type UnitText } from "./unit-text.ts";

interface Assembly {
  readonly image: FileImage;
  readonly unit: UnitText;
  readonly functions: CutFunction[];
  /** The function that the fragment before left open. */
  open: CutFunction | null;
}

function sectionHead(section: string): FunctionHead | null {
  const { plain, code } = blankStretch(section);
  const head = readHead(mask(code).replace(/\{.*$/, ""), plain);
  return head === null || head.returnType === "" || /^(?:struct|union|enum)\s*$/.test(head.returnType) ? null : head;
}

function headText(unit: UnitText, anchor: Anchor): FunctionHead | null {
  return readHead(unit.masked.slice(anchor.from, anchor.brace), unit.plain.slice(anchor.from, anchor.brace));
}

/** The rest of a head is in the fragment, its beginning in the hunk header. */
function joinedHead(unit: UnitText, section: string, anchor: Anchor): FunctionHead | null {
  const start = blankStretch(section);
  const rest = unit.masked.slice(anchor.from, anchor.brace);
  const front = mask(start.code).trimEnd();
  const head = readHead(`${front} ${rest}`, `${start.plain.trimEnd()} ${unit.plain.slice(anchor.from, anchor.brace)}`);
  return head === null ? null : { ...head, nameAt: 0 };
}

function parameterNames(head: FunctionHead): string {
  return head.params.map(({ name, type }) => `${type} ${name}`).join(",");
}

/**
 * Whether the open function goes on in a fragment whose hunk header names `named`. The header speaks of the file before the
 * patch: a function whose head the patch itself changed goes by its old name there.
 */
function goesOn(state: Assembly, open: CutFunction, named: FunctionHead, fragment: Fragment): boolean {
  if (open.head.name === named.name) return true;
  if (!open.headKnown || !state.image.changed.has(lineAt(state.unit.lineStarts, open.headAt + open.head.nameAt))) return false;
  const gap = fragment.fromLine - open.lastLine;
  return parameterNames(open.head) === parameterNames(named) || gap <= 30;
}

function ownerOf(state: Assembly, fragment: Fragment): CutFunction | null {
  const named = sectionHead(fragment.section);
  const { open } = state;
  if (open !== null && (named === null ? !/^\s*(?:struct|union|enum)\b/.test(fragment.section) : goesOn(state, open, named, fragment))) return open;
  if (named === null && fragment.section.trim() !== "" && /^\s*(?:struct|union|enum|typedef|#)/.test(fragment.section)) return null;
  const unknown: FunctionHead = { name: "(unknown)", nameAt: 0, params: [], returnType: "", isStatic: false, attributes: [], complete: false };
  const created: CutFunction = { head: named ?? unknown, headAt: fragment.from, headKnown: false, parts: [], lastLine: fragment.fromLine, closedAt: -1 };
  state.functions.push(created);
  return created;
}

/** What stands before the first head of a fragment. */
interface Front {
  readonly inside: boolean;
  readonly to: number;
  /** Offset of the brace that ends the function, -1 when it ends out of sight. */
  readonly closedAt: number;
}

function frontOf(state: Assembly, fragment: Fragment, scan: Scan): Front {
  const { unit, image } = state;
  const columnsTrue = !image.blanksLost;
  const anchor = scan.anchors[0];
  const limit = anchor?.from ?? fragment.to;
  const outside: Front = { inside: false, to: fragment.from, closedAt: -1 };
  if (fragment.fromLine === 1) return outside;
  if (unit.masked.slice(fragment.from, limit).trim() === "") {
    return anchor === undefined && state.open !== null ? { inside: true, to: limit, closedAt: -1 } : outside;
  }
  if (scan.strays.length === 0) {
    if (anchor !== undefined) return outside;
    return standsOutside(unit.masked.slice(fragment.from, limit), columnsTrue) === true ? outside : { inside: true, to: limit, closedAt: -1 };
  }
  if (columnsTrue) {
    const end = scan.strays.find((at) => locAt(unit.lineStarts, at).column === 1);
    if (end !== undefined) return { inside: true, to: end, closedAt: end };
    return anchor === undefined ? { inside: true, to: limit, closedAt: -1 } : { inside: true, to: scan.strays.at(-1)!, closedAt: scan.strays.at(-1)! };
  }
  const last = scan.strays.at(-1)!;
  const after = unit.masked.slice(last + 1, limit);
  if (anchor !== undefined || standsOutside(after, false) === true || /^\s*#\s*(?:endif|else|if)/.test(after)) return { inside: true, to: last, closedAt: last };
  return { inside: true, to: limit, closedAt: -1 };
}

function place(state: Assembly, fragment: Fragment, covered: { from: number; to: number }[]): void {
  const { unit } = state;
  const scan = scanFragment(unit.masked, fragment.from, fragment.to);
  const front = frontOf(state, fragment, scan);
  const before = fragmentGap(state, fragment);
  if (front.inside) {
    const owner = ownerOf(state, fragment);
    if (owner !== null) {
      addPart(owner, { from: fragment.from, to: front.to, gap: before }, unit, front);
      covered.push({ from: fragment.from, to: front.closedAt < 0 ? front.to : front.closedAt + 1 });
    }
    state.open = front.closedAt < 0 ? owner : null;
  } else state.open = null;
  for (const [index, anchor] of scan.anchors.entries()) {
    const next = scan.anchors[index + 1]?.from ?? fragment.to;
    const closedAt = anchor.bodyTo < 0 ? -1 : anchor.bodyTo - 1;
    const to = closedAt < 0 ? next : closedAt;
    const head = anchor.continued ? joinedHead(unit, fragment.section, anchor) : headText(unit, anchor);
    covered.push({ from: anchor.from, to: anchor.bodyTo < 0 ? next : anchor.bodyTo });
    if (head === null) continue;
    const created: CutFunction = { head, headAt: anchor.from, headKnown: true, parts: [], lastLine: fragment.toLine, closedAt: -1 };
    addPart(created, { from: anchor.brace + 1, to, gap: null }, unit, { inside: true, to, closedAt });
    state.functions.push(created);
    state.open = closedAt < 0 && index === scan.anchors.length - 1 ? created : null;
  }
}

function addPart(owner: CutFunction, part: CutPart, unit: UnitText, front: Front): void {
  owner.parts.push(part);
  owner.closedAt = front.closedAt;
  owner.lastLine = lineAt(unit.lineStarts, Math.max(part.from, front.closedAt < 0 ? part.to - 1 : front.closedAt));
}

/** The gap right before a fragment; null at the start of the file. */
function fragmentGap(state: Assembly, fragment: Fragment): { from: number; to: number } | null {
  return state.image.gaps.find((gap) => gap.to === fragment.fromLine - 1) ?? null;
}

export function lowerPartial(image: FileImage): UnitIr {
  const { unit, fragments } = cutText(image);
  const state: Assembly = { image, unit, functions: [], open: null };
  const covered: { from: number; to: number }[] = [];
  for (const fragment of fragments) place(state, fragment, covered);
  let outside = unit.masked;
  for (const { from, to } of covered) outside = blankRange(outside, from, to);
  const items = fragments.flatMap((fragment) => itemsIn(outside, fragment, !image.blanksLost));
  const { names, records, opsTables } = readFileScope(unit, items);
  const functions: FunctionIr[] = [];
  for (const cut of state.functions) functions.push(lowerCut(unit, names, image, cut));
  return { file: image.path, functions, records, opsTables, unreadable: [] };
}

function itemsIn(outside: string, fragment: Fragment, columnsTrue: boolean): ReturnType<typeof segment> {
  const text = outside.slice(fragment.from, fragment.to);
  return segment(text, columnsTrue).flatMap((item) =>
    item.k === "function" ? [] : [{ ...item, from: item.from + fragment.from, to: item.to + fragment.from }],
  );
}
