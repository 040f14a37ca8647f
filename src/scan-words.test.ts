/**
 * What findings say about real kernels, held against the kernels (MMREVIEW_TREE_6_12, MMREVIEW_TREE_6_1): the findings of
 * the scan, and those of defects put into functions by taking an unlock, an unmap or a test away. Every line, call, lock,
 * contract and reference that a finding names is looked up again in the text.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { checkUnit, nothingElse } from "./check/index.ts";
import { initC, lowerText } from "./c/index.ts";
import type { Finding, Reference } from "./core/finding.ts";
import { scan } from "./index.ts";
import { compileRules } from "./rulebook/compile.ts";
import { type Rulebook, rulebookFor } from "./rulebook/rulebook.ts";
import type { RuleData } from "./rulebook/schema.ts";
import { inEra } from "./util/version.ts";
import { packageRoot } from "./util/package-root.ts";

const trees = [
  { version: "6.12", root: process.env["MMREVIEW_TREE_6_12"] ?? "" },
  { version: "6.1", root: process.env["MMREVIEW_TREE_6_1"] ?? "" },
].map((tree) => ({ ...tree, present: tree.root !== "" && existsSync(join(tree.root, "Makefile")) }));

const tenMinutes = 600_000;
const mutated: readonly string[] = ["mm/mremap.c", "mm/mprotect.c", "mm/mincore.c", "mm/khugepaged.c", "mm/userfaultfd.c"];
/** A line that takes away what a path must do. */
const duty = /^\t+(?:pte_unmap(?:_unlock)?|spin_unlock|mmap_(?:read|write)_unlock|page_vma_mapped_walk_done|arch_leave_lazy_mmu_mode|i_mmap_unlock_write)\(.*\);$/;
const mostDefects = 45;

interface Said {
  readonly finding: Finding;
  readonly lines: readonly string[];
  /** The lines of the function that it names. */
  readonly from: number;
  readonly to: number;
}

let data: RuleData;

beforeAll(async () => {
  data = compileRules(join(packageRoot(), "rules"));
  await initC();
});

function placed(finding: Finding, text: string): Said {
  const fn = lowerText(finding.file, text).functions.find((one) => one.name === finding.function && one.line <= finding.line && finding.line <= one.endLine);
  expect(fn, `${finding.file}:${finding.line} is no line of ${finding.function}()`).toBeDefined();
  return { finding, lines: text.split("\n"), from: fn!.line, to: fn!.endLine };
}

async function scanned(root: string): Promise<Said[]> {
  const { units } = await scan({ tree: root, paths: ["mm", "kernel/events", "arch/arm/mm", "arch/parisc/mm", "arch/s390/mm"], kernel: null, only: [], skip: [], rules: [], bound: null, jobs: 1, strict: false, cwd: root });
  return units!.flatMap((unit) => unit.findings.map((finding) => placed(finding, readFileSync(join(root, unit.file), "utf8"))));
}

function ofDefects(root: string, book: Rulebook): Said[] {
  const said: Said[] = [];
  for (const path of mutated) {
    const lines = readFileSync(join(root, path), "utf8").split("\n");
    const places = lines.flatMap((line, i) => (duty.test(line) ? [i] : []));
    for (const place of places) {
      if (said.length >= mostDefects) return said;
      const text = lines.with(place, "").join("\n");
      for (const check of checkUnit(lowerText(path, text), book, nothingElse, (fn) => fn.line <= place + 1 && place + 1 <= fn.endLine)) {
        said.push(...check.findings.map((finding) => placed(finding, text)));
      }
    }
  }
  return said;
}

/** A statement may go on over several lines. */
function near({ lines }: Said, line: number): string {
  return lines.slice(line - 1, line + 3).join("\n");
}

/** What must stand at a line that a message calls by these words. */
const named: readonly (readonly [RegExp, RegExp])[] = [
  [/page-table lock (?:of|taken in) line (\d+)/g, /lock|ptl/],
  [/mmap_lock[^,:]* of line (\d+)/g, /mmap_\w*lock|mmap_sem/],
  [/pte (?:mapped in|of) line (\d+)/g, /pte_\w*(?:map|alloc)/],
  [/pte unmapped in line (\d+)/g, /unmap/],
  [/(?:lock|RCU read section) (?:that kept it was )?released in line (\d+)/g, /unlock|unmap|put|release/],
  [/VMA of line (\d+)/g, /vma/],
  [/lazy MMU mode (?:of|entered in) line (\d+)/g, /lazy_mmu_mode/],
  [/\(read in line (\d+)\)/g, /pte|pmd|pud/],
  [/\(found by the walk of line (\d+)\)/g, /page_vma_mapped_walk/],
  [/page_vma_mapped_walk\(\) of line (\d+)/g, /page_vma_mapped_walk/],
];

function holds(all: readonly Said[], version: string, book: Rulebook): void {
  for (const one of all) {
    const { finding, lines, from, to } = one;
    const where = `${finding.file}:${finding.line} ${finding.message}`;
    expect(lines[finding.line - 1]!.trim(), where).not.toBe("");
    expect(finding.message, where).not.toMatch(/undefined|\[object|[@$&]\d+[:.]/);
    for (const [, number] of `${finding.message} ${finding.assumed.join(" ")}`.matchAll(/\bline (\d+)/g)) {
      expect(Number(number), where).toBeGreaterThanOrEqual(from);
      expect(Number(number), where).toBeLessThanOrEqual(to);
      expect(lines[Number(number) - 1]!.trim(), where).not.toBe("");
    }
    for (const [words, code] of named) for (const [, number] of finding.message.matchAll(words)) expect(near(one, Number(number)), where).toMatch(code);
    const opening = /^([a-z_]\w*)\(/.exec(finding.message)?.[1];
    if (opening !== undefined && opening !== finding.function) expect(near(one, finding.line), where).toContain(opening);
    const contract = opening === undefined ? undefined : book.contract(opening);
    if (contract !== undefined) expect(inEra(version, contract), where).toBe(true);
    for (const step of finding.path) expect(step.line >= from && step.line <= to && lines[step.line - 1]!.trim() !== "", `${where}: ${step.line} ${step.text}`).toBe(true);
    expect(finding.references.length, where).toBeGreaterThan(0);
  }
}

describe.each(trees)("findings about $version", ({ version, root, present }) => {
  it.runIf(present)("that a scan makes are right in their words", async () => {
    const all = await scanned(root);
    expect(all.length).toBeGreaterThanOrEqual(9);
    holds(all, version, rulebookFor(data, version));
    // One defect, one finding.
    expect(new Set(all.map(({ finding }) => `${finding.file}:${finding.line}:${finding.column} ${finding.rule} ${finding.message}`)).size).toBe(all.length);
  }, tenMinutes);

  it.runIf(present)("with defects put in are right in their words", () => {
    const book = rulebookFor(data, version);
    const all = ofDefects(root, book);
    expect(all.length).toBeGreaterThanOrEqual(40);
    holds(all, version, book);
  }, tenMinutes);

  it.skipIf(present)(`are not looked at: MMREVIEW_TREE_${version.replace(".", "_")} is not there`, () => {});
});

describe.each(trees)("references to $version", ({ version, root, present }) => {
  function all(): Reference[] {
    const { contracts, contexts, sleepers, lockOrders, catalogue, eraMarkers, wordings } = data;
    return [...contracts, ...contexts, ...sleepers, ...lockOrders, ...catalogue, ...eraMarkers, ...wordings].flatMap((one) => one.references).filter((one) => one.version === version);
  }

  it.runIf(present)("name files that are there, and functions that stand in them", () => {
    const texts = new Map<string, string>();
    const wrong = new Set<string>();
    for (const { file, where } of all()) {
      const path = join(root, file);
      if (!existsSync(path)) wrong.add(`${file}: no such file`);
      else {
        const text = texts.get(file) ?? readFileSync(path, "utf8");
        texts.set(file, text);
        for (const [, name] of where.matchAll(/\b([A-Za-z_]\w*)\(\)/g)) if (!new RegExp(`\\b${name}\\b`).test(text)) wrong.add(`${file}: no ${name}()`);
      }
    }
    expect(Array.from(wrong)).toEqual([]);
  });

  it.skipIf(present)(`are not looked up: MMREVIEW_TREE_${version.replace(".", "_")} is not there`, () => {});
});
