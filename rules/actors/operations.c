/*
 * operations: what can be done to page tables, without any lock that keeps the VMA: `mmreview matrix` runs each in every
 *   lock context against every actor
 * mirrors: Documentation/mm/process_addrs.rst (6.14)
 */

/* operation: traverse */
void op_traverse(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr)
{
	pmd_t *pmd = mm_find_pmd(mm, addr);
	pte_t *pte;

	if (!pmd)
		return;
	pte = world_map(pmd, addr);
	if (!pte)
		return;
	ptep_get(pte);
	pte_unmap(pte);
}

/* operation: zap */
void op_zap(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr)
{
	struct mmu_gather tlb;

	tlb_gather_mmu(&tlb, mm);
	world_invalidate_start(mm, addr, addr + PMD_SIZE);
	unmap_page_range(&tlb, vma, addr, addr + PMD_SIZE, NULL);
	world_invalidate_end(mm, addr, addr + PMD_SIZE);
	tlb_finish_mmu(&tlb);
}

/* operation: install */
void op_install(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr)
{
	struct folio *folio = world_page_alloc();
	pmd_t *pmd = mm_find_pmd(mm, addr);
	spinlock_t *ptl;
	pte_t *pte;

	if (!folio)
		return;
	if (!pmd || pte_alloc(mm, pmd))
		goto out;
	world_vma_set_anon(vma);
	pte = world_map_lock(mm, pmd, addr, &ptl);
	if (!pte)
		goto out;
	if (pte_none(ptep_get(pte))) {
		set_pte_at(mm, addr, pte, pte_mkwrite(pte_mkdirty(mk_pte(folio, vma->vm_page_prot)), vma));
		folio = NULL;
	}
	pte_unmap_unlock(pte, ptl);
out:
	if (folio)
		folio_put(folio);
}

/* operation: free upper tables */
void op_free(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr)
{
	struct mmu_gather tlb;

	tlb_gather_mmu(&tlb, mm);
	world_invalidate_start(mm, vma->vm_start, vma->vm_end);
	unmap_page_range(&tlb, vma, vma->vm_start, vma->vm_end, NULL);
	world_invalidate_end(mm, vma->vm_start, vma->vm_end);
	free_pgd_range(&tlb, vma->vm_start, vma->vm_end, 0, 0);
	tlb_finish_mmu(&tlb);
}

/* operation: move a table */
void op_move(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr)
{
	unsigned long addr1 = addr + PMD_SIZE;
	pmd_t *old_pmd = mm_find_pmd(mm, addr);
	pmd_t *new_pmd = mm_find_pmd(mm, addr1);
	spinlock_t *ptl;
	pmd_t val;

	if (!old_pmd || !new_pmd)
		return;
	world_invalidate_start(mm, addr, addr + PMD_SIZE);
	ptl = pmd_lock(mm, old_pmd);
	val = *old_pmd;
	if (pmd_present(val) && !pmd_leaf(val) && pmd_none(*new_pmd)) {
		pmd_clear(old_pmd);
		pmd_populate(mm, new_pmd, pmd_pgtable(val));
		flush_tlb_range(vma, addr, addr + PMD_SIZE);
	}
	spin_unlock(ptl);
	world_invalidate_end(mm, addr, addr + PMD_SIZE);
}

/* until: 6.5 */
void world_free_taken_out(struct mm_struct *mm, pgtable_t table)
{
	tlb_remove_table_sync_one();
	pte_free(mm, table);
}

/* since: 6.6 */
void world_free_taken_out(struct mm_struct *mm, pgtable_t table) { pte_free_defer(mm, table); }

/* operation: take out an empty PTE table */
void op_take_out(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr)
{
	pmd_t *pmd = mm_find_pmd(mm, addr);
	pmd_t val, old = __pmd(0);
	spinlock_t *pml, *ptl;
	pte_t *pte;
	int i;

	if (!pmd)
		return;
	world_invalidate_start(mm, addr, addr + PMD_SIZE);
	pml = pmd_lock(mm, pmd);
	val = *pmd;
	if (!pmd_present(val) || pmd_leaf(val))
		goto unlock;
	pte = world_first(val);
	ptl = ptep_lockptr(mm, pte);
	if (ptl != pml)
		spin_lock(ptl);
	for (i = 0; i < PTRS_PER_PTE; i++) {
		if (!pte_none(ptep_get(pte + i)))
			break;
	}
	if (i == PTRS_PER_PTE)
		old = pmdp_collapse_flush(vma, addr, pmd);
	if (ptl != pml)
		spin_unlock(ptl);
unlock:
	spin_unlock(pml);
	world_invalidate_end(mm, addr, addr + PMD_SIZE);
	if (!pmd_none(old)) {
		mm_dec_nr_ptes(mm);
		world_free_taken_out(mm, pmd_pgtable(old));
	}
}
