/** Types and declarators as text: "pmd_t *", "struct vm_fault *", "u32 [2]". Used for heads, parameters and declarations. */
import { fold } from "./unit-text.ts";
import { attributeCalls, attributeWords } from "./mask-words.ts";

const dropped = new Set(["const", "volatile", "static", "extern", "register", "inline", "auto", "restrict", "__inline", "__inline__", "typedef", "_Noreturn"]);

/** The words of a type without storage classes, qualifiers and attributes, stars set off by one blank: `const  pmd_t*` -> `pmd_t *`. */
export function typeText(text: string): string {
  const words = text.match(/\w+|\*|[^\s\w*]+/g) ?? [];
  const kept = words.filter((word) => !dropped.has(word) && !attributeWords.has(word) && !attributeCalls.has(word));
  return tidy(kept.join(" "));
}

function tidy(text: string): string {
  return fold(text)
    .replace(/\* (?=\*)/g, "*")
    .replace(/\* \[/g, "*[")
    .replace(/\btypeof \(/g, "typeof(")
    .replace(/\( \* ?/g, "(*")
    .replace(/\[ ?/g, "[")
    .replace(/ ?\]/g, "]")
    .replace(/\] \[/g, "][")
    .replace(/\( /g, "(")
    .replace(/ (?=[),])/g, "");
}

/** `u32 [2]` -> `u32`; a type that is no array as it is. */
export function elementType(type: string): string {
  if (!type.endsWith("]")) return type;
  const open = type.indexOf("[", type.lastIndexOf("]", type.length - 2) + 1);
  return open < 0 ? type : type.slice(0, open).trimEnd();
}

export interface Declared {
  readonly name: string;
  readonly type: string;
}

/** Offset of the bracket that closes the one at `open`, or the text's end. */
export function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    const c = text[at]!;
    if (c === "(" || c === "[" || c === "{") depth++;
    else if ((c === ")" || c === "]" || c === "}") && --depth === 0) return at;
  }
  return text.length;
}

/** True for an array object; a pointer to an array is none. */
export function isArray(type: string): boolean {
  return type.endsWith("]") && !type.includes("(*");
}

/** Splits at commas outside brackets. */
export function splitCommas(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const c = text[at]!;
    if (c === "(" || c === "[" || c === "{") depth++;
    else if (c === ")" || c === "]" || c === "}") depth--;
    else if (c === "," && depth === 0) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}

/**
 * Name and type of one declared thing: `pmd_t *pmd`, `u32 x[2]`, `int (*fn)(pte_t *, void *)`. The name is "" for an
 * unnamed parameter. `text` has no initialiser.
 */
export function declared(text: string): Declared {
  const pointer = /\(\s*\*+\s*(\w+)\s*(?:((?:\[[^\]]*\])+)\s*)?\)\s*(?=\()/.exec(text);
  if (pointer !== null) {
    return { name: pointer[1]!, type: typeText(`${text.slice(0, pointer.index)} (*${pointer[2] ?? ""})${text.slice(pointer.index + pointer[0].length)}`) };
  }
  const bracket = text.indexOf("[");
  const front = (bracket < 0 ? text : text.slice(0, bracket)).trimEnd();
  const array = bracket < 0 ? "" : ` ${text.slice(bracket)}`;
  const words = front.match(/\w+/g) ?? [];
  const last = /\w$/.test(front) ? words.at(-1) : undefined;
  const plain = words.filter((word) => !dropped.has(word) && !attributeWords.has(word));
  const named = last !== undefined && plain.at(-1) === last && (plain.length > 1 || /\*\s*\w+$/.test(front)) && !unnamed(plain);
  if (!named) return { name: "", type: typeText(front + array) };
  return { name: last, type: typeText(front.slice(0, -last.length) + array) };
}

/** `struct page` and `unsigned long` have two words and no name. */
function unnamed(words: readonly string[]): boolean {
  const last = words.at(-1)!;
  if (["void", "char", "short", "int", "long", "float", "double", "signed", "unsigned", "bool"].includes(last)) return true;
  return words.length === 2 && ["struct", "union", "enum"].includes(words[0]!);
}
