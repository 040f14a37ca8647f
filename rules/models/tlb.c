/*
 * models: flushes, IPIs and the notification of secondary MMUs
 * mirrors: include/asm-generic/tlb.h, mm/mmu_gather.c, include/linux/mmu_notifier.h (6.12.117)
 */

/* Interrupts the other CPUs and waits for each of them, so it waits for those that have interrupts off. */
void world_ipi(void)
{
	world_send_ipi();
	world_wait_ipi();
}

void tlb_remove_table_sync_one(void) { world_ipi(); }

void flush_tlb_mm_range(struct mm_struct *mm, unsigned long start, unsigned long end, unsigned int stride_shift, bool freed_tables)
{
	world_flush(mm, start, end);
	if (world_config("flushByIpi"))
		world_wait_ipi();
}

void flush_tlb_range(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	flush_tlb_mm_range(vma->vm_mm, start, end, PAGE_SHIFT, false);
}

void flush_pmd_tlb_range(struct vm_area_struct *vma, unsigned long start, unsigned long end) { flush_tlb_range(vma, start, end); }
void flush_pud_tlb_range(struct vm_area_struct *vma, unsigned long start, unsigned long end) { flush_tlb_range(vma, start, end); }
void flush_hugetlb_tlb_range(struct vm_area_struct *vma, unsigned long start, unsigned long end) { flush_tlb_range(vma, start, end); }
void flush_tlb_page(struct vm_area_struct *vma, unsigned long addr) { flush_tlb_range(vma, addr, addr + PAGE_SIZE); }
void flush_tlb_kernel_range(unsigned long start, unsigned long end) { flush_tlb_mm_range(&init_mm, start, end, PAGE_SHIFT, false); }
void flush_tlb_mm(struct mm_struct *mm) { flush_tlb_mm_range(mm, 0, ULONG_MAX, PAGE_SHIFT, false); }

/*
 * Flushes of this CPU alone. Other CPUs keep what they hold.
 * mirrors: arch/arm/include/asm/tlbflush.h, arch/riscv/include/asm/tlbflush.h local_flush_tlb_page(), arch/x86/mm/tlb.c
 *   flush_tlb_one_user(), __flush_tlb_local() (6.12.117)
 */
void local_flush_tlb_range(struct vm_area_struct *vma, unsigned long start, unsigned long end) { world_flush_local(vma->vm_mm, start, end); }
void local_flush_tlb_page(struct vm_area_struct *vma, unsigned long addr) { world_flush_local(vma->vm_mm, addr, addr + PAGE_SIZE); }
void local_flush_tlb_mm(struct mm_struct *mm) { world_flush_local(mm, 0, ULONG_MAX); }
void local_flush_tlb_kernel_range(unsigned long start, unsigned long end) { world_flush_local(&init_mm, start, end); }
void flush_tlb_one_kernel(unsigned long addr) { world_flush_local(&init_mm, addr, addr + PAGE_SIZE); }

/*
 * Reclaim puts off the flush of what it unmaps (unmap-flush=batched) and says so in the mm, so that who finds the entries
 * gone under the page-table lock can flush himself.
 * mirrors: mm/rmap.c should_defer_flush(), set_tlb_ubc_flush_pending(), try_to_unmap_flush(), flush_tlb_batched_pending() (6.12.117)
 */
bool should_defer_flush(struct mm_struct *mm, int flags) { return world_config("batchedUnmap"); }

/* until: 6.5 */
void set_tlb_ubc_flush_pending(struct mm_struct *mm, bool writable)
{
	world_batch(mm, 0, ULONG_MAX);
	atomic_inc(&mm->tlb_flush_batched);
}

/* since: 6.6 */
void set_tlb_ubc_flush_pending(struct mm_struct *mm, pte_t pteval, unsigned long addr)
{
	world_batch(mm, addr, addr + PAGE_SIZE);
	atomic_inc(&mm->tlb_flush_batched);
}

void try_to_unmap_flush(void)
{
	if (world_batch_flush() && world_config("flushByIpi"))
		world_wait_ipi();
}

void try_to_unmap_flush_dirty(void) { try_to_unmap_flush(); }

void flush_tlb_batched_pending(struct mm_struct *mm)
{
	int batch;

	if (!world_config("batchedUnmap"))
		return;
	batch = atomic_read(&mm->tlb_flush_batched);
	if (batch) {
		flush_tlb_mm(mm);
		atomic_cmpxchg(&mm->tlb_flush_batched, batch, 0);
	}
}

/*
 * A gather collects the pages and tables that an unmap has taken out of the page tables, and the range to flush; it
 * frees them only behind the flush.
 */
void tlb_gather_mmu(struct mmu_gather *tlb, struct mm_struct *mm)
{
	tlb->mm = mm;
	inc_tlb_flush_pending(mm);
}

void tlb_gather_mmu_fullmm(struct mmu_gather *tlb, struct mm_struct *mm) { tlb_gather_mmu(tlb, mm); }

/*
 * mirrors: include/linux/mm_types.h inc_tlb_flush_pending(), mm_tlb_flush_nested() (6.12.117): says that somebody has
 *   cleared entries and not flushed yet, so that who finds them cleared knows that it must flush
 */
void inc_tlb_flush_pending(struct mm_struct *mm) { atomic_inc(&mm->tlb_flush_pending); }
void dec_tlb_flush_pending(struct mm_struct *mm) { atomic_dec(&mm->tlb_flush_pending); }
bool mm_tlb_flush_pending(struct mm_struct *mm) { return atomic_read(&mm->tlb_flush_pending) > 0; }
bool mm_tlb_flush_nested(struct mm_struct *mm) { return atomic_read(&mm->tlb_flush_pending) > 1; }

void tlb_flush_mmu_tlbonly(struct mmu_gather *tlb)
{
	if (world_gather_flush() && world_config("flushByIpi"))
		world_wait_ipi();
}

void tlb_flush_mmu(struct mmu_gather *tlb)
{
	struct page *page;
	pgtable_t table;

	tlb_flush_mmu_tlbonly(tlb);
	for (;;) {
		table = world_gather_take_table();
		if (!table)
			break;
		if (world_config("freeByRcu"))
			world_table_free_rcu(table);
		else
			world_table_free(table);
	}
	for (;;) {
		page = world_gather_take_page();
		if (!page)
			break;
		world_page_put(page);
	}
}

void tlb_finish_mmu(struct mmu_gather *tlb)
{
	if (mm_tlb_flush_nested(tlb->mm))
		world_gather_range(tlb->mm, 0, ULONG_MAX);
	tlb_flush_mmu(tlb);
	dec_tlb_flush_pending(tlb->mm);
}

void tlb_remove_tlb_entry(struct mmu_gather *tlb, pte_t *ptep, unsigned long addr) { world_gather_range(tlb->mm, addr, addr + PAGE_SIZE); }
void tlb_remove_tlb_entries(struct mmu_gather *tlb, pte_t *ptep, unsigned int nr, unsigned long addr) { world_gather_range(tlb->mm, addr, addr + PAGE_SIZE); }
void tlb_remove_pmd_tlb_entry(struct mmu_gather *tlb, pmd_t *pmdp, unsigned long addr) { world_gather_range(tlb->mm, addr, addr + HPAGE_PMD_SIZE); }
void tlb_flush_pmd_range(struct mmu_gather *tlb, unsigned long addr, unsigned long size) { world_gather_range(tlb->mm, addr, addr + size); }
void tlb_flush_pte_range(struct mmu_gather *tlb, unsigned long addr, unsigned long size) { world_gather_range(tlb->mm, addr, addr + size); }

bool __tlb_remove_page(struct mmu_gather *tlb, struct page *page, int flags) { world_gather_page(page); return false; }
bool __tlb_remove_page_size(struct mmu_gather *tlb, struct page *page, bool delay_rmap, int size) { world_gather_page(page); return false; }
bool __tlb_remove_folio_pages(struct mmu_gather *tlb, struct page *page, unsigned int nr, bool delay_rmap) { world_gather_page(page); return false; }
void tlb_remove_page(struct mmu_gather *tlb, struct page *page) { world_gather_page(page); }
void tlb_remove_page_size(struct mmu_gather *tlb, struct page *page, int size) { world_gather_page(page); }

void pte_free_tlb(struct mmu_gather *tlb, pgtable_t table, unsigned long addr)
{
	world_gather_range(tlb->mm, addr & PMD_MASK, (addr & PMD_MASK) + PMD_SIZE);
	world_gather_table(table);
}

void pmd_free_tlb(struct mmu_gather *tlb, pmd_t *pmd, unsigned long addr)
{
	world_gather_range(tlb->mm, addr & PUD_MASK, (addr & PUD_MASK) + PUD_SIZE);
	world_gather_table(world_table_of(pmd));
}

void pud_free_tlb(struct mmu_gather *tlb, pud_t *pud, unsigned long addr)
{
	world_gather_range(tlb->mm, addr & PUD_MASK, (addr & PUD_MASK) + PUD_SIZE);
	world_gather_table(world_table_of(pud));
}

/* since: 6.3 */
void mmu_notifier_range_init(struct mmu_notifier_range *range, int event, unsigned int flags, struct mm_struct *mm, unsigned long start, unsigned long end)
{
	range->mm = mm;
	range->start = start;
	range->end = end;
}

/* until: 6.2 */
void mmu_notifier_range_init(struct mmu_notifier_range *range, int event, unsigned int flags, struct vm_area_struct *vma, struct mm_struct *mm, unsigned long start, unsigned long end)
{
	range->mm = mm;
	range->start = start;
	range->end = end;
}

void mmu_notifier_invalidate_range_start(struct mmu_notifier_range *range) { world_invalidate_start(range->mm, range->start, range->end); }
void mmu_notifier_invalidate_range_end(struct mmu_notifier_range *range) { world_invalidate_end(range->mm, range->start, range->end); }
