/**
 * The initial state: `int x = 1; y = &x; 0:r1 = 2; atomic_t c = ATOMIC_INIT(0); int a[2] = {1, 2};`
 * (herd7: lib/stateParser.mly, rule init). All locations hold one value; of the type, only the sign matters.
 */
import { wrapped, type Value } from "../memory/value.ts";
import type { Tokens } from "./tokens.ts";

export interface InitialState {
  readonly memory: ReadonlyMap<string, Value>;
  /** Per thread number. */
  readonly registers: ReadonlyMap<number, ReadonlyMap<string, Value>>;
  /** How many bits a number is printed with, without a sign, by observable ("x", "0:r1"). */
  readonly unsigned: ReadonlyMap<string, number>;
}

export function parseInitial(tokens: Tokens): InitialState {
  const memory = new Map<string, Value>();
  const registers = new Map<number, Map<string, Value>>();
  const unsigned = new Map<string, number>();
  while (!tokens.done) {
    if (tokens.take(";")) continue;
    const type = takeType(tokens);
    const thread = threadPrefix(tokens);
    const bracket = tokens.take("[");
    const name = tokens.next("name", "a location or register");
    if (bracket) tokens.expect("]");
    const bits = unsignedBits(type);
    if (bits !== null) unsigned.set(thread === null ? name : `${thread}:${name}`, bits);
    if (!bracket && tokens.is("[")) {
      parseArray(tokens, name, memory);
    } else {
      const value = tokens.take("=") ? initialValue(tokens) : 0n;
      if (thread === null) memory.set(name, value);
      else registers.set(thread, (registers.get(thread) ?? new Map<string, Value>()).set(name, value));
    }
    if (!tokens.done) tokens.expect(";");
  }
  return { memory, registers, unsigned };
}

/** A type is a run of names and stars before the name that is defined. */
function takeType(tokens: Tokens): readonly string[] {
  const words: string[] = [];
  for (;;) {
    if (tokens.take("*")) {
      words.push("*");
      continue;
    }
    const word = tokens.isKind("name") && continuesType(tokens) ? tokens.peek()!.text : null;
    if (word === null || !tokens.take(word)) return words;
    words.push(word);
  }
}

/** herd7 prints a number of a type that it does not know to be signed without a sign. */
function unsignedBits(type: readonly string[]): number | null {
  const last = type.at(-1);
  if (last === undefined || /^(?:int|long|char|short|signed|s?size_t|int(?:8|16|32|64)_t)$/.test(last)) return null;
  const bits = /^uint(8|16)_t$/.exec(last)?.[1];
  return bits === undefined ? 32 : Number(bits);
}

function continuesType(tokens: Tokens): boolean {
  if (isThread(tokens, 0)) return false;
  return tokens.isKind("name", 1) || tokens.is("*", 1) || tokens.isKind("number", 1) || (tokens.is("[", 1) && tokens.isKind("name", 2));
}

function isThread(tokens: Tokens, ahead: number): boolean {
  return tokens.is(":", ahead + 1) && /^P?[0-9]+$/.test(tokens.peek(ahead)?.text ?? "");
}

/** Takes `0:` or `P0:` and returns the number, null when there is none. */
export function threadPrefix(tokens: Tokens): number | null {
  if (!isThread(tokens, 0)) return null;
  const { text } = tokens.peek()!;
  const thread = Number(text.replace("P", ""));
  if (thread >= tokens.threads) throw tokens.error(`there is no thread P${thread}`);
  tokens.take(text);
  tokens.expect(":");
  return thread;
}

function initialValue(tokens: Tokens): Value {
  if (!tokens.take("ATOMIC_INIT")) return parseValue(tokens);
  tokens.expect("(");
  const value = parseValue(tokens);
  tokens.expect(")");
  return value;
}

/** A number, or a location (its address), with or without `&`. */
export function parseValue(tokens: Tokens): Value {
  if (tokens.take("&")) return tokens.next("name", "a location");
  if (tokens.isKind("number")) return parseNumber(tokens.next("number", "a number"));
  return tokens.next("name", "a value");
}

function parseNumber(text: string): bigint {
  const value = text.startsWith("-") ? -BigInt(text.slice(1)) : BigInt(text);
  return wrapped(value);
}

function parseArray(tokens: Tokens, name: string, memory: Map<string, Value>): void {
  tokens.expect("[");
  const size = Number(tokens.next("number", "the size of the array"));
  tokens.expect("]");
  const values: Value[] = [];
  if (tokens.take("=")) {
    tokens.expect("{");
    do values.push(parseValue(tokens)); while (tokens.take(","));
    tokens.expect("}");
  }
  if (!(size >= 1 && size <= 64)) throw tokens.error(`array ${name} has no size between 1 and 64`);
  for (let i = 0; i < size; i++) memory.set(elementName(name, i), values[i] ?? 0n);
}

/** The location of an element; the first one has the name of the array. */
export function elementName(array: string, index: number): string {
  return index === 0 ? array : `${array}[${index}]`;
}
