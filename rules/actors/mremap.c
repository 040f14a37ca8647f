/*
 * actors: mremap()
 */

/*
 * actor: mremap of a whole PMD table
 * context: mmap, VMA and rmap locks for writing, both pmd locks
 * needs: users=live pmd=table pmd1=none
 * mirrors: mm/mremap.c move_page_tables(), move_pgt_entry(), move_normal_pmd() (6.12.117)
 */
void mremap_table(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_area_struct *vma1, unsigned long addr, unsigned long addr1)
{
	spinlock_t *old_ptl, *new_ptl;
	pmd_t *old_pmd, *new_pmd, val;

	mmap_write_lock(mm);
	if (!world_vma_attached(vma)) {
		mmap_write_unlock(mm);
		return;
	}
	world_vma_start_write(vma);
	world_vma_start_write(vma1);
	world_invalidate_start(mm, addr, addr + PMD_SIZE);
	old_pmd = mm_find_pmd(mm, addr);
	new_pmd = mm_find_pmd(mm, addr1);
	if (!old_pmd || !new_pmd)
		goto out;
	val = READ_ONCE(*old_pmd);
	if (pmd_none(val) || is_swap_pmd(val) || pmd_trans_huge(val))
		goto out;
	world_rmap_lock_write(vma);
	if (!pmd_none(*new_pmd))
		goto unlock_rmap;
	old_ptl = pmd_lock(mm, old_pmd);
	new_ptl = pmd_lockptr(mm, new_pmd);
	if (new_ptl != old_ptl)
		spin_lock(new_ptl);
	val = *old_pmd;
	if (pmd_present(val) && !pmd_leaf(val)) {
		pmd_clear(old_pmd);
		pmd_populate(mm, new_pmd, pmd_pgtable(val));
		flush_tlb_range(vma, addr, addr + PMD_SIZE);
	}
	if (new_ptl != old_ptl)
		spin_unlock(new_ptl);
	spin_unlock(old_ptl);
unlock_rmap:
	world_rmap_unlock_write(vma);
out:
	world_invalidate_end(mm, addr, addr + PMD_SIZE);
	mmap_write_unlock(mm);
}

/*
 * actor: mremap of single entries
 * context: mmap, VMA and rmap locks for writing, both pte locks
 * needs: users=live pmd=table pmd1=table
 * mirrors: mm/mremap.c move_ptes() (6.12.117)
 */
void mremap_ptes(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_area_struct *vma1, unsigned long addr, unsigned long addr1)
{
	spinlock_t *old_ptl, *new_ptl;
	pmd_t *old_pmd, *new_pmd;
	pte_t *old_pte, *new_pte, val;

	mmap_write_lock(mm);
	if (!world_vma_attached(vma)) {
		mmap_write_unlock(mm);
		return;
	}
	world_vma_start_write(vma);
	world_vma_start_write(vma1);
	world_invalidate_start(mm, addr, addr + PMD_SIZE);
	world_rmap_lock_write(vma);
	old_pmd = mm_find_pmd(mm, addr);
	new_pmd = mm_find_pmd(mm, addr1);
	if (!old_pmd || !new_pmd)
		goto out;
	old_pte = world_map_lock(mm, old_pmd, addr, &old_ptl);
	if (!old_pte)
		goto out;
	new_pte = world_map_lock_second(mm, new_pmd, addr1, &new_ptl);
	if (!new_pte) {
		pte_unmap_unlock(old_pte, old_ptl);
		goto out;
	}
	flush_tlb_batched_pending(mm);
	if (!pte_none(ptep_get(old_pte))) {
		val = ptep_get_and_clear(mm, addr, old_pte);
		set_pte_at(mm, addr1, new_pte, val);
		if (pte_present(val))
			flush_tlb_range(vma, addr, addr + PAGE_SIZE);
	}
	world_unlock_second(new_pte, new_ptl, old_ptl);
	pte_unmap_unlock(old_pte, old_ptl);
out:
	world_rmap_unlock_write(vma);
	world_invalidate_end(mm, addr, addr + PMD_SIZE);
	mmap_write_unlock(mm);
}
