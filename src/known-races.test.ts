/**
 * Known races as the command line shows them: a patch that takes a fix out of a kernel tree is reviewed with that tree, and a
 * second one puts it back. The first must be confirmed by an interleaving, and the second must say that it closes
 * it. Skipped without the kernel trees (MMREVIEW_TREE_6_12, MMREVIEW_TREE_6_1).
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type KnownRace, knownRaces } from "../fixtures/known-races/races.ts";
import { formatPatch, removeFolders, repository, reviewTexts } from "../fixtures/review/harness.ts";

const trees = { "6.12": process.env["MMREVIEW_TREE_6_12"], "6.1": process.env["MMREVIEW_TREE_6_1"] };

afterEach(removeFolders);

describe.each(knownRaces.map((r): readonly [string, KnownRace] => [r.race, r]))("%s", (_, known) => {
  const tree = trees[known.kernel] ?? "";
  const path = join(tree, known.file);
  const where = { function: known.reported?.function ?? known.function, rule: known.reported?.rule ?? known.rule };

  it.skipIf(!existsSync(path))("is confirmed when a patch opens it, and named when a patch closes it", async () => {
    const fixed = readFileSync(path, "utf8");
    const states = [fixed, known.broken(fixed), fixed];
    const series = repository(states.map((text, i) => ({ subject: `mm: state ${i}`, files: { [known.file]: text } })));
    const { patches } = await reviewTexts([formatPatch(series, "HEAD~2..HEAD")], { tree });
    const [opening, closing] = patches;
    const confirmed = opening!.findings.filter((f) => f.confidence === "confirmed");
    expect(confirmed.map((f) => [f.function, f.rule])).toContainEqual([where.function, where.rule]);
    for (const finding of confirmed) {
      expect(finding).toMatchObject({ status: "introduced", severity: "error", fixConfirmed: true });
      expect(finding.trace!.steps.map((s) => s.cpu)).toEqual(expect.arrayContaining([0, 1]));
    }
    expect(closing!.findings.filter((f) => f.status === "introduced" && f.severity !== "note")).toEqual([]);
    const closed = closing!.findings.filter((f) => f.status === "fixed" && f.trace !== null);
    expect(closed.map((f) => [f.function, f.rule])).toContainEqual([where.function, where.rule]);
  }, 300_000);
});
