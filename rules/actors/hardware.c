/*
 * actors: the hardware
 */

/*
 * actor: the MMU walks the tables for a store of a user program and sets accessed and dirty
 * context: none; a flush is complete only when walks that began before it have ended
 * needs: users=live vma=anon|file|shmem|kernel
 * mirrors: the architecture: an entry's bits are set by one atomic update of an entry that is still valid
 */
void hardware_walk(struct mm_struct *mm, unsigned long addr)
{
	pgd_t pgdval;
	pud_t pudval;
	pmd_t *pmd, val;
	pte_t *pte, entry;

	world_walk_begin();
	pgdval = READ_ONCE(*pgd_offset(mm, addr));
	if (!pgd_present(pgdval))
		goto out;
	pudval = READ_ONCE(*(world_first(pgdval) + pud_index(addr)));
	if (!pud_present(pudval) || pud_leaf(pudval))
		goto out;
	pmd = world_first(pudval) + pmd_index(addr);
	val = READ_ONCE(*pmd);
	if (!pmd_present(val))
		goto out;
	if (pmd_leaf(val)) {
		if (pmd_write(val))
			world_hardware_update(pmd, val);
		goto out;
	}
	pte = world_first(val) + pte_index(addr);
	entry = READ_ONCE(*pte);
	if (pte_present(entry) && pte_write(entry))
		world_hardware_update(pte, entry);
out:
	world_walk_end();
}
