/*
 * actors: munmap() and exit
 */

/*
 * actor: munmap
 * context: mmap and VMA lock for writing for the detach, mmap lock for reading for the zap, rmap locks for the unlink;
 *   the tables are freed without page-table locks
 * needs: users=live
 * mirrors: mm/mmap.c do_vmi_align_munmap(), unmap_region(), mm/memory.c free_pgtables() (6.12.117)
 */
void munmap_vma(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr)
{
	struct mmu_gather tlb;

	mmap_write_lock(mm);
	if (!world_vma_attached(vma)) {
		mmap_write_unlock(mm);
		return;
	}
	world_vma_start_write(vma);
	world_vma_detach(vma);
	mmap_write_downgrade(mm);
	tlb_gather_mmu(&tlb, mm);
	world_invalidate_start(mm, vma->vm_start, vma->vm_end);
	unmap_page_range(&tlb, vma, vma->vm_start, vma->vm_end, NULL);
	world_invalidate_end(mm, vma->vm_start, vma->vm_end);
	world_free_pgtables(&tlb, vma);
	tlb_finish_mmu(&tlb);
	mmap_read_unlock(mm);
}

/*
 * actor: exit of the last user of an mm
 * context: mmap lock for reading for the zap, for writing for the tables; no page fault can run
 * needs: users=gone
 * mirrors: mm/mmap.c exit_mmap() (6.12.117)
 */
void exit_mm(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr)
{
	struct mmu_gather tlb;

	mmap_read_lock(mm);
	tlb_gather_mmu_fullmm(&tlb, mm);
	world_invalidate_start(mm, vma->vm_start, vma->vm_end);
	unmap_page_range(&tlb, vma, vma->vm_start, vma->vm_end, NULL);
	world_invalidate_end(mm, vma->vm_start, vma->vm_end);
	mmap_read_unlock(mm);
	mmap_write_lock(mm);
	world_vma_start_write(vma);
	world_vma_detach(vma);
	world_free_pgtables(&tlb, vma);
	tlb_finish_mmu(&tlb);
	mmap_write_unlock(mm);
}
