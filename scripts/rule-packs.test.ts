/** docs/rule-packs.md does what it says: the commands of its example, over the example's files. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { reviewInputs } from "../fixtures/review/harness.ts";
import { checkRulePack, simulate } from "../src/index.ts";

const folder = join(import.meta.dirname, "../fixtures/packs");
const page = readFileSync(join(import.meta.dirname, "../docs/rule-packs.md"), "utf8");

describe("the example of docs/rule-packs.md", () => {
  it("has nothing wrong in it", async () => {
    for (const name of ["zbuf.ts", "zbuf.c", "zbuf-age.c"]) expect(await checkRulePack(join(folder, name))).toEqual([]);
    expect(page).toContain("mmreview --rules zbuf.ts zbuf-age.patch");
    expect(page).toContain("mmreview sim --rules zbuf.c zbuf-age.c");
  });

  it("the contract finds what could not be known before", async () => {
    const rulesIn = async (rules: readonly string[]): Promise<string[]> =>
      (await reviewInputs({ inputs: ["zbuf-age.patch"], cwd: folder, rules })).patches.flatMap((patch) => patch.findings.map(({ rule, line }) => `${rule} ${line}`));
    expect(await rulesIn([])).toEqual([]);
    expect(await rulesIn(["zbuf.ts"])).toEqual(["map-failure 12"]);
  });

  it("the actor runs in the scenario, which comes out as its header expects", async () => {
    const { scenarios } = await simulate({ files: ["zbuf-age.c"], rules: ["zbuf.c"], kernel: null, bound: null, pictures: false, cwd: folder });
    expect(scenarios.map(({ verdict, rule }) => [verdict, rule])).toEqual([["holds", null], ["violated", "notifier-scope"]]);
    expect(scenarios[0]!.executions).toBeGreaterThan(1);
  });

  it("without the pack the scenario's actor is not there", async () => {
    const { problems } = await simulate({ files: ["zbuf-age.c"], kernel: null, bound: null, pictures: false, cwd: folder });
    expect(problems?.map((p) => p.message)).toContainEqual(expect.stringContaining("there is no function zbuf_steal"));
  });
});
