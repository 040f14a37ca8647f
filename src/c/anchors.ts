/** Finds function heads and unpaired braces in a fragment, whose surroundings are not known. */
import { readHead } from "./heads.ts";
import { declaresParameters } from "./mask-rows.ts";

/** A function head with its opening brace. */
export interface Anchor {
  /** Where the head begins. */
  readonly from: number;
  readonly brace: number;
  /** The head's first lines are out of sight: `from` is where its rest begins. */
  readonly continued: boolean;
  /** Behind the closing brace; -1 when it is out of sight. */
  bodyTo: number;
}

export interface Scan {
  readonly anchors: readonly Anchor[];
  /** Offsets of closing braces before the first anchor whose opening one is out of sight. */
  readonly strays: readonly number[];
}

const controlWord = /\b(?:if|else|for|while|do|switch|case|return|goto|sizeof|break|continue)\b/;

/** True for `type name(params)` and SYSCALL_DEFINE(...): what stands before a function's brace and before no other. */
function isHead(text: string): boolean {
  const solid = text.trim();
  if (!solid.endsWith(")") || solid.includes("=")) return false;
  const head = readHead(solid, solid);
  if (head === null || !head.complete) return false;
  if (head.returnType === "long" && /_DEFINE\d/.test(solid)) return true;
  const front = solid.slice(0, head.nameAt);
  const words = front.slice(Math.max(front.lastIndexOf(")"), front.lastIndexOf(";")) + 1);
  if (words.trim() === "") return declaresParameters(solid.slice(head.nameAt + head.name.length).replace(/^\s*\(|\)$/g, ""));
  return /^[\w\s*]*$/.test(words) && /\w/.test(words) && !controlWord.test(words);
}

/** `..., pmd_t *pmd)` before a brace: the end of a head whose beginning is out of sight. */
function isHeadTail(text: string): boolean {
  const solid = text.trim();
  return /^[\w\s*,[\]]+\)$/.test(solid) && !controlWord.test(solid) && /\w[\s*]+\w+\s*(?:,|\)$)/.test(solid);
}

/** A brace in the first column, as a function's is. */
function startsLine(code: string, at: number): boolean {
  return at === 0 || code[at - 1] === "\n";
}

/** `headed`: the hunk header names a function, whose head may end right before the fragment. */
export function scanFragment(code: string, from: number, to: number, headed: boolean): Scan {
  const anchors: Anchor[] = [];
  const strays: number[] = [];
  const open: (Anchor | null)[] = [];
  let item = from;
  let round = 0;
  let torn = false;
  const begin = (at: number): void => {
    item = at;
    round = 0;
    torn = false;
  };
  for (let at = from; at < to; at++) {
    const c = code.charCodeAt(at);
    if (c === 35 && /^[ \t]*$/.test(code.slice(code.lastIndexOf("\n", at) + 1, at))) {
      const end = code.indexOf("\n", at);
      at = end < 0 || end > to ? to : end;
      if (round === 0) begin(at);
    } else if (c === 40) round++;
    else if (c === 41) {
      if (round === 0) torn = true;
      else round--;
    } else if (c === 59) {
      if (round === 0) begin(at + 1);
    } else if (c === 123) {
      const head = code.slice(item, at);
      const first = anchors.length === 0 && strays.length === 0 && open.length === 0;
      const continued = headed && first && code.slice(from, item).trim() === "" && (torn ? isHeadTail(head) : head.trim() === "" && startsLine(code, at));
      const anchor: Anchor | null = continued || (round === 0 && isHead(head)) ? { from: item, brace: at, continued, bodyTo: -1 } : null;
      if (anchor !== null) {
        // Functions don't nest: what is still open lost its closing brace.
        open.length = 0;
        anchors.push(anchor);
      }
      open.push(anchor);
      begin(at + 1);
    } else if (c === 125) {
      if (open.length > 0) {
        const closed = open.pop();
        if (closed !== null && closed !== undefined) closed.bodyTo = at + 1;
      } else if (anchors.length === 0) strays.push(at);
      begin(at + 1);
    }
  }
  return { anchors, strays };
}

const topLevelLine = /^(?:static\b|extern\b|typedef\b|const\b|module_\w+\s*\(|\w{0,40}initcall\w{0,40}\s*\(|__setup\s*\(|early_param\s*\(|EXPORT_|MODULE_|DEFINE_|DECLARE_|struct\s+\w+\s*\{|union\s+\w+\s*\{|enum\s+(?:\w+\s*)?\{|#\s*(?:define|include|undef)\b|(?:(?!return|else|goto|case)\w+[\s*]+){1,6}\w+\s*\()/;
const statementLine = /^(?:(?:if|for|while|switch|return|goto|do|else|break|continue|case|default)\b|[}]|[\w>.*[\]()-]+(?:\s*->\s*\w+)*\s*(?:[-+|&^*/%]|<<|>>)?=[^=]|\w+\s*\([^;{]*\)\s*;|\w+:\s*$|(?:\+\+|--)|[\w>.-]+(?:\+\+|--))/;

/**
 * Whether `code` (a stretch of a fragment, comments blanked) stands outside functions. With true columns, code in the first column that is no
 * label decides; without, the shapes of its lines. null: nothing speaks for either.
 */
export function standsOutside(code: string, columnsTrue: boolean): boolean | null {
  for (const line of code.split("\n")) {
    if (line.trim() === "") continue;
    if (columnsTrue) {
      if (/^#\s*(?:include|define|undef)\b/.test(line)) return true;
      if (line.startsWith("#")) continue;
      if (/^\s/.test(line)) return false;
      if (/^\w+\s*:(?!:)/.test(line)) return false;
      return !line.startsWith("}") || null;
    }
    const solid = line.trim().slice(0, 200);
    if (topLevelLine.test(solid)) return true;
    if (statementLine.test(solid)) return false;
  }
  return null;
}
