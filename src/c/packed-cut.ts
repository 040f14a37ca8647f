/**
 * A cut file as JSON data to keep, and back. What comes back may be of anybody's making: a field that is not what cutFile()
 * can have made of this text makes all of it unusable. It holds offsets, words and types, nothing that is run.
 */
import type { ArmChoice, ChoiceKind } from "./conditionals.ts";
import type { CutFile, CutFunction } from "./cut-file.ts";
import type { FunctionHead } from "./heads.ts";
import type { OpsTable, RecordType, UnitIr } from "./ir.ts";
import { withoutLongLines } from "./long-lines.ts";

/** What stands elsewhere than in the text that it is compared with: offset, text, offset, text, ... */
type Changes = readonly (number | string)[];
type Entries = readonly (readonly [string, string])[];

export interface PackedCut {
  readonly plain: Changes;
  readonly code: Changes;
  readonly masked: Changes;
  readonly choices: readonly ArmChoice[];
  readonly functions: readonly CutFunction[];
  readonly variables: Entries;
  readonly records: readonly { readonly name: string; readonly fields: Entries }[];
  readonly opsTables: readonly { readonly type: string; readonly name: string; readonly line: number; readonly fields: Entries }[];
  readonly unreadable: UnitIr["unreadable"];
}

export function packCut(cut: CutFile): PackedCut {
  const { text, plain, code, masked, choices, functions, unreadable } = cut;
  return {
    plain: changesOf(text, plain),
    code: changesOf(plain, code),
    masked: changesOf(code, masked),
    choices,
    functions,
    variables: Array.from(cut.variables),
    records: cut.records.map(({ name, fields }) => ({ name, fields: Array.from(fields) })),
    opsTables: cut.opsTables.map((table) => ({ ...table, fields: Array.from(table.fields) })),
    unreadable,
  };
}

/** null when `packed` can't have been made of the text. */
export function unpackCut(packed: unknown, path: string, source: string): CutFile | null {
  const text = withoutLongLines(source.split("\n")).join("\n");
  try {
    const data = fields(packed);
    const plain = changed(text, data["plain"]);
    const code = changed(plain, data["code"]);
    const offset = numberUpTo(text.length);
    return {
      path,
      text,
      plain,
      code,
      masked: changed(code, data["masked"]),
      choices: list(data["choices"], (one) => choice(one, offset)),
      functions: list(data["functions"], (one) => cutFunction(one, offset)),
      variables: new Map(entries(data["variables"])),
      records: list(data["records"], record),
      opsTables: list(data["opsTables"], (one) => opsTable(one, offset)),
      unreadable: list(data["unreadable"], (one) => {
        const { from, to, reason } = fields(one);
        return { from: offset(from), to: offset(to), reason: word(reason) };
      }),
    };
  } catch (error) {
    if (error instanceof Unusable) return null;
    throw error;
  }
}

class Unusable extends Error {}

function fields(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null) throw new Unusable();
  return value as Record<string, unknown>;
}

function list<T>(value: unknown, read: (one: unknown) => T): T[] {
  if (!Array.isArray(value)) throw new Unusable();
  return value.map(read);
}

function word(value: unknown): string {
  if (typeof value !== "string") throw new Unusable();
  return value;
}

function truth(value: unknown): boolean {
  if (typeof value !== "boolean") throw new Unusable();
  return value;
}

type Offset = (value: unknown) => number;

/** Of whole numbers from 0. Lines are fewer than characters, so the bound for offsets serves for both. */
function numberUpTo(most: number): Offset {
  return (value) => {
    if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > most) throw new Unusable();
    return value as number;
  };
}

function entries(value: unknown): (readonly [string, string])[] {
  return list(value, (one) => {
    const [name, type] = list(one, word);
    return [word(name), word(type)] as const;
  });
}

const choiceKinds: ReadonlySet<string> = new Set<ChoiceKind>(["operand", "branch", "quiet", "gap"]);

function choice(value: unknown, offset: Offset): ArmChoice {
  const { k, from, to, directiveTo, negated } = fields(value);
  if (!choiceKinds.has(word(k))) throw new Unusable();
  return { k: k as ChoiceKind, from: offset(from), to: offset(to), directiveTo: offset(directiveTo), negated: truth(negated) };
}

function cutFunction(value: unknown, offset: Offset): CutFunction {
  const { head, from, bodyFrom, bodyTo, closed } = fields(value);
  const places = [offset(from), offset(bodyFrom), offset(bodyTo)] as const;
  if (places[0] > places[1] || places[1] >= places[2]) throw new Unusable();
  return { head: functionHead(head, numberUpTo(places[1] - places[0])), from: places[0], bodyFrom: places[1], bodyTo: places[2], closed: truth(closed) };
}

function functionHead(value: unknown, offset: Offset): FunctionHead {
  const { name, nameAt, params, returnType, isStatic, attributes, complete } = fields(value);
  const declared = (one: unknown): FunctionHead["params"][number] => ({ name: word(fields(one)["name"]), type: word(fields(one)["type"]) });
  return { name: word(name), nameAt: offset(nameAt), params: list(params, declared), returnType: word(returnType), isStatic: truth(isStatic), attributes: list(attributes, word), complete: truth(complete) };
}

function record(value: unknown): RecordType {
  return { name: word(fields(value)["name"]), fields: new Map(entries(fields(value)["fields"])) };
}

function opsTable(value: unknown, line: Offset): OpsTable {
  const table = fields(value);
  return { type: word(table["type"]), name: word(table["name"]), line: line(table["line"]), fields: new Map(entries(table["fields"])) };
}

/** So many equal characters end a change; a change is cut there. */
const between = 8;

function changesOf(from: string, to: string): Changes {
  const changes: (number | string)[] = [];
  for (let at = 0; at < to.length; at++) {
    if (from.charCodeAt(at) === to.charCodeAt(at)) continue;
    let end = at + 1;
    for (let next = end; next < to.length && next - end < between; next++) if (from.charCodeAt(next) !== to.charCodeAt(next)) end = next + 1;
    changes.push(at, to.slice(at, end));
    at = end;
  }
  return changes;
}

function changed(from: string, changes: unknown): string {
  if (!Array.isArray(changes)) throw new Unusable();
  const pieces: string[] = [];
  let end = 0;
  for (let i = 0; i < changes.length; i += 2) {
    const at = numberUpTo(from.length)(changes[i]);
    const piece = word(changes[i + 1]);
    if (at < end || at + piece.length > from.length) throw new Unusable();
    pieces.push(from.slice(end, at), piece);
    end = at + piece.length;
  }
  return pieces.join("") + from.slice(end);
}
