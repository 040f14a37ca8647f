/**
 * What findings say, held against the code they speak of: a sample of 40 from fixtures/check, taken at even distances.
 * The line a finding stands at and every line it names are read again from the text.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { initC, lowerText } from "../c/index.ts";
import type { Finding } from "../core/finding.ts";
import { compileRules } from "../rulebook/compile.ts";
import { type Rulebook, rulebookFor } from "../rulebook/rulebook.ts";
import type { RuleData } from "../rulebook/schema.ts";
import { compareVersions } from "../util/version.ts";
import { packageRoot } from "../util/package-root.ts";
import { checkUnit } from "./index.ts";

const folder = join(packageRoot(), "fixtures", "check");
const wanted = 40;

interface Said {
  readonly finding: Finding;
  readonly lines: readonly string[];
  readonly book: Rulebook;
}

const said: Said[] = [];

beforeAll(async () => {
  await initC();
  const data: RuleData = compileRules(join(packageRoot(), "rules"));
  const all: Said[] = [];
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".c")).toSorted()) {
    const text = readFileSync(join(folder, name), "utf8");
    const book = rulebookFor(data, /era: (\d+\.\d+)/.exec(text)![1]!);
    for (const check of checkUnit(lowerText(name, text), book)) for (const finding of check.findings) all.push({ finding, lines: text.split("\n"), book });
  }
  for (let i = 0; i < wanted; i++) said.push(all[Math.floor((i * all.length) / wanted)]!);
});

/** A statement may go on over several lines. */
function near(lines: readonly string[], line: number): string {
  return lines.slice(line - 1, line + 2).join("\n");
}

/** What a line must hold that a message calls by these words. */
const takers: readonly (readonly [RegExp, RegExp])[] = [
  [/PTE page-table lock.* of line (\d+)/, /pte_\w*map_lock|lock/],
  [/PMD page-table lock.* of line (\d+)/, /pmd_(?:trans_huge_)?lock|lock/],
  [/mmap_lock.* of line (\d+)/, /mmap_\w*lock/],
  [/VMA lock of line (\d+)/, /vma_start_read|vma/],
  [/pte mapped in line (\d+)/, /pte_\w*map/],
  [/pte unmapped in line (\d+)/, /pte_unmap/],
  [/lock released in line (\d+)/, /unlock/],
  [/page_vma_mapped_walk\(\) of line (\d+)/, /page_vma_mapped_walk/],
];

it("is a sample of forty", () => {
  expect(new Set(said.map(({ finding }) => `${finding.file}:${finding.line} ${finding.rule} ${finding.message}`)).size).toBe(wanted);
});

it("stands at the line that the fixture marks, in the function it names or a helper of it", () => {
  for (const { finding, lines } of said) {
    const head = lines.slice(0, finding.line).findLast((line) => /^[a-z].*\w\(/.test(line)) ?? "";
    const enclosing = /(\w+)\(/.exec(head)?.[1] ?? "";
    // The place may be in a helper that the function calls.
    const own = lines.slice(lines.findIndex((line) => /^[a-z]/.test(line) && line.includes(`${finding.function}(`)));
    const body = own.slice(0, own.indexOf("}")).join("\n");
    expect(enclosing === finding.function || body.includes(`${enclosing}(`), `${finding.function}() for line ${finding.line} of ${enclosing}()`).toBe(true);
    expect(near(lines, finding.line), finding.message).toMatch(new RegExp(`expect: .*${finding.rule}`));
  }
});

it("names calls and lines that are there", () => {
  for (const { finding, lines } of said) {
    for (const [, line] of finding.message.matchAll(/\bline (\d+)/g)) expect(lines[Number(line) - 1]?.trim() ?? "", finding.message).not.toBe("");
    for (const [words, code] of takers) {
      const line = words.exec(finding.message)?.[1];
      if (line !== undefined) expect(near(lines, Number(line)), finding.message).toMatch(code);
    }
    // A message that opens with a call speaks of one that stands in this file.
    const call = /^([a-z_]\w*)\(\) /.exec(finding.message)?.[1];
    if (call !== undefined) expect(lines.join("\n"), finding.message).toContain(`${call}(`);
  }
});

it("refers to kernel places of a version, and to contracts of the fixture's era", () => {
  for (const { finding, book } of said) {
    expect(finding.references.length, finding.message).toBeGreaterThan(0);
    for (const reference of finding.references) {
      expect(reference.file).toMatch(/^(?:Documentation|arch|fs|include|kernel|mm|tools)\//);
      expect(compareVersions(reference.version, "4.17")).toBeGreaterThan(0);
    }
    const call = /^([a-z_]\w*)\(\) /.exec(finding.message)?.[1];
    const contract = call === undefined || call === finding.function ? undefined : book.contract(call);
    if (contract?.since !== undefined) expect(compareVersions(book.era, contract.since)).toBeGreaterThanOrEqual(0);
    expect(finding.message).not.toMatch(/undefined|\[object|[@$&]\d+[:.]/);
  }
});
