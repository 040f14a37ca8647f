/*
 * actors: hugetlb mappings whose PMD table two address spaces share
 *
 * mm and mm1 map the same file; their PUD entries point to one PMD table. The hugetlb VMA lock keeps the sharing as it is
 * for who holds it for reading.
 */

/*
 * actor: walk of a shared hugetlb mapping
 * context: mmap lock and hugetlb VMA lock for reading, then the lock of the huge entry
 * needs: vma=hugetlb share=yes pmd=huge
 * mirrors: mm/hugetlb.c hugetlb_walk(), huge_pte_lock(), hugetlb_fault(), include/linux/hugetlb.h (6.12.117)
 */
void hugetlb_lookup(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr)
{
	struct folio *folio = NULL;
	spinlock_t *ptl;
	pmd_t *pmd, val;

	mmap_read_lock(mm);
	if (!world_vma_attached(vma)) {
		mmap_read_unlock(mm);
		return;
	}
	down_read(&vma->hugetlb_lock);
	pmd = mm_find_pmd(mm, addr);
	if (pmd) {
		ptl = pmd_lock(mm, pmd);
		val = READ_ONCE(*pmd);
		if (pmd_present(val)) {
			folio = pmd_page(val);
			folio_get(folio);
		}
		spin_unlock(ptl);
	}
	up_read(&vma->hugetlb_lock);
	mmap_read_unlock(mm);
	if (folio) {
		world_page_use(folio);
		folio_put(folio);
	}
}

/*
 * actor: hole punch that unshares a hugetlb mapping, and the other address space that then frees the table
 * alone: the other address space exits once
 * context: hugetlb VMA lock and i_mmap for writing for the unshare; the other one's exit afterwards
 * needs: vma=hugetlb share=yes pmd=huge
 * mirrors: mm/hugetlb.c huge_pmd_unshare(), __unmap_hugepage_range(), hugetlb_zap_end(), hugetlb_free_pgd_range(), mm/memory.c free_pgtables()
 *   (6.12.117)
 */
void hugetlb_unshare(struct mm_struct *mm, struct mm_struct *mm1, struct vm_area_struct *vma, struct vm_area_struct *vma1, struct address_space *mapping, unsigned long addr)
{
	struct mmu_gather tlb;
	pgd_t *pgd = pgd_offset(mm, addr);
	pud_t *pud, *pud1;
	pmd_t *pmd1, old;

	down_write(&vma->hugetlb_lock);
	i_mmap_lock_write(mapping);
	world_invalidate_start(mm, addr, addr + PUD_SIZE);
	pud = pud_offset(p4d_offset(pgd, addr), addr);
	if (pud_present(READ_ONCE(*pud))) {
		pud_clear(pud);
		flush_tlb_range(vma, addr, addr + PUD_SIZE);
	}
	world_invalidate_end(mm, addr, addr + PUD_SIZE);
	i_mmap_unlock_write(mapping);
	up_write(&vma->hugetlb_lock);

	tlb_gather_mmu(&tlb, mm1);
	pud1 = pud_offset(p4d_offset(pgd_offset(mm1, addr), addr), addr);
	pmd1 = pmd_offset(pud1, addr);
	down_write(&vma1->hugetlb_lock);
	i_mmap_lock_write(mapping);
	world_invalidate_start(mm1, addr, addr + PUD_SIZE);
	if (world_table_shared(pmd1)) {
		pud_clear(pud1);
		flush_tlb_range(vma1, addr, addr + PUD_SIZE);
	} else if (pmd_present(READ_ONCE(*pmd1))) {
		old = pmdp_huge_get_and_clear(mm1, addr, pmd1);
		tlb_remove_pmd_tlb_entry(&tlb, pmd1, addr);
		tlb_remove_page(&tlb, pmd_page(old));
	}
	world_invalidate_end(mm1, addr, addr + PUD_SIZE);
	/* __hugetlb_vma_unlock_write_free(): from here on huge_pmd_share() passes the VMA over. */
	up_write(&vma1->hugetlb_lock);
	world_vma_unlink(vma1);
	i_mmap_unlock_write(mapping);
	if (pud_present(READ_ONCE(*pud1))) {
		pud_clear(pud1);
		pmd_free_tlb(&tlb, pmd1, addr);
	}
	tlb_finish_mmu(&tlb);
}

/* What hole punch has done before: mm has no table of its own there yet. */
void share_begin(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr)
{
	pud_t *pud = pud_offset(p4d_offset(pgd_offset(mm, addr), addr), addr);

	world_invalidate_start(mm, addr, addr + PUD_SIZE);
	if (pud_present(READ_ONCE(*pud)))
		pud_clear(pud);
	flush_tlb_range(vma, addr, addr + PUD_SIZE);
	world_invalidate_end(mm, addr, addr + PUD_SIZE);
}

/*
 * actor: fault that shares the PMD table of another address space's hugetlb mapping
 * context: mmap lock and hugetlb VMA lock for reading, i_mmap for reading, then page_table_lock
 * needs: users=live vma=hugetlb share=yes pmd=huge
 * begin: share_begin
 * alone: one fault of the page at a time: hugetlb_fault_mutex_table
 * mirrors: mm/hugetlb.c hugetlb_fault(), huge_pte_alloc(), huge_pmd_share() (6.12.117, 6.1.192)
 */
void hugetlb_share(struct mm_struct *mm, struct mm_struct *mm1, struct vm_area_struct *vma, struct vm_area_struct *vma1, struct address_space *mapping, unsigned long addr)
{
	struct folio *folio = NULL;
	spinlock_t *ptl;
	pud_t *pud, *pud1;
	pmd_t *pmd = NULL, *shared, val;

	mmap_read_lock(mm);
	if (!world_vma_attached(vma)) {
		mmap_read_unlock(mm);
		return;
	}
	down_read(&vma->hugetlb_lock);
	pud = pud_offset(p4d_offset(pgd_offset(mm, addr), addr), addr);
	pud1 = pud_offset(p4d_offset(pgd_offset(mm1, addr), addr), addr);
	i_mmap_lock_read(mapping);
	/* page_table_shareable(): not a VMA whose lock has been freed. */
	if (world_vma_linked(vma1) && pud_present(READ_ONCE(*pud1))) {
		shared = pmd_offset(pud1, addr);
		spin_lock(&mm->page_table_lock);
		if (pud_none(*pud))
			pud_populate(mm, pud, shared);
		spin_unlock(&mm->page_table_lock);
		pmd = pmd_offset(pud, addr);
	}
	i_mmap_unlock_read(mapping);
	if (pmd) {
		ptl = pmd_lock(mm, pmd);
		val = READ_ONCE(*pmd);
		if (pmd_present(val)) {
			folio = pmd_page(val);
			folio_get(folio);
		}
		spin_unlock(ptl);
	}
	up_read(&vma->hugetlb_lock);
	mmap_read_unlock(mm);
	if (folio) {
		world_page_use(folio);
		folio_put(folio);
	}
}
