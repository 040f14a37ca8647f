/** What a function mentions somewhere says what its walks are for; asked at every read, so answered once for a function. */
import type { FunctionIr } from "../c/ir.ts";
import { memoByObject } from "../util/memo.ts";

type Subject = "migrations" | "kernel tables" | "hugetlb entries" | "hugetlb mappings" | "kinds of mappings";

const mentionWords: Readonly<Record<Subject, RegExp>> = {
  /** It asks page_vma_mapped_walk() for migration entries: what it finds is not present. */
  migrations: /PVMW_MIGRATION/,
  /** It walks kernel page tables, whose entries are never swap entries. */
  "kernel tables": /pgd_offset_k|pgd_offset_gate|init_mm/,
  /** It has entries of hugetlb mappings in hand. */
  "hugetlb entries": /huge_pte/,
  /** It asks whether a mapping is of hugetlb. */
  "hugetlb mappings": /is_vm_hugetlb|VM_HUGETLB|VMA_HUGETLB|is_file_hugepages|hugetlbfs/,
  /** It asks whether a mapping is of a kind that hugetlb mappings are not of, or has operations. */
  "kinds of mappings": /^vma_is_|^vm_ops$/,
};

const subjects = Object.keys(mentionWords) as readonly Subject[];
const anyWord = new RegExp(Object.values(mentionWords).map((word) => word.source).join("|"));

/** What texts within the blocks mention: of most functions nothing. */
const mentionedIn = memoByObject((fn: FunctionIr): ReadonlySet<Subject> => {
  const found = new Set<Subject>();
  if (maySay(fn)) lookInto(fn.blocks, found);
  return found;
});

export function mentions(fn: FunctionIr, what: Subject): boolean {
  return mentionedIn(fn).has(what);
}

/** False only when no word of the body is one of them. */
function maySay({ words }: FunctionIr): boolean {
  return words === undefined || Array.from(words.all).some((word) => anyWord.test(word));
}

function lookInto(value: unknown, found: Set<Subject>): void {
  if (typeof value === "string") {
    if (anyWord.test(value)) for (const what of subjects) if (mentionWords[what].test(value)) found.add(what);
  } else if (typeof value === "object" && value !== null) {
    for (const item of Object.values(value)) lookInto(item, found);
  }
}
