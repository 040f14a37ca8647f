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
		world_ipi();
}

void flush_tlb_range(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	flush_tlb_mm_range(vma->vm_mm, start, end, PAGE_SHIFT, false);
}

void flush_pmd_tlb_range(struct vm_area_struct *vma, unsigned long start, unsigned long end) { flush_tlb_range(vma, start, end); }
void flush_pud_tlb_range(struct vm_area_struct *vma, unsigned long start, unsigned long end) { flush_tlb_range(vma, start, end); }
void flush_hugetlb_tlb_range(struct vm_area_struct *vma, unsigned long start, unsigned long end) { flush_tlb_range(vma, start, end); }
void flush_tlb_page(struct vm_area_struct *vma, unsigned long addr) { flush_tlb_range(vma, addr, addr + PAGE_SIZE); }
void flush_tlb_kernel_range(unsigned long start, unsigned long end) { world_flush(&init_mm, start, end); }
void flush_tlb_mm(struct mm_struct *mm) { flush_tlb_mm_range(mm, 0, ULONG_MAX, PAGE_SHIFT, false); }
