/** Documents that are made from code are as the code would make them now; the man page is one that groff takes. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { commandTable } from "../src/cli/commands.ts";
import { optionTable } from "../src/cli/options.ts";
import { generatedDocuments } from "./generated-documents.ts";
import { recordTour } from "./tour.ts";

const root = join(import.meta.dirname, "..");

const documents = Array.from(await generatedDocuments(root));

describe("generated documents", () => {
  it.each(documents)("%s is not stale (npx tsx scripts/docs.ts)", (path, text) => {
    expect(readFileSync(join(root, path), "utf8")).toBe(text);
  });

  it.each(documents.filter(([path]) => !/(?:formats|rule-packs)\.md$/.test(path) && !path.startsWith("schemas/")))("%s names every command and option", (path, text) => {
    const plain = path.endsWith(".1") ? text.replaceAll("\\-", "-") : text;
    const names = [...commandTable.map((command) => command.name), ...optionTable.map((option) => `--${option.name}`)];
    expect(names.filter((name) => !plain.includes(name))).toEqual([]);
  });

  it("README's recorded runs are what the built program prints (npx tsx scripts/tour.ts)", () => {
    const readme = readFileSync(join(root, "README.md"), "utf8");
    expect(recordTour(readme)).toBe(readme);
  });

  it.runIf(spawnSync("groff", ["--version"]).status === 0)("the man page formats without a warning", () => {
    const { stdout, stderr, status } = spawnSync("groff", ["-man", "-ww", "-Tascii", join(root, "docs/mmreview.1")], { encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain("--fail-on");
  });
});

describe("written documents", () => {
  const written = ["README.md", "SECURITY.md", ...readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`)];

  /** Paths from the root; of `src/sim/run` the folder, of `src/lore/*.test.ts` nothing. */
  function pathsIn(text: string): string[] {
    return text.match(/(?<![\w/.])(?:src|rules|scripts|fixtures|bin)\/[\w./-]*\w(?![*\w/-])/g) ?? [];
  }

  it.each(written)("%s names no file that is gone", (name) => {
    const paths = pathsIn(readFileSync(join(root, name), "utf8"));
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it("finds the paths of a sentence", () => {
    expect(pathsIn("`src/c/parse.ts`, (scripts/bundle.ts) and src/sim/run; not ../src/x or docs/src/y, src/lore/*.test.ts")).toEqual(["src/c/parse.ts", "scripts/bundle.ts", "src/sim/run"]);
  });
});
