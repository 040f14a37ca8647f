/** One file of a tree as it is -> what its functions owe. */
import { cacheFolder } from "./cache-folder.ts";
import { callHasEffect } from "./check/call-graph.ts";
import { checking, type FunctionCheck, hasPageTableSteps, mayHavePageTableSteps } from "./check/index.ts";
import { functionReport } from "./check-images.ts";
import { stepsOf } from "./c/index.ts";
import type { FunctionIr, UnitIr } from "./c/ir.ts";
import type { Finding } from "./core/finding.ts";
import type { FileImage } from "./core/image.ts";
import type { UnitReport } from "./core/report.ts";
import type { ScanRequest } from "./core/request.ts";
import { TreeSources } from "./helper-units.ts";
import { TreeUnits } from "./tree-units.ts";
import { KeptSummaries } from "./kept-summaries.ts";
import { wanted } from "./patch-options.ts";
import { ResultCache } from "./result-cache.ts";
import { type CompiledRules, rulebookFor, type Rulebook } from "./rulebook/index.ts";
import type { Tree } from "./tree/index.ts";
import { beyondTheWorld } from "./sim/replay-scope.ts";
import { sha1 } from "./util/digest.ts";
import { inSlices } from "./util/slices.ts";
import { decided } from "./weak-findings.ts";

/** What the scan of every file needs, made once (and once in each thread). */
export interface ScanContext {
  readonly tree: Tree;
  readonly sources: TreeSources;
  readonly rules: CompiledRules;
  readonly rulebook: Rulebook;
  readonly bound: number | null;
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
  const folder = cacheFolder(request, tree.root);
  return { tree, sources: new TreeSources(tree, new TreeUnits(new KeptSummaries(folder))), rules, rulebook: rulebookFor(rules, era), bound: request.bound, wants: wanted(request), cache: ResultCache.of("scan", folder, request, era, rules) };
}

/** What an earlier run has found in the file, when all that it looked at is as it was; null when it has to be scanned. */
export async function keptScan(file: string, { tree, sources, cache }: ScanContext): Promise<FileScan | null> {
  const disk = cache === null ? null : await tree.readFile(file);
  if (cache === null || disk === null || disk.bytes === null) return null;
  return ((await cache.find(itemOf(file, disk.bytes), sources)) as FileScan | undefined) ?? null;
}

/** Some files one after the other; the event loop has its turn after each, in which results of other threads are taken. */
export async function scanRun(files: readonly string[], context: ScanContext): Promise<readonly FileScan[]> {
  const made: FileScan[] = [];
  for (const file of files) {
    made.push(await scanFile(file, context));
    await new Promise(setImmediate);
  }
  return made;
}

async function scanFile(file: string, context: ScanContext): Promise<FileScan> {
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

async function scanText(file: string, text: string, { sources, rules, rulebook, bound, wants }: ScanContext): Promise<FileScan> {
  const nothing: FileScan = { file, unit: null, trouble: "" };
  if (!mayHavePageTableSteps(text, rulebook)) return nothing;
  const unit = sources.unitOfText(file, text);
  if (!unit.functions.some((fn) => hasPageTableSteps(fn, rulebook))) return nothing;
  const elsewhere = await sources.elsewhere(unit, text, rulebook, unit.functions);
  const { checks, view } = await inSlices(checking(unit, rulebook, elsewhere, unit.functions.filter((fn) => hasPageTableSteps(fn, rulebook))));
  const lines = text.split("\n");
  const flow = {
    functions: checks.map((check) => functionReport(check, rulebook)),
    findings: checks.flatMap((check) => check.findings.map((f): Finding => ({ ...f, status: "pre-existing" }))),
  };
  const names = replayedOf(checks, rulebook);
  const image: FileImage = { path: file, side: "post", lines, gaps: [], sections: [], changed: new Set(), blanksLost: false };
  const more = (missing: ReadonlySet<string>): Promise<readonly UnitIr[]> => sources.definitionsOf(missing, file, text);
  const options = { rules, rulebook, more, bound, wants, view };
  const replayed = names.length === 0 ? flow : await (await import("./traces.ts")).withTracesOfFile({ image, unit }, elsewhere, flow, names, options);
  const findings = replayed.findings.filter((f) => wants(f.rule)).flatMap((finding) => decided(finding, unit, lines, rulebook) ?? []);
  return { ...nothing, unit: { file, functions: [...replayed.functions], findings } };
}

/**
 * The functions that are replayed: those with findings first, then those that lock or map a table themselves or read entries
 * without a lock. The others run under their callers' locks, so that nobody comes in between but where their callers let him.
 * Those that nothing is simulated of are asked, too, to be told apart from them.
 */
function replayedOf(checks: readonly FunctionCheck[], rulebook: Rulebook): string[] {
  const found = checks.filter((check) => check.findings.length > 0);
  return [...new Set([...found, ...checks.filter(({ fn }) => entersTables(fn, rulebook) || beyondTheWorld(fn) !== null)].map((check) => check.fn.name))];
}

function entersTables(fn: FunctionIr, rulebook: Rulebook): boolean {
  return stepsOf(fn).some((step) => {
    if (step.op === "call" && step.callee?.startsWith("spin_lock") && /ptl|page_table_lock/.test(step.text)) return true;
    return callHasEffect(step, rulebook, (effect) => {
      if (effect.do === "acquire") return "class" in effect.lock && /ptl$|^page_table_lock$/.test(effect.lock.class);
      return effect.do === "map" || effect.do === "install" || (effect.do === "read" && effect.how === "lockless");
    });
  });
}
