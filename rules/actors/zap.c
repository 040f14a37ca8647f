/*
 * actors: MADV_DONTNEED
 */

/*
 * actor: MADV_DONTNEED
 * context: mmap lock (since 6.17 VMA lock) for reading, then the pmd or pte lock
 * needs: users=live
 * mirrors: mm/madvise.c madvise_dontneed_single_vma(), mm/memory.c zap_page_range_single() (6.12.117)
 */
void madvise_dontneed(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr)
{
	int how = world_madvise_begin(mm, vma);

	if (!how)
		return;
	if (vma_is_anonymous(vma))
		world_mark(mm, addr, addr + PMD_SIZE);
	zap_page_range_single(vma, addr, PMD_SIZE, NULL);
	if (vma_is_anonymous(vma))
		world_unmapped(mm, addr, addr + PMD_SIZE);
	world_fault_end(mm, vma, how);
	if (vma_is_anonymous(vma))
		world_flushed(mm, addr, addr + PMD_SIZE);
}

/*
 * actor: MADV_DONTNEED that frees the PTE table which it has emptied
 * since: 6.14
 * context: mmap lock (since 6.17 VMA lock) for reading, then pmd and pte lock together
 * needs: users=live pmd=table free-tables=rcu
 * mirrors: mm/Kconfig PT_RECLAIM, which selects MMU_GATHER_RCU_TABLE_FREE, mm/pt_reclaim.c try_get_and_clear_pmd(), try_to_free_pte(), free_pte(), mm/memory.c zap_pte_range() (6.14)
 */
void madvise_dontneed_reclaim(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr)
{
	int how = world_madvise_begin(mm, vma);
	struct mmu_gather tlb;
	spinlock_t *pml, *ptl;
	pmd_t *pmd, val;
	pte_t *pte;
	int i;

	if (!how)
		return;
	tlb_gather_mmu(&tlb, mm);
	world_invalidate_start(mm, addr, addr + PMD_SIZE);
	pmd = mm_find_pmd(mm, addr);
	if (!pmd)
		goto out;
	world_zap_pmd(&tlb, vma, pmd, addr, addr + PMD_SIZE);
	pml = pmd_lock(mm, pmd);
	pte = pte_offset_map_rw_nolock(mm, pmd, addr, &val, &ptl);
	if (!pte) {
		spin_unlock(pml);
		goto out;
	}
	if (ptl != pml)
		spin_lock(ptl);
	for (i = 0; i < PTRS_PER_PTE; i++) {
		if (!pte_none(ptep_get(pte + i)))
			break;
	}
	if (i == PTRS_PER_PTE) {
		pmd_clear(pmd);
		pte_free_tlb(&tlb, pmd_pgtable(val), addr);
		mm_dec_nr_ptes(mm);
	}
	if (ptl != pml)
		spin_unlock(ptl);
	pte_unmap(pte);
	spin_unlock(pml);
out:
	world_invalidate_end(mm, addr, addr + PMD_SIZE);
	tlb_finish_mmu(&tlb);
	world_fault_end(mm, vma, how);
	if (vma_is_anonymous(vma))
		world_flushed(mm, addr, addr + PMD_SIZE);
}
