/*
 * models: how a page fault and madvise() hold the VMA still
 * mirrors: arch/x86/mm/fault.c do_user_addr_fault(), mm/memory.c lock_vma_under_rcu() (6.12.117), mm/madvise.c (6.12.117)
 *
 * The results say which lock was taken: 0 none (the VMA is gone), 1 the VMA's, 2 the mm's.
 */

/* until: 6.3 */
int world_fault_begin(struct mm_struct *mm, struct vm_area_struct *vma)
{
	mmap_read_lock(mm);
	if (world_vma_attached(vma))
		return 2;
	mmap_read_unlock(mm);
	return 0;
}

/* since: 6.4 */
int world_fault_begin(struct mm_struct *mm, struct vm_area_struct *vma)
{
	if (world_lock_vma(vma))
		return 1;
	mmap_read_lock(mm);
	if (world_vma_attached(vma))
		return 2;
	mmap_read_unlock(mm);
	return 0;
}

void world_fault_end(struct mm_struct *mm, struct vm_area_struct *vma, int how)
{
	if (how == 1)
		vma_end_read(vma);
	else
		mmap_read_unlock(mm);
}

/* until: 6.16 */
int world_madvise_begin(struct mm_struct *mm, struct vm_area_struct *vma)
{
	mmap_read_lock(mm);
	if (world_vma_attached(vma))
		return 2;
	mmap_read_unlock(mm);
	return 0;
}

/*
 * since: 6.17
 * mirrors: mm/madvise.c madvise_lock(), MADVISE_VMA_READ_LOCK
 */
int world_madvise_begin(struct mm_struct *mm, struct vm_area_struct *vma) { return world_fault_begin(mm, vma); }
