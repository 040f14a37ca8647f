/** Whole files of a tree, as they are. */
import { resolve } from "node:path";
import { checkUnit, hasPageTableSteps } from "./check/index.ts";
import { functionReport } from "./check-images.ts";
import { initC, lowerText } from "./c/index.ts";
import { InputError } from "./core/errors.ts";
import type { EventSink } from "./core/events.ts";
import type { Finding } from "./core/finding.ts";
import type { Report, UnitReport } from "./core/report.ts";
import type { ScanRequest } from "./core/request.ts";
import { TreeSources } from "./helper-units.ts";
import { builtinRules, rulebookFor, type Rulebook, withPacks } from "./rulebook/index.ts";
import { wanted } from "./review.ts";
import { summarize } from "./summary.ts";
import { eraOf, listSources, openTree } from "./tree/index.ts";
import { toolVersion } from "./util/tool-version.ts";
import { Waivers } from "./waivers.ts";

/** Where page-table code lives (issue of the map: mm/, fs/proc, kernel/events, arch/x86/mm, include/). */
const usualPaths: readonly string[] = ["mm", "fs/proc", "kernel/events", "arch/x86/mm", "include/linux", "include/asm-generic"];

export async function scan(request: ScanRequest, events?: EventSink): Promise<Report> {
  const start = performance.now();
  const rules = await withPacks(builtinRules(), request.rules, request.cwd);
  const waivers = await Waivers.of(request, false);
  await initC();
  const tree = await openTree(resolve(request.cwd, request.tree));
  try {
    const era = await eraOf({ tree, kernelOption: request.kernel, base: null, names: new Set(), date: null }, rules);
    const rulebook = rulebookFor(rules, era.version);
    const sources = new TreeSources(tree);
    const usual = request.paths.length === 0;
    const files = await listSources(tree, usual ? usualPaths : request.paths, usual);
    if (files.length === 0) throw new InputError(request.tree, `${request.tree} has no C files under ${request.paths.join(", ") || usualPaths.join(", ")}`);
    const wants = wanted(request);
    const units: UnitReport[] = [];
    for (const [done, file] of files.entries()) {
      const unit = await scanFile(file, sources, rulebook, await tree.readFile(file));
      if (unit) units.push(waivers.inUnit({ ...unit, findings: unit.findings.filter((f) => wants(f.rule)) }));
      events?.({ kind: "progress", phase: "scan", done: done + 1, total: files.length, what: file });
      await new Promise(setImmediate);
    }
    return {
      schema: "mmreview/report@1",
      tool: { name: "mmreview", version: toolVersion(), rules: rules.contracts.length },
      kernel: era,
      inputs: [],
      patches: [],
      units,
      summary: summarize([], units, Math.round(performance.now() - start)),
    };
  } finally {
    await tree.close();
  }
}

/** null when the file cannot be read as text or has no function that the rules speak of. */
async function scanFile(file: string, sources: TreeSources, rulebook: Rulebook, disk: { readonly bytes: Buffer | null }): Promise<UnitReport | null> {
  if (disk.bytes === null) return null;
  const text = disk.bytes.toString("utf8");
  const unit = lowerText(file, text);
  if (!unit.functions.some((fn) => hasPageTableSteps(fn, rulebook))) return null;
  const checks = checkUnit(unit, rulebook, await sources.helpersOf(unit, text, rulebook), (fn) => hasPageTableSteps(fn, rulebook));
  const findings: Finding[] = checks.flatMap((check) => check.findings.map((f): Finding => ({ ...f, status: "pre-existing" })));
  return { file, functions: checks.map((check) => functionReport(check, rulebook)), findings };
}
