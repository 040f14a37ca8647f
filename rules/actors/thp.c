/*
 * actors: huge pages and hinting faults
 */

/*
 * actor: split of a huge PMD
 * context: anything that keeps the VMA, here the anon_vma lock for reading as split_folio() has it, then the pmd lock
 * needs: vma=anon pmd=huge
 * mirrors: mm/huge_memory.c __split_huge_pmd(), __split_huge_pmd_locked() (6.12.117)
 */
void split_thp(struct mm_struct *mm, struct vm_area_struct *vma, struct folio *folio, unsigned long addr)
{
	pgtable_t pgtable;
	spinlock_t *ptl;
	pmd_t *pmd, old, val;
	pte_t *pte, entry;
	int i;

	if (!folio_try_get(folio))
		return;
	if (!folio_trylock(folio)) {
		folio_put(folio);
		return;
	}
	world_rmap_lock_read(vma);
	if (!world_vma_linked(vma))
		goto out;
	pmd = mm_find_pmd(mm, addr);
	if (!pmd)
		goto out;
	world_invalidate_start(mm, addr, addr + PMD_SIZE);
	ptl = pmd_lock(mm, pmd);
	val = *pmd;
	if (pmd_trans_huge(val) && pmd_page(val) == folio) {
		old = pmdp_invalidate(vma, addr, pmd);
		folio_ref_add(folio, HPAGE_PMD_NR - 1);
		pgtable = pgtable_trans_huge_withdraw(mm, pmd);
		pte = world_entries(pgtable);
		entry = mk_pte(pmd_page(old), vma->vm_page_prot);
		if (pmd_write(old))
			entry = pte_mkwrite(entry, vma);
		if (pmd_dirty(old))
			entry = pte_mkdirty(entry);
		for (i = 0; i < HPAGE_PMD_NR; i++)
			set_pte_at(mm, addr + i * PAGE_SIZE, pte + i, entry);
		smp_wmb();
		pmd_populate(mm, pmd, pgtable);
	}
	spin_unlock(ptl);
	world_invalidate_end(mm, addr, addr + PMD_SIZE);
out:
	world_rmap_unlock_read(vma);
	folio_unlock(folio);
	folio_put(folio);
}

/*
 * actor: split of the huge PMD of a file's page, which is unmapped to be faulted in again
 * context: folio lock, i_mmap for reading, then the pmd lock
 * needs: vma=file|shmem pmd=huge
 * mirrors: mm/huge_memory.c unmap_folio(), __split_huge_pmd(), __split_huge_pmd_locked() (6.12.117, 6.1.192)
 */
void split_file_thp(struct mm_struct *mm, struct vm_area_struct *vma, struct address_space *mapping, unsigned long addr)
{
	struct folio *folio = filemap_lock_folio(mapping, 0);
	pmd_t *pmd;

	if (!folio)
		return;
	i_mmap_lock_read(mapping);
	if (world_vma_linked(vma)) {
		pmd = mm_find_pmd(mm, addr);
		if (pmd)
			__split_huge_pmd(vma, pmd, addr, false, folio);
	}
	i_mmap_unlock_read(mapping);
	folio_unlock(folio);
	folio_put(folio);
}

/*
 * actor: NUMA balancing makes a huge page inaccessible
 * context: mmap lock for reading, pmd lock
 * needs: users=live vma=anon pmd=huge
 * mirrors: mm/huge_memory.c change_huge_pmd(), mm/mprotect.c change_pmd_range() (6.12.117)
 */
void numa_protnone_huge(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr)
{
	spinlock_t *ptl;
	pmd_t *pmd, old, val;

	mmap_read_lock(mm);
	if (!world_vma_attached(vma))
		goto out;
	pmd = mm_find_pmd(mm, addr);
	if (!pmd || !pmd_trans_huge(pmdp_get_lockless(pmd)))
		goto out;
	world_invalidate_start(mm, addr, addr + PMD_SIZE);
	ptl = pmd_lock(mm, pmd);
	val = *pmd;
	if (pmd_trans_huge(val) && !pmd_protnone(val)) {
		old = pmdp_invalidate_ad(vma, addr, pmd);
		set_pmd_at(mm, addr, pmd, pmd_modify(old, PAGE_NONE));
		flush_tlb_range(vma, addr, addr + PMD_SIZE);
	}
	spin_unlock(ptl);
	world_invalidate_end(mm, addr, addr + PMD_SIZE);
out:
	mmap_read_unlock(mm);
}

/*
 * actor: NUMA balancing makes small pages inaccessible
 * context: mmap lock for reading, pte lock
 * needs: users=live vma=anon pmd=table
 * mirrors: mm/mprotect.c change_pte_range() (6.12.117)
 */
void numa_protnone(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr)
{
	spinlock_t *ptl;
	pmd_t *pmd;
	pte_t *pte, old;

	mmap_read_lock(mm);
	if (!world_vma_attached(vma))
		goto out;
	pmd = mm_find_pmd(mm, addr);
	if (!pmd)
		goto out;
	world_invalidate_start(mm, addr, addr + PMD_SIZE);
	pte = world_map_lock(mm, pmd, addr, &ptl);
	if (pte) {
		flush_tlb_batched_pending(mm);
		if (pte_present(ptep_get(pte))) {
			old = ptep_modify_prot_start(vma, addr, pte);
			ptep_modify_prot_commit(vma, addr, pte, old, pte_modify(old, PAGE_NONE));
		}
		pte_unmap_unlock(pte, ptl);
		flush_tlb_range(vma, addr, addr + PMD_SIZE);
	}
	world_invalidate_end(mm, addr, addr + PMD_SIZE);
out:
	mmap_read_unlock(mm);
}
