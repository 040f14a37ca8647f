/**
 * Known races, replayed from the kernel's own code: the tree's function must hold, and must break when the fix is taken
 * out of it again (fixtures/known-races). Skipped without the kernel trees (MMREVIEW_TREE_6_12, MMREVIEW_TREE_6_1).
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText } from "../c/index.ts";
import { atOnce } from "../util/slices.ts";
import { libraryFor, type SourceText } from "./library.ts";
import { repair } from "./repair.ts";
import { definitions, replay, type ReplayRequest, type ReplayResult } from "./replay.ts";
import { type KnownRace, knownRaces } from "../../fixtures/known-races/races.ts";

const root = join(import.meta.dirname, "../..");

function textsOf(folder: string): SourceText[] {
  return readdirSync(join(root, folder)).filter((name) => name.endsWith(".c")).toSorted()
    .map((name) => ({ path: `${folder}/${name}`, text: readFileSync(join(root, folder, name), "utf8") }));
}

const trees = { "6.12": process.env["MMREVIEW_TREE_6_12"], "6.1": process.env["MMREVIEW_TREE_6_1"] };

beforeAll(async () => {
  await initC();
});

describe.each(knownRaces.map((r): readonly [string, KnownRace] => [r.race, r]))("%s", (_, known) => {
  const tree = trees[known.kernel] ?? "";
  const path = join(tree, known.file);
  const requestFor = (text: string): ReplayRequest => {
    const unit = lowerText(known.file, text);
    const helpers = (known.helpers ?? []).map((file) => lowerText(file, readFileSync(join(tree, file), "utf8")));
    const longest = definitions(unit.functions).get(known.function)!;
    const library = libraryFor(textsOf("rules/models"), textsOf("rules/actors"), known.kernel);
    return { function: longest, units: [unit, ...helpers], library, held: known.held, callersSeen: false, lines: new Map([[known.file, text.split("\n")]]), bound: 3000, work: 20_000_000 };
  };
  const run = (text: string): ReplayResult => replay(requestFor(text));

  it.skipIf(!existsSync(path))(`holds in ${known.kernel} and breaks with the bug put back`, () => {
    const text = readFileSync(path, "utf8");
    const broken = known.broken(text);
    expect(broken).not.toBe(text);
    // Beside the actors: alone a walk is run in worlds that its callers never call it in.
    expect(run(text).traces.filter((t) => t.actor !== "").map((t) => `${t.rule} line ${t.line}: ${t.message}`)).toEqual([]);
    const { traces } = run(broken);
    expect(traces.map((t) => `${t.rule}, ${t.actor}`)).toContain(`${known.rule}, ${known.actor}`);
    const trace = traces.find((t) => t.rule === known.rule && t.actor === known.actor)!;
    expect(atOnce(repair(requestFor(broken), trace, { left: Infinity }))).toMatchObject({ confirmed: true });
  });
});
