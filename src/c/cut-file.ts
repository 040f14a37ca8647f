/**
 * A file cut into its functions and what stands outside them, by its text: blanked, conditionals settled, kernel-isms
 * masked, heads read. All of it depends on the text alone; no body is parsed yet, nor what stands outside of them before somebody asks for it:
 * of most pieces of a header it is a function that is wanted.
 */
import { skipBlank } from "./brackets.ts";
import { settleConditionals } from "./conditionals.ts";
import { type FileScope, readFileScope } from "./file-scope.ts";
import { type FunctionHead, readHead } from "./heads.ts";
import type { OpsTable, RecordType, UnitIr } from "./ir.ts";
import { maskOutside } from "./mask.ts";
import { type Item, segment } from "./segment.ts";
import { lineAt, lineStartsOf, type UnitText } from "./unit-text.ts";

export interface CutFunction {
  readonly head: FunctionHead;
  /** Offset that those of the head count from. */
  readonly from: number;
  /** Offset of the opening brace, and behind the closing one. */
  readonly bodyFrom: number;
  readonly bodyTo: number;
  readonly closed: boolean;
}

/** The same-length forms of a text, and what stands in it; bodies of functions are not masked yet. */
export interface CutFile extends Omit<UnitText, "lineStarts"> {
  readonly functions: readonly CutFunction[];
  /** At file scope: name -> type. */
  readonly variables: ReadonlyMap<string, string>;
  readonly records: readonly RecordType[];
  readonly opsTables: readonly OpsTable[];
  readonly unreadable: UnitIr["unreadable"];
}

/** Of a text whose comments and literals are blank already. `columnsTrue`: indentation can be relied on. initC() must have been awaited: records and tables are parsed. */
export function cutBlanked({ path, text, plain, code }: Pick<UnitText, "path" | "text" | "plain" | "code">, columnsTrue: boolean): CutFile {
  const settled = settleConditionals(code);
  const outside = maskOutside(settled.code);
  const items = segment(outside, columnsTrue);
  const masked = withBodies(outside, settled.code, items);
  const { choices } = settled;
  const unit: UnitText = { path, text, plain, code, masked, choices, lineStarts: lineStartsOf(text) };
  let known: FileScope | null = null;
  const scope = (): FileScope => (known ??= readFileScope(unit, items));
  const functions: CutFunction[] = [];
  const unreadable: UnitIr["unreadable"][number][] = [];
  for (const item of items) {
    if (item.k === "function") {
      const { from, bodyFrom, bodyTo, closed } = item;
      const head = readHead(masked.slice(from, bodyFrom), plain.slice(from, bodyFrom));
      if (head !== null) functions.push({ head, from, bodyFrom, bodyTo, closed });
      else unreadable.push(lost(unit, from, bodyTo));
    } else if (item.k === "text" && masked.slice(item.from, item.to).trimEnd().endsWith("}")) unreadable.push(lost(unit, item.from, item.to));
  }
  return {
    path, text, plain, code, masked, choices, functions, unreadable,
    get variables() {
      return scope().names.variables;
    },
    get records() {
      return scope().records;
    },
    get opsTables() {
      return scope().opsTables;
    },
  };
}

/** `text` with the bodies that `bodies` has in the same places. */
function withBodies(text: string, bodies: string, items: readonly Item[]): string {
  const pieces: string[] = [];
  let at = 0;
  for (const item of items) {
    if (item.k !== "function") continue;
    pieces.push(text.slice(at, item.bodyFrom), bodies.slice(item.bodyFrom, item.bodyTo));
    at = item.bodyTo;
  }
  return pieces.join("") + text.slice(at);
}

function lost(unit: UnitText, from: number, to: number): UnitIr["unreadable"][number] {
  const start = skipBlank(unit.masked, from);
  return { from: lineAt(unit.lineStarts, start), to: lineAt(unit.lineStarts, to - 1), reason: "a block without a function head" };
}
