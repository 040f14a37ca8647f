/**
 * What the command line reviews at build time, so that V8's compiled code holds what a review runs (scripts/bundle.ts): mails alone, and
 * patches on a tree that is made of the project's fixtures, where files are cut, helpers and callers looked for and functions replayed.
 * What does not run here is compiled anew in each run that needs it.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { patchOfLines } from "./bench/inputs.ts";

/** What a patch does to the first line of a function that it is about: lines in place of it. */
interface Change {
  readonly about: RegExp;
  readonly gives: (line: string) => readonly string[];
}

const changes: readonly Change[] = [
  { about: /^\t.*(?:_unlock\(|unmap)/, gives: (line) => ["\t/* Nobody looks at the entry any more. */", line] },
  { about: /^\tif \(.*\)$/, gives: (line) => ["\tif (!pmd)", "\t\treturn;", line] },
  { about: /^\t(?:spin_unlock|pte_unmap|flush_tlb)\w*\(/, gives: () => [] },
];

/** Functions of a file that a patch changes; the same code runs for more. */
const mostFunctions = 2;
/** Lines around a change. */
const context = 3;

const header = `#define mm_has_notifiers(mm) 1

static inline bool demo_is_young(pte_t pte)
{
	return pte_present(pte) && pte_young(pte);
}

#ifdef CONFIG_DEMO
static inline pte_t demo_get(pte_t *pte)
{
	return ptep_get(pte);
}
#else
static inline pte_t demo_get(pte_t *pte)
{
	return READ_ONCE(*pte);
}
#endif
`;

/** Called by another file, and calling helpers of headers and of a file of its own folder. */
const shared = `#include <linux/mm.h>
#include "internal.h"

struct demo_state {
	struct mm_struct *mm;
	pte_t *pte;
};

static pte_t demo_kinds[2];

/* What seldom stands in fixtures: arms of an #ifdef, other loops, choices between values. */
static int demo_count(struct demo_state *state, int most)
{
	int found = 0, n = 0;

#ifdef CONFIG_DEMO
	if (!state->mm || (most = most ? most : 2) > 16)
		return 0;
#else
	if (most < 0)
		return 0;
#endif
	while (n < most && !pte_none(demo_kinds[n & 1]))
		found += pte_present(demo_kinds[n++ & 1]) ? 1 : 0;
	return *(&found);
}

static void demo_drop(struct demo_state *state, unsigned long addr)
{
	set_pte_at(state->mm, addr, state->pte, __pte(0));
}

int demo_age(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	struct demo_state state = { .mm = vma->vm_mm };
	spinlock_t *ptl;
	pte_t entry;

	state.pte = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (!state.pte)
		return 0;
	entry = demo_get(state.pte);
	if (demo_is_young(entry) && demo_counts(vma))
		demo_drop(&state, addr);
	pte_unmap_unlock(state.pte, ptl);
	return demo_count(&state, 2);
}
`;

const internal = "static inline bool demo_counts(struct vm_area_struct *vma)\n{\n\treturn vma->vm_flags & VM_LOCKED;\n}\n";

const caller = `#include <linux/mm.h>

static int demo_walk(struct mm_struct *mm, pmd_t *pmd, unsigned long addr)
{
	struct vm_area_struct *vma;
	int found = 0;

	mmap_read_lock(mm);
	vma = find_vma(mm, addr);
	if (vma)
		found = demo_age(vma, pmd, addr);
	mmap_read_unlock(mm);
	return found;
}
`;

/** Puts mails and a tree into the folder; words of the command line that reviews them. */
export function trainingWords(root: string, folder: string): string[] {
  const put = (path: string, text: string): string => {
    const place = join(folder, path);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, text);
    return place;
  };
  const ofFixtures = readdirSync(join(root, "fixtures/check")).filter((name) => name.endsWith(".c")).toSorted();
  const files: readonly (readonly [path: string, text: string])[] = [
    ["mm/demo.c", shared],
    ...ofFixtures.map((name) => [`mm/${name}`, `#include <linux/mm.h>\n\n${readFileSync(join(root, "fixtures/check", name), "utf8")}`] as const),
  ];
  const around = { Makefile: "VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 0\n", "include/linux/mm.h": header, "mm/internal.h": internal, "fs/proc/demo.c": caller };
  for (const [path, text] of [...Object.entries(around), ...files]) put(`tree/${path}`, text);
  // Only parts of its functions are in view, as in most mails: other code runs for it than for the fixtures.
  const hunks = put("hunks.patch", patchOfLines(150));
  const mails = ["fixtures/mail/prefill-v1.mbox", "fixtures/mail/prefill-v2.mbox", "fixtures/mail/lazyfill.eml"].map((path) => join(root, path));
  // Each file in one of the patches: to review all of them in all would take as long as the rest of the build.
  const patches = changes.map((change, n) => put(`${n}.patch`, mailOf(files.filter((_file, at) => at % changes.length === n).map(([path, text]) => diffOf(path, text.split("\n"), change)).join(""), n)));
  return ["--tree", join(folder, "tree"), ...mails, hunks, ...patches];
}

function mailOf(diff: string, n: number): string {
  return `From: A Tester <tester@example.org>\nDate: Tue, 3 Dec 2024 09:00:00 +0000\nSubject: [PATCH] mm: demo: change walks ${n}\nMessage-ID: <tree-${n}@example.org>\n\nBecause it is a demonstration.\n\nSigned-off-by: A Tester <tester@example.org>\n---\n${diff}`;
}

/** One hunk for each of the first functions that have a line that the change is about. */
function diffOf(path: string, lines: readonly string[], { about, gives }: Change): string {
  const hunks: string[] = [];
  let grown = 0;
  let from = 0;
  while (hunks.length < mostFunctions) {
    const at = lines.findIndex((line, n) => n >= from && about.test(line));
    if (at < 0) break;
    const [start, end] = [Math.max(from, at - context), Math.min(lines.length - 1, at + 1 + context)];
    const given = gives(lines[at]!);
    const keeps = given.includes(lines[at]!);
    const changed = given.filter((line) => line !== lines[at]).map((line) => `+${line}\n`).join("") + (keeps ? ` ${lines[at]}\n` : `-${lines[at]}\n`);
    const old = end - start;
    const same = (some: readonly string[]): string => some.map((line) => ` ${line}\n`).join("");
    const now = old + given.length - 1;
    hunks.push(`@@ -${start + 1},${old} +${start + 1 + grown},${now} @@\n${same(lines.slice(start, at))}${changed}${same(lines.slice(at + 1, end))}`);
    grown += now - old;
    const next = lines.indexOf("}", end);
    from = next < 0 ? lines.length : next + 1;
  }
  return hunks.length === 0 ? "" : `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n${hunks.join("")}`;
}
