/** The check of a file can be stopped, or something else be done, behind each of its functions. */
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText } from "../c/index.ts";
import { builtinRules, rulebookFor } from "../rulebook/index.ts";
import { checking, checkUnit, nothingElse } from "./index.ts";

beforeAll(() => initC());

describe("the check of a file", () => {
  it("pauses behind each function that is asked about, and comes to the same", () => {
    const names = ["one", "two", "three", "four"];
    const unit = lowerText("mm/a.c", names.map((name) => `int ${name}(struct mm_struct *mm, pmd_t *pmd)\n{\n\tspinlock_t *ptl = pmd_lock(mm, pmd);\n\n\treturn 0;\n}\n`).join("\n"));
    const rulebook = rulebookFor(builtinRules(), "6.12");
    const work = checking(unit, rulebook, nothingElse, unit.functions.filter((fn) => fn.name !== "three"));
    let pauses = 0;
    let step = work.next();
    for (; step.done !== true; step = work.next()) pauses++;
    // Within a function as well, where it is explored.
    expect(pauses).toBeGreaterThanOrEqual(3);
    expect(step.value.checks.map((check) => check.fn.name)).toEqual(["one", "two", "four"]);
    const plain = (checks: typeof step.value.checks): unknown => checks.map(({ findings, obligations }) => ({ findings, obligations }));
    expect(plain(step.value.checks)).toEqual(plain(checkUnit(unit, rulebook, nothingElse, (fn) => fn.name !== "three")));
    expect(step.value.checks[0]!.findings.map((finding) => finding.rule)).toContain("lock-balance");
  });
});
