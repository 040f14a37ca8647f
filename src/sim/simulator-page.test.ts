/** docs/simulator.md against the code: properties, header keys, settings, entries, and the scenario that it shows. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { initC } from "../c/index.ts";
import { UsageError } from "../core/errors.ts";
import { simulate } from "./scenario-file.ts";
import { buildWorld } from "./world/build.ts";
import { properties } from "./world/property.ts";

const root = join(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/simulator.md"), "utf8");

/** Rows of the first table behind a heading of its first column, as cells. */
function rows(head: string): string[][] {
  const from = page.indexOf(`\n| ${head} |`);
  const table = page.slice(from + 1).split("\n\n")[0]!.split("\n").slice(2);
  return table.map((line) => line.slice(2, -2).split(/ (?<!\\)\| /));
}

/** Words in backticks of the first cells. */
const names = (head: string): string[] => rows(head).flatMap(([first]) => Array.from(first!.matchAll(/`([a-z0-9-]+)`/g), (m) => m[1]!));

/** What the world says that it knows when it is given something else. */
function knownTo(settings: Readonly<Record<string, string>>): string[] {
  try {
    buildWorld(settings, 1);
  } catch (error) {
    if (error instanceof UsageError) return error.hint.replace("known: ", "").split(" ");
  }
  return [];
}

const options = {
  models: readdirSync(join(root, "rules/models")).toSorted().map((name) => ({ path: name, text: readFileSync(join(root, "rules/models", name), "utf8") })),
  actors: [], kernel: null, bound: 10_000,
};

beforeAll(async () => {
  await initC();
});

describe("docs/simulator.md", () => {
  it("lists every property with its rule", () => {
    expect(rows("promise")).toEqual(Object.values(properties).map(({ promise, rule }) => [promise, rule]));
  });

  it("lists every setting and entry of a world", () => {
    expect(names("setting").toSorted()).toEqual(knownTo({ nothing: "" }).toSorted());
    const entries = /Entries: `([^`]*)`/.exec(page)![1]!.split(/\s+/);
    expect(["table", ...entries]).toEqual(knownTo({ pmd: "nothing" }));
  });

  it("lists every key of a scenario's header", () => {
    const [problem] = simulate("s.c", "/*\n * scenario: s\n * threads: f\n * other: x\n */\nvoid f(void) { }\n", options).problems;
    expect(names("key").toSorted()).toEqual([...problem!.message.replace(/.*it has /, "").split(", "), "begin"].toSorted());
  });

  it("shows a scenario that comes out as it says", () => {
    const text = /```c\n([\s\S]*?)```/.exec(page)![1]!;
    const { results, problems } = simulate("s.c", text, options);
    expect(problems).toEqual([]);
    expect(results.map((r) => r.verdict)).toEqual(["holds"]);
  });

  it("gives the bounds that the code has", () => {
    const code = ["machine.ts", "session.ts"].map((name) => readFileSync(join(root, "src/sim/run", name), "utf8")).join("\n");
    const numbers = [/mostLocal = (\S+);/, /mostForks = (\S+);/, /mostRounds = (\S+);/, /mostSeen = (\S+);/, /depth \?\? (\d+)/].map((pattern) => Number(pattern.exec(code)![1]!.replaceAll("_", "")));
    expect(page).toContain(`${numbers[0]!.toLocaleString("en")} steps without a visible operation; ${numbers[1]} ways through one step; ${numbers[3]!.toLocaleString("en")} characters of states that they are told apart by; ${numbers[2]} rounds of a loop`);
    expect(page).toContain(`${numbers[4]} calls deep`);
  });
});
