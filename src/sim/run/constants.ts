/** The kernel's constants as the simulated machine has them: tables of two entries, pages of 4 KiB. */
import { entriesPerTable, pageSize, pmdSize, pudSize } from "../world/layout.ts";
import type { Value, Values } from "../world/value.ts";
import { swapTypeNumbers } from "./swap-types.ts";

const log2 = (size: bigint): bigint => BigInt(size.toString(2).length - 1);

/** Errors by name: only that they differ and are not 0 matters. */
const errors: Readonly<Record<string, bigint>> = {
  EPERM: 1n, ENOENT: 2n, EINTR: 4n, EIO: 5n, EAGAIN: 11n, ENOMEM: 12n, EFAULT: 14n, EBUSY: 16n, EEXIST: 17n, EINVAL: 22n, EHWPOISON: 133n,
};

const numbers: Readonly<Record<string, bigint>> = {
  ...errors, ...swapTypeNumbers,
  PAGE_SIZE: pageSize, PAGE_SHIFT: log2(pageSize), PAGE_MASK: ~(pageSize - 1n),
  PMD_SIZE: pmdSize, PMD_SHIFT: log2(pmdSize), PMD_MASK: ~(pmdSize - 1n),
  PUD_SIZE: pudSize, PUD_SHIFT: log2(pudSize), PUD_MASK: ~(pudSize - 1n),
  P4D_SIZE: pudSize, P4D_MASK: ~(pudSize - 1n), PGDIR_SIZE: pudSize, PGDIR_MASK: ~(pudSize - 1n), PGDIR_SHIFT: log2(pudSize),
  HPAGE_SIZE: pmdSize, HPAGE_MASK: ~(pmdSize - 1n), HPAGE_SHIFT: log2(pmdSize),
  HPAGE_PMD_SIZE: pmdSize, HPAGE_PMD_MASK: ~(pmdSize - 1n), HPAGE_PMD_SHIFT: log2(pmdSize), HPAGE_PMD_NR: BigInt(entriesPerTable),
  HPAGE_PMD_ORDER: log2(BigInt(entriesPerTable)), PMD_ORDER: log2(BigInt(entriesPerTable)),
  PTRS_PER_PTE: BigInt(entriesPerTable), PTRS_PER_PMD: BigInt(entriesPerTable), PTRS_PER_PUD: 1n, PTRS_PER_PGD: 1n,
  true: 1n, false: 0n, NULL: 0n, ULONG_MAX: (1n << 63n) - 1n, TASK_SIZE: 1n << 46n, TASK_SIZE_MAX: 1n << 46n,
  PVMW_SYNC: 1n, PVMW_MIGRATION: 2n, ACTION_SUBTREE: 0n, ACTION_CONTINUE: 1n, ACTION_AGAIN: 2n,
};

export function constantOf(values: Values, name: string): Value {
  if (name === "PAGE_NONE") return values.ref("prot", 0);
  const number = Object.hasOwn(numbers, name) ? numbers[name] : undefined;
  return number === undefined ? values.name(name) : values.int(number);
}
