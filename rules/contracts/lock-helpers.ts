/** Helpers that take, release, give or assert locks beyond the primitives of locks.ts. */
import type { Contract } from "../../src/rulebook/schema.ts";

const huge = { file: "include/linux/huge_mm.h", where: "", version: "6.12" } as const;
const mmap = { file: "include/linux/mmap_lock.h", where: "", version: "6.12" } as const;
const mm = { file: "include/linux/mm.h", where: "", version: "6.12" } as const;
const rmap = { file: "mm/rmap.c", where: "folio_lock_anon_vma_read()", version: "6.12" } as const;
const uffd = { file: "mm/userfaultfd.c", where: "double_pt_lock()", version: "6.12" } as const;
const lockdep = { file: "include/linux/lockdep.h", where: "", version: "6.12" } as const;

export const contracts: readonly Contract[] = [
  { name: "ptep_lockptr", since: "6.11", params: ["mm", "pte"], effects: [{ do: "give-lock", to: "return", lock: { class: "pte-ptl", of: "pte" } }], references: [mm] },
  { name: "double_pt_lock", since: "6.8", params: ["a", "b"], effects: [{ do: "acquire", lock: { pointer: "a" }, nested: true }, { do: "acquire", lock: { pointer: "b" }, nested: true }], references: [uffd] },
  { name: "double_pt_unlock", since: "6.8", params: ["a", "b"], effects: [{ do: "release", lock: { pointer: "a" } }, { do: "release", lock: { pointer: "b" } }], references: [uffd] },
  { name: "mmap_write_downgrade", since: "5.8", params: ["mm"], effects: [{ do: "release", lock: { class: "mmap", of: "mm" } }, { do: "acquire", lock: { class: "mmap", of: "mm" }, mode: "read" }], references: [mmap] },
  { name: "guard:mmap_read_lock", params: ["mm"], effects: [{ do: "acquire", lock: { class: "mmap", of: "mm" }, mode: "read" }], references: [mmap] },
  { name: "unguard:mmap_read_lock", params: ["mm"], effects: [{ do: "release", lock: { class: "mmap", of: "mm" } }], references: [mmap] },
  { name: "guard:mmap_read_lock_try", params: ["mm"], effects: [{ do: "acquire", lock: { class: "mmap", of: "mm" }, mode: "read", when: "nonzero", try: true }], references: [{ ...mmap, where: "DEFINE_GUARD_COND(mmap_read_lock)", version: "7.2" }] },
  { name: "unguard:mmap_read_lock_try", params: ["mm"], effects: [{ do: "release", lock: { class: "mmap", of: "mm" } }], references: [{ ...mmap, where: "DEFINE_GUARD_COND(mmap_read_lock)", version: "7.2" }] },
  { name: "guard:mmap_write_lock", params: ["mm"], effects: [{ do: "acquire", lock: { class: "mmap", of: "mm" }, mode: "write" }], references: [{ ...mmap, where: "DEFINE_GUARD(mmap_write_lock)", version: "7.2" }] },
  { name: "unguard:mmap_write_lock", params: ["mm"], effects: [{ do: "release", lock: { class: "mmap", of: "mm" } }], references: [{ ...mmap, where: "DEFINE_GUARD(mmap_write_lock)", version: "7.2" }] },
  { name: "folio_lock_anon_vma_read", since: "6.1", params: ["folio", "rwc"], effects: [{ do: "acquire", lock: { class: "anon_vma", of: "return" }, mode: "read", when: "nonzero", try: true }], references: [rmap] },
  { name: "lock_vma_under_rcu", since: "6.4", params: ["mm", "addr"], effects: [{ do: "acquire", lock: { class: "vma", of: "return" }, mode: "read", when: "nonzero", try: true }], returns: { vma: true }, references: [mm] },
  { name: "lock_mm_and_find_vma", since: "6.5", params: ["mm", "addr", "regs"], effects: [{ do: "acquire", lock: { class: "mmap", of: "mm" }, mode: "read", when: "nonzero" }], returns: { vma: true }, references: [{ file: "mm/memory.c", where: "lock_mm_and_find_vma()", version: "6.12" }] },
  { name: "i_mmap_assert_locked", params: ["mapping"], effects: [{ do: "assert", lock: { class: "i_mmap", of: "mapping" }, mode: "read" }], references: [lockdep] },
  { name: "i_mmap_assert_write_locked", params: ["mapping"], effects: [{ do: "assert", lock: { class: "i_mmap", of: "mapping" }, mode: "write" }], references: [lockdep] },
  { name: "lockdep_assert_held_write", aliases: ["lockdep_assert_held_read"], params: ["lock"], effects: [{ do: "assert", lock: { pointer: "lock" } }], references: [lockdep] },
  { name: "__split_huge_pmd", params: ["vma", "pmd", "addr"], effects: [{ do: "acquire", lock: { class: "pmd-ptl", of: "pmd" } }, { do: "release", lock: { class: "pmd-ptl", of: "pmd" } }, { do: "settle", entry: "pmd", level: "pmd", kinds: ["none", "table", "bad"] }], references: [huge] },
  { name: "split_huge_pmd", params: ["vma", "pmd", "addr"], effects: [{ do: "acquire", lock: { class: "pmd-ptl", of: "pmd" } }, { do: "release", lock: { class: "pmd-ptl", of: "pmd" } }, { do: "settle", entry: "pmd", level: "pmd", kinds: ["none", "table", "bad"] }], references: [huge] },
  { name: "faultin_vma_page_range", until: "6.8", params: ["vma", "start", "end", "write", "locked"], effects: [{ do: "may-release", lock: { class: "mmap", of: "vma.vm_mm" } }], references: [{ file: "mm/internal.h", where: "faultin_vma_page_range()", version: "6.1" }] },
];
