/**
 * The numbers of states in docs/simulator.md are those of today's code: they are the same on every machine, unlike the
 * milliseconds beside them. `npm run bench:sim` prints the tables anew.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { initC } from "../src/c/index.ts";
import { castsOf, play, type Cast } from "../src/sim/scenario.ts";
import { growthScenario, workloads } from "./bench/sim-workloads.ts";

const root = join(import.meta.dirname, "..");
const page = readFileSync(join(root, "docs/simulator.md"), "utf8");

function textsOf(folder: string): { readonly path: string; readonly text: string }[] {
  return readdirSync(join(root, folder)).filter((name) => name.endsWith(".c")).toSorted().map((name) => ({ path: `${folder}/${name}`, text: readFileSync(join(root, folder, name), "utf8") }));
}

const rules = { models: textsOf("rules/models"), actors: textsOf("rules/actors"), kernel: null };

/** Rows of the table whose first column has this head, as cells. */
function rows(head: string): string[][] {
  const from = page.indexOf(`\n| ${head} |`);
  return page.slice(from + 1).split("\n\n")[0]!.trimEnd().split("\n").slice(2).map((line) => line.slice(2, -2).split(" | "));
}

/** States with reduction and without. */
function statesOf(cast: Cast): readonly string[] {
  return [true, false].map((reduce) => String(play(cast, { bound: 2_000_000, reduce }).states));
}

beforeAll(async () => {
  await initC();
});

describe("the figures of docs/simulator.md", () => {
  it("list every scenario with its verdict and states", () => {
    const said = rows("scenario").map(([name, verdict, threads, states, , all]) => [name, verdict, threads, states, all]);
    const casts = textsOf("fixtures/scenarios").flatMap(({ path, text }) => castsOf(path.replace(/.*\//, ""), text, rules).map((cast) => [path.replace(/.*\//, ""), cast] as const));
    const now = casts.filter(([, cast]) => cast.scenario.memory === undefined).map(([file, cast]) => {
      const [states, all] = statesOf(cast);
      return [`${file}: ${cast.scenario.name}`, cast.scenario.expect.replace("violated ", ""), String(cast.scenario.threads.length), states, all];
    });
    expect(said).toEqual(now);
    expect(page).toContain(`\n${now.length} scenarios: median `);
  });

  it("show how states grow with steps and threads", () => {
    const said = rows("each thread").map(([name, threads, steps, states, , all]) => [name, threads, steps, states, all]);
    const now = workloads.flatMap((workload) => [2, 3].flatMap((threads) => [4, 8, 12, 16].map((steps) => {
      const [states, all] = statesOf(castsOf("growth.c", growthScenario(workload, threads, steps), rules)[0]!);
      return [workload.name, String(threads), String(steps), states, all];
    })));
    expect(said).toEqual(now);
  });
});
