/** Scenarios that show how the simulator's search grows with steps and threads; docs/simulator.md has the figures. */

export interface Workload {
  readonly name: string;
  /** C of a thread with this many visible steps. */
  readonly body: (steps: number) => string;
}

/** Threads that never meet, threads that exclude each other, and threads whose every step matters to the others. */
export const workloads: readonly Workload[] = [
  { name: "read one entry", body: (steps) => "READ_ONCE(*pte);".repeat(steps) },
  {
    name: "change one entry under its lock",
    body: (steps) => "spin_lock(ptl); val = READ_ONCE(*pte); set_pte_at(mm, addr, pte, pte_mkold(val)); spin_unlock(ptl);".repeat(steps / 4),
  },
  { name: "change one entry without a lock, atomically", body: (steps) => "ptep_test_and_clear_young(vma, addr, pte);".repeat(steps) },
];

/** The text of a scenario file with `threads` threads of `steps` visible steps each. */
export function growthScenario({ name, body }: Workload, threads: number, steps: number): string {
  return `/*
 * scenario: ${name}
 * world: vma=anon pmd=table pte=page,none notifiers=no
 * threads: ${"work ".repeat(threads)}
 */
void work(struct mm_struct *mm, struct vm_area_struct *vma, pte_t *pte, unsigned long addr)
{
	spinlock_t *ptl = ptep_lockptr(mm, pte);
	pte_t val;

	${body(steps)}
}
`;
}
