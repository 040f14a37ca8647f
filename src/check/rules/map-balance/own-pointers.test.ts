/** What a function unmaps is its own or what lies in the structure that it was given, and that is worked out once. */
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText } from "../../../c/index.ts";
import type { FunctionIr } from "../../../c/ir.ts";
import { builtinRules, type Rulebook, rulebookFor } from "../../../rulebook/index.ts";
import { unmapsOwnOnly } from "./own-pointers.ts";

beforeAll(initC);

const rulebook = rulebookFor(builtinRules(), "6.12");
const map = "pte = pte_offset_map(vmf->pmd, vmf->address);";

function handler(...statements: readonly string[]): FunctionIr {
  return lowerText("mm/f.c", `int f(struct vm_fault *vmf)\n{\n\tpte_t *pte;\n${statements.map((text) => `\t${text}\n`).join("")}\treturn 0;\n}\n`).functions[0]!;
}

describe("what a fault handler unmaps", () => {
  it.each([
    ["a pointer of its own", [map, "pte_unmap(pte);"], true],
    ["a pointer of its own, which it also puts into the structure on another way", [map, "if (g()) {", "vmf->pte = pte;", "return 1;", "}", "pte_unmap(pte);"], true],
    ["a pointer of its own in a variable that was the structure's before", ["pte = vmf->pte;", map, "pte_unmap(pte);"], true],
    ["what its caller had mapped, or else a pointer of its own", ["if (CONFIG_X)", "pte = NULL;", "pte = vmf->pte;", `if (!pte) ${map}`, "if (g()) {", "vmf->pte = pte;", "return 1;", "}", "pte_unmap(pte);"], true],
    ["what it has put into the structure, or else a pointer of its own", ["vmf->pte = pte_offset_map(vmf->pmd, vmf->address);", "pte = vmf->pte;", `if (!pte) ${map}`, "pte_unmap(pte);"], false],
    ["the structure's by a variable", ["pte = vmf->pte;", "pte_unmap(pte);"], false],
    ["one that it has put into the structure", [map, "vmf->pte = pte;", "pte_unmap(pte);"], false],
    ["one that it has put into the structure in an earlier round", [map, "while (g()) {", "if (h())", "pte_unmap(pte);", "vmf->pte = pte;", "}"], false],
    ["one that it puts into both at once", ["vmf->pte = pte = pte_offset_map(vmf->pmd, vmf->address);", "pte_unmap(pte);"], false],
    ["one that it puts into both at once, the other way round", ["pte = vmf->pte = pte_offset_map(vmf->pmd, vmf->address);", "pte_unmap(pte);"], false],
    ["the structure's on one of two ways", ["if (g())", map, "else", "pte = vmf->pte;", "pte_unmap(pte);"], false],
    ["the field of the structure", ["pte_unmap(vmf->pte);"], false],
    ["nothing", [map], false],
  ] as const)("is %s", (_what, statements, expected) => {
    expect(unmapsOwnOnly(handler(...statements), rulebook)).toBe(expected);
  });

  it("is asked of each call once, however often the answer is wanted", () => {
    const asked: string[] = [];
    const counting: Rulebook = { ...rulebook, contract: (name) => (asked.push(name), rulebook.contract(name)) };
    const fn = handler(map, ...Array.from({ length: 50 }, (_, i) => `g${i}();`), "pte_unmap(pte);");
    expect(unmapsOwnOnly(fn, counting)).toBe(true);
    const once = asked.length;
    expect(once).toBeGreaterThan(50);
    for (let times = 0; times < 50; times++) unmapsOwnOnly(fn, counting);
    expect(asked).toHaveLength(once);
  });

  it("is found by work that grows as the calls do: a mail may have thousands of them in a row", () => {
    const reads = (calls: number): number => {
      let count = 0;
      const watched = <T extends object>(steps: T): T => new Proxy(steps, { get: (of, name) => (count++, Reflect.get(of, name) as unknown) });
      const fn = handler(map, ...Array.from({ length: calls }, (_, i) => `g${i}();`), "pte_unmap(pte);");
      expect(unmapsOwnOnly({ ...fn, blocks: fn.blocks.map((block) => ({ ...block, steps: watched(block.steps) })) }, rulebook)).toBe(true);
      return count;
    };
    expect(reads(800)).toBeLessThan(2.5 * reads(400));
  });
});
