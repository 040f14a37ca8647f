/** One edit of a function's text, and the shapes of edits that the operators are made of. */
import type { RuleId } from "../../src/index.ts";

export interface Edit {
  /** 0-based index of the first line that is replaced, and how many are. */
  readonly at: number;
  readonly drop: number;
  readonly put: readonly string[];
}

export interface Operator {
  readonly name: string;
  readonly expects: readonly RuleId[];
  /** The edit at a line, or null when the operator has nothing to do there. `end` is the index after the function's last line. */
  readonly at: (lines: readonly string[], index: number, end: number) => Edit | null;
}

/** The pointer to a page-table lock, and an argument list with what it nests. */
export const ptl: string = String.raw`(?:&\w+->page_table_lock|[\w>.-]*(?:ptl|pml)\w*)`;
export const call: string = String.raw`\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)`;

/** Replaces the line by an empty statement, so that an `if` before it keeps its shape. */
export function drop(statement: RegExp): Operator["at"] {
  return (lines, index) => (statement.test(lines[index]!) ? replace(index, lines[index]!.replace(/\S.*$/, ";")) : null);
}

export function rewrite(from: RegExp, to: (match: RegExpExecArray) => string): Operator["at"] {
  return (lines, index) => {
    const match = from.exec(lines[index]!);
    return match ? replace(index, lines[index]!.replace(match[0], to(match))) : null;
  };
}

export function replace(at: number, ...put: readonly string[]): Edit {
  return { at, drop: 1, put };
}

/** A single condition that a line asks, and the constant that drops it. */
export function dropTest(condition: RegExp, becomes: (negated: boolean) => "0" | "1"): Operator["at"] {
  return (lines, index) => {
    const match = condition.exec(lines[index]!);
    if (!match || !/\b(if|while) \(|^\s*\S.*[&|)]$/.test(lines[index]!)) return null;
    return replace(index, lines[index]!.replace(match[0], becomes(match[0].startsWith("!"))));
  };
}

/** Exchanges a statement with the next one of its block. */
export function swap(first: RegExp, second: RegExp): Operator["at"] {
  return (lines, index) => {
    const next = lines[index + 1];
    if (next === undefined || !first.test(lines[index]!) || !second.test(next) || indent(next) !== indent(lines[index]!)) return null;
    return { at: index, drop: 2, put: [next, lines[index]!] };
  };
}

export function indent(line: string): string {
  return /^\s*/.exec(line)![0];
}

export const statement = (text: string): RegExp => new RegExp(String.raw`^\s*${text};$`);
