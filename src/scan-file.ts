/** One file of a tree as it is -> what its functions owe. */
import { checkUnit, hasPageTableSteps } from "./check/index.ts";
import { functionReport } from "./check-images.ts";
import { lowerText } from "./c/index.ts";
import type { Finding } from "./core/finding.ts";
import type { UnitReport } from "./core/report.ts";
import type { ScanRequest } from "./core/request.ts";
import { TreeSources } from "./helper-units.ts";
import { wanted } from "./patch-options.ts";
import { ResultCache } from "./result-cache.ts";
import { type CompiledRules, rulebookFor, type Rulebook } from "./rulebook/index.ts";
import type { Tree } from "./tree/index.ts";
import { sha1 } from "./util/digest.ts";
import { decided } from "./weak-findings.ts";

/** What the scan of every file needs, made once (and once in each thread). */
export interface ScanContext {
  readonly tree: Tree;
  readonly sources: TreeSources;
  readonly rulebook: Rulebook;
  readonly wants: (rule: Finding["rule"]) => boolean;
  readonly cache: ResultCache | null;
}

export interface FileScan {
  readonly file: string;
  /** null when the file has no function that the rules speak of, or can't be read. */
  readonly unit: UnitReport | null;
  /** Why the file can't be read, or "". */
  readonly trouble: string;
}

export function scanContext(request: ScanRequest, era: string, tree: Tree, rules: CompiledRules): ScanContext {
  return { tree, sources: new TreeSources(tree), rulebook: rulebookFor(rules, era), wants: wanted(request), cache: ResultCache.of("scan", request, era, rules, tree.root) };
}

/** What an earlier run has found in the file, when all that it looked at is as it was; null when it has to be scanned. */
export async function keptScan(file: string, { tree, sources, cache }: ScanContext): Promise<FileScan | null> {
  const disk = cache === null ? null : await tree.readFile(file);
  if (cache === null || disk === null || disk.bytes === null) return null;
  return ((await cache.find(itemOf(file, disk.bytes), sources)) as FileScan | undefined) ?? null;
}

export async function scanFile(file: string, context: ScanContext): Promise<FileScan> {
  const disk = await context.tree.readFile(file);
  if (disk.bytes === null) return { file, unit: null, trouble: disk.reason };
  const text = disk.bytes.toString("utf8");
  if (context.cache === null) return scanText(file, text, context);
  const sources = context.sources.noting();
  const made = await scanText(file, text, { ...context, sources });
  await context.cache.keep(itemOf(file, disk.bytes), sources, made);
  return made;
}

function itemOf(file: string, bytes: Uint8Array): string {
  return `${file} ${sha1(bytes)}`;
}

async function scanText(file: string, text: string, { sources, rulebook, wants }: ScanContext): Promise<FileScan> {
  const unit = lowerText(file, text);
  const nothing: FileScan = { file, unit: null, trouble: "" };
  if (!unit.functions.some((fn) => hasPageTableSteps(fn, rulebook))) return nothing;
  const checks = checkUnit(unit, rulebook, await sources.elsewhere(unit, text, rulebook, () => true), (fn) => hasPageTableSteps(fn, rulebook));
  const lines = text.split("\n");
  const known = checks.flatMap((check) => check.findings.filter((f) => wants(f.rule)).map((f): Finding => ({ ...f, status: "pre-existing" })));
  const findings = known.flatMap((finding) => decided(finding, unit, lines, rulebook) ?? []);
  return { ...nothing, unit: { file, functions: checks.map((check) => functionReport(check, rulebook)), findings } };
}
