/** The documented order of locks. Page-table locks below sleeping locks need no row: that is sleep-atomic. */
import type { LockOrder } from "../src/rulebook/schema.ts";

const rmap = { file: "mm/rmap.c", where: "Lock ordering in mm", version: "6.12" } as const;
const filemap = { file: "mm/filemap.c", where: "Lock ordering", version: "6.12" } as const;
const addrs = { file: "Documentation/mm/process_addrs.rst", where: "Lock ordering", version: "6.13" } as const;

export const lockOrders: readonly LockOrder[] = [
  { outer: "mmap", inner: ["vma", "folio", "i_mmap", "anon_vma", "hugetlb-fault", "hugetlb-vma"], references: [rmap, filemap, addrs] },
  { outer: "vma", inner: ["i_mmap", "anon_vma"], since: "6.4", references: [rmap, addrs] },
  { outer: "folio", inner: ["i_mmap", "anon_vma"], exceptFiles: ["mm/hugetlb.c", "fs/hugetlbfs/inode.c"], references: [rmap] },
  { outer: "i_mmap", inner: ["anon_vma"], references: [rmap, filemap] },
  { outer: "hugetlb-fault", inner: ["hugetlb-vma", "i_mmap"], references: [rmap] },
  { outer: "hugetlb-vma", inner: ["i_mmap"], since: "6.1", references: [rmap] },
  { outer: "pmd-ptl", inner: ["pte-ptl"], references: [{ file: "mm/khugepaged.c", where: "retract_page_tables()", version: "6.12" }, { file: "mm/khugepaged.c", where: "collapse_pte_mapped_thp()", version: "6.12" }] },
];
