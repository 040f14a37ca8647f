/*
 * actors: page faults
 *
 * A fault holds the VMA (6.4 and later) or the mmap lock for reading. It installs with the entry's lock held and looks
 * again under it.
 */

/*
 * actor: anonymous page fault
 * context: VMA lock or mmap lock for reading, then the pte lock
 * needs: users=live vma=anon
 * mirrors: mm/memory.c do_anonymous_page() (6.12.117, 6.1.192)
 */
void fault_anon(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr)
{
	int how = world_fault_begin(mm, vma);
	struct folio *folio;
	spinlock_t *ptl;
	pmd_t *pmd;
	pte_t *pte;

	if (!how)
		return;
	pmd = mm_find_pmd(mm, addr);
	if (!pmd)
		goto out;
	if (pte_alloc(mm, pmd))
		goto out;
	folio = world_page_alloc();
	if (!folio)
		goto out;
	pte = world_map_lock(mm, pmd, addr, &ptl);
	if (!pte) {
		folio_put(folio);
		goto out;
	}
	if (pte_none(ptep_get(pte)))
		set_pte_at(mm, addr, pte, pte_mkwrite(pte_mkdirty(mk_pte(folio, vma->vm_page_prot)), vma));
	else
		folio_put(folio);
	pte_unmap_unlock(pte, ptl);
out:
	world_fault_end(mm, vma, how);
}

/*
 * actor: huge anonymous page fault
 * context: VMA lock or mmap lock for reading, then the pmd lock
 * needs: users=live vma=anon pmd=none
 * mirrors: mm/huge_memory.c __do_huge_pmd_anonymous_page() (6.12.117)
 */
void fault_thp(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr)
{
	int how = world_fault_begin(mm, vma);
	struct folio *folio;
	pgtable_t pgtable;
	spinlock_t *ptl;
	pmd_t *pmd;

	if (!how)
		return;
	pmd = mm_find_pmd(mm, addr);
	if (!pmd || !pmd_none(*pmd))
		goto out;
	folio = world_page_alloc();
	pgtable = pte_alloc_one(mm);
	if (!folio || !pgtable)
		goto release;
	ptl = pmd_lock(mm, pmd);
	if (pmd_none(*pmd)) {
		pgtable_trans_huge_deposit(mm, pmd, pgtable);
		set_pmd_at(mm, addr, pmd, pmd_mkwrite(pmd_mkdirty(mk_huge_pmd(folio, vma->vm_page_prot)), vma));
		mm_inc_nr_ptes(mm);
		spin_unlock(ptl);
		goto out;
	}
	spin_unlock(ptl);
release:
	if (pgtable)
		pte_free(mm, pgtable);
	if (folio)
		folio_put(folio);
out:
	world_fault_end(mm, vma, how);
}

/*
 * actor: fault-around: maps page-cache pages with a table allocated beforehand
 * context: VMA lock or mmap lock for reading, RCU, folio lock, then the pte lock
 * needs: users=live vma=file|shmem
 * mirrors: mm/memory.c do_fault_around(), mm/filemap.c filemap_map_pages(), filemap_map_pmd() (6.12.117)
 */
void fault_around(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr)
{
	int how = world_fault_begin(mm, vma);
	pgtable_t prealloc = NULL;
	struct folio *folio;
	spinlock_t *ptl;
	pmd_t *pmd;
	pte_t *pte;

	if (!how)
		return;
	pmd = mm_find_pmd(mm, addr);
	if (!pmd)
		goto out;
	if (pmd_none(*pmd))
		prealloc = pte_alloc_one(mm);
	rcu_read_lock();
	folio = world_cache_folio(vma->vm_file->f_mapping);
	if (!folio_try_get(folio))
		goto unlock_rcu;
	if (!folio_trylock(folio)) {
		folio_put(folio);
		goto unlock_rcu;
	}
	if (pmd_trans_huge(*pmd)) {
		folio_unlock(folio);
		folio_put(folio);
		goto unlock_rcu;
	}
	if (pmd_none(*pmd) && prealloc)
		pmd_install(mm, pmd, &prealloc);
	pte = world_map_lock(mm, pmd, addr, &ptl);
	if (!pte) {
		folio_unlock(folio);
		folio_put(folio);
		goto unlock_rcu;
	}
	if (pte_none(ptep_get(pte)))
		set_pte_at(mm, addr, pte, mk_pte(folio, vma->vm_page_prot));
	else
		folio_put(folio);
	pte_unmap_unlock(pte, ptl);
	folio_unlock(folio);
unlock_rcu:
	rcu_read_unlock();
	if (prealloc)
		pte_free(mm, prealloc);
out:
	world_fault_end(mm, vma, how);
}

/*
 * actor: fault that maps a huge page of the page cache with one PMD entry
 * context: VMA lock or mmap lock for reading, folio lock, then the pmd lock
 * needs: users=live vma=file|shmem pmd=none
 * mirrors: mm/memory.c do_set_pmd(), finish_fault() (6.12.117)
 */
void fault_file_huge(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr)
{
	int how = world_fault_begin(mm, vma);
	struct folio *folio;
	spinlock_t *ptl;
	pmd_t *pmd;

	if (!how)
		return;
	pmd = mm_find_pmd(mm, addr);
	if (!pmd)
		goto out;
	folio = world_cache_folio(vma->vm_file->f_mapping);
	if (!folio_try_get(folio))
		goto out;
	folio_lock(folio);
	ptl = pmd_lock(mm, pmd);
	if (pmd_none(*pmd)) {
		set_pmd_at(mm, addr, pmd, mk_huge_pmd(folio, vma->vm_page_prot));
		spin_unlock(ptl);
		folio_unlock(folio);
		goto out;
	}
	spin_unlock(ptl);
	folio_unlock(folio);
	folio_put(folio);
out:
	world_fault_end(mm, vma, how);
}
