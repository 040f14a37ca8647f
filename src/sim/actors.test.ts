/**
 * The kernel as shipped has no known bug: every actor beside every other, in every world that both are about, must hold.
 * A violation here is a bug of a model. Each header says where the actor comes from.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { initC } from "../c/index.ts";
import { fits } from "./fits.ts";
import { libraryFor, type Library, type SourceText } from "./library.ts";
import { play } from "./scenario.ts";
import type { Settings } from "./world/build.ts";

const root = join(import.meta.dirname, "../..");

function textsOf(folder: string): SourceText[] {
  return readdirSync(join(root, folder)).filter((name) => name.endsWith(".c")).toSorted()
    .map((name) => ({ path: `${folder}/${name}`, text: readFileSync(join(root, folder, name), "utf8") }));
}

const models = textsOf("rules/models");
const actors = textsOf("rules/actors");
const eras = ["6.1", "6.12", "6.17"];

const worlds: readonly Settings[] = [
  { vma: "anon", pmd: "table", pte: "page,none" },
  { vma: "anon", pmd: "table", pte: "none,none" },
  { vma: "anon", pmd: "table", pte: "page,none", "unmap-flush": "batched" },
  { vma: "anon", pmd: "table", pte: "page,none", flush: "ipi", "free-tables": "now" },
  { vma: "anon", pmd: "none" },
  { vma: "anon", pmd: "huge" },
  { vma: "anon", pmd: "table", pte: "device-exclusive,none" },
  { vma: "anon", vma1: "anon", pmd: "table", pmd1: "none", pte: "page,none" },
  { vma: "anon", vma1: "anon", pmd: "table", pmd1: "table", pte: "page,none", uffd: "yes" },
  { vma: "file", pmd: "table", pte: "page,none", uffd: "yes" },
  { vma: "file", pmd: "table", pte: "none,none", uffd: "yes" },
  { vma: "file", pmd: "none", uffd: "yes" },
  { vma: "file", pmd: "huge", uffd: "yes" },
  { vma: "file", vma1: "file", pmd: "table", pmd1: "none", pte: "none,none" },
  { vma: "kernel", pmd: "huge", deposit: "no" },
  { vma: "kernel", pmd: "table" },
  { vma: "anon", pmd: "table", pte: "page,none", users: "gone" },
  { vma: "file", pmd: "table", pte: "page,none", users: "gone" },
  { vma: "hugetlb", share: "yes", mms: "2", pmd: "huge", deposit: "no" },
];

/** Runs both and gives what went wrong, or "". */
function trouble(library: Library, world: Settings, threads: readonly string[]): string {
  const scenario = { name: threads.join(), kernel: library.era, world, threads, expect: "", reliesOn: [], redundant: [] };
  const begins = new Map(library.actors.map((a) => [a.name, a.begin] as const));
  const verdict = play({ scenario, functions: new Map(), library, lines: library.lines, begins }, { bound: 30_000 });
  if (verdict.found !== null) return verdict.found.fault.text;
  return verdict.complete ? verdict.notModelled.join() : "bound reached";
}

beforeAll(async () => {
  await initC();
});

describe("the actors", () => {
  it("say what they are, which locks they take and which kernel code they stand for", () => {
    const library = libraryFor(models, actors, "6.12");
    expect(library.actors.length).toBeGreaterThan(20);
    expect(library.actors.filter((a) => a.title === "" || a.mirrors === "" || !a.keys.has("context")).map((a) => a.name)).toEqual([]);
  });

  it.each(eras)("of %s hold beside each other", (era) => {
    const library = libraryFor(models, actors, era);
    const broken: string[] = [];
    let runs = 0;
    for (const world of worlds) {
      const fitting = library.actors.filter((a) => fits(a, world));
      for (const [i, a] of fitting.entries()) {
        for (const b of fitting.slice(a.alone === "" ? i : i + 1)) {
          runs++;
          const what = trouble(library, world, [a.name, b.name]);
          if (what !== "") broken.push(`${a.name}, ${b.name} in ${JSON.stringify(world)}: ${what}`);
        }
      }
    }
    expect(broken).toEqual([]);
    expect(runs).toBeGreaterThan(500);
  });
});
