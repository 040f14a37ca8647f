/** A function that counts the users of many tables: what it does with the counts is looked at once for all of them. */
import { beforeAll, expect, it } from "vitest";
import { initC, lowerText } from "../../c/index.ts";
import type { Block, FunctionIr } from "../../c/ir.ts";
import { builtinRules, rulebookFor } from "../../rulebook/index.ts";
import { checkUnit } from "../index.ts";
import { usedAsNumbers } from "./hugetlb-share.ts";

beforeAll(initC);

const rulebook = rulebookFor(builtinRules(), "6.12");

const counting = (times: number, statement: string): string => `static void f(pte_t *pte)\n{\n${`\t${statement}\n`.repeat(times)}}\n`;

it("tells of each use as a number", () => {
  const findings = checkUnit(lowerText("mm/f.c", counting(3, "g(page_count(virt_to_page(pte)));\n\th(!page_count(virt_to_page(pte)));")), rulebook).flatMap((check) => check.findings);
  expect(findings.filter((f) => f.rule === "hugetlb-share").map((f) => f.line)).toEqual([3, 5, 7]);
});

it("reads each block once, however many counts are asked for", () => {
  let looks = 0;
  const fn = lowerText("mm/f.c", counting(200, "if (!page_count(virt_to_page(pte)))\n\t\tg();")).functions[0]!;
  const blocks = fn.blocks.map((block): Block => Object.defineProperty({ ...block }, "steps", { get: () => (looks++, block.steps) }));
  const watched = { ...fn, blocks } as FunctionIr;
  for (let times = 0; times < 200; times++) usedAsNumbers(watched);
  expect(looks).toBe(fn.blocks.length);
});
