/*
 * models: allocating, installing, depositing and freeing page tables
 * mirrors: mm/memory.c pmd_install(), __pte_alloc(), __pmd_alloc(), mm/pgtable-generic.c, include/linux/mm.h (6.12.117)
 */

pgtable_t pte_alloc_one(struct mm_struct *mm)
{
	might_sleep();
	return world_table_alloc("pte");
}

void pte_free(struct mm_struct *mm, pgtable_t table) { world_table_free(table); }

pte_t *pte_alloc_one_kernel(struct mm_struct *mm)
{
	pgtable_t table = world_table_alloc("pte");

	if (!table)
		return NULL;
	return world_entries(table);
}

void pte_free_kernel(struct mm_struct *mm, pte_t *pte) { world_table_free(world_table_of(pte)); }
void pmd_free(struct mm_struct *mm, pmd_t *pmd) { world_table_free(world_table_of(pmd)); }

void pmd_install(struct mm_struct *mm, pmd_t *pmd, pgtable_t *pte)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);

	if (pmd_none(*pmd)) {
		mm_inc_nr_ptes(mm);
		smp_wmb();
		pmd_populate(mm, pmd, *pte);
		*pte = NULL;
	}
	spin_unlock(ptl);
}

int __pte_alloc(struct mm_struct *mm, pmd_t *pmd)
{
	pgtable_t new = pte_alloc_one(mm);

	if (!new)
		return -ENOMEM;
	pmd_install(mm, pmd, &new);
	if (new)
		pte_free(mm, new);
	return 0;
}

int pte_alloc(struct mm_struct *mm, pmd_t *pmd)
{
	if (!pmd_none(*pmd))
		return 0;
	return __pte_alloc(mm, pmd);
}

pte_t *pte_alloc_map(struct mm_struct *mm, pmd_t *pmd, unsigned long addr)
{
	if (pte_alloc(mm, pmd))
		return NULL;
	return pte_offset_map(pmd, addr);
}

pte_t *pte_alloc_map_lock(struct mm_struct *mm, pmd_t *pmd, unsigned long addr, spinlock_t **ptlp)
{
	if (pte_alloc(mm, pmd))
		return NULL;
	return pte_offset_map_lock(mm, pmd, addr, ptlp);
}

void pgtable_trans_huge_deposit(struct mm_struct *mm, pmd_t *pmd, pgtable_t table) { world_deposit(pmd, table); }
pgtable_t pgtable_trans_huge_withdraw(struct mm_struct *mm, pmd_t *pmd) { return world_withdraw(pmd); }

/* since: 6.6 */
void pte_free_defer(struct mm_struct *mm, pgtable_t table) { world_table_free_rcu(table); }

/* Upper tables always exist in the simulated range. */
p4d_t *p4d_alloc(struct mm_struct *mm, pgd_t *pgd, unsigned long addr) { return p4d_offset(pgd, addr); }
pud_t *pud_alloc(struct mm_struct *mm, p4d_t *p4d, unsigned long addr) { return pud_offset(p4d, addr); }

pmd_t *pmd_alloc(struct mm_struct *mm, pud_t *pud, unsigned long addr)
{
	if (pud_none(*pud))
		return NULL;
	return pmd_offset(pud, addr);
}
