/*
 * actors: get_user_pages()
 */

/*
 * actor: GUP-fast
 * context: no lock, interrupts off
 * needs: users=live vma=anon|file|shmem|hugetlb
 * mirrors: mm/gup.c gup_fast(), gup_fast_pgd_range(), gup_fast_pte_range(), gup_fast_pmd_leaf() (6.12.117)
 */
void gup_fast(struct mm_struct *mm, unsigned long addr)
{
	struct folio *folio = NULL;
	pgd_t *pgd, pgdval;
	pud_t *pud, pudval;
	pmd_t *pmd, val;
	pte_t *pte, entry;

	local_irq_disable();
	pgd = pgd_offset(mm, addr);
	pgdval = READ_ONCE(*pgd);
	if (pgd_none(pgdval))
		goto out;
	pud = world_first(pgdval) + pud_index(addr);
	pudval = READ_ONCE(*pud);
	if (!pud_present(pudval) || pud_leaf(pudval))
		goto out;
	pmd = world_first(pudval) + pmd_index(addr);
	val = pmdp_get_lockless(pmd);
	if (!pmd_present(val))
		goto out;
	if (pmd_leaf(val)) {
		if (pmd_protnone(val))
			goto out;
		folio = pmd_page(val);
		if (!folio_try_get(folio)) {
			folio = NULL;
			goto out;
		}
		if (!pmd_same(val, READ_ONCE(*pmd))) {
			folio_put(folio);
			folio = NULL;
		}
		goto out;
	}
	pte = world_first(val) + pte_index(addr);
	entry = ptep_get_lockless(pte);
	if (!pte_present(entry) || pte_protnone(entry))
		goto out;
	folio = pte_page(entry);
	if (!folio_try_get(folio)) {
		folio = NULL;
		goto out;
	}
	if (!pmd_same(val, READ_ONCE(*pmd)) || !pte_same(entry, READ_ONCE(*pte))) {
		folio_put(folio);
		folio = NULL;
	}
out:
	local_irq_enable();
	if (folio) {
		world_page_use(folio);
		folio_put(folio);
	}
}

/*
 * actor: GUP-slow
 * context: mmap lock for reading, then the pmd or pte lock
 * needs: users=live
 * mirrors: mm/gup.c follow_page_pte(), follow_pmd_mask() (6.12.117)
 */
void gup_slow(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr)
{
	struct folio *folio = NULL;
	spinlock_t *ptl;
	pmd_t *pmd, val;
	pte_t *pte, entry;

	mmap_read_lock(mm);
	if (!world_vma_attached(vma))
		goto out;
	pmd = mm_find_pmd(mm, addr);
	if (!pmd)
		goto out;
	val = pmdp_get_lockless(pmd);
	if (!pmd_present(val))
		goto out;
	if (pmd_leaf(val)) {
		ptl = pmd_lock(mm, pmd);
		val = *pmd;
		if (pmd_trans_huge(val)) {
			folio = pmd_page(val);
			folio_get(folio);
		}
		spin_unlock(ptl);
		goto out;
	}
	pte = world_map_lock(mm, pmd, addr, &ptl);
	if (!pte)
		goto out;
	entry = ptep_get(pte);
	if (pte_present(entry)) {
		folio = pte_page(entry);
		folio_get(folio);
	}
	pte_unmap_unlock(pte, ptl);
out:
	mmap_read_unlock(mm);
	if (folio) {
		world_page_use(folio);
		folio_put(folio);
	}
}
