/** Every scenario of fixtures/scenarios comes out as its header expects. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { initC } from "../c/index.ts";
import type { SourceText } from "./library.ts";
import { castsOf, scenariosOf } from "./scenario.ts";
import { simulate } from "./scenario-file.ts";
import { breaksWithout, names, protectionsOf, reliancesOf, type Reliance } from "./weaken.ts";

const root = join(import.meta.dirname, "../..");

function textsOf(folder: string): SourceText[] {
  return readdirSync(join(root, folder)).filter((name) => name.endsWith(".c")).toSorted()
    .map((name) => ({ path: `${folder}/${name}`, text: readFileSync(join(root, folder, name), "utf8") }));
}

const scenarios = textsOf("fixtures/scenarios");
const options = { models: textsOf("rules/models"), actors: textsOf("rules/actors"), kernel: null, bound: 300_000 };

beforeAll(async () => {
  await initC();
});

describe.each(scenarios.map((s) => [s.path, s] as const))("%s", (path, source) => {
  it("comes out as its header says", () => {
    const expected = scenariosOf(source.text).map((s) => `${s.name}: ${s.expect}`);
    const { results, problems } = simulate(path, source.text, options);
    expect(problems).toEqual([]);
    expect(results.map((r) => `${r.name}: ${r.verdict}${r.rule === null ? "" : ` ${r.rule}`}${r.reason}`)).toEqual(expected);
    expect(results.filter((r) => r.bounded).map((r) => r.name)).toEqual([]);
  });

  it("breaks when anything is taken away of others that a scenario which holds relies on", () => {
    const casts = castsOf(path, source.text, options).filter((c) => c.scenario.expect === "holds");
    const unmoved = casts.flatMap((cast) =>
      reliancesOf(cast, options).filter((r) => !breaksWithout(cast, r, options)).map((r) => `${cast.scenario.name}: ${r.text}`),
    );
    expect(unmoved).toEqual([]);
  });

  it("breaks without any lock, barrier, section, flush or test of a scenario which holds, but for those that its header calls redundant", () => {
    const wrong: string[] = [];
    for (const cast of castsOf(path, source.text, options).filter((c) => c.scenario.expect === "holds")) {
      const { name, redundant, reliesOn } = cast.scenario;
      const all = protectionsOf(cast, options);
      const needed = all.filter((p) => breaksWithout(cast, p, options));
      const listed = (p: Reliance): boolean => redundant.some((r) => names(r, p));
      wrong.push(
        ...all.filter((p) => !needed.includes(p) && !listed(p)).map((p) => `${name}: holds without "${p.text}"`),
        ...needed.filter(listed).map((p) => `${name}: breaks without "${p.text}", which it calls redundant`),
        ...redundant.filter((r) => r.reason === "" || !all.some((p) => names(r, p))).map((r) => `${name}: "${r.what}" has no reason or names nothing`),
        ...(needed.length + reliesOn.length === 0 ? [`${name}: needs nothing`] : []),
      );
    }
    expect(wrong).toEqual([]);
  });
});
