/*
 * models: splits of huge PMD entries, and what collapse asks of swap
 * mirrors: mm/huge_memory.c __split_huge_pmd(), __split_huge_pmd_locked(), mm/memory.c do_swap_page() (6.12.117)
 */

/* Of a file the entry is zapped, to be faulted in again; of anonymous memory the deposited table takes its place. */
void world_split_pmd(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	struct mm_struct *mm = vma->vm_mm;
	pmd_t old, val = *pmd;
	pgtable_t pgtable;
	pte_t *pte, entry;
	int i;

	if (!pmd_trans_huge(val) && !is_pmd_migration_entry(val))
		return;
	if (!vma_is_anonymous(vma)) {
		old = pmdp_huge_clear_flush(vma, addr, pmd);
		if (pmd_present(old))
			folio_put(pmd_page(old));
		return;
	}
	if (pmd_trans_huge(val)) {
		old = pmdp_invalidate(vma, addr, pmd);
		folio_ref_add(pmd_page(old), HPAGE_PMD_NR - 1);
		entry = mk_pte(pmd_page(old), vma->vm_page_prot);
		if (pmd_write(old))
			entry = pte_mkwrite(entry, vma);
		if (pmd_dirty(old))
			entry = pte_mkdirty(entry);
	} else {
		entry = val;
	}
	pgtable = pgtable_trans_huge_withdraw(mm, pmd);
	pte = world_entries(pgtable);
	for (i = 0; i < HPAGE_PMD_NR; i++)
		set_pte_at(mm, addr + i * PAGE_SIZE, pte + i, entry);
	smp_wmb();
	pmd_populate(mm, pmd, pgtable);
}

void __split_huge_pmd(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, bool freeze, struct folio *folio)
{
	struct mm_struct *mm = vma->vm_mm;
	spinlock_t *ptl;

	world_invalidate_start(mm, addr, addr + PMD_SIZE);
	ptl = pmd_lock(mm, pmd);
	world_split_pmd(vma, pmd, addr);
	spin_unlock(ptl);
	world_invalidate_end(mm, addr, addr + PMD_SIZE);
}

void split_huge_pmd(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr) { __split_huge_pmd(vma, pmd, addr, false, NULL); }
void split_huge_pmd_locked(struct vm_area_struct *vma, unsigned long addr, pmd_t *pmd, bool freeze, struct folio *folio) { world_split_pmd(vma, pmd, addr); }
/* PUD entries are never huge where functions are replayed. */
void split_huge_pud(struct vm_area_struct *vma, pud_t *pud, unsigned long addr) { }

/* The page comes back or it does not; either way the mapped entry is unmapped. */
int do_swap_page(struct vm_fault *vmf)
{
	pte_unmap(vmf->pte);
	return 0;
}
