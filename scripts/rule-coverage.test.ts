/** docs/rule-coverage.md names every rule of the reviewers' guides once, and only rule ids that exist. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ruleIds } from "../src/core/rule-ids.ts";

const root = join(import.meta.dirname, "..");
const guides = join(root, "../shared/reference/rules.md");
const page = readFileSync(join(root, "docs/rule-coverage.md"), "utf8");
const rows = page.split("\n").flatMap((line) => (/^\| (?:[A-Z]\d\d ?)+ ?\|/.test(line) ? [line.split("|").map((cell) => cell.trim())] : []));

describe("docs/rule-coverage.md", () => {
  it.skipIf(!existsSync(guides))("names each rule of the guides once (skipped without the collected guides)", () => {
    // Later tables of the guides name some rules again.
    const collected = [...new Set([...readFileSync(guides, "utf8").matchAll(/^\| ([A-Z]\d\d)(?: \*\*R\*\*)? \|/gm)].map((match) => match[1]!))];
    const named = rows.flatMap((cells) => cells[1]!.split(" "));
    expect(collected).toHaveLength(94);
    expect(named.toSorted()).toEqual(collected.toSorted());
  });

  it("names only rule ids that exist", () => {
    const covered = rows.filter((cells) => cells.length === 6).flatMap((cells) => cells[3]!.split(", "));
    expect(covered.length).toBeGreaterThan(15);
    for (const id of covered) expect(ruleIds).toContain(id);
  });
});
