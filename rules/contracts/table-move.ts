/** Moving and removing whole tables: mm/mremap.c, mm/khugepaged.c. */
import type { Contract } from "../../src/rulebook/schema.ts";

export const contracts: readonly Contract[] = [
  {
    name: "move_pgt_entry",
    since: "5.11",
    until: "6.16",
    params: ["entry", "vma", "old_addr", "new_addr", "old_entry", "new_entry", "need_rmap_locks"],
    requires: [{ need: "nonzero", rule: "move-context", value: "need_rmap_locks", of: "entry", in: ["NORMAL_PMD", "NORMAL_PUD"], says: "a whole table is moved, so need_rmap_locks has to be true" }],
    references: [{ file: "mm/mremap.c", where: "move_page_tables()", version: "6.12" }],
  },
  { name: "take_rmap_locks", params: ["vma"], effects: [{ do: "acquire", lock: { class: "i_mmap", of: "vma.vm_file.f_mapping" } }, { do: "acquire", lock: { class: "anon_vma", of: "vma.anon_vma" } }], references: [{ file: "mm/mremap.c", where: "take_rmap_locks()", version: "6.12" }] },
  { name: "drop_rmap_locks", params: ["vma"], effects: [{ do: "release", lock: { class: "anon_vma", of: "vma.anon_vma" } }, { do: "release", lock: { class: "i_mmap", of: "vma.vm_file.f_mapping" } }], references: [{ file: "mm/mremap.c", where: "drop_rmap_locks()", version: "6.12" }] },
  {
    name: "collapse_and_free_pmd",
    since: "5.19",
    until: "6.5",
    params: ["mm", "vma", "addr", "pmdp"],
    requires: [{ need: "held", rule: "walk-context", any: [{ class: "mmap", of: "mm" }], mode: "write" }, { need: "no-rmap-walkers", vma: "vma" }],
    references: [{ file: "mm/khugepaged.c", where: "collapse_and_free_pmd()", version: "6.1" }],
  },
];
