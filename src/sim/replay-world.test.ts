/** Which worlds a function is run in. */
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText } from "../c/index.ts";
import { worldsFor } from "./replay-world.ts";

beforeAll(initC);

/** The mappings of its worlds, and whether those of files have an anon_vma. */
function vmas(body: string, params = "struct vm_fault *vmf, pte_t *pte", before = "\tstruct folio *folio = own_folio(vmf);\n\tpte_t entry = own_entry(vmf);\n\n"): Set<string> {
  const { functions } = lowerText("mm/memory.c", `static void f(${params})\n{\n${before}${body}\tset_pte_at(vmf->vma->vm_mm, vmf->address, pte, entry);\n}\n`);
  return new Set(worldsFor(functions, "mm/memory.c").map((world) => `${world["vma"]}${world["anon-vma"] === "yes" ? " with anon_vma" : ""}`));
}

describe("worlds of a function", () => {
  it("have mappings of files without anon_vma, but where anonymous pages are mapped and others have prepared it", () => {
    const maps = "\tfolio_add_new_anon_rmap(folio, vmf->vma, vmf->address, RMAP_EXCLUSIVE);\n";
    expect(vmas("")).toEqual(new Set(["anon", "file"]));
    expect(vmas(maps)).toEqual(new Set(["anon", "file with anon_vma"]));
    expect(vmas(`\tvmf_anon_prepare(vmf);\n${maps}`)).toEqual(new Set(["anon", "file"]));
  });

  it("have them with anon_vma where an entry is mapped that was given, or one of a page that was: whoever gives it may have the folio locked", () => {
    const fault = "struct vm_fault *vmf, pte_t *pte";
    expect(vmas("", `${fault}, pte_t entry`, "")).toEqual(new Set(["anon", "file with anon_vma"]));
    expect(vmas("", `${fault}, pte_t given`, "\tpte_t entry = pte_mkyoung(given);\n")).toEqual(new Set(["anon", "file with anon_vma"]));
    expect(vmas("", `${fault}, struct folio *folio`, "\tpte_t entry = mk_pte(folio_page(folio, 0), vmf->vma->vm_page_prot);\n")).toEqual(new Set(["anon", "file with anon_vma"]));
    expect(vmas("", `${fault}, pte_t given`, "\tpte_t entry = own_entry(vmf);\n")).toEqual(new Set(["anon", "file"]));
  });

  it("have no mappings of files where a table is kept for a huge anonymous page", () => {
    const maps = "\tanon_vma_prepare(vmf->vma);\n\tfolio_add_new_anon_rmap(folio, vmf->vma, vmf->address, RMAP_EXCLUSIVE);\n";
    const deposits = "\tpgtable_trans_huge_deposit(vmf->vma->vm_mm, vmf->pmd, table);\n";
    expect(vmas(`${maps}${deposits}`)).toEqual(new Set(["anon"]));
    expect(vmas(deposits)).toEqual(new Set(["anon", "file"]));
  });
});
