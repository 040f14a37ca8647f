/*
 * actors: khugepaged
 */

/* The PMD when it holds a table: mm/khugepaged.c find_pmd_or_thp_or_none() (6.12.117) */
pmd_t *world_find_table(struct mm_struct *mm, unsigned long addr)
{
	pmd_t *pmd = mm_find_pmd(mm, addr);
	pmd_t val;

	if (!pmd)
		return NULL;
	val = pmdp_get_lockless(pmd);
	if (pmd_none(val) || !pmd_present(val) || pmd_leaf(val) || pmd_bad(val))
		return NULL;
	return pmd;
}

/*
 * until: 6.16
 * mirrors: mm/khugepaged.c collapse_huge_page() (6.12.117): the PMD is checked, then the VMA is locked
 */
pmd_t *world_collapse_check(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr)
{
	pmd_t *pmd = world_find_table(mm, addr);

	if (pmd)
		world_vma_start_write(vma);
	return pmd;
}

/*
 * since: 6.17
 * mirrors: mm/khugepaged.c collapse_huge_page(): the other way round, since MADV_DONTNEED frees tables under the VMA lock
 */
pmd_t *world_collapse_check(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr)
{
	world_vma_start_write(vma);
	return world_find_table(mm, addr);
}

/*
 * actor: khugepaged, collapse of an anonymous range
 * context: mmap, VMA and anon_vma locks for writing, pmd lock, pte lock
 * needs: users=live vma=anon pmd=table
 * mirrors: mm/khugepaged.c collapse_huge_page(), __collapse_huge_page_isolate(), __collapse_huge_page_copy_succeeded()
 *   (6.12.117)
 */
void collapse_anon(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr)
{
	struct folio *huge = world_page_alloc();
	struct folio *folio = NULL;
	spinlock_t *pml, *ptl;
	pgtable_t pgtable;
	pmd_t *pmd, old;
	pte_t *pte, val;
	int i, ok = 1;

	mmap_write_lock(mm);
	if (!world_vma_attached(vma))
		goto up_write;
	pmd = world_collapse_check(mm, vma, addr);
	if (!pmd)
		goto up_write;
	anon_vma_lock_write(vma->anon_vma);
	world_invalidate_start(mm, addr, addr + PMD_SIZE);
	pml = pmd_lock(mm, pmd);
	old = pmdp_collapse_flush(vma, addr, pmd);
	spin_unlock(pml);
	world_invalidate_end(mm, addr, addr + PMD_SIZE);
	tlb_remove_table_sync_one();

	pte = pte_offset_map_lock(mm, &old, addr, &ptl);
	val = ptep_get(pte);
	if (!pte_present(val) || pte_protnone(val)) {
		ok = 0;
	} else {
		folio = pte_page(val);
		if (!folio_trylock(folio)) {
			folio = NULL;
			ok = 0;
		} else if (folio_ref_count(folio) != 1) {
			ok = 0;
		}
	}
	for (i = 1; i < PTRS_PER_PTE; i++) {
		if (!pte_none(ptep_get(pte + i)))
			ok = 0;
	}
	if (!ok) {
		pte_unmap_unlock(pte, ptl);
		spin_lock(pml);
		BUG_ON(!pmd_none(*pmd));
		pmd_populate(mm, pmd, pmd_pgtable(old));
		spin_unlock(pml);
		anon_vma_unlock_write(vma->anon_vma);
		if (folio)
			folio_unlock(folio);
		goto up_write;
	}
	spin_unlock(ptl);
	anon_vma_unlock_write(vma->anon_vma);
	copy_highpage(huge, folio);
	spin_lock(ptl);
	pte_clear(mm, addr, pte);
	spin_unlock(ptl);
	folio_unlock(folio);
	folio_put(folio);
	pte_unmap(pte);

	pgtable = pmd_pgtable(old);
	spin_lock(pml);
	BUG_ON(!pmd_none(*pmd));
	pgtable_trans_huge_deposit(mm, pmd, pgtable);
	set_pmd_at(mm, addr, pmd, pmd_mkwrite(pmd_mkdirty(mk_huge_pmd(huge, vma->vm_page_prot)), vma));
	spin_unlock(pml);
	huge = NULL;
up_write:
	mmap_write_unlock(mm);
	if (huge)
		folio_put(huge);
}

/* mirrors: mm/khugepaged.c collapse_file() (6.12.117): the new folio is locked before anybody can find it */
void retract_begin(struct address_space *mapping) { folio_lock(world_cache_folio(mapping)); }

/*
 * actor: khugepaged, takes empty page tables away from mappings of a file
 * until: 6.5
 * context: folio lock, i_mmap for writing, mmap and VMA lock for writing by trylock
 * needs: users=live vma=file|shmem pmd=table pte=none,none
 * begin: retract_begin
 * alone: the folio lock is held from before the folio can be found
 * mirrors: mm/khugepaged.c retract_page_tables(), collapse_and_free_pmd() (6.1.192)
 */
void retract_tables(struct mm_struct *mm, struct vm_area_struct *vma, struct address_space *mapping, unsigned long addr)
{
	struct folio *folio = world_cache_folio(mapping);
	pmd_t *pmd, val;

	i_mmap_lock_write(mapping);
	if (!world_vma_linked(vma) || vma->anon_vma)
		goto out;
	pmd = world_find_table(mm, addr);
	if (!pmd || !mmap_write_trylock(mm))
		goto out;
	if (!vma->anon_vma && world_vma_try_start_write(vma)) {
		world_invalidate_start(mm, addr, addr + PMD_SIZE);
		val = pmdp_collapse_flush(vma, addr, pmd);
		tlb_remove_table_sync_one();
		world_invalidate_end(mm, addr, addr + PMD_SIZE);
		mm_dec_nr_ptes(mm);
		pte_free(mm, pmd_pgtable(val));
	}
	mmap_write_unlock(mm);
out:
	i_mmap_unlock_write(mapping);
	folio_unlock(folio);
}

/* until: 6.13 */
int world_retract_recheck(pmd_t *pmd) { return 1; }

/*
 * since: 6.14
 * mirrors: mm/khugepaged.c retract_page_tables(), check_pmd_state(): MADV_DONTNEED may have taken the table
 */
int world_retract_recheck(pmd_t *pmd)
{
	pmd_t val = pmdp_get_lockless(pmd);

	return !pmd_none(val) && pmd_present(val) && !pmd_leaf(val);
}

/*
 * actor: khugepaged, takes empty page tables away from mappings of a file
 * since: 6.6
 * context: folio lock, i_mmap for reading, pmd and pte lock; the table is freed after a grace period
 * needs: users=live vma=file|shmem pmd=table pte=none,none
 * begin: retract_begin
 * alone: the folio lock is held from before the folio can be found
 * mirrors: mm/khugepaged.c retract_page_tables() (6.12.117)
 */
void retract_tables(struct mm_struct *mm, struct vm_area_struct *vma, struct address_space *mapping, unsigned long addr)
{
	struct folio *folio = world_cache_folio(mapping);
	spinlock_t *pml, *ptl;
	pmd_t *pmd, val;

	i_mmap_lock_read(mapping);
	if (!world_vma_linked(vma) || vma->anon_vma)
		goto out;
	pmd = world_find_table(mm, addr);
	if (!pmd)
		goto out;
	val = __pmd(0);
	world_invalidate_start(mm, addr, addr + PMD_SIZE);
	pml = pmd_lock(mm, pmd);
	if (!world_retract_recheck(pmd))
		goto unlock;
	ptl = pte_lockptr(mm, pmd);
	if (ptl != pml)
		spin_lock(ptl);
	if (!vma->anon_vma)
		val = pmdp_collapse_flush(vma, addr, pmd);
	if (ptl != pml)
		spin_unlock(ptl);
unlock:
	spin_unlock(pml);
	world_invalidate_end(mm, addr, addr + PMD_SIZE);
	if (!pmd_none(val)) {
		mm_dec_nr_ptes(mm);
		pte_free_defer(mm, pmd_pgtable(val));
	}
out:
	i_mmap_unlock_read(mapping);
	folio_unlock(folio);
}
