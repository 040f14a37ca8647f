/** Lowers the functions of an image that was rebuilt from hunks: gaps between its fragments are gap steps, and control may enter a fragment from the gap before it. */
import type { FileImage } from "../core/image.ts";
import { loweringCut, type CutFunction, type CutPart } from "./cut-function.ts";
import { cutText, type Fragment } from "./cut-text.ts";
import { readFileScope } from "./file-scope.ts";
import { scanFragment, standsOutside, type Anchor, type Scan } from "./anchors.ts";
import { blankRanges, blankStretch } from "./blank.ts";
import { readHead, type FunctionHead } from "./heads.ts";
import type { FunctionIr, UnitIr } from "./ir.ts";
import { skipBlank } from "./brackets.ts";
import { mask } from "./mask.ts";
import { segment } from "./segment.ts";
import { lineAt, locAt, type UnitText } from "./unit-text.ts";

/** Two hunks further apart that name the same function are of two files, one of whose headers was lost. */
const longestGap = 600;

interface Assembly {
  readonly image: FileImage;
  readonly unit: UnitText;
  /** Gaps of the image by their last line. */
  readonly gaps: ReadonlyMap<number, { readonly from: number; readonly to: number }>;
  readonly functions: CutFunction[];
  /** The function that the fragment before left open. */
  open: CutFunction | null;
}

/** What the text behind `@@ ... @@` says. */
type Section = { readonly k: "function"; readonly head: FunctionHead } | { readonly k: "silent" } | { readonly k: "outside" };

/** A hunk header names the last line before the hunk that starts in the first column: a function head, or something else at file level. */
function readSection(section: string): Section {
  const { plain, code } = blankStretch(section);
  const text = mask(code).split("{", 1)[0]!.trim();
  if (text === "" || /^\w+\s*:/.test(text)) return { k: "silent" };
  if (/^(?:struct|union|enum|typedef|#)/.test(text) && !text.includes("(")) return { k: "outside" };
  const head = readHead(text, plain);
  if (head === null || text.includes("=") || text.endsWith(";")) return { k: "outside" };
  // A name alone is a head whose type stands on the line above, unless it is a macro call.
  if (head.returnType === "" && !/[a-z]/.test(head.name)) return { k: "outside" };
  return { k: "function", head };
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
  const gap = fragment.fromLine - open.lastLine;
  if (open.head.name === named.name) return gap <= longestGap;
  if (!open.headKnown || !state.image.changed.has(lineAt(state.unit.lineStarts, open.headAt + open.head.nameAt))) return false;
  return parameterNames(open.head) === parameterNames(named) || gap <= 30;
}

const unknownHead: FunctionHead = { name: "(unknown)", nameAt: 0, params: [], returnType: "", isStatic: false, attributes: [], complete: false };

/** The function that the front of a fragment belongs to; `certain`: it holds statements, so that it belongs to some function. */
function ownerOf(state: Assembly, fragment: Fragment, certain: boolean): CutFunction | null {
  const section = readSection(fragment.section);
  const { open } = state;
  if (open !== null && (section.k === "silent" || (section.k === "function" && goesOn(state, open, section.head, fragment)))) return open;
  if (section.k === "outside" || (section.k === "silent" && !certain)) return null;
  const head = section.k === "function" ? section.head : unknownHead;
  const created: CutFunction = { head, headAt: fragment.from, headKnown: false, parts: [], lastLine: fragment.fromLine, closedAt: -1 };
  state.functions.push(created);
  return created;
}

/** What stands before the first head of a fragment. */
interface Front {
  /** "blank": nothing but comments, which says nothing. */
  readonly k: "inside" | "outside" | "blank";
  /** Inside: it surely is, by its statements. */
  readonly certain: boolean;
  readonly to: number;
  /** Offset of the brace that ends the function, -1 when it ends out of sight. */
  readonly closedAt: number;
}

function frontOf(state: Assembly, fragment: Fragment, scan: Scan): Front {
  const { unit, image } = state;
  const columnsTrue = !image.blanksLost;
  const anchor = scan.anchors[0];
  const limit = anchor?.from ?? fragment.to;
  const text = unit.masked.slice(fragment.from, limit);
  const outside: Front = { k: "outside", certain: false, to: fragment.from, closedAt: -1 };
  if (fragment.fromLine === 1 || (anchor !== undefined && scan.strays.length === 0)) return outside;
  const inside = (to: number, closedAt: number, certain: boolean): Front => ({ k: "inside", certain, to, closedAt });
  if (text.trim() === "") return documentsNext(state, fragment.fromLine - 1, fragment) ? outside : { ...outside, k: "blank" };
  if (scan.strays.length === 0) {
    const stands = standsOutside(unit.plain.slice(fragment.from, limit), columnsTrue);
    return stands === true ? outside : inside(limit, -1, stands === false);
  }
  if (columnsTrue) {
    if (scan.strays.some((at) => endsTable(unit, at) && locAt(unit.lineStarts, at).column === 1)) return outside;
    const end = scan.strays.find((at) => locAt(unit.lineStarts, at).column === 1) ?? (anchor === undefined ? undefined : scan.strays.at(-1)!);
    return end === undefined ? inside(limit, -1, true) : inside(end, end, true);
  }
  const last = scan.strays.at(-1)!;
  const after = unit.plain.slice(last + 1, limit);
  const code = after.replace(/^[ \t]*#.*$/gm, "");
  const closed =
    anchor !== undefined ||
    standsOutside(code, false) === true ||
    (code.trim() === "" && after.trim() !== "") ||
    documentsNext(state, lineAt(unit.lineStarts, last), fragment);
  return closed ? inside(last, last, true) : inside(limit, -1, true);
}

/** `};` ends a record or a table. */
function endsTable(unit: UnitText, at: number): boolean {
  return unit.masked[skipBlank(unit.masked, at + 1)] === ";";
}

/** True when, behind `line`, kernel-doc or a definition of a macro stands, which is found between functions. */
function documentsNext(state: Assembly, line: number, fragment: Fragment): boolean {
  return state.image.lines.slice(line, fragment.toLine).some((text) => /^\s*(?:\/\*\*$|#\s*include\b)/.test(text.trimEnd()));
}

function place(state: Assembly, fragment: Fragment, covered: { from: number; to: number }[]): void {
  const { unit } = state;
  const headed = readSection(fragment.section).k === "function";
  const scan = scanFragment(unit.masked, fragment.from, fragment.to, headed);
  const front = frontOf(state, fragment, scan);
  if (front.k === "inside") {
    const owner = ownerOf(state, fragment, front.certain);
    if (owner !== null) {
      addPart(owner, { from: fragment.from, to: front.to, gap: fragmentGap(state, fragment) }, unit, front.closedAt);
      covered.push({ from: fragment.from, to: front.closedAt < 0 ? front.to : front.closedAt + 1 });
    }
    state.open = front.closedAt < 0 ? owner : null;
  } else if (front.k === "outside") state.open = null;
  for (const [index, anchor] of scan.anchors.entries()) {
    const next = scan.anchors[index + 1]?.from ?? fragment.to;
    const closedAt = anchor.bodyTo < 0 ? -1 : anchor.bodyTo - 1;
    const to = closedAt < 0 ? next : closedAt;
    const head = anchor.continued ? joinedHead(unit, fragment.section, anchor) : headText(unit, anchor);
    covered.push({ from: anchor.from, to: anchor.bodyTo < 0 ? next : anchor.bodyTo });
    if (head === null) continue;
    const created: CutFunction = { head, headAt: anchor.from, headKnown: true, parts: [], lastLine: fragment.toLine, closedAt: -1 };
    addPart(created, { from: anchor.brace + 1, to, gap: null }, unit, closedAt);
    state.functions.push(created);
    state.open = closedAt < 0 && index === scan.anchors.length - 1 ? created : null;
  }
}

function addPart(owner: CutFunction, part: CutPart, unit: UnitText, closedAt: number): void {
  owner.parts.push(part);
  owner.closedAt = closedAt;
  owner.lastLine = lineAt(unit.lineStarts, Math.max(part.from, closedAt < 0 ? part.to - 1 : closedAt));
}

/** The gap right before a fragment; null at the start of the file. */
function fragmentGap(state: Assembly, fragment: Fragment): { from: number; to: number } | null {
  return state.gaps.get(fragment.fromLine - 1) ?? null;
}

/** In slices: an image may have thousands of fragments and functions. */
export function* loweringPartial(image: FileImage): Generator<void, UnitIr> {
  const { unit, fragments } = cutText(image);
  const state: Assembly = { image, unit, gaps: new Map(image.gaps.map((gap) => [gap.to, gap])), functions: [], open: null };
  yield;
  const covered: { from: number; to: number }[] = [];
  for (const fragment of fragments) {
    place(state, fragment, covered);
    yield;
  }
  const outside = blankRanges(unit.masked, covered);
  const items = fragments.flatMap((fragment) => itemsIn(outside, fragment, !image.blanksLost));
  const { names, records, opsTables } = readFileScope(unit, items);
  const functions: FunctionIr[] = [];
  for (const cut of state.functions) {
    const lowered = yield* loweringCut(unit, names, image, cut);
    if (lowered !== null) functions.push(lowered);
    yield;
  }
  return { file: image.path, functions, records, opsTables, unreadable: [] };
}

function itemsIn(outside: string, fragment: Fragment, columnsTrue: boolean): ReturnType<typeof segment> {
  const text = outside.slice(fragment.from, fragment.to);
  return segment(text, columnsTrue).flatMap((item) =>
    item.k === "function" ? [] : [{ ...item, from: item.from + fragment.from, to: item.to + fragment.from }],
  );
}
