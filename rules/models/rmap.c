/*
 * models: walking the mappings of a folio
 * mirrors: mm/page_vma_mapped.c page_vma_mapped_walk(), map_pte(), check_pte() (6.12.117, 6.1.192)
 *
 * A folio has one page here, so a VMA has at most one entry for it and the second call ends the walk.
 */

void DEFINE_FOLIO_VMA_WALK(struct page_vma_mapped_walk *pvmw, struct folio *folio, struct vm_area_struct *vma, unsigned long address, unsigned int flags)
{
	pvmw->pfn = folio;
	pvmw->vma = vma;
	pvmw->address = address;
	pvmw->flags = flags;
	pvmw->pmd = NULL;
	pvmw->pte = NULL;
	pvmw->ptl = NULL;
}

void page_vma_mapped_walk_done(struct page_vma_mapped_walk *pvmw)
{
	if (pvmw->ptl)
		spin_unlock(pvmw->ptl);
	if (pvmw->pte)
		pte_unmap(pvmw->pte);
	pvmw->pte = NULL;
	pvmw->ptl = NULL;
}

/* Whether the entry is a mapping of the folio of the kind that the walk looks for. */
int world_pvmw_matches(struct page_vma_mapped_walk *pvmw, pte_t pte)
{
	if (pte_none(pte))
		return 0;
	if (pvmw->flags == PVMW_MIGRATION) {
		if (pte_present(pte) || !is_migration_entry(pte_to_swp_entry(pte)))
			return 0;
		return pfn_swap_entry_to_page(pte_to_swp_entry(pte)) == pvmw->pfn;
	}
	if (pte_present(pte))
		return pte_page(pte) == pvmw->pfn;
	if (!is_device_private_entry(pte_to_swp_entry(pte)) && !is_device_exclusive_entry(pte_to_swp_entry(pte)))
		return 0;
	return pfn_swap_entry_to_page(pte_to_swp_entry(pte)) == pvmw->pfn;
}

/* until: 6.4 */
pte_t *world_pvmw_map(struct page_vma_mapped_walk *pvmw, spinlock_t **ptlp)
{
	*ptlp = pte_lockptr(pvmw->vma->vm_mm, pvmw->pmd);
	return pte_offset_map(pvmw->pmd, pvmw->address);
}

/*
 * since: 6.5
 * until: 6.12
 */
pte_t *world_pvmw_map(struct page_vma_mapped_walk *pvmw, spinlock_t **ptlp)
{
	return pte_offset_map_nolock(pvmw->vma->vm_mm, pvmw->pmd, pvmw->address, ptlp);
}

/*
 * since: 6.13
 * mirrors: mm/page_vma_mapped.c map_pte(): the PMD is compared again once the lock is held
 */
pte_t *world_pvmw_map(struct page_vma_mapped_walk *pvmw, spinlock_t **ptlp)
{
	return pte_offset_map_rw_nolock(pvmw->vma->vm_mm, pvmw->pmd, pvmw->address, &pvmw->pmdval, ptlp);
}

/* until: 6.12 */
int world_pvmw_same(struct page_vma_mapped_walk *pvmw) { return 1; }
/* since: 6.13 */
int world_pvmw_same(struct page_vma_mapped_walk *pvmw) { return pmd_same(pvmw->pmdval, pmdp_get_lockless(pvmw->pmd)); }

bool page_vma_mapped_walk(struct page_vma_mapped_walk *pvmw)
{
	struct mm_struct *mm = pvmw->vma->vm_mm;
	spinlock_t *ptl;
	pmd_t val;

	if (pvmw->pmd) {
		page_vma_mapped_walk_done(pvmw);
		return false;
	}
restart:
	pvmw->pmd = mm_find_pmd(mm, pvmw->address);
	if (!pvmw->pmd)
		return false;
	val = pmdp_get_lockless(pvmw->pmd);
	if (pmd_trans_huge(val) || is_pmd_migration_entry(val)) {
		pvmw->ptl = pmd_lock(mm, pvmw->pmd);
		val = *pvmw->pmd;
		if (pmd_trans_huge(val)) {
			if (pvmw->flags != PVMW_MIGRATION && pmd_page(val) == pvmw->pfn)
				return true;
			page_vma_mapped_walk_done(pvmw);
			return false;
		}
		if (!pmd_present(val)) {
			if (pvmw->flags == PVMW_MIGRATION && is_pmd_migration_entry(val) && pfn_swap_entry_to_page(pmd_to_swp_entry(val)) == pvmw->pfn)
				return true;
			page_vma_mapped_walk_done(pvmw);
			return false;
		}
		spin_unlock(pvmw->ptl);
		pvmw->ptl = NULL;
	} else if (!pmd_present(val)) {
		return false;
	}
	pvmw->pte = world_pvmw_map(pvmw, &ptl);
	if (!pvmw->pte)
		goto restart;
	if (!world_pvmw_matches(pvmw, ptep_get(pvmw->pte))) {
		pte_unmap(pvmw->pte);
		pvmw->pte = NULL;
		return false;
	}
	spin_lock(ptl);
	if (!world_pvmw_same(pvmw)) {
		pte_unmap_unlock(pvmw->pte, ptl);
		pvmw->pte = NULL;
		goto restart;
	}
	pvmw->ptl = ptl;
	if (world_pvmw_matches(pvmw, ptep_get(pvmw->pte)))
		return true;
	page_vma_mapped_walk_done(pvmw);
	return false;
}

/* The lock of the reverse map that the VMA's pages are found by. */
void world_rmap_lock_read(struct vm_area_struct *vma)
{
	if (vma_is_anonymous(vma))
		anon_vma_lock_read(vma->anon_vma);
	else
		i_mmap_lock_read(vma->vm_file->f_mapping);
}

void world_rmap_unlock_read(struct vm_area_struct *vma)
{
	if (vma_is_anonymous(vma))
		anon_vma_unlock_read(vma->anon_vma);
	else
		i_mmap_unlock_read(vma->vm_file->f_mapping);
}

void world_rmap_lock_write(struct vm_area_struct *vma)
{
	if (vma_is_anonymous(vma))
		anon_vma_lock_write(vma->anon_vma);
	else
		i_mmap_lock_write(vma->vm_file->f_mapping);
}

void world_rmap_unlock_write(struct vm_area_struct *vma)
{
	if (vma_is_anonymous(vma))
		anon_vma_unlock_write(vma->anon_vma);
	else
		i_mmap_unlock_write(vma->vm_file->f_mapping);
}

/*
 * mirrors: mm/rmap.c __anon_vma_prepare() (6.12.117, 6.1.192)
 *
 * Who looks at vma->anon_vma under a page-table lock sees what was set before that lock was taken. page_table_lock only
 * keeps two from setting it at once, and that comes to the same here.
 */
int __anon_vma_prepare(struct vm_area_struct *vma)
{
	might_sleep();
	world_vma_set_anon(vma);
	return 0;
}

/* mirrors: include/linux/rmap.h anon_vma_prepare() (6.12.117, 6.1.192) */
int anon_vma_prepare(struct vm_area_struct *vma)
{
	if (vma->anon_vma)
		return 0;
	return __anon_vma_prepare(vma);
}

/* mirrors: mm/memory.c __vmf_anon_prepare() (6.12.117): under the VMA lock alone it takes mmap_lock for reading for a while */
vm_fault_t __vmf_anon_prepare(struct vm_fault *vmf) { return anon_vma_prepare(vmf->vma); }
vm_fault_t vmf_anon_prepare(struct vm_fault *vmf) { return anon_vma_prepare(vmf->vma); }
