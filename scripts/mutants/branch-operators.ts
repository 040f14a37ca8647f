/** Ways to leave by the wrong door: inverted tests, labels that skip what has to be undone, jumps left out. */
import type { RuleId } from "../../src/index.ts";
import { call, dropTest, type Edit, indent, type Operator, ptl, replace, rewrite, statement } from "./edits.ts";

const undoing = new RegExp(String.raw`^\s*(?:spin_unlock\(${ptl}\)|pte_unmap(?:_unlock)?${call}|(?:mmap_(?:read|write)|i_mmap|anon_vma|hugetlb_vma)_unlock(?:_(?:read|write))?${call}|rcu_read_unlock\(\)|mmu_notifier_invalidate_range_end${call}|page_vma_mapped_walk_done${call});$`);
const entryWord = /\b(?:ptep?|pmdp?|pudp?|ptl|folio_walk|pvmw)\w*\b/;
const balance: readonly RuleId[] = ["lock-balance", "map-balance", "notifier-scope", "walk-done", "map-failure"];

/** Jumps to the label after the one that undoes something. */
function skipLabel(lines: readonly string[], index: number, end: number): Edit | null {
  const wanted = /^\s*goto (\w+);$/.exec(lines[index]!)?.[1];
  const at = wanted === undefined ? -1 : lines.findIndex((line, i) => i > index && i < end && line === `${wanted}:`);
  const next = at < 0 ? -1 : lines.findIndex((line, i) => i > at && i < end && /^\w+:$/.test(line));
  const skips = next > 0 && lines.slice(at, next).some((line) => undoing.test(line));
  return skips ? replace(index, lines[index]!.replace(wanted!, lines[next]!.slice(0, -1))) : null;
}

/** Returns where the function jumps to a label that undoes something. */
function returnAtOnce(lines: readonly string[], index: number, end: number): Edit | null {
  const wanted = /^\s*goto (\w+);$/.exec(lines[index]!)?.[1];
  const at = wanted === undefined ? -1 : lines.findIndex((line, i) => i > index && i < end && line === `${wanted}:`);
  if (at < 0 || !lines.slice(at, at + 4).some((line) => undoing.test(line))) return null;
  return replace(index, lines[index]!.replace(/goto \w+/, isVoid(lines, index) ? "return" : "return 0"));
}

function isVoid(lines: readonly string[], index: number): boolean {
  let head = index;
  while (head > 0 && lines[head] !== "{") head--;
  return lines.slice(Math.max(0, head - 5), head).some((text) => /^(?:static )?(?:\w+ )*void(?: \w+\(|$)/.test(text));
}

/** The jump that follows a test of an entry or of a look-up. */
function dropJump(word: "continue" | "break"): Operator["at"] {
  return (lines, index) => {
    const isJump = new RegExp(String.raw`^\s*${word};$`).test(lines[index]!);
    return isJump && /^\s*if \(/.test(lines[index - 1] ?? "") && entryWord.test(lines[index - 1]!) ? replace(index, lines[index]!.replace(/\S.*$/, ";")) : null;
  };
}

const invert = (condition: RegExp): Operator["at"] => {
  return (lines, index) => {
    const match = /\b(?:if|while) \(/.test(lines[index]!) ? condition.exec(lines[index]!) : null;
    return match ? replace(index, lines[index]!.replace(match[0], match[0].startsWith("!") ? match[0].slice(1) : `!${match[0]}`)) : null;
  };
};

export const branchOperators: readonly Operator[] = [
  { name: "invert NULL test", expects: ["map-failure", "lock-balance", "map-balance", "entry-lock"], at: rewrite(/\bif \((?:unlikely\()?!\*?[\w>.-]*(?:ptep?|ptl|pmdp?)\)?\)/, ([text]) => text!.replace("!", "")) },
  { name: "invert kind test", expects: ["entry-kind", "stale-read"], at: invert(new RegExp(String.raw`!?\b(?:p(?:te|md|ud)_(?:none|present|trans_huge|leaf|bad)|is_(?:pmd_)?migration_entry|non_swap_entry|is_swap_p(?:te|md)|is_pte_marker|huge_pte_none)${call}`)) },
  { name: "invert re-check", expects: ["stale-read", "entry-kind"], at: invert(new RegExp(String.raw`!?\b(?:(?:pte|pmd|pud)_same|vmf_pte_changed|pte_none\(ptep_get)${call.replace(/^\\\(/, String.raw`\(?`)}`)) },
  { name: "jump past the undoing", expects: balance, at: skipLabel },
  { name: "return past the undoing", expects: balance, at: returnAtOnce },
  { name: "drop continue", expects: ["entry-kind", "map-failure", "stale-read", "entry-lock", "lock-balance", "map-balance"], at: dropJump("continue") },
  { name: "drop break", expects: ["entry-kind", "map-failure", "stale-read", "entry-lock", "lock-balance", "map-balance", "walk-done"], at: dropJump("break") },
  {
    name: "undo on one path only",
    expects: [...balance, "hugetlb-share", "tlb-flush", "lazy-mmu"],
    at: (lines, index) => {
      const isPlain = undoing.test(lines[index]!) && !/^\s*(?:if|else|for|while)\b/.test(lines[index - 1] ?? "");
      return isPlain ? replace(index, `${indent(lines[index]!)}if (!fatal_signal_pending(current))`, `\t${lines[index]!}`) : null;
    },
  },
  {
    name: "flush on one path only",
    expects: ["tlb-flush"],
    at: (lines, index) => {
      const isFlush = statement(String.raw`(?:flush_tlb_(?:range|page|mm|kernel_range)|tlb_flush_p\w*|flush_hugetlb_tlb_range|tlb_remove_tlb_entr(?:y|ies))${call}`).test(lines[index]!);
      return isFlush && !/^\s*(?:if|else|for|while)\b/.test(lines[index - 1] ?? "") ? replace(index, `${indent(lines[index]!)}if (!fatal_signal_pending(current))`, `\t${lines[index]!}`) : null;
    },
  },
  { name: "constant for a NULL-or-kind test", expects: ["entry-kind", "stale-read"], at: dropTest(new RegExp(String.raw`!?\b(?:p(?:te|md|ud|4d|gd)_none(?:_or_\w+)?|p(?:te|md|ud)_bad|is_pte_marker|is_(?:hugetlb_entry_\w+)|huge_pte_none(?:_mostly)?)${call}`), (negated) => (negated ? "0" : "1")) },
];
