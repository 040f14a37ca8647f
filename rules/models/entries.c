/*
 * models: loads, stores and atomic changes of entries
 * mirrors: include/linux/pgtable.h, mm/pgtable-generic.c, arch/x86/include/asm/pgtable.h (6.12.117)
 */

pte_t ptep_get(pte_t *ptep) { return READ_ONCE(*ptep); }
pmd_t pmdp_get(pmd_t *pmdp) { return READ_ONCE(*pmdp); }
pud_t pudp_get(pud_t *pudp) { return READ_ONCE(*pudp); }
p4d_t p4dp_get(p4d_t *p4dp) { return READ_ONCE(*p4dp); }
pgd_t pgdp_get(pgd_t *pgdp) { return READ_ONCE(*pgdp); }
pte_t ptep_get_lockless(pte_t *ptep) { return READ_ONCE(*ptep); }
pmd_t pmdp_get_lockless(pmd_t *pmdp) { return READ_ONCE(*pmdp); }
pmd_t pmd_read_atomic(pmd_t *pmdp) { return READ_ONCE(*pmdp); }
pte_t huge_ptep_get(struct mm_struct *mm, unsigned long addr, pte_t *ptep) { return READ_ONCE(*ptep); }

void set_pte(pte_t *ptep, pte_t pte) { WRITE_ONCE(*ptep, pte); }
void set_pmd(pmd_t *pmdp, pmd_t pmd) { WRITE_ONCE(*pmdp, pmd); }
void set_pud(pud_t *pudp, pud_t pud) { WRITE_ONCE(*pudp, pud); }
void set_pte_at(struct mm_struct *mm, unsigned long addr, pte_t *ptep, pte_t pte) { WRITE_ONCE(*ptep, pte); }
void set_pmd_at(struct mm_struct *mm, unsigned long addr, pmd_t *pmdp, pmd_t pmd) { WRITE_ONCE(*pmdp, pmd); }
void set_pud_at(struct mm_struct *mm, unsigned long addr, pud_t *pudp, pud_t pud) { WRITE_ONCE(*pudp, pud); }
void set_pte_at_notify(struct mm_struct *mm, unsigned long addr, pte_t *ptep, pte_t pte) { WRITE_ONCE(*ptep, pte); }
void set_huge_pte_at(struct mm_struct *mm, unsigned long addr, pte_t *ptep, pte_t pte, unsigned long sz) { WRITE_ONCE(*ptep, pte); }

void set_ptes(struct mm_struct *mm, unsigned long addr, pte_t *ptep, pte_t pte, unsigned int nr)
{
	WRITE_ONCE(*ptep, pte);
}

void ptep_clear(struct mm_struct *mm, unsigned long addr, pte_t *ptep) { world_xchg(ptep, __pte(0)); }
void pte_clear_not_present_full(struct mm_struct *mm, unsigned long addr, pte_t *ptep, int full) { WRITE_ONCE(*ptep, __pte(0)); }
void clear_not_present_full_ptes(struct mm_struct *mm, unsigned long addr, pte_t *ptep, unsigned int nr, int full) { WRITE_ONCE(*ptep, __pte(0)); }
void pte_clear(struct mm_struct *mm, unsigned long addr, pte_t *ptep) { WRITE_ONCE(*ptep, __pte(0)); }
void pmd_clear(pmd_t *pmdp) { WRITE_ONCE(*pmdp, __pmd(0)); }
void pud_clear(pud_t *pudp) { WRITE_ONCE(*pudp, __pud(0)); }
void p4d_clear(p4d_t *p4dp) { WRITE_ONCE(*p4dp, __p4d(0)); }
void pgd_clear(pgd_t *pgdp) { }

/* p4d is folded into pgd in the simulated world. */
int p4d_none_or_clear_bad(p4d_t *p4d) { return p4d_none(READ_ONCE(*p4d)); }
int pgd_none_or_clear_bad(pgd_t *pgd) { return pgd_none(READ_ONCE(*pgd)); }

int pud_none_or_clear_bad(pud_t *pud)
{
	pud_t val = READ_ONCE(*pud);

	return pud_none(val) || pud_bad(val);
}

int pmd_none_or_clear_bad(pmd_t *pmd)
{
	pmd_t val = READ_ONCE(*pmd);

	return pmd_none(val) || pmd_bad(val);
}

void pmd_populate(struct mm_struct *mm, pmd_t *pmd, pgtable_t pte) { WRITE_ONCE(*pmd, world_table_entry(pte)); }
void pmd_populate_kernel(struct mm_struct *mm, pmd_t *pmd, pte_t *pte) { WRITE_ONCE(*pmd, world_table_entry(world_table_of(pte))); }
void pud_populate(struct mm_struct *mm, pud_t *pud, pmd_t *pmd) { WRITE_ONCE(*pud, world_table_entry(world_table_of(pmd))); }

pte_t ptep_get_and_clear(struct mm_struct *mm, unsigned long addr, pte_t *ptep) { return world_xchg(ptep, __pte(0)); }
pte_t ptep_get_and_clear_full(struct mm_struct *mm, unsigned long addr, pte_t *ptep, int full) { return world_xchg(ptep, __pte(0)); }
pte_t get_and_clear_full_ptes(struct mm_struct *mm, unsigned long addr, pte_t *ptep, unsigned int nr, int full) { return world_xchg(ptep, __pte(0)); }
pte_t huge_ptep_get_and_clear(struct mm_struct *mm, unsigned long addr, pte_t *ptep, unsigned long sz) { return world_xchg(ptep, __pte(0)); }
pmd_t pmdp_huge_get_and_clear(struct mm_struct *mm, unsigned long addr, pmd_t *pmdp) { return world_xchg(pmdp, __pmd(0)); }
pmd_t pmdp_huge_get_and_clear_full(struct vm_area_struct *vma, unsigned long addr, pmd_t *pmdp, int full) { return world_xchg(pmdp, __pmd(0)); }

void ptep_set_wrprotect(struct mm_struct *mm, unsigned long addr, pte_t *ptep) { world_rmw(ptep, pte_wrprotect); }
void wrprotect_ptes(struct mm_struct *mm, unsigned long addr, pte_t *ptep, unsigned int nr) { world_rmw(ptep, pte_wrprotect); }
void pmdp_set_wrprotect(struct mm_struct *mm, unsigned long addr, pmd_t *pmdp) { world_rmw(pmdp, pmd_wrprotect); }
int ptep_test_and_clear_young(struct vm_area_struct *vma, unsigned long addr, pte_t *ptep) { return pte_young(world_rmw(ptep, pte_mkold)); }
int pmdp_test_and_clear_young(struct vm_area_struct *vma, unsigned long addr, pmd_t *pmdp) { return pmd_young(world_rmw(pmdp, pmd_mkold)); }
int ptep_clear_flush_young(struct vm_area_struct *vma, unsigned long addr, pte_t *ptep) { return pte_young(world_rmw(ptep, pte_mkold)); }
int pmdp_clear_flush_young(struct vm_area_struct *vma, unsigned long addr, pmd_t *pmdp) { return pmd_young(world_rmw(pmdp, pmd_mkold)); }
int ptep_clear_young_notify(struct vm_area_struct *vma, unsigned long addr, pte_t *ptep) { return pte_young(world_rmw(ptep, pte_mkold)); }

/* The entry is taken away while its bits are changed, so that the hardware cannot set one that would be lost. */
pte_t ptep_modify_prot_start(struct vm_area_struct *vma, unsigned long addr, pte_t *ptep) { return world_xchg(ptep, __pte(0)); }
void ptep_modify_prot_commit(struct vm_area_struct *vma, unsigned long addr, pte_t *ptep, pte_t old, pte_t pte) { WRITE_ONCE(*ptep, pte); }

pte_t ptep_clear_flush(struct vm_area_struct *vma, unsigned long addr, pte_t *ptep)
{
	pte_t pte = ptep_get_and_clear(vma->vm_mm, addr, ptep);

	if (pte_accessible(vma->vm_mm, pte))
		flush_tlb_page(vma, addr);
	return pte;
}

pmd_t pmdp_huge_clear_flush(struct vm_area_struct *vma, unsigned long addr, pmd_t *pmdp)
{
	pmd_t pmd = pmdp_huge_get_and_clear(vma->vm_mm, addr, pmdp);

	flush_tlb_range(vma, addr, addr + HPAGE_PMD_SIZE);
	return pmd;
}

/* Flushes the PTEs that the table mapped, and with them the walk caches. */
pmd_t pmdp_collapse_flush(struct vm_area_struct *vma, unsigned long addr, pmd_t *pmdp)
{
	pmd_t pmd = world_xchg(pmdp, __pmd(0));

	flush_tlb_range(vma, addr, addr + HPAGE_PMD_SIZE);
	return pmd;
}

pmd_t pmdp_invalidate(struct vm_area_struct *vma, unsigned long addr, pmd_t *pmdp)
{
	pmd_t old = world_rmw(pmdp, pmd_mkinvalid);

	flush_tlb_range(vma, addr, addr + HPAGE_PMD_SIZE);
	return old;
}

pmd_t pmdp_invalidate_ad(struct vm_area_struct *vma, unsigned long addr, pmd_t *pmdp)
{
	return pmdp_invalidate(vma, addr, pmdp);
}

int ptep_set_access_flags(struct vm_area_struct *vma, unsigned long addr, pte_t *ptep, pte_t entry, int dirty)
{
	if (pte_same(READ_ONCE(*ptep), entry))
		return 0;
	WRITE_ONCE(*ptep, entry);
	return 1;
}

int pmdp_set_access_flags(struct vm_area_struct *vma, unsigned long addr, pmd_t *pmdp, pmd_t entry, int dirty)
{
	if (pmd_same(READ_ONCE(*pmdp), entry))
		return 0;
	WRITE_ONCE(*pmdp, entry);
	return 1;
}

/* The _notify variants tell secondary MMUs of the same change. */
pte_t ptep_clear_flush_notify(struct vm_area_struct *vma, unsigned long addr, pte_t *ptep) { return ptep_clear_flush(vma, addr, ptep); }
pmd_t pmdp_huge_clear_flush_notify(struct vm_area_struct *vma, unsigned long addr, pmd_t *pmdp) { return pmdp_huge_clear_flush(vma, addr, pmdp); }
int ptep_clear_flush_young_notify(struct vm_area_struct *vma, unsigned long addr, pte_t *ptep) { return ptep_clear_flush_young(vma, addr, ptep); }
int pmdp_clear_flush_young_notify(struct vm_area_struct *vma, unsigned long addr, pmd_t *pmdp) { return pmdp_clear_flush_young(vma, addr, pmdp); }
int pmdp_clear_young_notify(struct vm_area_struct *vma, unsigned long addr, pmd_t *pmdp) { return pmdp_test_and_clear_young(vma, addr, pmdp); }
void clear_full_ptes(struct mm_struct *mm, unsigned long addr, pte_t *ptep, unsigned int nr, int full) { world_xchg(ptep, __pte(0)); }
