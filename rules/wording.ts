/**
 * How the comment above a function says what its callers hold. A sentence is read only where one of these forms is in it and
 * none of the words that make it say something else (src/check/wording.ts): an alternative, a condition, a lock that is
 * dropped or not held.
 */
import type { ContextWording, LockName } from "../src/rulebook/schema.ts";

/** What comments call the locks. A page-table lock is of the level of the entry that the function is given. */
export const lockNames: readonly LockName[] = [
  { lock: "mmap", names: ["mmap_lock", "mmap_sem", "mmap lock", "mmap semaphore", "mm semaphore", "mmap write lock", "mmap read lock"] },
  { lock: "i_mmap", names: ["i_mmap_rwsem", "i_mmap_mutex"] },
  { lock: "anon_vma", names: ["anon_vma lock", "anon_vma->root->rwsem", "anon vma lock"] },
  { lock: "hugetlb-vma", names: ["hugetlb vma lock", "hugetlb vma_lock"] },
  { lock: "vma", names: ["per-vma lock", "vma write lock"] },
  { lock: "entry", names: ["page table lock", "page-table lock", "page_table_lock", "pagetable lock", "ptl", "pt lock", "pte lock", "pmd lock"] },
  { lock: "rcu", names: ["rcu_read_lock()", "rcu_read_lock", "rcu read lock"] },
];

/**
 * {lock} is a name from above with its owner (mm->) and articles; words of strength ("a WRITE lock on") may stand before it,
 * and "..." is for any words of the sentence. Forms without reference are those with another person, tense or word order.
 */
export const wordings: readonly ContextWording[] = [
  { says: "must hold {lock}", references: [{ file: "mm/mmu_notifier.c", where: "__mmu_notifier_register()", version: "6.12" }] },
  { says: "should hold {lock}", references: [] },
  { says: "must be holding {lock}", references: [] },
  { says: "must already hold {lock}", references: [] },
  { says: "needs to hold {lock}", references: [{ file: "mm/rmap.c", where: "folio_add_anon_rmap_ptes()", version: "6.12" }] },
  { says: "need to hold {lock}", references: [] },
  { says: "has to hold {lock}", references: [] },
  { says: "caller holds {lock}", references: [] },
  { says: "callers hold {lock}", references: [] },
  { says: "called with {lock} held", references: [{ file: "mm/mempolicy.c", where: "vma_replace_policy()", version: "6.12" }] },
  { says: "called with {lock} locked", references: [] },
  { says: "called with {lock} writer semaphore held", mode: "write", references: [{ file: "mm/hugetlb.c", where: "clear_vma_resv_huge_pages()", version: "6.12" }] },
  { says: "called with {lock} still held", references: [] },
  { says: "called with {lock} in read", references: [] },
  { says: "called with {lock} in write", references: [] },
  { says: "called with {lock} for", references: [] },
  { says: "called holding {lock}", references: [] },
  { says: "called while holding {lock}", references: [] },
  { says: "called under {lock}", references: [{ file: "mm/rmap.c", where: "flush_tlb_batched_pending()", version: "6.12" }] },
  { says: "{lock} must be held", references: [{ file: "mm/gup.c", where: "populate_vma_page_range()", version: "6.12" }] },
  { says: "{lock} should be held", references: [] },
  { says: "{lock} has to be held", references: [] },
  { says: "{lock} needs to be held", references: [] },
  { says: "{lock} is held by the caller", references: [] },
  { says: "must write-lock {lock}", mode: "write", references: [{ file: "mm/mmap.c", where: "do_mmap()", version: "6.12" }] },
  { says: "must be protected by {lock}", references: [{ file: "mm/vma.c", where: "anon_vma_interval_tree_pre_update_vma()", version: "6.12" }] },
  { says: "context: ... {lock} held", references: [{ file: "mm/memcontrol-v1.c", where: "get_mctgt_type()", version: "6.12" }] },
  { says: "context: ... holding {lock}", references: [] },
];
