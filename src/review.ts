/**
 * The pipeline: inputs -> messages -> series -> patches -> images -> functions -> obligations -> report. The only file
 * that knows the order of the stages (docs/architecture.md has the table).
 */
import { resolve } from "node:path";
import { initC } from "./c/index.ts";
import type { EventSink } from "./core/events.ts";
import type { RuleId } from "./core/finding.ts";
import type { PatchReport, Report } from "./core/report.ts";
import type { AnalysisRequest, ReviewRequest } from "./core/request.ts";
import { TreeSources } from "./helper-units.ts";
import { type PatchOptions, reviewPatch } from "./review-patch.ts";
import { builtinRules, withPacks } from "./rulebook/index.ts";
import { type FoundSeries, Inputs } from "./sources.ts";
import { summarize } from "./summary.ts";
import { emptyStack, findKernelTree, openTree, type Tree } from "./tree/index.ts";
import { toolVersion } from "./util/tool-version.ts";
import { Waivers } from "./waivers.ts";

/** Reviews what the inputs hold. Throws UsageError for a wrong option or pack; unreadable inputs are `failed` in the report. */
export async function review(request: ReviewRequest, events?: EventSink): Promise<Report> {
  const start = performance.now();
  const rules = await withPacks(builtinRules(), request.rules, request.cwd);
  const waivers = await Waivers.of(request, request.ignoreWaivers !== true);
  await initC({ shortRun: true });
  const tree = await treeOf(request);
  try {
    const options: PatchOptions = {
      tree,
      sources: tree === null ? null : new TreeSources(tree),
      rules,
      kernel: request.kernel,
      base: request.base,
      all: request.all,
      strict: request.strict,
      wants: wanted(request),
    };
    const inputs = new Inputs(request, tree);
    const patches: PatchReport[] = [];
    for await (const found of inputs.series(events)) {
      for (const [index, report] of (await reviewSeries(found, options)).entries()) {
        const patch = waivers.inPatch(report, found.series.patches[index]!);
        patches.push(patch);
        inputs.reviewed(found.input, patch);
      }
      events?.({ kind: "progress", phase: "review", done: patches.length, total: null, what: found.series.subject });
    }
    return {
      schema: "mmreview/report@1",
      tool: { name: "mmreview", version: toolVersion(), rules: rules.contracts.length },
      kernel: patches[0]?.kernel ?? { version: request.kernel ?? rules.eras.at(-1)!.version, from: request.kernel ? "--kernel" : "default" },
      inputs: inputs.reports(),
      patches,
      summary: summarize(patches, [], Math.round(performance.now() - start)),
    };
  } finally {
    await tree?.close();
  }
}

/** Patch by patch, each on top of the ones before. */
async function reviewSeries({ series, notes }: FoundSeries, options: PatchOptions): Promise<PatchReport[]> {
  const reports: PatchReport[] = [];
  let stack = emptyStack;
  for (const patch of series.patches) {
    const reviewed = await reviewPatch(patch, reports.length === 0 ? notes : [], stack, options);
    reports.push(reviewed.report);
    stack = reviewed.stack;
  }
  return reports;
}

async function treeOf(request: ReviewRequest): Promise<Tree | null> {
  const dir = request.tree === null ? await findKernelTree(request.cwd) : resolve(request.cwd, request.tree);
  return dir === null ? null : openTree(dir);
}

export function wanted(request: AnalysisRequest): (rule: RuleId) => boolean {
  return (rule) => (request.only.length === 0 || request.only.includes(rule)) && !request.skip.includes(rule);
}
