/** Finding VMAs, and walking and faulting what lies in them: under the mmap lock, or the VMA's own. */
import type { Contract } from "../../src/rulebook/schema.ts";

const find = { file: "mm/mmap.c", where: "find_vma_intersection()", version: "6.12" } as const;
const lookup = { file: "include/linux/mm.h", where: "vma_lookup()", version: "6.12" } as const;
const pagewalk = { file: "mm/pagewalk.c", where: "walk_page_range()", version: "6.12" } as const;
const addrs = { file: "Documentation/mm/process_addrs.rst", where: "Locking", version: "6.13" } as const;

const uffd = { file: "include/linux/userfaultfd_k.h", where: "userfaultfd_armed()", version: "6.12" } as const;

const underMmapLock = { need: "held", rule: "walk-context", any: [{ class: "mmap", of: "mm" }] } as const;
const novma = { name: "walk_page_range_novma", params: ["mm", "start", "end", "ops", "pgd", "private"] } as const;

export const contracts: readonly Contract[] = [
  { name: "userfaultfd_armed", aliases: ["userfaultfd_missing"], params: ["vma"], effects: [{ do: "look-at", of: "vma", field: "vm_userfaultfd_ctx" }], references: [uffd] },
  { name: "userfaultfd_wp", since: "5.7", params: ["vma"], effects: [{ do: "look-at", of: "vma", field: "vm_userfaultfd_ctx" }], references: [{ ...uffd, where: "userfaultfd_wp()" }] },
  { name: "userfaultfd_minor", since: "5.13", params: ["vma"], effects: [{ do: "look-at", of: "vma", field: "vm_userfaultfd_ctx" }], references: [{ ...uffd, where: "userfaultfd_minor()" }] },
  { name: "find_vma", aliases: ["find_vma_intersection", "find_vma_prev", "find_extend_vma", "find_exact_vma"], params: ["mm", "addr"], requires: [underMmapLock], returns: { vma: true }, references: [find, addrs] },
  { name: "vma_lookup", since: "5.14", params: ["mm", "addr"], requires: [underMmapLock], returns: { vma: true }, references: [lookup, addrs] },
  { name: "hugepage_vma_revalidate", since: "6.1", params: ["mm", "addr", "expect_anon", "vmap", "cc"], effects: [{ do: "give-vma", to: "vmap" }], references: [{ file: "mm/khugepaged.c", where: "hugepage_vma_revalidate()", version: "6.12" }] },
  { name: "hugepage_vma_revalidate", until: "5.19", params: ["mm", "addr", "vmap"], effects: [{ do: "give-vma", to: "vmap" }], references: [{ file: "mm/khugepaged.c", where: "hugepage_vma_revalidate()", version: "5.10" }] },
  { name: "walk_page_range", params: ["mm", "start", "end", "ops", "private"], requires: [underMmapLock], references: [pagewalk, addrs] },
  { ...novma, since: "5.7", until: "5.19", requires: [underMmapLock], references: [{ ...pagewalk, where: "walk_page_range_novma()", version: "5.15" }] },
  // munmap() frees the tables of what it has taken out of the VMA tree under mmap_lock for reading.
  { ...novma, since: "6.0", until: "6.7", requires: [{ ...underMmapLock, mode: "write" }], references: [{ ...pagewalk, where: "walk_page_range_novma()", version: "6.1" }] },
  // For tables of the kernel, which nearly all of its callers walk, reading is enough.
  { ...novma, since: "6.8", requires: [{ ...underMmapLock, mode: "write", kernelRead: true }], references: [{ ...pagewalk, where: "walk_page_range_novma()", version: "6.14" }] },
  // The debug walk took over what needs the write lock for tables of both kinds.
  { ...novma, name: "walk_page_range_debug", since: "6.0", requires: [{ ...underMmapLock, mode: "write" }], references: [{ ...pagewalk, where: "walk_page_range_novma()", version: "6.1" }] },
  {
    name: "walk_kernel_page_table_range",
    since: "6.12",
    params: ["start", "end", "ops", "pgd", "private"],
    requires: [{ need: "held", rule: "walk-context", any: [{ class: "mmap", of: "&init_mm" }] }],
    references: [{ file: "mm/pagewalk.c", where: "walk_kernel_page_table_range()", version: "6.12" }],
  },
  // Under no lock but what keeps the range its caller's own; it makes tables only for a walk with install_pte().
  { name: "walk_kernel_page_table_range_lockless", since: "6.18", params: ["start", "end", "ops", "pgd", "private"], references: [{ file: "mm/pagewalk.c", where: "walk_kernel_page_table_range_lockless()", version: "6.18" }] },
  { name: "find_pmd_or_thp_or_none", since: "6.1", params: ["mm", "addr", "pmdp"], requires: [{ need: "vma-found", mm: "mm" }], effects: [{ do: "give-entry", to: "pmdp" }], references: [{ file: "mm/khugepaged.c", where: "find_pmd_or_thp_or_none()", version: "6.12" }, addrs] },
  { name: "walk_page_vma", aliases: ["walk_page_range_vma"], params: ["vma"], requires: [{ need: "held", rule: "walk-context", any: [{ class: "mmap", of: "vma.vm_mm" }, { class: "vma", of: "vma" }] }], references: [{ file: "mm/pagewalk.c", where: "walk_page_vma()", version: "6.12" }, addrs] },
  { name: "get_user_pages_remote", aliases: ["pin_user_pages_remote"], params: ["mm"], effects: [{ do: "may-release", lock: { class: "mmap", of: "mm" } }], references: [{ file: "mm/gup.c", where: "get_user_pages_remote()", version: "6.12" }] },
  { name: "get_task_mm", aliases: ["mm_access"], params: ["task"], returns: { unlocked: true }, references: [{ file: "kernel/fork.c", where: "get_task_mm()", version: "6.12" }] },
];
