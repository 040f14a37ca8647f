/** The rule ids: what a broken one does to a running machine, how to mend it, what is no violation. */
import type { CatalogueEntry } from "../src/rulebook/schema.ts";

const addrs = { file: "Documentation/mm/process_addrs.rst", where: "Page tables", version: "6.12" } as const;
const generic = { file: "mm/pgtable-generic.c", where: "__pte_offset_map_lock()", version: "6.12" } as const;
const split = { file: "Documentation/mm/split_page_table_lock.rst", where: "", version: "6.12" } as const;

export const catalogue: readonly CatalogueEntry[] = [
  {
    id: "entry-lock",
    title: "An entry is changed without the page-table lock of its level",
    breaks: "Another CPU that does hold the lock changes the same entry: one of the two changes is lost, a table or page leaks, or a page stays mapped after it was freed.",
    fix: "Take the lock of the entry's level around the change: pte_offset_map_lock() for a pte, pmd_lock() for a pmd, pud_lock() or mm->page_table_lock above.",
    exceptions: ["tables that no other CPU can reach yet", "kernel page tables, which have rules of their own", "teardown of an mm with no users left"],
    references: [addrs, split],
  },
  {
    id: "stale-read",
    title: "A decision taken before the lock is acted on without a re-check under it",
    breaks: "Between the read and the lock another CPU faults in, splits, collapses or zaps: the change is made to an entry that is no longer what was tested, so a table or page that was installed meanwhile is overwritten.",
    fix: "Read the entry again under the lock (pmd_none(), pte_same(), pmd_same()) and give up or retry when it changed.",
    exceptions: ["the caller holds a lock that keeps the entry stable from the read to the change"],
    references: [{ file: "mm/memory.c", where: "pmd_install()", version: "6.12" }, addrs],
  },
  {
    id: "entry-kind",
    title: "An entry is used as something that it need not be",
    breaks: "The bits of a migration, swap or device entry are taken for a pfn or a table pointer: a struct page or page table that does not exist is read and written.",
    fix: "Test for the kind first: pte_present(), pmd_present(), is_pmd_migration_entry(), pmd_trans_huge() on one snapshot of the entry.",
    exceptions: ["the caller has excluded the other kinds under a lock that is still held"],
    references: [{ file: "include/linux/swapops.h", where: "", version: "6.12" }, addrs],
  },
  {
    id: "map-failure",
    title: "The result of pte_offset_map*() is used without a test for NULL",
    breaks: "Since 6.5 the table may have been removed, or the pmd may have become huge or none, so the call returns NULL: the next access is a NULL dereference.",
    fix: "Test the pointer and skip the range, retry, or set walk->action = ACTION_AGAIN.",
    exceptions: ["kernels before 6.5, where the call could not fail"],
    references: [generic],
  },
  {
    id: "map-balance",
    title: "A mapped pte is not unmapped once, through its own pointer",
    breaks: "Since 6.6 a missing pte_unmap() leaves an RCU read section open on every configuration; with HIGHPTE it leaks a kmap slot, and a wrong pointer unmaps somebody else's page.",
    fix: "Unmap on every path with the pointer that the map call returned (or one into the same table, pte - 1 after a pte++ loop).",
    exceptions: ["functions that hand the mapping to their caller", "pte_offset_kernel() and hugetlb pointers, which are not mapped"],
    references: [generic],
  },
  {
    id: "map-order",
    title: "Two mapped ptes are not unmapped in reverse order",
    breaks: "kmap_local mappings are a stack: unmapping in the wrong order warns and corrupts the stack with HIGHPTE.",
    fix: "Unmap the pte that was mapped last first.",
    exceptions: [],
    references: [{ file: "Documentation/mm/highmem.rst", where: "Temporary Virtual Mappings", version: "6.12" }],
  },
  {
    id: "lock-balance",
    title: "A lock is not released once on every path",
    breaks: "The next task that wants the lock spins or sleeps for ever; a lock released twice lets two tasks into the section.",
    fix: "Release the lock on the path named, usually by a jump to the common exit label.",
    exceptions: ["functions documented to return with the lock held"],
    references: [addrs],
  },
  {
    id: "publish-order",
    title: "A new table becomes reachable before its contents are ordered",
    breaks: "A CPU that walks without a lock sees the pointer first and reads entries (and the page-table lock inside the table's descriptor) as they were before they were initialised.",
    fix: "smp_wmb() after the last store to the table and before the populate, as pmd_install() has it.",
    exceptions: ["the table was reachable before"],
    references: [{ file: "mm/memory.c", where: "pmd_install()", version: "6.12" }],
  },
  {
    id: "lockless-read",
    title: "An entry that may change is read by a plain, repeated or torn load",
    breaks: "The compiler may load the entry again between test and use, or in pieces; on 32-bit PAE the halves of two different values are joined.",
    fix: "Read the entry once into a local with the lockless getter (pmdp_get_lockless(), ptep_get_lockless()) or READ_ONCE() on the memory, and use the copy.",
    exceptions: ["the entry's lock is held", "a first look that is read again under the lock"],
    references: [{ file: "include/linux/pgtable.h", where: "pmdp_get_lockless()", version: "6.12" }],
  },
  {
    id: "walk-done",
    title: "page_vma_mapped_walk() is left early without page_vma_mapped_walk_done()",
    breaks: "The walk's page-table lock stays held and its pte stays mapped: the next fault or reclaim on that table deadlocks.",
    fix: "Call page_vma_mapped_walk_done() before break, goto or return out of the loop.",
    exceptions: ["the walk has returned false"],
    references: [{ file: "include/linux/rmap.h", where: "page_vma_mapped_walk_done()", version: "6.12" }],
  },
  {
    id: "sleep-atomic",
    title: "Something that may sleep runs where nothing may",
    breaks: "The task is scheduled away with a spinlock held or inside an RCU read section: the next CPU that wants the lock spins until it runs again, which may be never, and a page table that RCU was to keep is freed under its reader.",
    fix: "Drop the lock and the mapping first and look at the entry again afterwards, allocate before taking the lock, or use a form that does not sleep (GFP_NOWAIT, a trylock, *_nonblock()).",
    exceptions: ["the callee drops the lock before it sleeps", "allocation flags that forbid waiting", "a lock that lockdep_assert_held() names by its address alone, which may be a mutex"],
    references: [
      { file: "kernel/sched/core.c", where: "__might_sleep()", version: "6.12" },
      { file: "mm/pgtable-generic.c", where: "__pte_offset_map()", version: "6.12" },
    ],
  },
  {
    id: "lazy-mmu",
    title: "Lazy MMU mode is not left, entered twice, or outlasts the lock",
    breaks: "Page-table stores stay held back in a per-CPU batch: the CPU that made them goes on without them in memory, another CPU that takes the lock reads the former entries, and the next section enters the mode again, which warns or stops (paravirt) the machine.",
    fix: "Leave lazy MMU mode on every path before the page-table lock is dropped, as the common exit label of the function does; leave it before a relock and enter it again after.",
    exceptions: ["since 6.19 sections nest", "sections entered before the lock was taken, which span several lock sections on purpose", "TLB flushes inside the mode: they are queued behind the stores on the architectures concerned"],
    references: [{ file: "include/linux/pgtable.h", where: "arch_enter_lazy_mmu_mode()", version: "6.12" }],
  },
  {
    id: "notifier-scope",
    title: "Secondary MMUs are not told around a change of present entries",
    breaks: "KVM, an IOMMU or a device keeps a translation to a page that is unmapped and freed, or walks a page table that is freed: it reads and writes memory that belongs to somebody else.",
    fix: "Begin a notifier range that covers the change (mmu_notifier_range_init(), mmu_notifier_invalidate_range_start()) before the page-table lock is taken and end it after the change on every path.",
    exceptions: ["the caller has begun a range that covers the change", "entries that become more permissive, or are replaced by one for the same page with the same rights", "architecture-private invalidate_range() calls before 6.6, where the end did the second invalidation"],
    references: [
      { file: "Documentation/mm/mmu_notifier.rst", where: "When do you need to notify inside page table lock ?", version: "6.12" },
      { file: "include/linux/mmu_notifier.h", where: "struct mmu_notifier_ops", version: "6.12" },
    ],
  },
  {
    id: "lock-order",
    title: "Locks are taken against the documented order",
    breaks: "Two tasks that take the two locks in opposite orders wait for each other for ever. Two page-table locks of one level without a nesting annotation make lockdep report a deadlock, and without an order of their addresses they can be one.",
    fix: "Take the outer lock first, or use a trylock and back off; take a second page-table lock with spin_lock_nested() and in an order that all takers keep.",
    exceptions: ["trylocks", "hugetlb, which takes i_mmap_rwsem before the folio lock", "a second page-table lock under the exclusive mmap lock, when it is annotated as nested"],
    references: [
      { file: "mm/rmap.c", where: "Lock ordering in mm", version: "6.12" },
      { file: "mm/filemap.c", where: "Lock ordering", version: "6.12" },
      { file: "Documentation/mm/process_addrs.rst", where: "Lock ordering", version: "6.12" },
    ],
  },
  {
    id: "tlb-flush",
    title: "Translations of a changed entry are not flushed, too late, or of the wrong range",
    breaks: "Another CPU goes on using the former entry from its TLB: it writes a page that is write-protected, unmapped or already somebody else's, and dirty data is lost or foreign memory overwritten.",
    fix: "Flush (flush_tlb_range(), ptep_clear_flush()) or record the entry in the mmu_gather (tlb_remove_tlb_entry()) on every path that has changed one, before the page-table lock is dropped; after a lock is taken, flush_tlb_batched_pending() before entries that are not present are taken for flushed.",
    exceptions: ["entries that were not present, or become more permissive", "the caller flushes, as for walk callbacks and zap functions without a mmu_gather", "the flush is announced (inc_tlb_flush_pending(), tlb_gather_mmu()) and comes after the lock", "teardown of an mm with no users left", "kernel ranges whose flush is put off on purpose (vunmap)"],
    references: [
      { file: "Documentation/core-api/cachetlb.rst", where: "", version: "6.12" },
      { file: "include/linux/mm_types.h", where: "mm_tlb_flush_pending()", version: "6.12" },
      { file: "mm/rmap.c", where: "flush_tlb_batched_pending()", version: "6.12" },
    ],
  },
];
