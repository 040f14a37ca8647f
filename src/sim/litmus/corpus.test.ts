/**
 * Litmus tests with herd7's verdicts: a sample of ../shared/litmus (`npm run bench:litmus` runs all of it), and the
 * kernel's own tests. Both are skipped where the files are not.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { initC } from "../../c/index.ts";
import { packageRoot } from "../../util/package-root.ts";
import { runLitmus } from "./index.ts";

const shared = join(packageRoot(), "..", "shared", "litmus");
const verdicts = join(shared, "dev-verdicts.jsonl");
const tree = process.env["MMREVIEW_TREE_6_12"];
const kernelTests = tree ? join(tree, "tools", "memory-model", "litmus-tests") : "";

interface Expected {
  readonly file: string;
  readonly status: string;
  readonly cpu_s: number;
  readonly verdict: string;
  readonly observation: string;
  readonly positive: number;
  readonly negative: number;
  readonly n_states: number;
  readonly flags: readonly string[];
}

beforeAll(async () => {
  await initC();
});

describe.skipIf(!existsSync(verdicts))("herd7's verdicts (../shared/litmus)", () => {
  it("hold for every tenth test", () => {
    const all = readFileSync(verdicts, "utf8").trim().split("\n").map((line) => JSON.parse(line) as Expected);
    const sample = all.filter((each, i) => i % 10 === 0 && each.status === "ok" && each.cpu_s < 2);
    expect(sample.length).toBeGreaterThan(100);
    for (const { file, verdict, observation, positive, negative, n_states, flags } of sample) {
      const result = runLitmus(file, readFileSync(join(shared, file), "utf8"));
      if (!("verdict" in result)) throw new Error(JSON.stringify(result));
      const ours = [result.verdict, result.observation, result.positive, result.negative, result.states.length, result.flags.join()];
      expect(ours, file).toEqual([verdict, observation, positive, negative, n_states, flags.toSorted().join()]);
    }
  });
});

describe.skipIf(!existsSync(kernelTests))("the kernel's own litmus tests (MMREVIEW_TREE_6_12)", () => {
  it("give the result that they state", () => {
    const names = readdirSync(kernelTests).filter((name) => name.endsWith(".litmus"));
    expect(names.length).toBeGreaterThan(30);
    for (const name of names) {
      const text = readFileSync(join(kernelTests, name), "utf8");
      const result = runLitmus(name, text);
      const stated = /Result: (\w+)/.exec(text)?.[1];
      expect("verdict" in result && result.observation, name).toBe(stated);
    }
  });
});
