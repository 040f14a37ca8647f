/**
 * Functions that may sleep: they allocate with reclaim, take a sleeping lock, wait, reschedule or touch user memory.
 * Trylocks and the *_nonblock(), *_nowait() and *_inatomic() forms are not here on purpose. Read in 6.12; a name that an
 * older kernel has for the same thing (mmap_sem, pages instead of folios) was looked up in 5.4 or 6.1.
 */
import type { Sleeper } from "../src/rulebook/schema.ts";

export const sleepers: readonly Sleeper[] = [
  {
    names: ["alloc_pages", "alloc_page", "__alloc_pages", "__get_free_page", "__get_free_pages", "get_zeroed_page", "folio_alloc", "__folio_alloc", "vma_alloc_folio", "alloc_page_vma", "alloc_pages_vma"],
    flags: 0,
    references: [{ file: "include/linux/gfp.h", where: "alloc_pages()", version: "6.12" }],
  },
  { names: ["alloc_pages_node", "__alloc_pages_node"], flags: 1, references: [{ file: "include/linux/gfp.h", where: "alloc_pages_node()", version: "6.12" }] },
  {
    names: ["vma_alloc_zeroed_movable_folio", "alloc_zeroed_user_highpage_movable"],
    references: [{ file: "include/linux/highmem.h", where: "vma_alloc_zeroed_movable_folio()", version: "6.12" }],
  },
  {
    names: ["kmalloc", "kzalloc", "kmem_cache_alloc", "kmem_cache_zalloc", "kvmalloc", "kvzalloc", "kstrdup"],
    flags: 1,
    references: [{ file: "include/linux/slab.h", where: "kmalloc()", version: "6.12" }],
  },
  { names: ["kcalloc", "kmalloc_array", "kvmalloc_array", "kvcalloc", "krealloc", "kmemdup"], flags: 2, references: [{ file: "include/linux/slab.h", where: "kmalloc_array()", version: "6.12" }] },
  { names: ["vmalloc", "vzalloc", "vmap", "vunmap", "vmalloc_user"], references: [{ file: "mm/vmalloc.c", where: "vmap()", version: "6.12" }] },
  {
    names: ["pte_alloc", "pte_alloc_map", "pte_alloc_map_lock", "pte_alloc_kernel", "__pte_alloc", "__pte_alloc_kernel", "pmd_alloc", "pud_alloc", "p4d_alloc", "__pmd_alloc", "__pud_alloc", "__p4d_alloc", "huge_pte_alloc", "get_locked_pte", "__get_locked_pte"],
    references: [{ file: "mm/memory.c", where: "__pte_alloc()", version: "6.12" }],
  },
  {
    names: ["pte_alloc_one", "pte_alloc_one_kernel", "pmd_alloc_one", "pud_alloc_one", "p4d_alloc_one"],
    references: [{ file: "include/asm-generic/pgalloc.h", where: "pte_alloc_one()", version: "6.12" }],
  },
  { names: ["anon_vma_prepare", "__anon_vma_prepare", "anon_vma_clone", "anon_vma_fork", "vmf_anon_prepare", "__vmf_anon_prepare"], references: [{ file: "mm/rmap.c", where: "__anon_vma_prepare()", version: "6.12" }] },
  {
    names: ["mutex_lock", "mutex_lock_nested", "mutex_lock_interruptible", "mutex_lock_killable", "guard:mutex"],
    references: [{ file: "kernel/locking/mutex.c", where: "mutex_lock()", version: "6.12" }],
  },
  {
    names: ["down", "down_interruptible", "down_killable", "down_read", "down_read_nested", "down_read_interruptible", "down_read_killable", "down_write", "down_write_nested", "down_write_killable", "guard:rwsem_read", "guard:rwsem_write"],
    references: [{ file: "kernel/locking/rwsem.c", where: "down_read()", version: "6.12" }],
  },
  {
    names: ["mmap_read_lock", "mmap_read_lock_killable", "mmap_write_lock", "mmap_write_lock_nested", "mmap_write_lock_killable", "guard:mmap_read_lock"],
    since: "5.8",
    references: [{ file: "include/linux/mmap_lock.h", where: "mmap_read_lock()", version: "6.12" }],
  },
  { names: ["i_mmap_lock_read", "i_mmap_lock_write"], references: [{ file: "include/linux/fs.h", where: "i_mmap_lock_write()", version: "6.12" }] },
  { names: ["anon_vma_lock_read", "anon_vma_lock_write"], references: [{ file: "include/linux/rmap.h", where: "anon_vma_lock_write()", version: "6.12" }] },
  { names: ["vma_start_write"], since: "6.4", references: [{ file: "include/linux/mm.h", where: "vma_start_write()", version: "6.12" }] },
  { names: ["hugetlb_vma_lock_read", "hugetlb_vma_lock_write"], since: "6.1", references: [{ file: "mm/hugetlb.c", where: "hugetlb_vma_lock_read()", version: "6.12" }] },
  {
    names: ["lock_page", "lock_page_killable", "wait_on_page_locked", "wait_on_page_writeback"],
    references: [{ file: "include/linux/pagemap.h", where: "lock_page()", version: "6.12" }],
  },
  {
    names: ["folio_lock", "folio_lock_killable", "folio_wait_locked", "folio_wait_writeback"],
    since: "5.16",
    references: [{ file: "include/linux/pagemap.h", where: "folio_lock()", version: "6.12" }],
  },
  {
    names: ["cond_resched", "might_sleep", "schedule", "schedule_timeout", "schedule_timeout_interruptible", "schedule_timeout_uninterruptible", "msleep", "usleep_range", "wait_for_completion"],
    references: [{ file: "include/linux/sched.h", where: "cond_resched()", version: "6.12" }],
  },
  { names: ["wait_event", "wait_event_interruptible", "wait_event_killable"], references: [{ file: "include/linux/wait.h", where: "wait_event()", version: "6.12" }] },
  {
    names: ["synchronize_rcu", "synchronize_rcu_expedited", "synchronize_srcu", "rcu_barrier"],
    references: [{ file: "kernel/rcu/tree.c", where: "synchronize_rcu()", version: "6.12" }],
  },
  { names: ["flush_work", "flush_delayed_work", "lru_add_drain_all"], references: [{ file: "kernel/workqueue.c", where: "flush_work()", version: "6.12" }] },
  {
    names: ["copy_from_user", "copy_to_user", "get_user", "put_user", "clear_user", "copy_struct_from_user"],
    references: [{ file: "include/linux/uaccess.h", where: "copy_from_user()", version: "6.12" }],
  },
  { names: ["mmu_notifier_invalidate_range_start", "mmu_interval_read_begin"], references: [{ file: "include/linux/mmu_notifier.h", where: "mmu_notifier_invalidate_range_start()", version: "6.12" }] },
  { names: ["mmu_notifier_invalidate_range_end"], since: "5.5", references: [{ file: "include/linux/mmu_notifier.h", where: "mmu_notifier_invalidate_range_end()", version: "6.12" }] },
  { names: ["mmput"], references: [{ file: "kernel/fork.c", where: "mmput()", version: "6.12" }] },
  { names: ["migration_entry_wait", "migration_entry_wait_huge"], references: [{ file: "mm/migrate.c", where: "migration_entry_wait()", version: "6.12" }] },
  { names: ["handle_userfault"], references: [{ file: "fs/userfaultfd.c", where: "handle_userfault()", version: "6.12" }] },
  { names: ["handle_mm_fault", "hugetlb_fault"], references: [{ file: "mm/memory.c", where: "handle_mm_fault()", version: "6.12" }] },
  {
    names: ["fixup_user_fault", "get_user_pages", "get_user_pages_remote", "pin_user_pages", "pin_user_pages_remote", "populate_vma_page_range", "faultin_page_range"],
    references: [{ file: "mm/gup.c", where: "__get_user_pages()", version: "6.12" }],
  },
  { names: ["access_process_vm", "access_remote_vm"], references: [{ file: "mm/memory.c", where: "access_remote_vm()", version: "6.12" }] },
  { names: ["split_huge_page", "split_huge_page_to_list"], references: [{ file: "mm/huge_memory.c", where: "split_huge_page_to_list()", version: "6.1" }] },
  { names: ["split_folio", "split_folio_to_list"], since: "6.1", references: [{ file: "include/linux/huge_mm.h", where: "split_folio()", version: "6.12" }] },
  { names: ["rmap_walk", "try_to_unmap", "try_to_migrate"], references: [{ file: "mm/rmap.c", where: "rmap_walk()", version: "6.12" }] },
  { names: ["folio_referenced", "folio_mkclean", "remove_migration_ptes"], since: "5.18", references: [{ file: "mm/rmap.c", where: "folio_referenced()", version: "6.12" }, { file: "mm/migrate.c", where: "remove_migration_ptes()", version: "6.12" }] },
  { names: ["damon_folio_young", "damon_folio_mkold"], since: "6.2", references: [{ file: "mm/damon/paddr.c", where: "damon_folio_young()", version: "6.12" }] },
  { names: ["unmap_mapping_range", "unmap_mapping_pages", "zap_page_range_single", "zap_vma_ptes"], references: [{ file: "mm/memory.c", where: "unmap_mapping_range()", version: "6.12" }] },
  { names: ["zap_page_range"], until: "6.2", references: [{ file: "mm/memory.c", where: "zap_page_range()", version: "6.1" }] },
  { names: ["swapin_readahead", "read_swap_cache_async"], references: [{ file: "mm/swap_state.c", where: "swapin_readahead()", version: "6.12" }] },
  { names: ["hmm_vma_fault", "hmm_vma_walk_hole", "hmm_range_fault"], references: [{ file: "mm/hmm.c", where: "hmm_vma_fault()", version: "6.12" }] },
  { names: ["__set_memory"], references: [{ file: "arch/riscv/mm/pageattr.c", where: "__set_memory()", version: "6.12" }, { file: "arch/s390/mm/pageattr.c", where: "__set_memory()", version: "6.12" }] },
];
