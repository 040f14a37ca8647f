/** Lowers a whole file image: the text is cut into functions (outline.ts, cut-file.ts), and each is lowered when it is looked at. */
import type { FileImage } from "../core/image.ts";
import { hasBetween } from "../util/between.ts";
import { byKey } from "../util/by-key.ts";
import { memoByValue } from "../util/memo.ts";
import { bodyWords } from "./body-words.ts";
import type { CutFile, CutFunction } from "./cut-file.ts";
import { namesCalledIn, setTo } from "./find.ts";
import { type Body, type KeptSummary, lowerFunction } from "./function.ts";
import type { BodyWords, FunctionIr, OpsTable, UnitIr } from "./ir.ts";
import { misread } from "./leaves.ts";
import { withoutLongLines } from "./long-lines.ts";
import type { UnitNames } from "./lowering.ts";
import { maskBody } from "./mask.ts";
import { type Outline, outlineOf } from "./outline.ts";
import { moved } from "./parsed-before.ts";
import { parse } from "./parse.ts";
import { loweringPartial } from "./partial.ts";
import type { Summaries } from "./summary.ts";
import type { SyntaxNode } from "./syntax.ts";
import { readBody } from "./tolerant.ts";
import { type BodyText, lineAt, placedAt } from "./unit-text.ts";

/** Bodies longer than this are no source: they are read statement by statement at once. The longest function of 6.12's mm/ has 30,000. */
const longestBody = 300_000;

/** The tree of a body that stands at `offset` of the file. */
function treeOf(body: string, offset: number): SyntaxNode {
  const readable = (): SyntaxNode => moved(readBody(body, 0, body.length), offset);
  if (body.length > longestBody) return readable();
  const root = parse(body, offset);
  const [block] = root.children;
  if (!root.broken && root.children.length === 1 && block?.kind === "compound_statement" && !misread(block)) return block;
  return readable();
}

const nothing: readonly FunctionIr[] = [];

/** Words of bodies that were asked for: the same piece of text may stand in several states of a file. */
const wordsOf = new WeakMap<CutFunction, BodyWords>();

/**
 * The tree of a function's body: the grammar's when all of it is C, else read statement by statement; and the text that it is of. Only the
 * body of what is masked is put there: the text around it may hold thousands of others.
 */
function bodyOf(outline: Outline, cut: CutFile, from: number, { bodyFrom, bodyTo }: CutFunction): Body {
  const body = maskBody(cut.masked, bodyFrom, bodyTo);
  const around = cut.choices.filter((choice) => choice.from < bodyTo && choice.to > bodyFrom);
  const choices = around.map((choice) => ({ ...choice, from: choice.from + from, to: choice.to + from, directiveTo: choice.directiveTo + from }));
  const { path, text, plain, code, lineStarts } = outline;
  const unit: BodyText = { path, text, plain, code, masked: placedAt(from + bodyFrom, body), choices, lineStarts };
  return { unit, tree: treeOf(body, from + bodyFrom) };
}

/** `summaries`: what is known of its bodies by the offsets of their braces; what becomes known is added. */
export function lowerCut(outline: Outline, summaries: Summaries = new Map()): UnitIr {
  const { code, pieces } = outline;
  const kept = (number: number): KeptSummary => ({
    find: () => summaries.get(number),
    keep: (summary) => {
      summaries.set(number, summary);
      return summary;
    },
  });
  const names = namesOf(outline);
  const functionsOf = memoByValue((piece: number): readonly FunctionIr[] => {
    const cut = outline.cut(piece);
    const { from } = pieces[piece]!;
    return cut.functions.map((item) => {
      const end = item.closed ? item.bodyTo - 1 : item.bodyTo;
      const words = (): BodyWords => {
        const found = wordsOf.get(item) ?? bodyWords(code.slice(from + item.bodyFrom, from + end));
        wordsOf.set(item, found);
        return found;
      };
      return lowerFunction(outline, names, item.head, from + item.from, words, () => bodyOf(outline, cut, from, item), from + end, kept(from + item.bodyFrom));
    });
  });
  /** Thousands of functions of one line each are one piece, and each is asked for by name. */
  const namedIn = memoByValue((piece: number) => byKey(functionsOf(piece), (fn) => [fn.name]));
  const tablesOf = (piece: number): readonly OpsTable[] => outline.cut(piece).opsTables.map((table) => ({ ...table, line: table.line + linesBefore(outline, piece) }));
  let functions: readonly FunctionIr[] | null = null;
  const all = pieces.map((_piece, number) => number);
  let searches = 0;
  let byWord: ReadonlyMap<string, readonly FunctionIr[]> | null = null;
  const mentioning = (word: string): readonly FunctionIr[] => {
    // Who asks for so many words is served by the words of all bodies.
    if (++searches <= mostSearches) return outline.withWord(word).flatMap(functionsOf).filter((fn) => fn.words!.all.has(word));
    byWord ??= byKey(unit.functions, (fn) => fn.words!.all);
    return byWord.get(word) ?? [];
  };
  let questions = 0;
  let calledInBodies: ReadonlySet<string> | null = null;
  const isCalled = (name: string): boolean => {
    if (!outline.called().has(name)) return false;
    if (++questions <= mostSearches) return outline.withWord(name).some((piece) => functionsOf(piece).some((fn) => fn.words!.called.has(name)));
    // A file may declare thousands of functions that a header defines, and call none of them.
    calledInBodies ??= namesCalledIn(unit);
    return calledInBodies.has(name);
  };
  const unit: UnitIr = {
    file: outline.path,
    index: {
      functions: (name) => {
        // Dozens of headers are asked for each name, and one has it.
        const found = outline.withFunction(name);
        // And where thousands have one name in one piece, each call of it asks.
        return found.length === 1 ? (namedIn(found[0]!).get(name) ?? nothing) : found.flatMap((piece) => namedIn(piece).get(name) ?? nothing);
      },
      mentioning,
      isCalled,
      at: (lines) => all.filter((piece) => hasBetween(lines, ...linesOf(outline, piece))).flatMap(functionsOf).filter((fn) => hasBetween(lines, fn.line, fn.endLine)),
      records: (name) => outline.withRecord(name).flatMap((piece) => outline.cut(piece).records.filter((record) => record.name === name)),
      tables: (value) => outline.withTable(value).flatMap(tablesOf).filter((table) => setTo(table).includes(value)),
    },
    get functions() {
      return (functions ??= all.flatMap(functionsOf));
    },
    get records() {
      return all.flatMap((piece) => outline.cut(piece).records);
    },
    get opsTables() {
      return outline.withTables().flatMap(tablesOf);
    },
    get unreadable() {
      return all.flatMap((piece) => outline.cut(piece).unreadable.map(({ from, to, reason }) => ({ from: from + linesBefore(outline, piece), to: to + linesBefore(outline, piece), reason })));
    },
  };
  return unit;
}

/** Times that a whole text is searched for a word, and again for a call. */
const mostSearches = 40;

function linesOf({ pieces, lineStarts }: Outline, piece: number): [first: number, last: number] {
  const { from, to } = pieces[piece]!;
  return [lineAt(lineStarts, from), lineAt(lineStarts, to)];
}

function linesBefore({ pieces, lineStarts }: Outline, piece: number): number {
  return lineAt(lineStarts, pieces[piece]!.from) - 1;
}

/** Of what stands twice at file scope the last one counts. */
function namesOf(outline: Outline): UnitNames {
  const variables = new Map<string, string | undefined>();
  const records = new Map<string, ReadonlyMap<string, string> | undefined>();
  const typeOf = (name: string): string | undefined => {
    if (!variables.has(name)) variables.set(name, outline.withVariable(name).map((piece) => outline.cut(piece).variables.get(name)).findLast((type) => type !== undefined));
    return variables.get(name);
  };
  const fieldsOf = (name: string): ReadonlyMap<string, string> | undefined => {
    if (!records.has(name)) records.set(name, outline.withRecord(name).flatMap((piece) => outline.cut(piece).records).findLast((record) => record.name === name)?.fields);
    return records.get(name);
  };
  return { variables: { get: typeOf, has: (name) => typeOf(name) !== undefined }, records: { get: fieldsOf } };
}

export function* loweringImage(image: FileImage): Generator<void, UnitIr> {
  const lines = withoutLongLines(image.lines);
  if (image.gaps.length > 0) return yield* loweringPartial({ ...image, lines });
  return lowerCut(outlineOf(image.path, lines.join("\n"), !image.blanksLost));
}
