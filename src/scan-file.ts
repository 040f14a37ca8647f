/** One file of a tree as it is -> what its functions owe. */
import { checkUnit, hasPageTableSteps } from "./check/index.ts";
import { functionReport } from "./check-images.ts";
import { lowerText } from "./c/index.ts";
import type { Finding } from "./core/finding.ts";
import type { UnitReport } from "./core/report.ts";
import type { ScanRequest } from "./core/request.ts";
import { TreeSources } from "./helper-units.ts";
import { wanted } from "./patch-options.ts";
import { type CompiledRules, rulebookFor, type Rulebook } from "./rulebook/index.ts";
import type { Tree } from "./tree/index.ts";
import { decided } from "./weak-findings.ts";

/** What the scan of every file needs, made once (and once in each thread). */
export interface ScanContext {
  readonly tree: Tree;
  readonly sources: TreeSources;
  readonly rulebook: Rulebook;
  readonly wants: (rule: Finding["rule"]) => boolean;
}

export interface FileScan {
  readonly file: string;
  /** null when the file has no function that the rules speak of, or can't be read. */
  readonly unit: UnitReport | null;
  /** Why the file can't be read, or "". */
  readonly trouble: string;
}

export function scanContext(request: ScanRequest, era: string, tree: Tree, rules: CompiledRules): ScanContext {
  return { tree, sources: new TreeSources(tree), rulebook: rulebookFor(rules, era), wants: wanted(request) };
}

export async function scanFile(file: string, { tree, sources, rulebook, wants }: ScanContext): Promise<FileScan> {
  const disk = await tree.readFile(file);
  if (disk.bytes === null) return { file, unit: null, trouble: disk.reason };
  const text = disk.bytes.toString("utf8");
  const unit = lowerText(file, text);
  const nothing: FileScan = { file, unit: null, trouble: "" };
  if (!unit.functions.some((fn) => hasPageTableSteps(fn, rulebook))) return nothing;
  const checks = checkUnit(unit, rulebook, await sources.elsewhere(unit, text, rulebook, () => true), (fn) => hasPageTableSteps(fn, rulebook));
  const lines = text.split("\n");
  const known = checks.flatMap((check) => check.findings.filter((f) => wants(f.rule)).map((f): Finding => ({ ...f, status: "pre-existing" })));
  const findings = known.flatMap((finding) => decided(finding, unit, lines, rulebook) ?? []);
  return { ...nothing, unit: { file, functions: checks.map((check) => functionReport(check, rulebook)), findings } };
}
