/**
 * The table of rewrites that mask.ts applies: what is rewritten to what. Rewrites keep the length. Each row has a test.
 */
import { blanks } from "./blank.ts";
import { isBlank, skipBlank, type Brackets } from "./brackets.ts";
import { attributeCalls, attributeWords, notCallees, primitiveTypes, shortTypedefs } from "./mask-words.ts";

export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  /** A second place that changes with the first. */
  readonly also?: Edit;
}

/** A word of the text and what stands around it. Comments and literals are already blank. */
export interface MaskSite {
  readonly code: string;
  readonly brackets: Brackets;
  readonly word: string;
  readonly from: number;
  readonly to: number;
  /** Offset of the last character before the word that is not white space, or -1. */
  readonly before: number;
  /** The word that ends at `before`, or "". */
  readonly wordBefore: string;
  /** Offset of the first character after the word that is not white space. */
  readonly after: number;
  /** Inside braces. */
  readonly inBody: boolean;
  /** The word before the innermost open parenthesis, "" when there is none or no parenthesis is open. */
  readonly callee: string;
  /** True when that call stands where a declaration would: a type word before its name. */
  readonly declared: boolean;
}

export interface MaskRow {
  readonly name: string;
  /** Whether the row has to do with the word at all; absent: with any. */
  readonly isFor?: (word: string) => boolean;
  /** null: does not apply here. */
  readonly rewrite: (site: MaskSite) => Edit | null;
}

const identifier = /\w+/y;

/** `word` followed by blanks in the shape of the text it replaces. */
function padded(site: MaskSite, word: string, to: number): Edit | null {
  const gone = site.code.slice(site.from, to);
  if (gone.length < word.length || gone.lastIndexOf("\n", word.length - 1) >= 0) return null;
  return { from: site.from, to, text: word + blanks(gone.slice(word.length)) };
}

/** One identifier over the whole stretch, up to its first line end. */
function joined(code: string, from: number, to: number): Edit {
  const gone = code.slice(from, to);
  const lineEnd = gone.indexOf("\n");
  const head = lineEnd < 0 ? gone.length : lineEnd;
  return { from, to, text: "_".repeat(head) + blanks(gone.slice(head)) };
}

function argumentsEnd(site: MaskSite): number {
  return site.code[site.after] === "(" ? site.brackets.parenEnd(site.after) : -1;
}

/** The name of a guard and what is done without it take no more. */
const longestFailure = 240;

/** `0` in the place of the second argument between two parentheses, which holds no comma of its own. */
function secondArgument(code: string, open: number, close: number): Edit | null {
  const near = code.slice(open, Math.min(close, open + longestFailure));
  const from = near.indexOf(",") + 1;
  if (from === 0) return null;
  const comma = near.indexOf(",", from);
  if (comma < 0 && open + near.length < close) return null;
  const gone = near.slice(from, comma < 0 ? near.length : comma);
  return gone.trim() === "" || gone.startsWith("\n") ? null : { from: open + from, to: open + from + gone.length, text: `0${blanks(gone.slice(1))}` };
}

function startsStatement(site: MaskSite): boolean {
  if (site.before < 0 || onDirective(site.code, site.before)) return true;
  if (site.wordBefore !== "") return site.wordBefore === "else" || site.wordBefore === "do";
  return "{};:)".includes(site.code[site.before]!);
}

/** True for `pmd_t *pmd, unsigned long addr`: the list of a function head and not of a macro. */
export function declaresParameters(list: string): boolean {
  return list.split(",").some((part) => /^\s*(?:(?:const|struct|union|enum)\s+)*\w+(?:\s+|\s*\*[\s*]*)\w+\s*$/.test(part) && !isTypeText(part.trim()));
}

function typedefName(word: string): boolean {
  return word.endsWith("_t") || shortTypedefs.has(word) || primitiveTypes.has(word);
}

/** True for what may follow a name in a type as well as in an expression: `[i]`, `(x)`, nothing. */
function isPostfix(text: string): boolean {
  let depth = 0;
  for (const c of text) {
    if (c === "(" || c === "[") depth++;
    else if (c === ")" || c === "]") depth--;
    else if (depth === 0 && c.trim() !== "") return false;
    if (depth < 0) return false;
  }
  return depth === 0;
}

/** True when the parenthesis at `open` holds the arguments of a call: behind `]`, or behind a `)` that closes no cast. */
function calledBefore(site: MaskSite, open: number): boolean {
  let at = open - 1;
  while (at >= 0 && isBlank(site.code.charCodeAt(at))) at--;
  if (site.code[at] !== ")") return site.code[at] === "]";
  const start = site.brackets.parenStart(at);
  const inside = start < 0 ? "" : site.code.slice(start + 1, Math.min(at, start + 200)).trim();
  return !isTypeText(inside) && !typedefName(inside);
}

/** True when the character at `at` stands on a preprocessor line. */
function onDirective(code: string, at: number): boolean {
  return /^[ \t]*#/.test(code.slice(Math.max(code.lastIndexOf("\n", at) + 1, at - 200), at + 1));
}

/** True behind the brace that closes a `do {`. */
function closesDo(site: MaskSite): boolean {
  const open = site.code[site.before] === "}" ? site.brackets.braceStart(site.before) : -1;
  return open >= 0 && /\bdo\s*$/.test(site.code.slice(Math.max(0, open - 20), open));
}

function typeWord(word: string): boolean {
  return primitiveTypes.has(word) || word === "struct" || word === "union" || word === "enum" || word === "const" || word === "volatile";
}

const typeArgument = /^(?:(?:const|volatile)\s+)*(?:(struct|union|enum)\s+\w+|(\w+(?:\s+\w+)*))\s*((?:\*\s*|const\s*)*)$/;

/** True for `struct x`, `unsigned long`, `pte_t *`: what a macro takes and an expression can't be. */
function isTypeText(text: string): boolean {
  const match = typeArgument.exec(text);
  if (match === null) return false;
  if (match[1] !== undefined) return true;
  const words = match[2]!.split(/\s+/);
  if (words.every((word) => primitiveTypes.has(word) || word === "const")) return true;
  return words.length === 1 && match[3]!.includes("*");
}

export const maskRows: readonly MaskRow[] = [
  {
    name: "attribute with arguments -> blanks",
    isFor: (word) => attributeCalls.has(word),
    rewrite: (site) => {
      const end = argumentsEnd(site);
      return end < 0 ? null : padded(site, "", end);
    },
  },
  {
    name: "attribute -> blanks",
    isFor: (word) => attributeWords.has(word),
    rewrite: (site) => padded(site, "", site.to),
  },
  {
    name: "inline assembly -> call without arguments",
    isFor: (word) => /^(?:asm|__asm__|__asm|asm_inline|asm_volatile_goto|asm_goto_output)$/.test(word),
    rewrite: (site) => {
      let open = site.after;
      for (let n = 0; n < 4 && site.code[open] !== "("; n++) {
        identifier.lastIndex = open;
        if (!identifier.test(site.code)) return null;
        open = skipBlank(site.code, identifier.lastIndex);
      }
      const end = site.brackets.parenEnd(open);
      if (end < 0) return null;
      // `register long x asm("r1")` names a register, it is no statement.
      if (site.wordBefore !== "" && site.wordBefore !== "else" && site.wordBefore !== "do") return padded(site, "", end);
      const inner = site.code.slice(site.from, end);
      const text = `${"_".repeat(site.word.length)}${blanks(site.code.slice(site.to, open))}(${blanks(site.code.slice(open + 1, end - 1))})`;
      return text.length === inner.length ? { from: site.from, to: end, text } : null;
    },
  },
  {
    name: "typeof(...) -> type name",
    isFor: (word) => /^(?:typeof|__typeof__|__typeof|typeof_unqual|typeof_member|__unqual_scalar_typeof)$/.test(word),
    rewrite: (site) => {
      const end = argumentsEnd(site);
      return end < 0 ? null : joined(site.code, site.from, end);
    },
  },
  {
    name: "offsetof(...) -> name",
    isFor: (word) => word === "offsetof" || word === "offsetofend" || word === "__builtin_offsetof",
    rewrite: (site) => {
      const end = argumentsEnd(site);
      return end < 0 ? null : joined(site.code, site.from, end);
    },
  },
  {
    name: "alignof -> sizeof",
    isFor: (word) => /^(?:__alignof__|__alignof|_Alignof|alignof)$/.test(word),
    rewrite: (site) => padded(site, "sizeof", site.to),
  },
  {
    name: "log level before a format -> blanks",
    isFor: (word) => word.startsWith("KERN_"),
    rewrite: (site) => (/[\w"]/.test(site.code[site.after] ?? "") ? padded(site, "", site.to) : null),
  },
  {
    name: "static before a defining macro -> blanks",
    isFor: (word) => word === "static",
    rewrite: (site) =>
      site.inBody && /^(?:DEFINE|DECLARE)_\w+\s*\(/.test(site.code.slice(site.after, site.after + 60))
        ? padded(site, "", site.to)
        : null,
  },
  {
    name: "initialiser of a declaring macro -> blanks",
    isFor: (word) => /^(?:DEFINE|DECLARE)_/.test(word),
    rewrite: (site) => {
      if (!site.inBody) return null;
      const end = argumentsEnd(site);
      const next = end < 0 ? -1 : skipBlank(site.code, end);
      if (next < 0 || site.code[next] !== "=") return null;
      const stop = site.code.indexOf(";", next);
      return stop < 0 ? null : { from: next, to: stop, text: blanks(site.code.slice(next, stop)) };
    },
  },
  {
    name: "MACHINE_END -> end of a declaration",
    isFor: (word) => word === "MACHINE_END",
    rewrite: (site) => padded(site, ";", site.to),
  },
  {
    name: "__label__ declaration -> blanks",
    isFor: (word) => word === "__label__",
    rewrite: (site) => {
      const end = site.code.indexOf(";", site.to);
      return end < 0 ? null : padded(site, "", end);
    },
  },
  {
    name: "if likely(...) -> if (...)",
    isFor: (word) => word === "likely" || word === "unlikely",
    rewrite: (site) =>
      (site.wordBefore === "if" || site.wordBefore === "while") && site.code[site.after] === "("
        ? padded(site, "", site.to)
        : null,
  },
  {
    name: "scoped_cond_guard -> if, its statement for a failure -> number",
    isFor: (word) => word === "scoped_cond_guard",
    rewrite: (site) => {
      const end = argumentsEnd(site);
      const failure = site.inBody && startsStatement(site) && end > 0 ? secondArgument(site.code, site.after, end - 1) : null;
      const head = failure === null ? null : padded(site, "if", site.to);
      return head === null ? null : { ...head, also: failure! };
    },
  },
  {
    name: "for_each macro -> while",
    isFor: (word) => /^for_[a-z]|for_?each|scoped_guard|FOR_EACH/.test(word),
    rewrite: (site) => {
      if (!site.inBody || !startsStatement(site)) return null;
      const end = argumentsEnd(site);
      if (end < 0) return null;
      const next = site.code.charAt(skipBlank(site.code, end));
      // Nothing at all follows where a fragment ends right behind the loop's head.
      return next === "" || /[\w{(*+]/.test(next) || (next === ";" && closesDo(site)) ? padded(site, "while", site.to) : null;
    },
  },
  {
    name: "do_each macro -> do",
    isFor: (word) => word.startsWith("do_each_"),
    rewrite: (site) => {
      if (!site.inBody) return null;
      const end = argumentsEnd(site);
      return end < 0 ? null : padded(site, "do", end);
    },
  },
  {
    name: "while_each macro -> while",
    isFor: (word) => word.startsWith("while_each_"),
    rewrite: (site) => (site.inBody && site.code[site.before] === "}" ? padded(site, "while", site.to) : null),
  },
  {
    name: "other macro before a block -> while, if when too short",
    isFor: (word) => !notCallees.has(word) && !/(?:^|_)DEFINE/.test(word),
    rewrite: (site) => {
      if (!site.inBody || !startsStatement(site)) return null;
      const end = argumentsEnd(site);
      if (end < 0 || site.code[skipBlank(site.code, end)] !== "{" || declaresParameters(site.code.slice(site.after + 1, end - 1))) return null;
      return padded(site, site.word.length < 5 ? "if" : "while", site.to);
    },
  },
  {
    name: "type as argument of a macro -> one word",
    rewrite: (site) => {
      if (!site.inBody || site.callee === "" || site.declared || notCallees.has(site.callee)) return null;
      const previous = site.code[site.before];
      if (previous !== "(" && previous !== ",") return null;
      if (!typeWord(site.word) && site.code[site.after] !== "*") return null;
      let end = site.to;
      while (end < site.code.length && end - site.from < 200 && /[\w\s*]/.test(site.code.charAt(end))) end++;
      const stop = site.code[end];
      if (stop !== "," && stop !== ")") return null;
      const text = site.code.slice(site.from, end).trimEnd();
      return isTypeText(text) ? joined(site.code, site.from, site.from + text.length) : null;
    },
  },
  {
    name: "cast to a typedef before an operator -> int",
    isFor: typedefName,
    rewrite: (site) => {
      if (site.callee !== "" || site.code[site.before] !== "(" || site.code[site.after] !== ")") return null;
      return "*&-+(".includes(site.code[skipBlank(site.code, site.after + 1)] ?? " ") ? padded(site, "int", site.to) : null;
    },
  },
  {
    name: "variable in parentheses before an operator -> bare variable",
    isFor: (word) => !typedefName(word),
    rewrite: (site) => {
      const open = site.before;
      if (site.callee !== "" || site.code[open] !== "(") return null;
      const end = site.brackets.parenEnd(open);
      if (end < 0 || end - open > 200 || !isPostfix(site.code.slice(site.to, end - 1))) return null;
      // `(a) && b` behind a sign or a cast reads as the cast of an address; `(a)&b` may be one.
      if (!/^\s*(?:&&|[-+*&]\s)/.test(site.code.slice(end, end + 40)) || calledBefore(site, open)) return null;
      return { from: open, to: open + 1, text: " ", also: { from: end - 1, to: end, text: " " } };
    },
  },
  {
    name: "case range -> comparison",
    isFor: (word) => word === "case",
    rewrite: (site) => {
      const stop = site.code.slice(site.to, site.to + 300).search(/[:;{}]/);
      const dots = site.code.slice(site.to, site.to + 300).indexOf("...");
      return dots < 0 || stop < dots ? null : { from: site.to + dots, to: site.to + dots + 3, text: " ==" };
    },
  },
];
