/** The derived locking matrix against the table of docs/locking-matrix.md, which is written from the kernel's documents. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { initC } from "../c/index.ts";
import type { SourceText } from "./library.ts";
import { matrix } from "./matrix.ts";

const root = join(import.meta.dirname, "../..");

function textsOf(folder: string): SourceText[] {
  return readdirSync(join(root, folder)).filter((name) => name.endsWith(".c")).toSorted()
    .map((name) => ({ path: `${folder}/${name}`, text: readFileSync(join(root, folder, name), "utf8") }));
}

const page = readFileSync(join(root, "docs/locking-matrix.md"), "utf8");

/** Rows "operation, context: yes|no" of the table under a heading. */
function documented(kernel: string): string[] {
  const section = page.split(/^## /m).find((s) => s.startsWith(`Kernel ${kernel}\n`)) ?? "";
  const [head = [], , ...rows] = section.split("\n").filter((line) => line.startsWith("|")).map((line) => line.slice(1, -1).split("|").map((c) => c.trim()));
  return rows.flatMap(([operation, ...cells]) => cells.map((cell, i) => `${operation}, ${head[i + 1]}: ${cell}`));
}

beforeAll(async () => {
  await initC();
});

describe("the locking matrix", () => {
  it.each(["6.1", "6.6", "6.12", "6.14"])("of %s comes out as the kernel's documents say", (kernel) => {
    const expected = documented(kernel);
    expect(expected.length).toBeGreaterThanOrEqual(54);
    const derived = matrix({ models: textsOf("rules/models"), actors: textsOf("rules/actors"), kernel, bound: 50_000 });
    const yesNo = { safe: "yes", unsafe: "no", "not-modelled": "not modelled" };
    expect(derived.cells.map((c) => `${c.operation}, ${c.context}: ${yesNo[c.verdict]}`)).toEqual(expected);
  });
});
