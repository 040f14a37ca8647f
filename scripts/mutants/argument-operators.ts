/** The right call for the wrong thing: another pointer, lock, mm, VMA or range, or arguments in another order. */
import { call, type Edit, type Operator, ptl, replace, rewrite, statement } from "./edits.ts";

/** Names that the function declares with a type, other than one. */
function otherNames(lines: readonly string[], index: number, declared: RegExp, than: string): readonly string[] {
  let head = index;
  while (head > 0 && lines[head] !== "{") head--;
  const found: string[] = [];
  for (const line of lines.slice(Math.max(0, head - 4), index)) {
    const names = declared.exec(line)?.[1];
    if (names !== undefined) found.push(...names.split(",").map((name) => name.replace(/=.*$/, "").replace(/\W/g, "")));
  }
  return found.filter((name) => name !== "" && name !== than);
}

/** Another of the function's names in the place of one. */
function another(text: RegExp, declared: RegExp): Operator["at"] {
  return (lines, index): Edit | null => {
    const match = text.exec(lines[index]!);
    const name = match?.[1];
    const [other] = name === undefined ? [] : otherNames(lines, index, declared, name);
    return match && other !== undefined ? replace(index, lines[index]!.replace(match[0], match[0].replace(new RegExp(String.raw`\b${name}\b`), other))) : null;
  };
}

const ptes = /\bpte_t \*([^;()]+)/;
const locks = /\bspinlock_t \*([^;()]+)/;

const twins: readonly (readonly [string, string])[] = [["src", "dst"], ["old", "new"], ["dst", "src"], ["new", "old"]];

/** `src_ptl` for `dst_ptl`, `new_pmd` for `old_pmd`, in one call. */
function twin(statementOf: RegExp): Operator["at"] {
  return (lines, index): Edit | null => {
    const line = lines[index]!;
    if (!statementOf.test(line)) return null;
    const whole = lines.slice(Math.max(0, index - 60), index + 60).join("\n");
    for (const [one, other] of twins) {
      const name = new RegExp(String.raw`\b${one}_(?:ptl|pte|pmd|pud|mm|vma|addr)\b`).exec(line)?.[0];
      const replaced = name?.replace(one, other);
      if (name !== undefined && new RegExp(String.raw`\b${replaced}\b`).test(whole)) return replace(index, line.replace(new RegExp(String.raw`\b${name}\b`), replaced!));
    }
    return null;
  };
}

export const argumentOperators: readonly Operator[] = [
  { name: "unmap another pointer", expects: ["map-balance"], at: another(new RegExp(String.raw`^\s*pte_unmap(?:_unlock)?\((\w+)[^\w>.-].*;$`), ptes) },
  { name: "release another lock", expects: ["lock-balance", "entry-lock"], at: another(/^\s*(?:spin_unlock\((\w+)\)|pte_unmap_unlock\(.*);$/, locks) },
  { name: "take another lock", expects: ["lock-balance", "entry-lock", "lock-order"], at: another(/^\s*spin_lock(?:_nested)?\((\w+).*;$/, locks) },
  { name: "twin in a lock or map call", expects: ["lock-balance", "map-balance", "entry-lock", "lock-order", "map-order"], at: twin(new RegExp(String.raw`^\s*(?:\S.* = )?(?:spin_(?:un)?lock(?:_nested)?|pte_unmap(?:_unlock)?|pte_offset_map_(?:rw_)?(?:no)?lock|p[mu]d_lock|huge_pte_lock)\(`)) },
  { name: "twin in a change of an entry", expects: ["entry-lock", "stale-read", "tlb-flush", "entry-kind", "move-context", "pt-accounting"], at: twin(new RegExp(String.raw`^\s*(?:\S.* = )?(?:set_(?:huge_)?p(?:te|md|ud)_at|pte_clear\w*|\w*ptep_\w+|pmdp_\w+|pmd_populate|pgtable_trans_huge_\w+)\(`)) },
  { name: "mm of another task", expects: ["entry-lock", "lock-balance", "walk-context", "tlb-flush", "notifier-scope", "stale-read", "pt-accounting", "map-balance"], at: rewrite(new RegExp(String.raw`^(\s*(?:\S.* = )?(?:pte_offset_map_(?:no)?lock|p[mu]d_lock(?:ptr)?|pte_lockptr|huge_pte_lock|mmap_(?:read|write)_(?:un)?lock|set_p[tmu]\w+_at|flush_tlb_mm|ptep_get_and_clear|mm_(?:inc|dec)_nr_ptes)\((?:h, )?)(?:\w+->)*(?:vm_)?mm\b`), ([, head]) => `${head}current->mm`) },
  { name: "old and new exchanged", expects: ["stale-read", "entry-kind", "tlb-flush", "entry-lock"], at: rewrite(/(_modify_prot_commit\([^,]*, [^,]*, [^,]*, )(\w+), (\w+)\)/, ([, head, old, next]) => `${head}${next}, ${old})`) },
  { name: "ends of a range exchanged", expects: ["tlb-flush"], at: rewrite(/^(\s*(?:flush_tlb_(?:kernel_)?range|flush_hugetlb_tlb_range)\((?:[^,]*, )?)([^,()]+), ([^,()]+)\);$/, ([, head, start, end]) => `${head}${end}, ${start});`) },
  { name: "flush of a smaller range", expects: ["tlb-flush"], at: rewrite(/^(\s*(?:flush_tlb_(?:kernel_)?range|flush_hugetlb_tlb_range|flush_pmd_tlb_range|flush_pud_tlb_range)\((?:vma, )?)([^,()]+), ([^,]+)\);$/, ([, head, start]) => `${head}${start}, ${start} + PAGE_SIZE);`) },
  { name: "flush of one page", expects: ["tlb-flush"], at: rewrite(/^(\s*)flush_tlb_range\((\w+), ([^,()]+), ([^,]+)\);$/, ([, space, vma, start]) => `${space}flush_tlb_page(${vma}, ${start});`) },
  { name: "flush of another mm", expects: ["tlb-flush"], at: rewrite(/^(\s*flush_tlb_(?:range|page|mm)\()[\w>.-]+/, ([, head]) => `${head}${head!.includes("_mm") ? "current->mm" : "current->mm->mmap"}`) },
  { name: "mapped entry of another address", expects: ["entry-lock", "stale-read", "map-balance", "entry-kind", "tlb-flush"], at: rewrite(new RegExp(String.raw`^(\s*set_pte_at\([^,]*, )([^,()]+)(, [^,]*, .*\);)$`), ([, head, addr, tail]) => `${head}${addr} + PAGE_SIZE${tail}`) },
  { name: "drop the nesting of a lock", expects: ["lock-order"], at: rewrite(new RegExp(String.raw`^(\s*)spin_lock_nested\((${ptl}), \w+\);$`), ([, space, lock]) => `${space}spin_lock(${lock});`) },
  { name: "unlock without unmap", expects: ["map-balance"], at: (lines, index) => (statement(`pte_unmap_unlock${call}`).test(lines[index]!) ? replace(index, lines[index]!.replace(/pte_unmap_unlock\(.*, ([^,]*)\);$/, "spin_unlock($1);")) : null) },
];
