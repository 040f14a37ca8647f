/** Inputs of the benchmarks, made up: mails and patches of the size that lists see, in any number. */

/** A function of 15 lines that maps, changes and unmaps an entry. */
function walker(n: number): string[] {
  return [
    `static int demo_walk_${n}(struct vm_area_struct *vma, pmd_t *pmd,`, "\t\t\t unsigned long addr, unsigned long end)", "{", "\tspinlock_t *ptl;", "\tpte_t *pte;", "",
    "\tpte = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);", "\tif (!pte)", "\t\treturn -EAGAIN;", `\tif (pte_present(ptep_get(pte)) && addr + ${n} < end)`,
    "\t\tptep_clear_flush(vma, addr, pte);", "\tpte_unmap_unlock(pte, ptl);", "\treturn 0;", "}", "",
  ];
}

/** Hunks of mm/demo.c. `whole`: functions from head to end, which are replayed as well; else parts of them, as most patches show. */
function hunks(lines: number, seed: number, whole: boolean): string {
  const [from, to] = whole ? [0, 15] : [4, 13];
  return Array.from({ length: Math.max(1, Math.round(lines / (to - from + 2))) }, (_item, n) => {
    const text = walker(seed + n).map((line, at) => (at === 9 || at === 10 ? `+${line}` : ` ${line}`));
    text.splice(9, 0, "-\tptep_clear_flush(vma, addr, pte);");
    const shown = text.slice(from, to + 1);
    const added = shown.filter((line) => line.startsWith("+")).length;
    const kept = shown.length - added - 1;
    return `@@ -${20 * n + 1},${kept + 1} +${20 * n + 1},${kept + added} @@ static int demo_walk_${seed + n}(struct vm_area_struct *vma, pmd_t *pmd,\n${shown.join("\n")}\n`;
  }).join("");
}

export function codeOf(seed: number): string {
  return `diff --git a/mm/demo.c b/mm/demo.c\n--- a/mm/demo.c\n+++ b/mm/demo.c\n${hunks(150, seed, false)}`;
}

function mail(subject: string, n: number, body: string): string {
  return `From: A Tester <tester@example.org>\nDate: Tue, 3 Dec 2024 09:${String(n % 60).padStart(2, "0")}:00 +0000\nSubject: ${subject}\nMessage-ID: <${n}@example.org>\n\n${body}`;
}

export function patchOfLines(lines: number, n = 1, whole = false): string {
  const diff = `diff --git a/mm/demo${n}.c b/mm/demo${n}.c\n--- a/mm/demo${n}.c\n+++ b/mm/demo${n}.c\n${hunks(lines, n, whole)}`;
  return mail(`[PATCH] mm: demo: change walk ${n}`, n, `Because it is a demonstration.\n\nSigned-off-by: A Tester <tester@example.org>\n---\n mm/demo${n}.c | 30 +++---\n\n${diff}-- \n2.43.0\n`);
}

const separator = "From mboxrd@z Thu Jan  1 00:00:00 1970\n";

export function manyMails(count: number): string {
  return Array.from({ length: count }, (_item, n) => `${separator}${patchOfLines(150, n)}\n`).join("");
}

function plainMail(n: number): string {
  const prose = "This looks fine to me, but let's wait for what others say about it.\n".repeat(30);
  return `${separator}${mail(`Re: [PATCH] mm: talk ${n}`, n, `On Monday somebody wrote:\n> ${prose}${prose}`)}\n`;
}

export function plainMails(count: number): string {
  return Array.from({ length: count }, (_item, n) => plainMail(n)).join("");
}

/** As lists keep them: each twentieth mail is a patch. */
export function archiveMails(count: number): string {
  return Array.from({ length: count }, (_item, n) => (n % 20 === 0 ? `${separator}${patchOfLines(150, n)}\n` : plainMail(n))).join("");
}
