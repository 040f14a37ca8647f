/** What a function mentions somewhere says what its walks are for; asked at every read, so answered once for a function. */
import type { FunctionIr } from "../c/ir.ts";

const mentionWords: Readonly<Record<"migrations" | "kernel tables", RegExp>> = {
  /** It asks page_vma_mapped_walk() for migration entries: what it finds is not present. */
  migrations: /PVMW_MIGRATION/,
  /** It walks kernel page tables, whose entries are never swap entries. */
  "kernel tables": /pgd_offset_k|pgd_offset_gate|init_mm/,
};

const mentioned = new WeakMap<FunctionIr, Map<keyof typeof mentionWords, boolean>>();

export function mentions(fn: FunctionIr, what: keyof typeof mentionWords): boolean {
  const known = mentioned.get(fn) ?? new Map<keyof typeof mentionWords, boolean>();
  mentioned.set(fn, known);
  const before = known.get(what);
  if (before !== undefined) return before;
  const text = JSON.stringify(fn.blocks, (_key, value: unknown) => (typeof value === "bigint" ? Number(value) : value));
  const found = mentionWords[what].test(text);
  known.set(what, found);
  return found;
}
