/** What a function mentions somewhere says what its walks are for; asked at every read, so answered once for a function. */
import type { FunctionIr } from "../c/ir.ts";
import { memoByObject } from "../util/memo.ts";

const mentionWords: Readonly<Record<"migrations" | "kernel tables" | "hugetlb entries", RegExp>> = {
  /** It asks page_vma_mapped_walk() for migration entries: what it finds is not present. */
  migrations: /PVMW_MIGRATION/,
  /** It walks kernel page tables, whose entries are never swap entries. */
  "kernel tables": /pgd_offset_k|pgd_offset_gate|init_mm/,
  /** It has entries of hugetlb mappings in hand. */
  "hugetlb entries": /huge_pte/,
};

const anyWord = new RegExp(Object.values(mentionWords).map((word) => word.source).join("|"));

/** Texts within the blocks that have one of the words, which are few: of most functions none. */
const tellingOf = memoByObject((fn: FunctionIr): readonly string[] => (maySay(fn) ? tellingIn(fn.blocks, []) : []));

export function mentions(fn: FunctionIr, what: keyof typeof mentionWords): boolean {
  return tellingOf(fn).some((text) => mentionWords[what].test(text));
}

/** False only when no word of the body is one of them. */
function maySay({ words }: FunctionIr): boolean {
  return words === undefined || Array.from(words.all).some((word) => anyWord.test(word));
}

function tellingIn(value: unknown, found: string[]): readonly string[] {
  if (typeof value === "string") {
    if (anyWord.test(value)) found.push(value);
  } else if (typeof value === "object" && value !== null) {
    for (const item of Object.values(value)) tellingIn(item, found);
  }
  return found;
}
