/** Callers in the tree of many functions of a patch: as of one, and each file's unit once. */
import { afterEach, expect, it } from "vitest";
import { directory, kernelFiles, removeFolders } from "../fixtures/review/harness.ts";
import { initC, lowerText } from "./c/index.ts";
import { TreeSources } from "./helper-units.ts";
import { TreeUnits } from "./tree-units.ts";
import { KeptSummaries } from "./kept-summaries.ts";
import { builtinRules, rulebookFor } from "./rulebook/index.ts";
import { emptyStack, openTree } from "./tree/index.ts";

afterEach(removeFolders);

const count = 200;
const define = (i: number): string => `void f${i}(pte_t *pte)\n{\n\tset_pte(pte, *pte);\n}\n`;
const call = (i: number): string => `void calls_${i}(pte_t *pte)\n{\n\tf${i}(pte);\n\tnot_f${i + 1}(pte);\n}\n`;
/** Each file calls every third function, and all call f0. */
const files = Object.fromEntries(["a", "b", "c", "d", "e", "f"].map((name, k) => [`mm/${name}.c`, Array.from({ length: count }, (_, i) => (i === 0 || (i + k) % 3 === 0 ? call(i) : "")).join("")]));

it("are those that a search for each finds", async () => {
  await initC();
  const tree = await openTree(directory(kernelFiles(6, 14), files));
  const sources = new TreeSources(tree, new TreeUnits(new KeptSummaries(null)));
  const rulebook = rulebookFor(builtinRules(), "6.14");
  const text = Array.from({ length: count }, (_, i) => define(i)).join("");
  const unit = lowerText("mm/x.c", text);
  const { callers } = await sources.elsewhere(unit, text, rulebook, unit.functions, { base: { kind: "none", id: "" }, stack: emptyStack });
  const named = (i: number): readonly string[] | undefined => callers.get(`f${i}`)?.map(({ file }) => file);
  // Six files are too many to say anything.
  expect(named(0)).toBeUndefined();
  for (let i = 1; i < count; i++) expect(named(i)).toEqual(["a", "b", "c", "d", "e", "f"].filter((_, k) => (i + k) % 3 === 0).map((name) => `mm/${name}.c`));
  expect(new Set(Array.from(callers.values()).flat()).size).toBe(6);
});
