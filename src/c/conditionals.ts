/**
 * Preprocessor lines. #define, #include and the like are blanked. A conditional whose arms are whole statements stays,
 * and both arms are lowered under a branch on its condition. One that cuts through a statement can't be kept: a single arm
 * is, and the choice is recorded, so that the other reading becomes a gap under that condition instead of being lost.
 */
import { blanks } from "./blank.ts";
import { BracketSums } from "./bracket-sums.ts";

/**
 * How a kept arm is lowered: "operand": `#ifdef X` around `&& b` or `| B`, applied when X is set; "branch": around an
 * else arm, or around `if (a) ... else`, taken when X is set; "quiet": arguments without effects, the other reading is not
 * worth a word; "gap": anything else, the other reading is unknown code.
 */
export type ChoiceKind = "operand" | "branch" | "quiet" | "gap";

/** One arm was kept of the conditional in from..to: the first one, or a later one when `negated`. */
export interface ArmChoice {
  readonly k: ChoiceKind;
  readonly from: number;
  readonly to: number;
  /** The directive that opens it. */
  readonly directiveTo: number;
  readonly negated: boolean;
}

export interface Conditioned {
  /** Same length as the input; conditional directives are left only where their arms are whole statements in a body. */
  readonly code: string;
  readonly choices: readonly ArmChoice[];
}

const mostChoices = 300;

/** Conditionals within conditionals: each is read with all that it holds. What nests deeper is no source, and lines of it are not told apart. */
const mostNested = 40;

interface Directive {
  readonly from: number;
  readonly to: number;
  readonly word: string;
  readonly argument: string;
}

interface Arm {
  readonly directive: Directive;
  to: number;
}

interface Group {
  readonly arms: Arm[];
  /** How many it stands in. */
  readonly depth: number;
  end: Directive | null;
}

function directivesOf(code: string): Directive[] {
  const found: Directive[] = [];
  for (const match of code.matchAll(/^[ \t]*#[ \t]*(\w*)/gm)) {
    const from = match.index;
    if (found.length > 0 && from < found.at(-1)!.to) continue;
    let to = code.indexOf("\n", from);
    while (to > 0 && code[to - 1] === "\\") to = code.indexOf("\n", to + 1);
    if (to < 0) to = code.length;
    found.push({ from, to, word: match[1]!, argument: code.slice(from + match[0].length, to).replace(/\\\n/g, " ").trim() });
  }
  return found;
}

/** Groups in order of their ends, so that inner ones come before the ones around them. */
function groupsOf(directives: readonly Directive[]): Group[] {
  const open: Group[] = [];
  const closed: Group[] = [];
  for (const directive of directives) {
    if (/^(?:if|ifdef|ifndef)$/.test(directive.word)) {
      open.push({ arms: [{ directive, to: -1 }], depth: open.length, end: null });
      continue;
    }
    const group = open.at(-1);
    if (group === undefined) continue;
    if (/^(?:else|elif|elifdef|elifndef)$/.test(directive.word)) {
      group.arms.at(-1)!.to = directive.from;
      group.arms.push({ directive, to: -1 });
    } else if (directive.word === "endif") {
      group.arms.at(-1)!.to = directive.from;
      group.end = directive;
      closed.push(group);
      open.pop();
    }
  }
  return closed;
}

/** Text under construction: pieces are blanked in place, the length never changes. */
class Canvas {
  text: string;
  private readonly pieces: { from: number; to: number }[] = [];
  constructor(text: string) {
    this.text = text;
  }
  blank(from: number, to: number): void {
    this.pieces.push({ from, to });
  }
  apply(): void {
    this.pieces.sort((a, b) => a.from - b.from || a.to - b.to);
    const out: string[] = [];
    let at = 0;
    for (const { from, to } of this.pieces) {
      if (to <= at) continue;
      const start = Math.max(from, at);
      out.push(this.text.slice(at, start), blanks(this.text.slice(start, to)));
      at = to;
    }
    out.push(this.text.slice(at));
    this.text = out.join("");
    this.pieces.length = 0;
  }
}

function armCode(code: string, arm: Arm): string {
  return code.slice(arm.directive.to, arm.to).replace(/^[ \t]*#.*$/gm, "").trim();
}

function keptArm(code: string, group: Group): number {
  const first = group.arms[0]!.directive;
  if (first.word === "if" && first.argument === "0") return group.arms.length > 1 ? 1 : -1;
  const withCode = group.arms.findIndex((arm) => armCode(code, arm) !== "");
  return Math.max(withCode, 0);
}

const binaryOperator = /^(?:&&|\|\||<<|>>|[-|&^+*/%])/;

function choiceKind(code: string, group: Group, kept: number, around: Surroundings | null): ChoiceKind {
  const texts = group.arms.map((arm) => armCode(code, arm));
  const text = texts[kept] ?? "";
  const alone = kept === 0 && texts.every((other, index) => index === kept || other === "");
  if (around === null || text === "") return "gap";
  const statement = around.before === "" || ";{}:".includes(around.before);
  if (alone && "w)]".includes(around.before || " ") && binaryOperator.test(text) && !text.endsWith(";")) return "operand";
  if (alone && "(=&|+-^*/%<>".includes(around.before || " ") && /(?:&&|\|\||<<|>>|[-|&^+*/%])$/.test(text)) return "operand";
  if (alone && around.open !== "(" && statement && (/^else\b[\s\S]*[;}]$/.test(text) || /^if\b[\s\S]*\belse$/.test(text))) return "branch";
  const list = texts.every((arm) => arm === "" || arm.startsWith(",") || arm.endsWith(",") || /^(?:"[^"]*"\s*)+$/.test(arm));
  return around.open === "(" && list && texts.every((arm) => !/[(=]|\+\+|--/.test(arm)) ? "quiet" : "gap";
}

/** The number of the arm that is kept; -1 when none is. */
function chooseArm(code: string, group: Group, canvas: Canvas, choices: ArmChoice[], around: Surroundings | null): number {
  const kept = keptArm(code, group);
  const end = group.end!;
  for (const [index, arm] of group.arms.entries()) {
    canvas.blank(arm.directive.from, index === kept ? arm.directive.to : arm.to);
  }
  canvas.blank(end.from, end.to);
  const first = group.arms[0]!.directive;
  if (kept >= 0 && first.argument !== "0") choices.push({ k: choiceKind(code, group, kept, around), from: first.from, to: end.to, directiveTo: first.to, negated: kept > 0 });
  return kept;
}

/** Whatever its arms hold stands one after the other; the outermost of those that nest too deep says so, for all in it. */
function giveUp({ arms, depth, end }: Group, canvas: Canvas, choices: ArmChoice[]): void {
  for (const { from, to } of [...arms.map(({ directive }) => directive), end!]) canvas.blank(from, to);
  const first = arms[0]!.directive;
  if (depth === mostNested) choices.push({ k: "gap", from: first.from, to: end!.to, directiveTo: first.to, negated: false });
}

interface Surroundings {
  /** Innermost open bracket: "(", "[", "{", "=" for the brace of an initialiser or enum, "" at file level. */
  readonly open: string;
  /** Last solid character before, `w` for any of a word, "" at the start. */
  readonly before: string;
}

function isWord(c: number): boolean {
  return (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c === 95;
}

/** What stands around each group's first directive, found in one scan. */
function surroundingsOf(code: string, groups: readonly Group[], directives: readonly Directive[]): Map<Group, Surroundings> {
  const starts = new Map(groups.map((group) => [group.arms[0]!.directive.from, group]));
  const found = new Map<Group, Surroundings>();
  const stack: string[] = [];
  let before = "";
  const scan = (from: number, to: number): void => {
    for (let at = from; at < to; at++) {
      const c = code.charCodeAt(at);
      if (c <= 32 || isWord(c)) {
        if (c > 32) before = "w";
        continue;
      }
      if (c === 40) stack.push("(");
      else if (c === 91) stack.push("[");
      else if (c === 123) stack.push((stack.length > 0 && stack.at(-1) !== "{") || (before !== "" && "=,([".includes(before)) ? "=" : "{");
      else if (c === 41 || c === 93 || c === 125) stack.pop();
      before = code[at]!;
    }
  };
  let at = 0;
  for (const directive of directives) {
    scan(at, directive.from);
    at = directive.to;
    const group = starts.get(directive.from);
    if (group !== undefined) found.set(group, { open: stack.at(-1) ?? "", before });
  }
  return found;
}

function wholeStatements(code: string, group: Group, around: Surroundings): boolean {
  if (around.before !== "" && !";{}:".includes(around.before)) return false;
  for (const arm of group.arms) {
    const text = armCode(code, arm);
    if (text === "") continue;
    if (!";}{:".includes(text.at(-1)!) || /^else\b/.test(text)) return false;
  }
  return !/^\s*else\b/.test(code.slice(group.end!.to, group.end!.to + 200));
}

/**
 * Settles every preprocessor line of `code` (blanked text). In a `fragment` the brackets around it are not known, and
 * conditionals that open or close out of sight stay.
 */
export function settleConditionals(code: string, fragment = false): Conditioned {
  const directives = directivesOf(code);
  if (directives.length === 0) return { code, choices: [] };
  const canvas = new Canvas(code);
  const choices: ArmChoice[] = [];
  const conditional = /^(?:if|ifdef|ifndef|else|elif|elifdef|elifndef|endif)$/;
  for (const directive of directives) if (!conditional.test(directive.word)) canvas.blank(directive.from, directive.to);
  canvas.apply();

  const closed = groupsOf(directives);
  const groups = closed.filter(({ depth }) => depth < mostNested);
  for (const group of closed) if (group.depth >= mostNested) giveUp(group, canvas, choices);
  canvas.apply();
  const grouped = new Set(closed.flatMap((group) => [...group.arms.map((arm) => arm.directive), group.end!]));
  for (const directive of directives) {
    if (!fragment && conditional.test(directive.word) && !grouped.has(directive)) canvas.blank(directive.from, directive.to);
  }
  const kept: Group[] = [];
  const sums = new BracketSums(canvas.text);
  for (const group of groups) {
    // Each choice costs a pass over the text; a file with more broken conditionals than this is no source.
    if (choices.length > mostChoices) {
      kept.push(group);
      continue;
    }
    const arms = group.arms.map(({ directive, to }) => ({ from: directive.to, to }));
    sums.add({ from: group.arms[0]!.directive.from, to: group.end!.to }, arms, (pairUp) => {
      if (pairUp.every(Boolean)) {
        kept.push(group);
        return "all";
      }
      const arm = chooseArm(canvas.text, group, canvas, choices, null);
      canvas.apply();
      return arm;
    });
  }
  canvas.apply();

  const around = surroundingsOf(canvas.text, kept, directives);
  for (const group of kept) {
    const place = around.get(group);
    // Inside an arm that was given up.
    if (place === undefined || canvas.text.slice(group.end!.from, group.end!.to).trim() === "") continue;
    if (place.open === "=" || (place.open === "" && !fragment)) {
      for (const arm of group.arms) canvas.blank(arm.directive.from, arm.directive.to);
      canvas.blank(group.end!.from, group.end!.to);
    } else if (place.open === "(" || place.open === "[" || !wholeStatements(canvas.text, group, place)) {
      chooseArm(canvas.text, group, canvas, choices, place);
    }
  }
  canvas.apply();
  return { code: canvas.text, choices: choices.toSorted((a, b) => a.from - b.from) };
}
