/**
 * Plants defects in the functions of a kernel tree and reviews each as a patch: `npm run mutants`. Words: how many of
 * each kind, the seed, and files of the tree ("20 1 mm/rmap.c"); MUTANTS_OF narrows the kinds (a part of the name).
 * Results are the same each time.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { initC } from "../src/c/index.ts";
import { builtinRules, rulebookFor } from "../src/rulebook/index.ts";
import { TreeSources } from "../src/helper-units.ts";
import { TreeUnits } from "../src/tree-units.ts";
import { KeptSummaries } from "../src/kept-summaries.ts";
import { listSources, openTree } from "../src/tree/index.ts";
import { findKernelSource } from "./corpus/kernel-trees.ts";
import { measure, type MeasuredMutant } from "./mutants/measure.ts";
import { mutantReport } from "./mutants/report.ts";
import { choose, type Mutant, mutantsOf, readSource } from "./mutants/sites.ts";

const version = "6.12";
const [most = "20", seed = "1", ...paths] = process.argv.slice(2);
const source = findKernelSource(version, process.env);
if (source.kind !== "directory") console.log(`skipped: Linux ${version} is not unpacked here; set MMREVIEW_TREE_${version.replace(".", "_")}`);
else await run(source.path);

async function run(root: string): Promise<void> {
  await initC();
  const tree = await openTree(resolve(root));
  const sources = new TreeSources(tree, new TreeUnits(new KeptSummaries(null)));
  const rulebook = rulebookFor(builtinRules(), version);
  const files = (await listSources(tree, paths.length > 0 ? paths : ["mm"], false)).filter((path) => path.endsWith(".c"));
  const all: Mutant[] = files.flatMap((path) => mutantsOf(readSource(path, readFileSync(resolve(root, path), "utf8")), rulebook));
  const chosen = choose(all, Number(most), Number(seed)).filter((mutant) => mutant.operator.name.includes(process.env["MUTANTS_OF"] ?? ""));
  const measured: MeasuredMutant[] = [];
  for (const mutant of chosen) {
    const { file } = mutant;
    measured.push(measure(mutant, rulebook, await sources.elsewhere(file.unit, file.lines.join("\n"), rulebook, file.unit.functions)));
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${measured.length}/${chosen.length}`);
  }
  console.log(`Linux ${version}, ${files.length} files, ${all.length} places; seed ${seed}, at most ${most} of each kind: ${chosen.length} mutants\n`);
  console.log(mutantReport(measured));
  await tree.close();
}
