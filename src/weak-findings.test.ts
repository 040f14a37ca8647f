/** What the memory model makes of the findings on fixtures/check: an execution with its litmus test, or proof. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { checkUnit } from "./check/index.ts";
import { initC, lowerText } from "./c/index.ts";
import type { UnitIr } from "./c/ir.ts";
import type { Finding } from "./core/finding.ts";
import { compileRules } from "./rulebook/compile.ts";
import { type Rulebook, rulebookFor } from "./rulebook/rulebook.ts";
import type { RuleData } from "./rulebook/schema.ts";
import { runLitmus } from "./sim/litmus/index.ts";
import { packageRoot } from "./util/package-root.ts";
import { decided } from "./weak-findings.ts";

let data: RuleData;

beforeAll(async () => {
  data = compileRules(join(packageRoot(), "rules"));
  await initC();
});

interface Checked {
  readonly unit: UnitIr;
  readonly lines: readonly string[];
  readonly rulebook: Rulebook;
  readonly findings: readonly Finding[];
}

function checked(text: string, era: string): Checked {
  const unit = lowerText("mm/x.c", text);
  const rulebook = rulebookFor(data, era);
  return { unit, lines: text.split("\n"), rulebook, findings: checkUnit(unit, rulebook).flatMap((check) => check.findings) };
}

function fixture(name: string): Checked {
  const text = readFileSync(join(packageRoot(), "fixtures", "check", name), "utf8");
  return checked(text, /era: (\d+\.\d+)/.exec(text)![1]!);
}

/** "function: observation of the litmus test, severity". */
function said({ unit, lines, rulebook, findings }: Checked): string[] {
  return findings.map((finding) => {
    const answer = decided(finding, unit, lines, rulebook);
    const litmus = answer?.trace?.litmus ?? null;
    const result = litmus === null ? null : runLitmus("t", litmus);
    const observed = result !== null && "verdict" in result ? [result.observation, ...result.flags].join(" ") : "no test";
    return `${finding.function}: ${observed}, ${answer?.severity}`;
  });
}

describe("findings about order", () => {
  it("get the execution that the model allows", () => {
    expect(said(fixture("publish-order.c"))).toEqual([
      "without_barrier: Sometimes data-race, error", "filled_after_the_barrier: Sometimes data-race, error",
    ]);
  });

  it("about loads are races of plain loads, or halves of two values", () => {
    expect(said(fixture("lockless-read.c"))).toEqual([
      "wraps_the_pointer: Always data-race, warning",
      "halves_without_barrier: Sometimes data-race, error",
      "plain_reads_in_a_lockless_walk: Always data-race, warning",
      "plain_reads_in_a_lockless_walk: Always data-race, warning",
      "again_after_the_getter: Always data-race, warning",
      // What makes a copy stale is the sequence count, not the order of loads.
      "follows_the_copy: no test, warning",
      // Beside the locked twin, of which it is not known whether the guard holds the lock and nothing is said.
      "again_under_no_lock: Always data-race, warning",
    ]);
  });

  it("show the late store as the last step, behind the read that misses it", () => {
    const text = `static void fill(struct mm_struct *mm, pmd_t *pmd)
{
	pgtable_t table = pte_alloc_one(mm);
	spinlock_t *ptl = pmd_lock(mm, pmd);

	pmd_populate(mm, pmd, table);
	spin_unlock(ptl);
}
`;
    const { unit, lines, rulebook, findings } = checked(text, "6.12");
    const trace = decided(findings.find((each) => each.rule === "publish-order")!, unit, lines, rulebook)!.trace!;
    expect(trace.steps.map(({ cpu, line, effect }) => `CPU${cpu} ${line} ${effect}`)).toEqual([
      "CPU0 6 pmd = table",
      "CPU1 0 reads pmd: table",
      "CPU1 0 reads table: not initialised; reads a table that it was led to before the stores that initialise it are visible  <-- publish-order",
      "CPU0 3 table = 0; only now, behind line 6",
    ]);
  });

  it("with a function in between that may order them stay warnings, and say so", () => {
    const text = `static void fill(struct mm_struct *mm, pmd_t *pmd)
{
	pgtable_t table = pte_alloc_one(mm);
	spinlock_t *ptl;

	ptl = pmd_lock(mm, pmd);
	somebody_elses_helper(3);
	pmd_populate(mm, pmd, table);
	spin_unlock(ptl);
}
`;
    const { unit, lines, rulebook, findings } = checked(text, "6.12");
    const finding = findings.find((each) => each.rule === "publish-order")!;
    expect(decided(finding, unit, lines, rulebook)).toMatchObject({ severity: "warning", assumed: ["somebody_elses_helper() orders no memory"], trace: {} });
  });

  it("of a table that came from the caller rest on what the caller did", () => {
    const { unit, lines, rulebook, findings } = fixture("publish-order.c");
    const { since, ...from } = findings[0]!;
    expect(since).toBeGreaterThan(0);
    expect(decided({ ...from, severity: "warning" }, unit, lines, rulebook)).toMatchObject({
      severity: "warning", assumed: ["whoever initialised the table orders no memory"], trace: { litmus: expect.stringContaining("exists (1:entry=-1)") as string },
    });
  });

  it("that the model forbids are dropped", () => {
    const { unit, lines, rulebook, findings } = fixture("publish-order.c");
    const without = unit.functions.find((fn) => fn.name === "with_barrier")!;
    const publishing = without.blocks.flatMap((block) => block.steps).find((step) => step.op === "call" && step.callee === "pmd_populate")!;
    const moved: Finding = { ...findings[0]!, function: "with_barrier", ...publishing.loc, since: without.line + 2 };
    expect(decided(moved, unit, lines, rulebook)).toBeNull();
    expect(decided({ ...moved, since: publishing.loc.line - 1 }, unit, lines, rulebook)).not.toBeNull();
  });
});
