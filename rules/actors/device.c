/*
 * actors: devices that take pages for themselves
 */

/*
 * actor: a device takes a page for exclusive access
 * context: mmap lock for reading, folio lock, anon_vma for reading, pte lock
 * needs: users=live vma=anon pmd=table
 * mirrors: mm/rmap.c make_device_exclusive_range(), page_make_device_exclusive_one() (6.12.117)
 */
void make_exclusive(struct mm_struct *mm, struct vm_area_struct *vma, struct folio *folio, unsigned long addr)
{
	struct page_vma_mapped_walk pvmw;
	pte_t val;

	mmap_read_lock(mm);
	if (!world_vma_attached(vma) || !folio_try_get(folio))
		goto out;
	if (!folio_trylock(folio)) {
		folio_put(folio);
		goto out;
	}
	anon_vma_lock_read(vma->anon_vma);
	world_invalidate_start(mm, addr, addr + PAGE_SIZE);
	DEFINE_FOLIO_VMA_WALK(&pvmw, folio, vma, addr, 0);
	while (page_vma_mapped_walk(&pvmw)) {
		if (!pvmw.pte || !pte_present(ptep_get(pvmw.pte))) {
			page_vma_mapped_walk_done(&pvmw);
			break;
		}
		val = ptep_clear_flush(vma, addr, pvmw.pte);
		set_pte_at(mm, addr, pvmw.pte, swp_entry_to_pte(make_writable_device_exclusive_entry(page_to_pfn(pte_page(val)))));
	}
	world_invalidate_end(mm, addr, addr + PAGE_SIZE);
	anon_vma_unlock_read(vma->anon_vma);
	folio_unlock(folio);
	folio_put(folio);
out:
	mmap_read_unlock(mm);
}

/*
 * actor: a CPU takes a page back from a device
 * context: mmap or VMA lock for reading, folio lock, pte lock
 * needs: users=live vma=anon pmd=table
 * mirrors: mm/memory.c remove_device_exclusive_entry(), restore_exclusive_pte() (6.12.117)
 */
void restore_exclusive(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr)
{
	int how = world_fault_begin(mm, vma);
	struct folio *folio;
	spinlock_t *ptl;
	pmd_t *pmd;
	pte_t *pte, orig;

	if (!how)
		return;
	pmd = mm_find_pmd(mm, addr);
	if (!pmd)
		goto out;
	pte = world_map_lock(mm, pmd, addr, &ptl);
	if (!pte)
		goto out;
	orig = ptep_get(pte);
	if (pte_none(orig) || pte_present(orig) || !is_device_exclusive_entry(pte_to_swp_entry(orig))) {
		pte_unmap_unlock(pte, ptl);
		goto out;
	}
	folio = pfn_swap_entry_folio(pte_to_swp_entry(orig));
	folio_get(folio);
	pte_unmap_unlock(pte, ptl);
	folio_lock(folio);
	world_invalidate_start(mm, addr, addr + PAGE_SIZE);
	pte = world_map_lock(mm, pmd, addr, &ptl);
	if (pte) {
		if (pte_same(ptep_get(pte), orig))
			set_pte_at(mm, addr, pte, pte_mkwrite(pte_mkdirty(mk_pte(folio, vma->vm_page_prot)), vma));
		pte_unmap_unlock(pte, ptl);
	}
	world_invalidate_end(mm, addr, addr + PAGE_SIZE);
	folio_unlock(folio);
	folio_put(folio);
out:
	world_fault_end(mm, vma, how);
}
