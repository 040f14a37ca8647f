/** Where the functions of a tree can be broken: every place of every operator, and a seeded choice among them. */
import { lowerText } from "../../src/c/index.ts";
import type { FunctionIr, UnitIr } from "../../src/c/ir.ts";
import { hasPageTableSteps } from "../../src/check/index.ts";
import type { Rulebook } from "../../src/rulebook/rulebook.ts";
import type { Edit, Operator } from "./edits.ts";
import { operators } from "./operators.ts";

export interface SourceFile {
  readonly path: string;
  readonly lines: readonly string[];
  readonly unit: UnitIr;
}

export interface Mutant {
  readonly operator: Operator;
  readonly file: SourceFile;
  readonly fn: FunctionIr;
  readonly edit: Edit;
}

export function readSource(path: string, text: string): SourceFile {
  return { path, lines: text.split("\n"), unit: lowerText(path, text) };
}

/** In functions that the rules speak of; the barriers and locks of others are not about page tables. */
export function mutantsOf(file: SourceFile, rulebook: Rulebook): Mutant[] {
  const found: Mutant[] = [];
  for (const fn of file.unit.functions) {
    if (!hasPageTableSteps(fn, rulebook)) continue;
    for (let index = fn.line; index < fn.endLine; index++) {
      if (/^\s*(\*|\/[*/])/.test(file.lines[index]!)) continue;
      for (const operator of operators) {
        const edit = operator.at(file.lines, index, fn.endLine);
        if (edit) found.push({ operator, file, fn, edit });
      }
    }
  }
  return found;
}

/** `most` of each operator, chosen by the seed; the same seed and tree give the same mutants in the same order. */
export function choose(all: readonly Mutant[], most: number, seed: number): Mutant[] {
  return operators.flatMap((operator, at) => shuffled(all.filter((m) => m.operator === operator), seed + at).slice(0, most));
}

export function mutated({ file, edit }: Mutant): string[] {
  return [...file.lines.slice(0, edit.at), ...edit.put, ...file.lines.slice(edit.at + edit.drop)];
}

function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = xorshift(seed);
  const left = [...items];
  for (let i = left.length - 1; i > 0; i--) {
    const j = random() % (i + 1);
    [left[i], left[j]] = [left[j]!, left[i]!];
  }
  return left;
}

/** Marsaglia's xorshift, 32 bit. */
function xorshift(seed: number): () => number {
  let state = (seed * 2654435761) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
}
