/** Shapes of C: one construct n times in one function, nested n deep where it nests, and n functions. */
import { patchOf, waysToChange } from "./patches.ts";
import type { Shape } from "./input.ts";

type Lines = readonly string[];
type Part = (i: number, n: number) => Lines;

/** What the body may use: the parameters and locals of every function of a shape. */
export const head: Lines = [
  "static int f(struct mm_struct *mm, struct vm_area_struct *vma, pmd_t *pmd, pte_t *pte, unsigned long addr, unsigned long end, struct folio *folio, struct page *page, int x)",
  "{", "\tspinlock_t *ptl;", "\tpte_t old, *map;", "\tpmd_t val;", "\tint a = 0, b = 1, c = 2, err = 0;",
];
export const tail: Lines = ["\tset_pte_at(mm, addr, pte, old);", "out:", "\treturn err;", "}"];

/** One after the other. */
const repeated: Readonly<Record<string, Part>> = {
  "assignments": (i) => [`\ta = b + ${i};`],
  "copies along a chain": (i) => [`\tint v${i + 1} = v${i};`],
  "many locals": (i) => [`\tint v${i} = x;`],
  "many locals used at the end": (i, n) => (i < n / 2 ? [`\tint v${i} = x;`] : [`\tuse(v${Math.floor(i - n / 2)});`]),
  "many locals used behind branches": (i, n) => (i < n / 3 ? [`\tint v${i} = x;`] : i < (2 * n) / 3 ? [`\tif (x == ${i})`, "\t\ta++;"] : [`\tuse(v${Math.floor(i - (2 * n) / 3)});`]),
  "pointers in rings": (i, n) => [`\tp${i} = p${(i + 1) % n};`],
  "compares": (i) => [`\tif (a == ${i})`, "\t\tb++;"],
  "tests of flags kept": (i) => [`\tif (x & ${i})`, `\t\tf${i} = 1;`, `\tif (f${i})`, "\t\tb++;"],
  "tests of locals": (i) => [`\tif (v${i})`, `\t\tw${i} = a;`],
  "goto out": (i) => [`\tif (x == ${i})`, "\t\tgoto out;"],
  "forward gotos": (i) => [`\tif (x == ${i})`, `\t\tgoto l${i + 1};`, `l${i}:`, "\ta++;"],
  "crossing gotos": (i, n) => [`\tif (x == ${i})`, `\t\tgoto l${(i * 7 + 3) % n};`, `l${i}:`, "\ta++;"],
  "backward gotos": (i) => [`l${i}:`, "\ta++;", `\tif (x == ${i})`, `\t\tgoto l${i >> 1};`],
  "loops": (i) => [`\twhile (x < ${i})`, "\t\ta++;"],
  "loops with breaks": (i) => ["\tfor (; addr < end; addr += PAGE_SIZE, pte++) {", `\t\tif (pte_none(ptep_get(pte)))`, "\t\t\tbreak;", `\t\tif (x == ${i})`, "\t\t\tcontinue;", "\t\tset_pte(pte, old);", "\t}"],
  "switches": (i) => ["\tswitch (x) {", `\tcase ${i}:`, "\t\ta++;", "\t\tbreak;", "\tdefault:", "\t\tb++;", "\t}"],
  "ternaries": (i) => [`\ta = x == ${i} ? b : c;`],
  "and chains": (i) => [`\tif (a && b && x == ${i} && c)`, "\t\ta++;"],
  "calls": (i) => [`\tg${i}(mm, vma, addr);`],
  "calls of one": () => ["\tg(mm, vma, addr);"],
  "calls of itself": () => ["\tf(mm, vma, pmd, pte, addr, end, folio, page, x);"],
  "calls with many arguments": (i) => [`\tg(${"a, ".repeat(60)}${i});`],
  "fields": (i) => [`\tvma->field${i} = mm->field${i};`],
  "stores to elements": (i) => [`\tpage[${i}].flags = x;`],
  "arrays": (i) => [`\tint t${i}[4] = { 1, 2, 3, 4 };`, `\ta = t${i}[1];`],
  "nested fields": (i) => [`\ta = vma->a.b.c.d.e${i}->f.g;`],
  "records": (i) => [`\tstruct s${i} r${i} = { .a = x, .b = { .c = b } };`],
  "comments": (i) => [`\t/* ${i} ${"words ".repeat(8)}*/`],
  "strings": (i) => [`\tpr_info("text ${i} %d\\n", a);`],
  "macros in a body": (i) => [`#define M${i} (a + ${i})`, `\ta = M${i};`],
  "ifs of the preprocessor": (i) => [`#ifdef CONFIG_${i}`, "\ta++;", "#else", "\tb++;", "#endif"],
  "other locks": (i) => [`\tspin_lock(&vma->lock${i});`, `\tspin_unlock(&vma->lock${i});`],
  "other page-table locks": (i) => [`\tspin_lock(ptl${i});`, "\tset_pte(pte, old);", `\tspin_unlock(ptl${i});`],
  "page-table locks kept": (i) => [`\tspin_lock(ptl${i});`],
  "page-table locks perhaps": (i) => [`\tif (x == ${i})`, `\t\tspin_lock(ptl${i});`],
  "mmap locks": () => ["\tmmap_read_lock(mm);", "\tmmap_read_unlock(mm);"],
  "mmap locks tried": () => ["\tif (mmap_read_trylock(mm))", "\t\tmmap_read_unlock(mm);"],
  "mmap locks tried and not asked": () => ["\tmmap_read_trylock(mm);"],
  "maps not asked": () => ["\tpte_offset_map_lock(mm, pmd, addr, &ptl);"],
  "rcu": () => ["\trcu_read_lock();", "\ta++;", "\trcu_read_unlock();"],
  "rcu nested": (i, n) => [i < n / 2 ? "\trcu_read_lock();" : "\trcu_read_unlock();"],
  "maps": () => ["\tmap = pte_offset_map_lock(mm, pmd, addr, &ptl);", "\tif (!map)", "\t\treturn 0;", "\tset_pte(map, old);", "\tpte_unmap_unlock(map, ptl);"],
  "maps kept": (i) => [`\tm${i} = pte_offset_map(pmd, addr);`],
  "maps unmapped at the end": (i, n) => [i < n / 2 ? `\tm${i} = pte_offset_map(pmd, addr);` : `\tpte_unmap(m${n - 1 - i});`],
  "reads of entries": () => ["\told = ptep_get(pte);", "\tif (pte_none(old))", "\t\treturn 0;"],
  "reads into others": (i) => [`\tpte_t o${i} = ptep_get(pte);`, `\tif (pte_present(o${i}))`, "\t\ta++;"],
  "tests of one entry": (i) => [["\tif (pmd_none(*pmd))", "\tif (pmd_trans_huge(*pmd))", "\tif (pmd_bad(*pmd))", "\tif (is_swap_pmd(*pmd))"][i % 4]!, "\t\ta++;"],
  "writes of entries": () => ["\tset_pte_at(mm, addr, pte, old);"],
  "writes of other entries": (i) => [`\tset_pte_at(mm, addr, pte + ${i}, old);`],
  "cleared and flushed": () => ["\tptep_get_and_clear(mm, addr, pte);", "\tflush_tlb_range(vma, addr, end);"],
  "cleared, flush owed": () => ["\tptep_get_and_clear(mm, addr, pte);"],
  "notifier ranges": () => ["\tmmu_notifier_invalidate_range_start(&range);", "\tptep_clear_flush(vma, addr, pte);", "\tmmu_notifier_invalidate_range_end(&range);"],
  "new tables": () => ["\ttable = pte_alloc_one(mm);", "\tif (!table)", "\t\treturn -ENOMEM;", "\tpmd_populate(mm, pmd, table);"],
  "new tables kept": (i) => [`\tt${i} = pte_alloc_one(mm);`],
  "walks": () => ["\twhile (page_vma_mapped_walk(&pvmw)) {", "\t\tif (x)", "\t\t\tpage_vma_mapped_walk_done(&pvmw);", "\t}"],
  "lazy mode": () => ["\tarch_enter_lazy_mmu_mode();", "\tset_pte(pte, old);", "\tarch_leave_lazy_mmu_mode();"],
  "folios of entries": (i) => [`\tfolio${i} = vm_normal_folio(vma, addr, old);`, `\tif (folio${i})`, `\t\tfolio_lock(folio${i});`],
  "lookups of VMAs": (i) => [`\tv${i} = find_vma(mm, addr + ${i});`, `\tif (v${i}->vm_start > addr)`, "\t\ta++;"],
  "lookups under locks": () => ["\tmmap_read_lock(mm);", "\tvma = find_vma(mm, addr);", "\tmmap_read_unlock(mm);"],
  "cast walks": (i) => [`\tpgd_t *pgd${i} = pgd_offset(mm, addr);`, `\tp4d_t *p4d${i} = p4d_offset(pgd${i}, addr);`, `\tpud_t *pud${i} = pud_offset(p4d${i}, addr);`, `\tif (pud_none(*pud${i}))`, "\t\treturn 0;"],
  "cursor steps": () => ["\tpte++;", "\taddr += PAGE_SIZE;"],
  "retries": (i) => [`again${i}:`, "\tmap = pte_offset_map_lock(mm, pmd, addr, &ptl);", "\tif (!map)", `\t\tgoto again${i};`, "\tpte_unmap_unlock(map, ptl);"],
  "sleeps": () => ["\tspin_lock(ptl);", "\tcond_resched();", "\tspin_unlock(ptl);"],
  "speculation": () => ["\tif (mmap_lock_speculate_retry(mm, 1))", "\t\treturn 1;"],
  "barriers": () => ["\tsmp_wmb();", "\tsmp_rmb();"],
  "assertions": (i) => [`\tVM_BUG_ON(x == ${i});`, "\tlockdep_assert_held(ptl);"],
  "addresses taken": (i) => [`\tint w${i};`, `\tg(&w${i});`],
  "guards": () => ["\tscoped_guard(spinlock, ptl) {", "\t\tset_pte(pte, old);", "\t}"],
  "unreadable": () => ["\t) ( ] [ ;"],
  "labels": (i) => [`l${i}:`, "\ta++;"],
  "returns": (i) => [`\tif (x == ${i})`, `\t\treturn ${i};`],
  "equal values": (i) => [`\tif (a)`, `\t\tb = ${i};`, "\telse", `\t\tc = ${i};`],
  "joins of pointers": (i) => [`\tif (x == ${i})`, "\t\tpte = map;", "\telse", `\t\tpte = pte_offset_kernel(pmd, addr + ${i});`],
  "joins of locals": (i) => [`\tif (x == ${i})`, `\t\tv${i} = a;`, "\telse", `\t\tv${i} = b;`],
  "diamonds with locks": (i) => [`\tif (x == ${i})`, "\t\tmmap_read_lock(mm);", "\tg(vma);", `\tif (x == ${i})`, "\t\tmmap_read_unlock(mm);"],
};

/** One in the other; indentation is left out, so that the text grows with n. */
const nested: Readonly<Record<string, (n: number) => Lines>> = {
  "ifs": (n) => [...times(n, (i) => `\tif (x > ${i}) {`), "\tset_pte(pte, old);", ...times(n, () => "\t}")],
  "else ifs": (n) => [...times(n, (i) => `\tif (x == ${i}) a++; else`), "\tset_pte(pte, old);"],
  "loops": (n) => [...times(n, (i) => `\twhile (x > ${i}) {`), "\tset_pte(pte, old);", ...times(n, () => "\t}")],
  "loops with breaks": (n) => [...times(n, (i) => `\tfor (;;) { if (x > ${i}) break;`), "\tset_pte(pte, old);", ...times(n, () => "\tif (a) continue; }")],
  "switches": (n) => [...times(n, (i) => `\tswitch (x) { case ${i}:`), "\tset_pte(pte, old);", ...times(n, () => "\t}")],
  "cases": (n) => ["\tswitch (x) {", ...times(n, (i) => `\tcase ${i}: a = ${i}; break;`), "\t}", "\tset_pte(pte, old);"],
  "cases that fall through": (n) => ["\tswitch (x) {", ...times(n, (i) => `\tcase ${i}: a = ${i};`), "\t}", "\tset_pte(pte, old);"],
  "blocks": (n) => [...times(n, (i) => `\t{ int v = ${i};`), "\tset_pte(pte, old);", ...times(n, () => "\t}")],
  "guards": (n) => [...times(n, () => "\tscoped_guard(spinlock, ptl) {"), "\tset_pte(pte, old);", ...times(n, () => "\t}")],
  "parentheses": (n) => lines(`\ta = ${"(".repeat(n)}x${")".repeat(n)};`),
  "calls": (n) => lines(`\ta = ${"g( ".repeat(n)}x${")".repeat(n)};`),
  "ternaries": (n) => lines(`\ta = ${times(n, (i) => `x == ${i} ? b : `).join("")}c;`),
  "ands": (n) => lines(`\tif (${times(n, (i) => `x != ${i} && `).join("")}a) set_pte(pte, old);`),
  "ors of calls": (n) => lines(`\tif (${times(n, () => "pte_none(ptep_get(pte)) || ").join("")}a) set_pte(pte, old);`),
  "sums": (n) => lines(`\ta = ${times(n, (i) => `x * ${i} + `).join("")}c;`),
  "commas": (n) => lines(`\t${times(n, (i) => `a = ${i}, `).join("")}set_pte(pte, old);`),
  "chains of assignments": (n) => lines(`\t${times(n, (i) => `v${i} = `).join("")}x;`),
  "arrows": (n) => lines(`\ta = vma${"->next ".repeat(n)}->x;`),
  "dereferences": (n) => lines(`\ta = ${"* ".repeat(n)}pte;`),
  "negations": (n) => lines(`\tif (${"! ".repeat(n)}x) set_pte(pte, old);`),
  "casts": (n) => lines(`\ta = ${"(unsigned long) ".repeat(n)}x;`),
  "subscripts": (n) => lines(`\ta = page${"[x] ".repeat(n)};`),
  "initialisers": (n) => lines(`\tstruct s v = ${"{ ".repeat(n)}x${" }".repeat(n)};`),
  "values of an array": (n) => lines(`\tint v[] = { ${times(n, (i) => `${i}, `).join("")} };`),
  "preprocessor": (n) => [...times(n, (i) => `#ifdef CONFIG_${i}`), "\tset_pte(pte, old);", ...times(n, () => "#endif")],
  "elifs": (n) => ["#if 0", ...times(n, (i) => `#elif CONFIG_${i}\n\ta++;`).flatMap((two) => two.split("\n")), "#endif", "\tset_pte(pte, old);"],
  "one comment": (n) => ["\t/*", ...times(n, () => "\t * lock lock lock must hold the mmap_lock"), "\t */"],
  "gotos backwards from the end": (n) => [...times(n, (i) => `l${i}: a++;`), ...times(n, (i) => `\tif (x == ${i}) goto l${i};`)],
  "locals declared at once": (n) => [...lines(`\tint ${times(n, (i) => `v${i}, `).join("")}z;`), "\tset_pte(pte, old);"],
};

/** Things of a file. */
const inFile: Readonly<Record<string, Part>> = {
  "small functions": (i) => [`static void g${i}(pte_t *pte, pte_t val)`, "{", "\tset_pte(pte, val);", "}", ""],
  "functions in a chain": (i) => [`static void g${i}(pte_t *pte, pte_t val)`, "{", "\tset_pte(pte, val);", `\tg${i - 1}(pte, val);`, "}", ""],
  "functions that lock, in a chain": (i) => [`static void g${i}(struct mm_struct *mm, pte_t *pte, pte_t val)`, "{", "\tmmap_read_lock(mm);", `\tg${i - 1}(mm, pte, val);`, "}", ""],
  "functions in a tree": (i) => [`static void g${i}(struct mm_struct *mm, pte_t *pte, pte_t val)`, "{", "\tset_pte(pte, val);", `\tg${i >> 1}(mm, pte, val);`, "\tcond_resched();", "}", ""],
  "functions that call all before them": (i) => [`static void g${i}(pte_t *pte)`, "{", ...times(6, (k) => `\tg${Math.max(0, i - k - 1)}(pte);`), "\tset_pte(pte, *pte);", "}", ""],
  "callers of one": (i) => (i === 0 ? ["static void one(struct mm_struct *mm, pte_t *pte)", "{", "\tset_pte(pte, *pte);", "\tcond_resched();", "}", ""] : [`void g${i}(struct mm_struct *mm, pte_t *pte)`, "{", "\tmmap_read_lock(mm);", "\tone(mm, pte);", "\tmmap_read_unlock(mm);", "}", ""]),
  "functions that call each other": (i) => [`static void g${2 * i}(pte_t *pte)`, "{", `\tg${2 * i + 1}(pte);`, "\tset_pte(pte, *pte);", "}", "", `static void g${2 * i + 1}(pte_t *pte)`, "{", `\tg${2 * i}(pte);`, "}", ""],
  "functions of one name": () => ["static void g(pte_t *pte)", "{", "\tset_pte(pte, *pte);", "}", ""],
  "functions that map": (i) => [`static int g${i}(struct mm_struct *mm, pmd_t *pmd, unsigned long addr)`, "{", "\tspinlock_t *ptl;", "\tpte_t *pte = pte_offset_map_lock(mm, pmd, addr, &ptl);", "\tset_pte(pte, *pte);", "\tpte_unmap_unlock(pte, ptl);", "\treturn 0;", "}", ""],
  "callbacks in tables": (i) => [`static int g${i}(pmd_t *pmd, unsigned long addr, unsigned long next, struct mm_walk *walk)`, "{", "\tset_pmd(pmd, *pmd);", "\treturn 0;", "}", `static const struct mm_walk_ops ops${i} = { .pmd_entry = g${i} };`, ""],
  "records": (i) => [`struct s${i} {`, "\tpte_t *pte;", "\tint a;", "};"],
  "one record": (i, n) => [...(i === 0 ? ["struct s {"] : []), `\tpte_t *pte${i};`, ...(i === n - 1 ? ["};"] : [])],
  "declarations": (i) => [`void g${i}(pte_t *pte);`],
  "macros": (i) => [`#define M${i}(x) do { set_pte(x, M${i + 1}(x)); } while (0)`],
  "macros of many lines": (i) => [`#define M${i}(x) \\`, "\tdo { \\", "\t\tset_pte(x, *x); \\", "\t} while (0)"],
  "enums": (i) => [`enum e${i} { A${i}, B${i}, C${i} };`],
  "comments": () => ["/* mmap_lock must be held by the caller of this */"],
  "empty functions": (i) => [`g${i}()`, "{", "}"],
  "heads without bodies": (i) => [`static void g${i}(pte_t *pte)`],
  "conditionals": (i) => [`#ifdef CONFIG_${i}`, `static void g${i}(pte_t *pte)`, "{", "\tset_pte(pte, *pte);", "}", "#else", `static void g${i}(pte_t *pte) { }`, "#endif"],
  "conditionals in conditionals": (i, n) => [i < n / 2 ? `#if CONFIG_${i}` : "#endif"],
  "variables": (i) => [`static int v${i} = ${i};`],
  "tables of values": (i, n) => [...(i === 0 ? ["static const int t[] = {"] : []), `\t${i},`, ...(i === n - 1 ? ["};"] : [])],
  "braces": () => ["}"],
  "words": (i) => [`word${i} word`],
};

export function times<T>(n: number, make: (i: number, n: number) => T): T[] {
  return Array.from({ length: n }, (_, i) => make(i, n));
}

/** Broken at blanks, as a line that is too long is left out. */
function lines(text: string): string[] {
  const found: string[] = [];
  let rest = text;
  while (rest.length > 1000) {
    const at = rest.lastIndexOf(" ", 1000);
    const cut = at > 0 ? at : 1000;
    found.push(rest.slice(0, cut));
    rest = `\t${rest.slice(cut).trimStart()}`;
  }
  return [...found, rest];
}

function inFunction(body: Lines): Lines {
  return [...head, ...body, ...tail];
}

/** Name -> lines of a file with n of it. */
const codeShapes: readonly (readonly [name: string, lines: (n: number) => Lines])[] = [
  ...Object.entries(repeated).map(([name, part]) => [`in a function: ${name}`, (n: number) => inFunction(times(n, part).flat())] as const),
  ...Object.entries(repeated).map(([name, part]) => [`in functions of forty: ${name}`, (n: number) => times(Math.ceil(n / 40), (k) => [head[0]!.replace(" f(", ` f${k}(`), ...head.slice(1), ...times(Math.min(40, n), (i) => part(i, 40)).flat(), ...tail, ""]).flat()] as const),
  ...Object.entries(nested).map(([name, make]) => [`in one another: ${name}`, (n: number) => inFunction(make(n))] as const),
  ...Object.entries(inFile).map(([name, part]) => [`in a file: ${name}`, (n: number) => times(n, part).flat()] as const),
];

export const cShapes: readonly Shape[] = codeShapes.flatMap(([name, make]) => waysToChange.map((change): Shape => ({ name: `C, ${change}, ${name}`, make: (n) => ({ kind: "mails", text: patchOf(make(n), change) }) })));
