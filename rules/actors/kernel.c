/*
 * actors: the kernel's own page tables
 */

/*
 * actor: ptdump of the kernel's tables
 * context: mmap lock of init_mm for writing
 * needs: vma=kernel
 * mirrors: mm/ptdump.c ptdump_walk_pgd(), mm/pagewalk.c walk_pmd_range(), walk_pte_range() (6.12.117)
 */
void ptdump(unsigned long addr)
{
	pmd_t *pmd, val;
	pte_t *pte;

	mmap_write_lock(&init_mm);
	pmd = mm_find_pmd(&init_mm, addr);
	if (!pmd)
		goto out;
	val = READ_ONCE(*pmd);
	/* The callback says ACTION_CONTINUE for a leaf, so nothing below it is walked. */
	if (pmd_none(val) || pmd_leaf(val))
		goto out;
	pte = pte_offset_kernel(pmd, addr);
	ptep_get(pte);
	ptep_get(pte + 1);
out:
	mmap_write_unlock(&init_mm);
}

/*
 * actor: split of a huge mapping of vmemmap, for freeing unused struct pages
 * context: mmap lock of init_mm for reading, page_table_lock of init_mm
 * needs: vma=kernel
 * mirrors: mm/hugetlb_vmemmap.c vmemmap_split_pmd(), vmemmap_remap_range() (6.12.117)
 */
void vmemmap_split(unsigned long addr)
{
	struct folio *folio;
	pmd_t *pmd, val;
	pte_t *pte;
	int i;

	mmap_read_lock(&init_mm);
	pmd = mm_find_pmd(&init_mm, addr);
	if (!pmd)
		goto out;
	spin_lock(&init_mm.page_table_lock);
	val = *pmd;
	spin_unlock(&init_mm.page_table_lock);
	if (!pmd_leaf(val))
		goto out;
	folio = pmd_page(val);
	pte = pte_alloc_one_kernel(&init_mm);
	if (!pte)
		goto out;
	for (i = 0; i < PTRS_PER_PTE; i++)
		set_pte_at(&init_mm, addr + i * PAGE_SIZE, pte + i, pte_mkdirty(pte_mkwrite(mk_pte(folio, PAGE_KERNEL), NULL)));
	spin_lock(&init_mm.page_table_lock);
	if (pmd_leaf(*pmd)) {
		smp_wmb();
		pmd_populate_kernel(&init_mm, pmd, pte);
		mm_inc_nr_ptes(&init_mm);
		flush_tlb_kernel_range(addr, addr + PMD_SIZE);
		spin_unlock(&init_mm.page_table_lock);
	} else {
		spin_unlock(&init_mm.page_table_lock);
		for (i = 0; i < PTRS_PER_PTE; i++)
			pte_clear(&init_mm, addr + i * PAGE_SIZE, pte + i);
		pte_free_kernel(&init_mm, pte);
	}
out:
	mmap_read_unlock(&init_mm);
}

/*
 * actor: puts back the struct pages of vmemmap entry by entry
 * context: mmap lock of init_mm for reading
 * needs: vma=kernel pmd=table
 * alone: a folio is restored by the one that takes it from the pool
 * mirrors: mm/hugetlb_vmemmap.c vmemmap_restore_pte(), vmemmap_remap_alloc() (6.12.117)
 */
void vmemmap_restore(unsigned long addr)
{
	struct folio *folio = world_page_alloc();
	pmd_t *pmd;
	pte_t *pte;

	mmap_read_lock(&init_mm);
	pmd = mm_find_pmd(&init_mm, addr);
	if (!pmd || pmd_leaf(READ_ONCE(*pmd)))
		goto out;
	pte = pte_offset_kernel(pmd, addr);
	ptep_get(pte);
	set_pte_at(&init_mm, addr, pte, pte_mkdirty(pte_mkwrite(mk_pte(folio, PAGE_KERNEL), NULL)));
	flush_tlb_kernel_range(addr, addr + PAGE_SIZE);
out:
	mmap_read_unlock(&init_mm);
}
