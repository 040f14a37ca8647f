/**
 * The pipeline: inputs -> messages -> series -> patches -> images -> functions -> obligations -> report. The only file
 * that knows the order of the stages (docs/architecture.md has the table).
 */
import { resolve } from "node:path";
import { acrossSeries } from "./across-series.ts";
import type { EventSink } from "./core/events.ts";
import type { PatchReport, Report } from "./core/report.ts";
import type { ReviewRequest } from "./core/request.ts";
import { type PatchOptions, patchOptions } from "./patch-options.ts";
import { type PreparedPatch, preparePatch } from "./prepare-patch.ts";
import { Resumption } from "./resume.ts";
import { reviewersFor } from "./reviewers.ts";
import { builtinRules, withPacks } from "./rulebook/index.ts";
import { type FoundSeries, Inputs } from "./sources.ts";
import { summarize } from "./summary.ts";
import { emptyStack, findKernelTree, openTree, type Tree } from "./tree/index.ts";
import { inOrder } from "./util/pool.ts";
import { toolVersion } from "./util/tool-version.ts";
import { Waivers } from "./waivers.ts";

/** Reviews what the inputs hold. Throws UsageError for a wrong option or pack; unreadable inputs are `failed` in the report. */
export async function review(request: ReviewRequest, events?: EventSink): Promise<Report> {
  const start = performance.now();
  const rules = await withPacks(builtinRules(), request.rules, request.cwd);
  const waivers = await Waivers.of(request, request.ignoreWaivers !== true);
  const resumption = Resumption.of(request, rules);
  const tree = await treeOf(request);
  try {
    const options = patchOptions(request, tree, rules);
    const inputs = new Inputs(request, tree);
    const reviewers = reviewersFor(request, options);
    const all: { readonly series: number; readonly report: PatchReport }[] = [];
    try {
      const reviewed = inOrder(prepared(inputs.series(events), options), reviewers.width, async (one) => ({
        ...one,
        report: resumption?.find(one.patch) ?? (await reviewers.review(one.patch)),
      }));
      for await (const { found, series, patch, report } of reviewed) {
        resumption?.keep(patch, report);
        const waived = waivers.inPatch(report, patch.patch);
        all.push({ series, report: waived });
        inputs.reviewed(found.input, waived);
        events?.({ kind: "progress", phase: "review", done: all.length, total: null, what: found.series.subject });
      }
    } finally {
      await reviewers.close();
      resumption?.close();
    }
    const patches = acrossSeries(all);
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

interface Prepared {
  readonly found: FoundSeries;
  /** Number of the series. */
  readonly series: number;
  readonly patch: PreparedPatch;
}

/** Patch by patch, each on top of the ones before. */
async function* prepared(series: AsyncIterable<FoundSeries>, options: PatchOptions): AsyncGenerator<Prepared> {
  let number = 0;
  for await (const found of series) {
    number++;
    let stack = emptyStack;
    for (const [index, patch] of found.series.patches.entries()) {
      const one = await preparePatch(patch, index === 0 ? found.notes : [], stack, options);
      yield { found, series: number, patch: one };
      stack = one.states.post.stack;
    }
  }
}

async function treeOf(request: ReviewRequest): Promise<Tree | null> {
  const dir = request.tree === null ? await findKernelTree(request.cwd) : resolve(request.cwd, request.tree);
  return dir === null ? null : openTree(dir);
}
