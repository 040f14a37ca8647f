/** Who asks what a function calls asks it on every path: it is read once, however often. */
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText } from "../c/index.ts";
import type { FunctionIr } from "../c/ir.ts";
import { builtinRules, type Rulebook, rulebookFor } from "../rulebook/index.ts";
import { hasEffect } from "./call-graph.ts";

beforeAll(initC);

const rulebook = rulebookFor(builtinRules(), "6.12");

function calling(...statements: readonly string[]): FunctionIr {
  return lowerText("mm/f.c", `void f(void)\n{\n${statements.map((text) => `\t${text}\n`).join("")}}\n`).functions[0]!;
}

const flushes = (fn: FunctionIr, book: Rulebook = rulebook): boolean => hasEffect(fn, book, (effect) => effect.do === "flush");

describe("whether a function calls what has an effect", () => {
  it.each([
    ["by its words", calling, "flush_tlb_range(vma, a, b);", true],
    ["by its words, not", calling, "g(flush_tlb_range);", false],
    ["by its steps, where it has no words", (...statements: readonly string[]): FunctionIr => withoutWords(calling(...statements)), "flush_tlb_range(vma, a, b);", true],
    ["by its steps, not", (...statements: readonly string[]): FunctionIr => withoutWords(calling(...statements)), "g(flush_tlb_range);", false],
  ] as const)("is told %s", (_how, make, statement, expected) => {
    expect(flushes(make("h();", statement))).toBe(expected);
  });

  it.each([["words", calling], ["steps", (...statements: readonly string[]): FunctionIr => withoutWords(calling(...statements))]] as const)("asks for the contracts of what its %s name once", (_what, make) => {
    const asked: string[] = [];
    const counting: Rulebook = { ...rulebook, contract: (name) => (asked.push(name), rulebook.contract(name)) };
    const fn = make(...Array.from({ length: 50 }, (_, i) => `g${i}();`));
    for (let times = 0; times < 50; times++) expect(flushes(fn, counting)).toBe(false);
    expect(asked).toHaveLength(50);
  });
});

/** As of a function that is known by hunks. */
function withoutWords(fn: FunctionIr): FunctionIr {
  const { words: _words, ...rest } = Object.fromEntries(Object.keys(fn).map((key) => [key, fn[key as keyof FunctionIr]])) as unknown as FunctionIr;
  return rest;
}
