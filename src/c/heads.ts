/**
 * Function heads, read from text. A head seen in a file and one cut off in a hunk header go the same way, so the grammar is
 * not used. SYSCALL_DEFINEn and its kind are unfolded as include/linux/syscalls.h does.
 */
import { contractAttributes } from "./mask-words.ts";
import { closing, declared, splitCommas, typeText, type Declared } from "./type-text.ts";
import { withoutTail } from "../util/ends.ts";
import { fold } from "./unit-text.ts";

export interface FunctionHead {
  readonly name: string;
  /** Offset of the name in the text given. */
  readonly nameAt: number;
  readonly params: readonly Declared[];
  readonly returnType: string;
  readonly isStatic: boolean;
  readonly attributes: readonly string[];
  /** False when the text ends before the parameter list does. */
  readonly complete: boolean;
}

/** Macros that define a function: parameters stand as type, name pairs after `skip` arguments. */
const definers: readonly { readonly match: RegExp; readonly skip: number; readonly prefix: string }[] = [
  { match: /^(?:COMPAT_)?SYSCALL(?:32)?_DEFINE[0-6]$/, skip: 1, prefix: "sys_" },
  { match: /^(?:BPF_CALL|NOTRACE_BPF_CALL)_[0-5]$/, skip: 1, prefix: "" },
];

const controlWords = new Set(["if", "for", "while", "switch", "return", "sizeof", "else", "do", "case", "goto", "defined", "typeof", "__attribute__"]);

interface Call {
  readonly word: string;
  readonly at: number;
  readonly open: number;
  readonly close: number;
}

/** The `word(...)` groups outside brackets, in order. */
function callsOf(head: string): Call[] {
  const calls: Call[] = [];
  const opener = /\b(\w+)\s*\(|[([{]/g;
  for (let match = opener.exec(head); match !== null; match = opener.exec(head)) {
    const open = match.index + match[0].length - 1;
    const close = closing(head, open);
    if (match[1] !== undefined) calls.push({ word: match[1], at: match.index, open, close });
    opener.lastIndex = close + 1;
  }
  return calls;
}

/** The group that holds the parameters: the last one that a type, a star or nothing stands before; later ones are attributes. */
function parameterGroup(head: string, calls: readonly Call[]): Call | null {
  for (let index = calls.length - 1; index >= 0; index--) {
    const call = calls[index]!;
    if (controlWords.has(call.word)) continue;
    const front = head.slice(0, call.at).trimEnd();
    if (index === 0 || !front.endsWith(")") || /_DEFINE\d?$/.test(call.word)) return call;
  }
  return null;
}

/** What stands before the name, back to the last thing that can't be part of a type: an earlier macro without `;`. */
function typeBefore(head: string, at: number): string {
  const front = head.slice(0, at);
  const stop = Math.max(front.lastIndexOf(")"), front.lastIndexOf(";"), front.lastIndexOf("}"));
  return front.slice(stop + 1);
}

function attributesOf(plain: string): string[] {
  const found: string[] = [];
  for (const match of plain.matchAll(/\b\w+/g)) {
    if (!contractAttributes.has(match[0])) continue;
    const open = match.index + match[0].length;
    const rest = /^\s*\(/.exec(plain.slice(open));
    found.push(rest === null ? match[0] : fold(plain.slice(match.index, closing(plain, open + rest[0].length - 1) + 1)));
  }
  return found;
}

function pairs(texts: readonly string[]): Declared[] {
  const out: Declared[] = [];
  for (let index = 0; index + 1 < texts.length; index += 2) out.push({ name: texts[index + 1]!.trim(), type: typeText(texts[index]!) });
  return out;
}

function parametersOf(list: string): Declared[] {
  const solid = list.trim();
  if (solid === "" || solid === "void") return [];
  return splitCommas(list)
    .filter((text) => text.trim() !== "" && text.trim() !== "...")
    .map(declared)
    .map(({ name, type }) => ({ name, type: adjusted(type) }));
}

/** `f(a, b) char *a; int b;`: a parameter without a declaration is an int. */
function oldStyleParameters(list: string, declarations: string): Declared[] {
  const types = new Map<string, string>();
  for (const text of declarations.split(";")) {
    const [first = "", ...rest] = splitCommas(text);
    const head = declared(first);
    const base = withoutTail(head.type.split("[", 1)[0]!, " \t\n*");
    for (const { name, type } of [head, ...rest.map((part) => declared(`${base} ${part}`))]) types.set(name, adjusted(type));
  }
  return splitCommas(list).map((text) => text.trim()).filter((name) => name !== "").map((name) => ({ name, type: types.get(name) ?? "int" }));
}

/** A parameter declared as an array is a pointer: `pmd_t [2]` -> `pmd_t *`, `int [4][4]` -> `int (*)[4]`. */
function adjusted(type: string): string {
  const match = /^([^[(]*?) ?\[[^\]]*\](.*)$/.exec(type);
  if (match === null) return type;
  return match[2] === "" ? `${match[1]!} *`.replace("* *", "**") : `${match[1]!} (*)${match[2]!}`;
}

/**
 * Reads the head that ends where `masked` ends. `plain` is the same stretch with attributes still in it.
 * null when there is no `name(...)` in it.
 */
export function readHead(masked: string, plain: string): FunctionHead | null {
  const calls = callsOf(masked);
  const group = parameterGroup(masked, calls);
  if (group === null) return null;
  const complete = group.close < masked.length;
  const list = masked.slice(group.open + 1, group.close);
  const front = typeBefore(masked, group.at);
  const start = group.at - front.length;
  const isStatic = /\bstatic\b/.test(front);
  const attributes = attributesOf(plain.slice(start));
  const definer = definers.find(({ match }) => match.test(group.word));
  if (definer !== undefined) {
    const [name = "", ...rest] = splitCommas(list);
    const shown = name.trim();
    return { isStatic, attributes, complete, name: definer.prefix + shown, nameAt: group.open + 1 + Math.max(list.indexOf(shown), 0), params: pairs(rest), returnType: "long" };
  }
  const declarations = masked.slice(group.close + 1);
  const params = declarations.includes(";") ? oldStyleParameters(list, declarations) : parametersOf(list);
  return { isStatic, attributes, complete, name: group.word, nameAt: group.at, params, returnType: typeText(front) };
}
