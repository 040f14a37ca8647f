/** Which worlds a function is run in. */
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText } from "../c/index.ts";
import { worldsFor } from "./replay-world.ts";

beforeAll(initC);

function vmas(body: string): Set<string | undefined> {
  const { functions } = lowerText("mm/memory.c", `static void f(struct vm_fault *vmf, struct folio *folio, pte_t *pte, pte_t entry)\n{\n${body}\tset_pte_at(vmf->vma->vm_mm, vmf->address, pte, entry);\n}\n`);
  return new Set(worldsFor(functions, "mm/memory.c").map((world) => world["vma"]));
}

describe("worlds of a function", () => {
  it("have a file mapping without anon_vma only where anonymous pages are not mapped, or their anon_vma is prepared first", () => {
    const maps = "\tfolio_add_new_anon_rmap(folio, vmf->vma, vmf->address, RMAP_EXCLUSIVE);\n";
    expect(vmas("")).toEqual(new Set(["anon", "file"]));
    expect(vmas(maps)).toEqual(new Set(["anon"]));
    expect(vmas(`\tvmf_anon_prepare(vmf);\n${maps}`)).toEqual(new Set(["anon", "file"]));
  });
});
