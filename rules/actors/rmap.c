/*
 * actors: reclaim and migration, which come by the reverse map and hold no mmap lock
 */

/* until: 6.5 */
void world_unmap_later(struct mm_struct *mm, pte_t pte, unsigned long addr) { set_tlb_ubc_flush_pending(mm, pte_dirty(pte)); }
/* since: 6.6 */
void world_unmap_later(struct mm_struct *mm, pte_t pte, unsigned long addr) { set_tlb_ubc_flush_pending(mm, pte, addr); }

/*
 * actor: reclaim unmaps a page
 * context: folio lock, anon_vma or i_mmap for reading, then the pte lock; with unmap-flush=batched the flush comes when all is
 *   unmapped, before the page is freed
 * mirrors: mm/rmap.c try_to_unmap_one(), try_to_unmap_flush(), rmap_walk_anon(), rmap_walk_file(), mm/vmscan.c shrink_folio_list() (6.12.117)
 */
void rmap_unmap(struct mm_struct *mm, struct vm_area_struct *vma, struct folio *folio, unsigned long addr)
{
	struct page_vma_mapped_walk pvmw;
	pte_t val;

	if (!folio_try_get(folio))
		return;
	if (!folio_trylock(folio)) {
		folio_put(folio);
		return;
	}
	world_rmap_lock_read(vma);
	if (world_vma_linked(vma)) {
		world_invalidate_start(mm, addr, addr + PAGE_SIZE);
		DEFINE_FOLIO_VMA_WALK(&pvmw, folio, vma, addr, 0);
		while (page_vma_mapped_walk(&pvmw)) {
			if (!pvmw.pte) {
				page_vma_mapped_walk_done(&pvmw);
				break;
			}
			if (should_defer_flush(mm, 0)) {
				val = ptep_get_and_clear(mm, addr, pvmw.pte);
				world_unmap_later(mm, val, addr);
			} else {
				val = ptep_clear_flush(vma, addr, pvmw.pte);
			}
			if (vma_is_anonymous(vma))
				set_pte_at(mm, addr, pvmw.pte, swp_entry_to_pte(world_swap_entry()));
			folio_put(folio);
		}
		world_invalidate_end(mm, addr, addr + PAGE_SIZE);
	}
	world_rmap_unlock_read(vma);
	try_to_unmap_flush();
	folio_unlock(folio);
	folio_put(folio);
}

/*
 * actor: migration puts a migration entry in place of a page, and the new page in place of the entry
 * context: folio lock, anon_vma or i_mmap for reading, then the pte lock; both walks
 * mirrors: mm/rmap.c try_to_migrate_one(), mm/migrate.c remove_migration_pte(), migrate_folio_unmap() (6.12.117)
 */
void migrate_page(struct mm_struct *mm, struct vm_area_struct *vma, struct folio *folio, unsigned long addr)
{
	struct page_vma_mapped_walk pvmw;
	struct folio *dst = world_page_alloc();
	int replaced = 0;
	pte_t val;

	if (!dst)
		return;
	if (!folio_try_get(folio)) {
		folio_put(dst);
		return;
	}
	if (!folio_trylock(folio))
		goto out;
	world_rmap_lock_read(vma);
	if (world_vma_linked(vma)) {
		world_invalidate_start(mm, addr, addr + PAGE_SIZE);
		DEFINE_FOLIO_VMA_WALK(&pvmw, folio, vma, addr, 0);
		while (page_vma_mapped_walk(&pvmw)) {
			if (!pvmw.pte) {
				page_vma_mapped_walk_done(&pvmw);
				break;
			}
			if (!pte_present(ptep_get(pvmw.pte))) {
				page_vma_mapped_walk_done(&pvmw);
				break;
			}
			val = ptep_clear_flush(vma, addr, pvmw.pte);
			set_pte_at(mm, addr, pvmw.pte, swp_entry_to_pte(make_readable_migration_entry(page_to_pfn(pte_page(val)))));
			folio_put(folio);
			replaced = 1;
		}
		world_invalidate_end(mm, addr, addr + PAGE_SIZE);
	}
	world_rmap_unlock_read(vma);
	if (!replaced)
		goto unlock;
	/* Somebody else holds a reference: the page may not be moved. */
	if (folio_ref_count(folio) == 1)
		folio_copy(dst, folio);
	world_rmap_lock_read(vma);
	if (world_vma_linked(vma)) {
		DEFINE_FOLIO_VMA_WALK(&pvmw, folio, vma, addr, PVMW_MIGRATION);
		while (page_vma_mapped_walk(&pvmw)) {
			if (!pvmw.pte) {
				page_vma_mapped_walk_done(&pvmw);
				break;
			}
			folio_get(dst);
			set_pte_at(mm, addr, pvmw.pte, mk_pte(dst, vma->vm_page_prot));
		}
	}
	world_rmap_unlock_read(vma);
unlock:
	folio_unlock(folio);
out:
	folio_put(folio);
	folio_put(dst);
}

/*
 * actor: migration puts a migration entry in place of a huge page, and the new huge page in place of the entry
 * context: folio lock, anon_vma for reading, then the pmd lock; both walks. The table that is deposited with the entry stays.
 * needs: vma=anon pmd=huge
 * mirrors: mm/huge_memory.c set_pmd_migration_entry(), remove_migration_pmd(), mm/rmap.c try_to_migrate_one(), mm/migrate.c
 *   remove_migration_pte() (6.12.117, 6.1.192)
 */
void migrate_huge(struct mm_struct *mm, struct vm_area_struct *vma, struct folio *folio, unsigned long addr)
{
	struct page_vma_mapped_walk pvmw;
	struct folio *dst = world_page_alloc();
	int replaced = 0;
	pmd_t val;

	if (!dst)
		return;
	if (!folio_try_get(folio)) {
		folio_put(dst);
		return;
	}
	if (!folio_trylock(folio))
		goto out;
	world_rmap_lock_read(vma);
	if (world_vma_linked(vma)) {
		world_invalidate_start(mm, addr, addr + PMD_SIZE);
		DEFINE_FOLIO_VMA_WALK(&pvmw, folio, vma, addr, 0);
		while (page_vma_mapped_walk(&pvmw)) {
			/* Split meanwhile: try_to_migrate_one() then takes each small entry, as migrate_page does. */
			if (pvmw.pte) {
				page_vma_mapped_walk_done(&pvmw);
				break;
			}
			val = pmdp_invalidate(vma, addr, pvmw.pmd);
			set_pmd_at(mm, addr, pvmw.pmd, swp_entry_to_pmd(make_readable_migration_entry(page_to_pfn(pmd_page(val)))));
			folio_put(folio);
			replaced = 1;
		}
		world_invalidate_end(mm, addr, addr + PMD_SIZE);
	}
	world_rmap_unlock_read(vma);
	if (!replaced)
		goto unlock;
	/* Somebody else holds a reference: the page may not be moved. */
	if (folio_ref_count(folio) == 1)
		folio_copy(dst, folio);
	world_rmap_lock_read(vma);
	if (world_vma_linked(vma)) {
		DEFINE_FOLIO_VMA_WALK(&pvmw, folio, vma, addr, PVMW_MIGRATION);
		while (page_vma_mapped_walk(&pvmw)) {
			if (pvmw.pte) {
				page_vma_mapped_walk_done(&pvmw);
				break;
			}
			folio_get(dst);
			set_pmd_at(mm, addr, pvmw.pmd, mk_huge_pmd(dst, vma->vm_page_prot));
		}
	}
	world_rmap_unlock_read(vma);
unlock:
	folio_unlock(folio);
out:
	folio_put(folio);
	folio_put(dst);
}

/*
 * actor: truncation unmaps a range of a file
 * context: i_mmap for reading, then the pmd or pte lock; no folio lock, no mmap lock
 * needs: vma=file|shmem
 * mirrors: mm/memory.c unmap_mapping_range(), unmap_mapping_range_tree(), zap_page_range_single() (6.12.117)
 */
void truncate_file(struct mm_struct *mm, struct vm_area_struct *vma, struct address_space *mapping, unsigned long addr)
{
	i_mmap_lock_read(mapping);
	if (world_vma_linked(vma))
		zap_page_range_single(vma, addr, PMD_SIZE, NULL);
	i_mmap_unlock_read(mapping);
}
