/**
 * Known races, replayed from the kernel's own code: the tree's function must hold, and must break when the fix is taken
 * out of it again. The edits are named by what they take away; the races are those of the fixes' commit messages. Skipped
 * without the kernel trees (MMREVIEW_TREE_6_12, MMREVIEW_TREE_6_1).
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText } from "../c/index.ts";
import { libraryFor, type SourceText } from "./library.ts";
import { repair } from "./repair.ts";
import { replay, type ReplayRequest, type ReplayResult } from "./replay.ts";
import type { HeldLock } from "./replay-run.ts";

const root = join(import.meta.dirname, "../..");

function textsOf(folder: string): SourceText[] {
  return readdirSync(join(root, folder)).filter((name) => name.endsWith(".c")).toSorted()
    .map((name) => ({ path: `${folder}/${name}`, text: readFileSync(join(root, folder, name), "utf8") }));
}

interface Known {
  readonly race: string;
  readonly kernel: "6.12" | "6.1";
  readonly file: string;
  readonly function: string;
  readonly held: readonly HeldLock[];
  /** Puts the bug back; must change the text. */
  readonly broken: (text: string) => string;
  /** Held instead, where the bug is in what the caller holds. */
  readonly heldBroken?: readonly HeldLock[];
  /** Actor and rule of one of the traces. */
  readonly actor: string;
  readonly rule: string;
}

const mmapRead: HeldLock = { class: "mmap", mode: "read" };
const mmapWrite: HeldLock = { class: "mmap", mode: "write" };

/** Takes out the lines that match, within the function. */
function without(name: string, pattern: RegExp): (text: string) => string {
  return (text) => within(text, name, (body) => body.split("\n").filter((line) => !pattern.test(line)).join("\n"));
}

function within(text: string, name: string, edit: (body: string) => string): string {
  const from = text.search(new RegExp(`^[a-z].*\\b${name}\\(`, "m"));
  const to = text.indexOf("\n}\n", from);
  return text.slice(0, from) + edit(text.slice(from, to)) + text.slice(to);
}

const races: readonly Known[] = [
  {
    race: "mremap of a PMD table against retract_page_tables()",
    kernel: "6.12", file: "mm/mremap.c", function: "move_page_tables", held: [mmapWrite, { class: "vma", mode: "write" }],
    broken: (text) => within(text, "move_normal_pmd", (body) => body.replace(/if \(unlikely\(!pmd_present\(pmd\) \|\| pmd_leaf\(pmd\)\)\)\s*goto out_unlock;/, "")),
    actor: "retract_tables", rule: "stale-read",
  },
  {
    race: "GUP-fast against collapse that does not wait for it",
    kernel: "6.12", file: "mm/khugepaged.c", function: "collapse_huge_page", held: [mmapRead],
    broken: without("collapse_huge_page", /tlb_remove_table_sync_one\(\)/),
    actor: "gup_fast", rule: "table-free",
  },
  {
    race: "MADV_DONTNEED against NUMA balancing of a huge page",
    kernel: "6.12", file: "mm/huge_memory.c", function: "change_huge_pmd", held: [mmapRead],
    broken: (text) => within(text, "change_huge_pmd", (body) => body.replace("pmdp_invalidate_ad(vma, addr, pmd)", "pmdp_huge_get_and_clear(mm, addr, pmd)")),
    actor: "madvise_dontneed", rule: "stale-read",
  },
  {
    race: "MADV_DONTNEED against MADV_FREE of a huge page",
    kernel: "6.12", file: "mm/huge_memory.c", function: "madvise_free_huge_pmd", held: [mmapRead],
    broken: (text) => within(text, "madvise_free_huge_pmd", (body) => body.replace("pmdp_invalidate(vma, addr, pmd);", "orig_pmd = pmdp_huge_get_and_clear_full(vma, addr, pmd, tlb->fullmm);")),
    actor: "madvise_dontneed", rule: "stale-read",
  },
  {
    race: "migrate_vma flushes after the page-table lock is released",
    kernel: "6.12", file: "mm/migrate_device.c", function: "migrate_vma_collect_pmd", held: [mmapRead],
    broken: (text) => within(text, "migrate_vma_collect_pmd", (body) => {
      const flush = /\tif \(unmapped\)\n\t\tflush_tlb_range\([^;]*;\n/.exec(body)?.[0] ?? "";
      return body.replace(flush, "").replace(/(pte_unmap_unlock\(ptep - 1, ptl\);\n)(?![\s\S]*pte_unmap_unlock\(ptep - 1)/, `$1${flush}`);
    }),
    actor: "madvise_dontneed", rule: "tlb-flush",
  },
  {
    race: "khugepaged takes a table of a file away without the rmap locks",
    kernel: "6.1", file: "mm/khugepaged.c", function: "collapse_pte_mapped_thp", held: [mmapWrite],
    broken: without("collapse_pte_mapped_thp", /i_mmap_(?:un)?lock_write|anon_vma_(?:un)?lock_write|if \(vma->anon_vma\)/),
    actor: "truncate_file", rule: "table-free",
  },
  {
    race: "mremap moves a PMD table without the rmap locks",
    kernel: "6.1", file: "mm/mremap.c", function: "move_page_tables", held: [mmapWrite],
    broken: (text) => within(text, "move_page_tables", (body) => body.replace(/(move_pgt_entry\(NORMAL_P[MU]D, vma, old_addr, new_addr,\s*old_p[mu]d, new_p[mu]d, )true/g, "$1false")),
    actor: "truncate_file", rule: "move-context",
  },
  {
    race: "tables walked outside of VMAs with mmap_lock for reading, against munmap",
    kernel: "6.12", file: "mm/pagewalk.c", function: "walk_page_range_debug", held: [mmapWrite],
    broken: (text) => `${text}\n`, heldBroken: [mmapRead],
    actor: "munmap_vma", rule: "walk-context",
  },
];

const trees = { "6.12": process.env["MMREVIEW_TREE_6_12"], "6.1": process.env["MMREVIEW_TREE_6_1"] };

beforeAll(async () => {
  await initC();
});

describe.each(races.map((r) => [r.race, r] as const))("%s", (_, known) => {
  const tree = trees[known.kernel] ?? "";
  const path = join(tree, known.file);
  const requestFor = (text: string, held: readonly HeldLock[]): ReplayRequest => {
    const unit = lowerText(known.file, text);
    const longest = unit.functions.filter((f) => f.name === known.function).toSorted((a, b) => b.endLine - b.line - (a.endLine - a.line))[0]!;
    const library = libraryFor(textsOf("rules/models"), textsOf("rules/actors"), known.kernel);
    return { function: longest, units: [unit], library, held, callersSeen: false, lines: new Map([[known.file, text.split("\n")]]), bound: 3000, work: 20_000_000 };
  };
  const run = (text: string, held: readonly HeldLock[]): ReplayResult => replay(requestFor(text, held));

  it.skipIf(!existsSync(path))(`holds in ${known.kernel} and breaks with the bug put back`, () => {
    const text = readFileSync(path, "utf8");
    const broken = known.broken(text);
    expect(broken).not.toBe(text);
    expect(run(text, known.held).traces.map((t) => `${t.rule} line ${t.line}: ${t.message}`)).toEqual([]);
    const { traces } = run(broken, known.heldBroken ?? known.held);
    expect(traces.map((t) => `${t.rule}, ${t.actor}`)).toContain(`${known.rule}, ${known.actor}`);
    const trace = traces.find((t) => t.rule === known.rule && t.actor === known.actor)!;
    expect(repair(requestFor(broken, known.heldBroken ?? known.held), trace)).toMatchObject({ confirmed: true });
  });
});
