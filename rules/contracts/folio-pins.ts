/**
 * The last check before a folio is moved, shared or unmapped for good: has GUP-fast, which takes no lock, pinned it? Only
 * with its entry cleared the answer holds (mm/internal.h, gup_must_unshare(); mm/userfaultfd.c, move_present_pte()).
 */
import type { Contract } from "../../src/rulebook/schema.ts";

const pinned = { file: "include/linux/mm.h", where: "folio_maybe_dma_pinned()", version: "6.12" } as const;
const rmap = { file: "include/linux/rmap.h", where: "folio_try_share_anon_rmap_pte()", version: "6.12" } as const;
const move = { file: "mm/rmap.c", where: "folio_move_anon_rmap()", version: "6.12" } as const;

export const contracts: readonly Contract[] = [
  { name: "folio_maybe_dma_pinned", since: "5.17", params: ["folio"], requires: [{ need: "rmap-unchanged", folio: "folio" }], references: [pinned] },
  { name: "folio_try_share_anon_rmap_pte", aliases: ["folio_try_share_anon_rmap_pmd"], since: "6.8", params: ["folio", "page"], requires: [{ need: "rmap-unchanged", folio: "folio" }], references: [rmap] },
  { name: "folio_move_anon_rmap", since: "6.7", params: ["folio", "vma"], effects: [{ do: "change-rmap", folio: "folio" }], references: [move] },
];
