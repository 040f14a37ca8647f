/*
 * models: unmapping ranges and freeing the page tables below them
 * mirrors: mm/memory.c zap_pte_range(), zap_pmd_range(), unmap_page_range(), free_pgd_range(), mm/huge_memory.c
 *   zap_huge_pmd() (6.12.117)
 */

/* The first pmd of the address, or NULL when an upper table is missing. */
pmd_t *mm_find_pmd(struct mm_struct *mm, unsigned long addr)
{
	pgd_t *pgd = pgd_offset(mm, addr);
	p4d_t *p4d;
	pud_t *pud;

	if (pgd_none_or_clear_bad(pgd))
		return NULL;
	p4d = p4d_offset(pgd, addr);
	pud = pud_offset(p4d, addr);
	if (pud_none_or_clear_bad(pud))
		return NULL;
	return pmd_offset(pud, addr);
}

void world_zap_pte_range(struct mmu_gather *tlb, struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, unsigned long end)
{
	struct mm_struct *mm = tlb->mm;
	spinlock_t *ptl;
	pte_t *start_pte = world_map_lock(mm, pmd, addr, &ptl);
	pte_t *pte = start_pte;

	if (!pte)
		return;
	flush_tlb_batched_pending(mm);
	for (; addr != end; pte++, addr += PAGE_SIZE) {
		pte_t entry = ptep_get(pte);

		if (pte_none(entry))
			continue;
		if (!pte_present(entry)) {
			if (is_device_private_entry(pte_to_swp_entry(entry)) || is_device_exclusive_entry(pte_to_swp_entry(entry)))
				world_gather_page(pfn_swap_entry_to_page(pte_to_swp_entry(entry)));
			pte_clear(mm, addr, pte);
			continue;
		}
		entry = ptep_get_and_clear_full(mm, addr, pte, 0);
		tlb_remove_tlb_entry(tlb, pte, addr);
		tlb_remove_page(tlb, pte_page(entry));
	}
	pte_unmap_unlock(start_pte, ptl);
}

/* Gives 0 when the PMD is not huge any more once its lock is held. */
int zap_huge_pmd(struct mmu_gather *tlb, struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	struct mm_struct *mm = tlb->mm;
	spinlock_t *ptl = pmd_lock(mm, pmd);
	pmd_t old;

	if (!pmd_trans_huge(*pmd) && !is_swap_pmd(*pmd)) {
		spin_unlock(ptl);
		return 0;
	}
	old = pmdp_huge_get_and_clear_full(vma, addr, pmd, 0);
	tlb_remove_pmd_tlb_entry(tlb, pmd, addr);
	if (vma_is_anonymous(vma)) {
		pte_free(mm, pgtable_trans_huge_withdraw(mm, pmd));
		mm_dec_nr_ptes(mm);
	}
	spin_unlock(ptl);
	if (pmd_present(old))
		tlb_remove_page(tlb, pmd_page(old));
	return 1;
}

/* Both halves of zap_pmd_range(): the look without the lock decides which. */
void world_zap_pmd(struct mmu_gather *tlb, struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, unsigned long end)
{
	pmd_t val = pmdp_get_lockless(pmd);

	if (is_swap_pmd(val) || pmd_trans_huge(val)) {
		if (zap_huge_pmd(tlb, vma, pmd, addr))
			return;
		val = pmdp_get_lockless(pmd);
	}
	if (pmd_none(val))
		return;
	world_zap_pte_range(tlb, vma, pmd, addr, end);
}

void unmap_page_range(struct mmu_gather *tlb, struct vm_area_struct *vma, unsigned long addr, unsigned long end, struct zap_details *details)
{
	pmd_t *pmd = mm_find_pmd(tlb->mm, addr);

	if (!pmd)
		return;
	for (; addr < end; pmd++, addr += PMD_SIZE)
		world_zap_pmd(tlb, vma, pmd, addr, pmd_addr_end(addr, end));
}

void zap_page_range_single(struct vm_area_struct *vma, unsigned long addr, unsigned long size, struct zap_details *details)
{
	struct mmu_notifier_range range;
	struct mmu_gather tlb;
	struct mm_struct *mm = vma->vm_mm;

	tlb_gather_mmu(&tlb, mm);
	world_invalidate_start(mm, addr, addr + size);
	unmap_page_range(&tlb, vma, addr, addr + size, details);
	world_invalidate_end(mm, addr, addr + size);
	tlb_finish_mmu(&tlb);
}

/*
 * mirrors: mm/memory.c free_pte_range(), free_pmd_range(), free_pud_range() (6.12.117)
 *
 * Everything below start..end goes, without any page-table lock: nobody else may be able to get there.
 */
void free_pgd_range(struct mmu_gather *tlb, unsigned long addr, unsigned long end, unsigned long floor, unsigned long ceiling)
{
	struct mm_struct *mm = tlb->mm;
	pgd_t *pgd = pgd_offset(mm, addr);
	pud_t *pud;
	pmd_t *pmd;
	unsigned long start = addr;

	if (pgd_none_or_clear_bad(pgd))
		return;
	pud = pud_offset(p4d_offset(pgd, addr), addr);
	if (pud_none_or_clear_bad(pud))
		return;
	pmd = pmd_offset(pud, addr);
	for (; addr < end; pmd++, addr += PMD_SIZE) {
		pmd_t val = READ_ONCE(*pmd);

		if (pmd_none(val) || pmd_bad(val))
			continue;
		pmd_clear(pmd);
		pte_free_tlb(tlb, pmd_pgtable(val), addr);
		mm_dec_nr_ptes(mm);
	}
	if (start != (start & PUD_MASK) || end < start + PUD_SIZE)
		return;
	pmd = pmd_offset(pud, start);
	pud_clear(pud);
	pmd_free_tlb(tlb, pmd, start);
}

void world_free_pgtables(struct mmu_gather *tlb, struct vm_area_struct *vma)
{
	struct mm_struct *mm = tlb->mm;

	if (vma_is_anonymous(vma)) {
		anon_vma_lock_write(vma->anon_vma);
		world_vma_unlink(vma);
		anon_vma_unlock_write(vma->anon_vma);
	} else {
		i_mmap_lock_write(vma->vm_file->f_mapping);
		world_vma_unlink(vma);
		i_mmap_unlock_write(vma->vm_file->f_mapping);
	}
	free_pgd_range(tlb, vma->vm_start, vma->vm_end, 0, 0);
}

/* mirrors: include/linux/huge_mm.h pmd_trans_huge_lock(), mm/huge_memory.c __pmd_trans_huge_lock() (6.12.117) */
spinlock_t *__pmd_trans_huge_lock(pmd_t *pmd, struct vm_area_struct *vma)
{
	spinlock_t *ptl = pmd_lock(vma->vm_mm, pmd);

	if (is_swap_pmd(*pmd) || pmd_trans_huge(*pmd))
		return ptl;
	spin_unlock(ptl);
	return NULL;
}

spinlock_t *pmd_trans_huge_lock(pmd_t *pmd, struct vm_area_struct *vma)
{
	if (is_swap_pmd(*pmd) || pmd_trans_huge(*pmd))
		return __pmd_trans_huge_lock(pmd, vma);
	return NULL;
}

/*
 * A huge entry goes to another PMD with the table that is deposited for it.
 * mirrors: mm/huge_memory.c move_huge_pmd() (6.12.117)
 */
bool move_huge_pmd(struct vm_area_struct *vma, unsigned long old_addr, unsigned long new_addr, pmd_t *old_pmd, pmd_t *new_pmd)
{
	struct mm_struct *mm = vma->vm_mm;
	spinlock_t *old_ptl, *new_ptl;
	pmd_t val;

	if (!pmd_none(*new_pmd))
		return false;
	old_ptl = __pmd_trans_huge_lock(old_pmd, vma);
	if (!old_ptl)
		return false;
	new_ptl = pmd_lockptr(mm, new_pmd);
	if (new_ptl != old_ptl)
		spin_lock(new_ptl);
	val = pmdp_huge_get_and_clear(mm, old_addr, old_pmd);
	if (new_ptl != old_ptl && vma_is_anonymous(vma))
		pgtable_trans_huge_deposit(mm, new_pmd, pgtable_trans_huge_withdraw(mm, old_pmd));
	set_pmd_at(mm, new_addr, new_pmd, val);
	if (pmd_present(val))
		flush_tlb_range(vma, old_addr, old_addr + PMD_SIZE);
	if (new_ptl != old_ptl)
		spin_unlock(new_ptl);
	spin_unlock(old_ptl);
	return true;
}

/* mirrors: mm/memory.c do_set_pmd() (6.12.117) */
int do_set_pmd(struct vm_fault *vmf, struct page *page)
{
	struct mm_struct *mm = vmf->vma->vm_mm;
	spinlock_t *ptl = pmd_lock(mm, vmf->pmd);

	if (pmd_none(*vmf->pmd))
		set_pmd_at(mm, vmf->address, vmf->pmd, mk_huge_pmd(page, vmf->vma->vm_page_prot));
	spin_unlock(ptl);
	return 0;
}
