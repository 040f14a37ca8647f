/*
 * models: mapping PTE tables
 * mirrors: mm/pgtable-generic.c (6.12.117), include/linux/mm.h and include/linux/pgtable.h (6.1.192)
 *
 * Before 6.5 the map calls could not fail and took no RCU read lock: they believe that *pmd is a table. From 6.5 on they
 * look, and may give NULL; rcu_read_lock() came with 6.6.
 */

/* until: 6.4 */
pte_t *pte_offset_map(pmd_t *pmd, unsigned long addr)
{
	return world_first(*pmd) + pte_index(addr);
}

/* until: 6.4 */
pte_t *pte_offset_map_lock(struct mm_struct *mm, pmd_t *pmd, unsigned long addr, spinlock_t **ptlp)
{
	spinlock_t *ptl = pte_lockptr(mm, pmd);
	pte_t *pte = pte_offset_map(pmd, addr);

	*ptlp = ptl;
	spin_lock(ptl);
	return pte;
}

/* until: 6.4 */
void pte_unmap(pte_t *pte) { }

/* until: 6.4 */
void pte_unmap_unlock(pte_t *pte, spinlock_t *ptl) { spin_unlock(ptl); }

/*
 * since: 6.5
 * mirrors: mm/pgtable-generic.c __pte_offset_map(), include/linux/pgtable.h pmdp_get_lockless() (6.12.117)
 */
pte_t *__pte_offset_map(pmd_t *pmd, unsigned long addr, pmd_t *pmdvalp)
{
	pmd_t pmdval;

	world_pte_rcu_lock();
	pmdval = READ_ONCE(*pmd);
	if (pmdvalp)
		*pmdvalp = pmdval;
	if (pmd_none(pmdval) || !pmd_present(pmdval) || pmd_leaf(pmdval) || pmd_bad(pmdval)) {
		world_pte_rcu_unlock();
		return NULL;
	}
	return world_first(pmdval) + pte_index(addr);
}

/* since: 6.6 */
void world_pte_rcu_lock(void) { rcu_read_lock(); }
/* since: 6.6 */
void world_pte_rcu_unlock(void) { rcu_read_unlock(); }
/*
 * since: 6.5
 * until: 6.5
 */
void world_pte_rcu_lock(void) { }
/*
 * since: 6.5
 * until: 6.5
 */
void world_pte_rcu_unlock(void) { }

/* since: 6.5 */
pte_t *pte_offset_map(pmd_t *pmd, unsigned long addr) { return __pte_offset_map(pmd, addr, NULL); }

/* since: 6.5 */
void pte_unmap(pte_t *pte) { world_pte_rcu_unlock(); }

/* since: 6.5 */
void pte_unmap_unlock(pte_t *pte, spinlock_t *ptl)
{
	spin_unlock(ptl);
	pte_unmap(pte);
}

/* since: 6.5 */
pte_t *__pte_offset_map_lock(struct mm_struct *mm, pmd_t *pmd, unsigned long addr, spinlock_t **ptlp)
{
	for (;;) {
		pmd_t pmdval;
		pte_t *pte = __pte_offset_map(pmd, addr, &pmdval);
		spinlock_t *ptl;

		if (!pte)
			return NULL;
		ptl = pte_lockptr(mm, &pmdval);
		spin_lock(ptl);
		if (pmd_same(pmdval, READ_ONCE(*pmd))) {
			*ptlp = ptl;
			return pte;
		}
		pte_unmap_unlock(pte, ptl);
	}
}

/* since: 6.5 */
pte_t *pte_offset_map_lock(struct mm_struct *mm, pmd_t *pmd, unsigned long addr, spinlock_t **ptlp)
{
	return __pte_offset_map_lock(mm, pmd, addr, ptlp);
}

/*
 * since: 6.5
 * until: 6.12
 */
pte_t *pte_offset_map_nolock(struct mm_struct *mm, pmd_t *pmd, unsigned long addr, spinlock_t **ptlp)
{
	pmd_t pmdval;
	pte_t *pte = __pte_offset_map(pmd, addr, &pmdval);

	if (pte)
		*ptlp = pte_lockptr(mm, &pmdval);
	return pte;
}

/*
 * since: 6.13
 * mirrors: mm/pgtable-generic.c pte_offset_map_ro_nolock()
 */
pte_t *pte_offset_map_ro_nolock(struct mm_struct *mm, pmd_t *pmd, unsigned long addr, spinlock_t **ptlp)
{
	pmd_t pmdval;
	pte_t *pte = __pte_offset_map(pmd, addr, &pmdval);

	if (pte)
		*ptlp = pte_lockptr(mm, &pmdval);
	return pte;
}

/*
 * since: 6.13
 * mirrors: mm/pgtable-generic.c pte_offset_map_rw_nolock(): gives the PMD value for the caller to compare again
 */
pte_t *pte_offset_map_rw_nolock(struct mm_struct *mm, pmd_t *pmd, unsigned long addr, pmd_t *pmdvalp, spinlock_t **ptlp)
{
	pte_t *pte = __pte_offset_map(pmd, addr, pmdvalp);

	if (pte)
		*ptlp = pte_lockptr(mm, pmdvalp);
	return pte;
}

/* mirrors: include/linux/pgtable.h pte_offset_kernel() (6.12.117): no look, no lock */
pte_t *pte_offset_kernel(pmd_t *pmd, unsigned long addr) { return world_first(*pmd) + pte_index(addr); }
pmd_t *pmd_offset(pud_t *pud, unsigned long addr) { return world_first(*pud) + pmd_index(addr); }
pud_t *pud_offset(p4d_t *p4d, unsigned long addr) { return world_first(*p4d) + pud_index(addr); }
p4d_t *p4d_offset(pgd_t *pgd, unsigned long addr) { return pgd; }
pgd_t *pgd_offset(struct mm_struct *mm, unsigned long addr) { return mm->pgd + pgd_index(addr); }
pgd_t *pgd_offset_k(unsigned long addr) { return init_mm.pgd + pgd_index(addr); }

/*
 * until: 6.5
 * mirrors: include/linux/pgtable.h pmd_none_or_trans_huge_or_clear_bad() (6.1.192): anything but a table
 */
int pmd_trans_unstable(pmd_t *pmd)
{
	pmd_t val = READ_ONCE(*pmd);

	return pmd_none(val) || !pmd_present(val) || pmd_leaf(val) || pmd_bad(val);
}

/* until: 6.5 */
int pmd_devmap_trans_unstable(pmd_t *pmd) { return pmd_trans_unstable(pmd); }
/* until: 6.5 */
int pmd_none_or_trans_huge_or_clear_bad(pmd_t *pmd) { return pmd_trans_unstable(pmd); }

/*
 * until: 6.4
 * mirrors: the callers' habit under the mmap lock: look whether it is a table, then map it
 */
pte_t *world_map_lock(struct mm_struct *mm, pmd_t *pmd, unsigned long addr, spinlock_t **ptlp)
{
	if (pmd_trans_unstable(pmd))
		return NULL;
	return pte_offset_map_lock(mm, pmd, addr, ptlp);
}

/* since: 6.5 */
pte_t *world_map_lock(struct mm_struct *mm, pmd_t *pmd, unsigned long addr, spinlock_t **ptlp)
{
	return pte_offset_map_lock(mm, pmd, addr, ptlp);
}

/*
 * A second table is mapped and locked while a first one is: the locks may be one.
 * mirrors: mm/mremap.c move_ptes() (6.12.117)
 */
pte_t *world_map_lock_second(struct mm_struct *mm, pmd_t *pmd, unsigned long addr, spinlock_t **ptlp)
{
	pte_t *pte = pte_offset_map(pmd, addr);

	if (!pte)
		return NULL;
	*ptlp = ptep_lockptr(mm, pte);
	if (!world_holds(*ptlp))
		spin_lock(*ptlp);
	return pte;
}

void world_unlock_second(pte_t *pte, spinlock_t *ptl, spinlock_t *first)
{
	if (ptl != first)
		spin_unlock(ptl);
	pte_unmap(pte);
}

/*
 * until: 6.4
 * mirrors: the callers' habit under the mmap lock: look whether it is a table, then map it
 */
pte_t *world_map(pmd_t *pmd, unsigned long addr)
{
	if (pmd_trans_unstable(pmd))
		return NULL;
	return pte_offset_map(pmd, addr);
}

/* since: 6.5 */
pte_t *world_map(pmd_t *pmd, unsigned long addr) { return pte_offset_map(pmd, addr); }

/* The value that was read already says where the lower table is: include/linux/pgtable.h, mm/gup.c (6.12.117) */
p4d_t *p4d_offset_lockless(pgd_t *pgdp, pgd_t pgd, unsigned long addr) { return p4d_offset(pgdp, addr); }
pud_t *pud_offset_lockless(p4d_t *p4dp, p4d_t p4d, unsigned long addr) { return pud_offset(p4dp, addr); }
pmd_t *pmd_offset_lockless(pud_t *pudp, pud_t pud, unsigned long addr) { return world_first(pud) + pmd_index(addr); }
