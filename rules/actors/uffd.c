/*
 * actors: userfaultfd
 */

/*
 * actor: UFFDIO_COPY into a private mapping of a file
 * context: VMA lock (6.9 and later) or mmap lock for reading, then the pte lock; makes vma->anon_vma first
 * needs: users=live uffd=yes vma=file|shmem
 * mirrors: mm/userfaultfd.c mfill_atomic(), mfill_atomic_install_pte() (6.12.117)
 */
void uffd_copy(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr)
{
	int how = world_fault_begin(mm, vma);
	struct folio *folio;
	spinlock_t *ptl;
	pmd_t *pmd;
	pte_t *pte;

	if (!how)
		return;
	folio = world_page_alloc();
	if (!folio)
		goto out;
	world_vma_set_anon(vma);
	pmd = mm_find_pmd(mm, addr);
	if (!pmd || pte_alloc(mm, pmd)) {
		folio_put(folio);
		goto out;
	}
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
 * actor: UFFDIO_MOVE of one page
 * since: 6.8
 * context: VMA locks or mmap lock for reading, folio lock, anon_vma for writing, both pte locks
 * needs: users=live uffd=yes vma=anon pmd=table pmd1=table
 * mirrors: mm/userfaultfd.c move_pages_pte(), move_present_pte() (6.12.117)
 */
void uffd_move(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, unsigned long addr1)
{
	struct folio *folio;
	spinlock_t *src_ptl, *dst_ptl;
	pmd_t *src_pmd, *dst_pmd;
	pte_t *src_pte, *dst_pte, orig;

	mmap_read_lock(mm);
	if (!world_vma_attached(vma))
		goto out;
	src_pmd = mm_find_pmd(mm, addr);
	dst_pmd = mm_find_pmd(mm, addr1);
	if (!src_pmd || !dst_pmd)
		goto out;
	world_invalidate_start(mm, addr, addr + PAGE_SIZE);
	src_pte = world_map_lock(mm, src_pmd, addr, &src_ptl);
	if (!src_pte)
		goto end;
	orig = ptep_get(src_pte);
	if (!pte_present(orig)) {
		pte_unmap_unlock(src_pte, src_ptl);
		goto end;
	}
	folio = pte_page(orig);
	if (!folio_trylock(folio)) {
		pte_unmap_unlock(src_pte, src_ptl);
		goto end;
	}
	folio_get(folio);
	pte_unmap_unlock(src_pte, src_ptl);
	anon_vma_lock_write(vma->anon_vma);
	dst_pte = world_map_lock(mm, dst_pmd, addr1, &dst_ptl);
	if (!dst_pte)
		goto unlock;
	src_pte = world_map_lock_second(mm, src_pmd, addr, &src_ptl);
	if (!src_pte) {
		pte_unmap_unlock(dst_pte, dst_ptl);
		goto unlock;
	}
	if (pte_same(ptep_get(src_pte), orig) && pte_none(ptep_get(dst_pte))) {
		orig = ptep_clear_flush(vma, addr, src_pte);
		set_pte_at(mm, addr1, dst_pte, pte_mkdirty(mk_pte(folio, vma->vm_page_prot)));
	}
	world_unlock_second(src_pte, src_ptl, dst_ptl);
	pte_unmap_unlock(dst_pte, dst_ptl);
unlock:
	anon_vma_unlock_write(vma->anon_vma);
	folio_unlock(folio);
	folio_put(folio);
end:
	world_invalidate_end(mm, addr, addr + PAGE_SIZE);
out:
	mmap_read_unlock(mm);
}
