/*
 * models: questions that are answered for the plain case
 *
 * No write protection by userfaultfd, no fatal signal, no exiting process, no exotic architecture. What a function does in the other cases is
 * not replayed.
 */

bool userfaultfd_wp(struct vm_area_struct *vma) { return false; }
bool userfaultfd_pte_wp(struct vm_area_struct *vma, pte_t pte) { return false; }
bool userfaultfd_huge_pmd_wp(struct vm_area_struct *vma, pmd_t pmd) { return false; }
bool uffd_disable_fault_around(struct vm_area_struct *vma) { return false; }
bool hpage_collapse_test_exit(struct mm_struct *mm) { return false; }
bool hpage_collapse_test_exit_or_disable(struct mm_struct *mm) { return false; }
bool vma_is_special_huge(struct vm_area_struct *vma) { return false; }
bool arch_needs_pgtable_deposit(void) { return false; }
bool arch_supports_page_table_move(void) { return true; }
bool thp_migration_supported(void) { return true; }
bool need_resched(void) { return false; }
bool fatal_signal_pending(struct task_struct *task) { return false; }
bool signal_pending(struct task_struct *task) { return false; }
int check_stable_address_space(struct mm_struct *mm) { return 0; }
int cond_resched(void) { return 0; }
bool folio_test_hugetlb(struct folio *folio) { return false; }
bool folio_test_ksm(struct folio *folio) { return false; }
bool PageHuge(struct page *page) { return false; }
bool PageKsm(struct page *page) { return false; }
bool folio_is_zone_device(struct folio *folio) { return false; }
bool is_zone_device_page(struct page *page) { return false; }

bool huge_pmd_needs_flush(pmd_t old, pmd_t new) { return true; }
bool pte_needs_flush(pte_t old, pte_t new) { return true; }
bool pmd_needs_soft_dirty_wp(struct vm_area_struct *vma, pmd_t pmd) { return false; }
bool pte_needs_soft_dirty_wp(struct vm_area_struct *vma, pte_t pte) { return false; }
bool vma_has_uffd_without_event_remap(struct vm_area_struct *vma) { return false; }
bool pte_marker_uffd_wp(pte_t pte) { return false; }
bool PageTransCompound(struct page *page) { return false; }
bool is_device_coherent_page(struct page *page) { return false; }
bool is_device_private_page(struct page *page) { return false; }
int folio_try_share_anon_rmap_pte(struct folio *folio, struct page *page) { return 0; }
int folio_try_share_anon_rmap_pmd(struct folio *folio, struct page *page) { return 0; }
int page_try_share_anon_rmap(struct page *page) { return 0; }
int thp_vma_suitable_order(struct vm_area_struct *vma, unsigned long addr, int order) { return 1; }
int thp_vma_allowable_order(struct vm_area_struct *vma, unsigned long flags, unsigned long tva, int order) { return 1; }

pmd_t maybe_pmd_mkwrite(pmd_t pmd, struct vm_area_struct *vma) { return pmd_mkwrite(pmd, vma); }
pte_t maybe_mkwrite(pte_t pte, struct vm_area_struct *vma) { return pte_mkwrite(pte, vma); }

/* Accounting and hints that no page-table walker depends on. */
void arch_enter_lazy_mmu_mode(void) { }
void arch_leave_lazy_mmu_mode(void) { }
void arch_flush_lazy_mmu_mode(void) { }
void flush_cache_range(struct vm_area_struct *vma, unsigned long start, unsigned long end) { }
void flush_cache_page(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn) { }
void flush_cache_mm(struct mm_struct *mm) { }
void update_mmu_cache(struct vm_area_struct *vma, unsigned long addr, pte_t *ptep) { }
void update_mmu_cache_range(struct vm_fault *vmf, struct vm_area_struct *vma, unsigned long addr, pte_t *ptep, unsigned int nr) { }
void update_mmu_cache_pmd(struct vm_area_struct *vma, unsigned long addr, pmd_t *pmd) { }
void update_mmu_tlb(struct vm_area_struct *vma, unsigned long addr, pte_t *ptep) { }
void update_mmu_tlb_range(struct vm_area_struct *vma, unsigned long addr, pte_t *ptep, unsigned int nr) { }
void add_mm_counter(struct mm_struct *mm, int member, long value) { }
void inc_mm_counter(struct mm_struct *mm, int member) { }
void dec_mm_counter(struct mm_struct *mm, int member) { }
void tlb_change_page_size(struct mmu_gather *tlb, unsigned int size) { }
void page_table_check_pte_clear_range(struct mm_struct *mm, unsigned long addr, pmd_t pmd) { }
void pmdp_get_lockless_sync(void) { }
void arch_check_zapped_pte(struct vm_area_struct *vma, pte_t pte) { }
void arch_check_zapped_pmd(struct vm_area_struct *vma, pmd_t pmd) { }
void count_vm_event(int item) { }
void count_vm_events(int item, long delta) { }
void deferred_split_folio(struct folio *folio, bool partially_mapped) { }
void folio_add_lru_vma(struct folio *folio, struct vm_area_struct *vma) { }
void folio_mark_accessed(struct folio *folio) { }
void folio_mark_dirty(struct folio *folio) { }
void folio_set_dirty(struct folio *folio) { }
void folio_set_referenced(struct folio *folio) { }
void mark_page_accessed(struct page *page) { }
void set_page_dirty(struct page *page) { }
void folio_mark_uptodate(struct folio *folio) { }
void __folio_mark_uptodate(struct folio *folio) { }
void mmap_assert_locked(struct mm_struct *mm) { }
void mmap_assert_write_locked(struct mm_struct *mm) { }
void vma_assert_locked(struct vm_area_struct *vma) { }
void vma_assert_write_locked(struct vm_area_struct *vma) { }
void assert_spin_locked(spinlock_t *lock) { }
void lockdep_assert_held(void *lock) { }
void lockdep_assert_held_write(void *lock) { }
void might_alloc(int flags) { }
void ksm_might_unmap_zero_page(struct mm_struct *mm, pte_t pte) { }
void LIST_HEAD(struct list_head *list) { }
void INIT_LIST_HEAD(struct list_head *list) { }
void list_add_tail(struct list_head *entry, struct list_head *list) { }
void list_add(struct list_head *entry, struct list_head *list) { }
void list_del(struct list_head *entry) { }
/* Nothing is ever found on a list: what was put there by this function itself is not tracked. */
bool list_empty(struct list_head *list) { return true; }
void *list_for_each_entry(void *entry, struct list_head *list, int member) { return NULL; }
void *list_for_each_entry_safe(void *entry, void *next, struct list_head *list, int member) { return NULL; }

/* What sparse is told. */
void __acquire(void *lock) { }
void __release(void *lock) { }
int __cond_lock(void *lock, int taken) { return taken; }

/* Hints and accounting of reclaim. */
bool lru_gen_look_around(struct page_vma_mapped_walk *pvmw) { return false; }
void tlb_start_vma(struct mmu_gather *tlb, struct vm_area_struct *vma) { }
void tlb_delay_rmap(struct mmu_gather *tlb) { }
bool pte_install_uffd_wp_if_needed(struct vm_area_struct *vma, unsigned long addr, pte_t *pte, pte_t old) { return false; }
bool zap_install_uffd_wp_if_needed(struct vm_area_struct *vma, unsigned long addr, pte_t *pte, int nr, void *details, pte_t old) { return false; }
int change_pmd_prepare(struct vm_area_struct *vma, pmd_t *pmd, unsigned long flags) { return 0; }
int change_prepare(struct vm_area_struct *vma, void *table, void *kind, unsigned long addr, unsigned long flags) { return 0; }
