/*
 * models: locks of address spaces, VMAs, reverse maps and page tables
 * mirrors: include/linux/mmap_lock.h, include/linux/rmap.h, include/linux/fs.h, include/linux/mm.h,
 *   mm/memory.c (6.12.117)
 *
 * spin_lock(), down_read() and the like are the machine's own; everything above them is written out here.
 */

void mmap_read_lock(struct mm_struct *mm) { down_read(&mm->mmap_lock); }
int mmap_read_trylock(struct mm_struct *mm) { return down_read_trylock(&mm->mmap_lock); }
int mmap_read_lock_killable(struct mm_struct *mm) { down_read(&mm->mmap_lock); return 0; }
void mmap_read_unlock(struct mm_struct *mm) { up_read(&mm->mmap_lock); }
void mmap_write_lock(struct mm_struct *mm) { down_write(&mm->mmap_lock); }
int mmap_write_trylock(struct mm_struct *mm) { return down_write_trylock(&mm->mmap_lock); }
void mmap_write_lock_nested(struct mm_struct *mm, int subclass) { down_write(&mm->mmap_lock); }
int mmap_write_lock_killable(struct mm_struct *mm) { down_write(&mm->mmap_lock); return 0; }

/* Writers of VMAs are released with the mmap lock: vma_end_write_all(). */
void mmap_write_unlock(struct mm_struct *mm)
{
	world_vmas_end_write(mm);
	up_write(&mm->mmap_lock);
}

void mmap_write_downgrade(struct mm_struct *mm)
{
	world_vmas_end_write(mm);
	downgrade_write(&mm->mmap_lock);
}

/*
 * since: 6.4
 * mirrors: include/linux/mm.h vma_start_write() (6.12.117): a VMA that this thread has locked already stays so
 */
void vma_start_write(struct vm_area_struct *vma)
{
	if (!world_holds(&vma->vm_lock))
		down_write(&vma->vm_lock);
}

/*
 * since: 6.4
 * mirrors: mm/memory.c lock_vma_under_rcu() (6.12.117): gives NULL when the VMA is locked for writing or gone
 */
struct vm_area_struct *world_lock_vma(struct vm_area_struct *vma)
{
	if (!down_read_trylock(&vma->vm_lock))
		return NULL;
	if (!world_vma_attached(vma)) {
		up_read(&vma->vm_lock);
		return NULL;
	}
	return vma;
}

/* since: 6.4 */
void vma_end_read(struct vm_area_struct *vma) { up_read(&vma->vm_lock); }

void i_mmap_lock_read(struct address_space *mapping) { down_read(&mapping->i_mmap_rwsem); }
int i_mmap_trylock_read(struct address_space *mapping) { return down_read_trylock(&mapping->i_mmap_rwsem); }
void i_mmap_unlock_read(struct address_space *mapping) { up_read(&mapping->i_mmap_rwsem); }
void i_mmap_lock_write(struct address_space *mapping) { down_write(&mapping->i_mmap_rwsem); }
int i_mmap_trylock_write(struct address_space *mapping) { return down_write_trylock(&mapping->i_mmap_rwsem); }
void i_mmap_unlock_write(struct address_space *mapping) { up_write(&mapping->i_mmap_rwsem); }

void anon_vma_lock_read(struct anon_vma *anon_vma) { down_read(&anon_vma->rwsem); }
int anon_vma_trylock_read(struct anon_vma *anon_vma) { return down_read_trylock(&anon_vma->rwsem); }
void anon_vma_unlock_read(struct anon_vma *anon_vma) { up_read(&anon_vma->rwsem); }
void anon_vma_lock_write(struct anon_vma *anon_vma) { down_write(&anon_vma->rwsem); }
void anon_vma_unlock_write(struct anon_vma *anon_vma) { up_write(&anon_vma->rwsem); }

void folio_lock(struct folio *folio) { down_write(&folio->lock); }
int folio_trylock(struct folio *folio) { return down_write_trylock(&folio->lock); }
void folio_unlock(struct folio *folio) { up_write(&folio->lock); }

/* mirrors: include/linux/mm.h pmd_lockptr(), pmd_lock(), pud_lock() (6.12.117) */
spinlock_t *pmd_lockptr(struct mm_struct *mm, pmd_t *pmd) { return world_ptl(world_table_of(pmd)); }

spinlock_t *pmd_lock(struct mm_struct *mm, pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lockptr(mm, pmd);

	spin_lock(ptl);
	return ptl;
}

spinlock_t *pud_lockptr(struct mm_struct *mm, pud_t *pud) { return &mm->page_table_lock; }

spinlock_t *pud_lock(struct mm_struct *mm, pud_t *pud)
{
	spin_lock(&mm->page_table_lock);
	return &mm->page_table_lock;
}

/* mirrors: include/linux/mm.h pte_lockptr() (6.12.117): reads *pmd to find the table whose descriptor holds the lock */
spinlock_t *pte_lockptr(struct mm_struct *mm, pmd_t *pmd) { return world_ptl(world_table(*pmd)); }

spinlock_t *ptep_lockptr(struct mm_struct *mm, pte_t *pte) { return world_ptl(world_table_of(pte)); }

/* until: 6.3 */
void world_vma_start_write(struct vm_area_struct *vma) { }
/* since: 6.4 */
void world_vma_start_write(struct vm_area_struct *vma) { vma_start_write(vma); }

/* until: 6.3 */
int world_vma_try_start_write(struct vm_area_struct *vma) { return 1; }

/*
 * since: 6.4
 * mirrors: include/linux/mm.h vma_try_start_write() (6.5)
 */
int world_vma_try_start_write(struct vm_area_struct *vma) { return down_write_trylock(&vma->vm_lock); }
