/**
 * The pipeline: inputs -> messages -> series -> patches -> images -> functions -> obligations -> report. The only file
 * that knows the order of the stages (docs/architecture.md has the table).
 */
import { resolve } from "node:path";
import { acrossSeries } from "./across-series.ts";
import type { EventSink } from "./core/events.ts";
import type { PatchReport, Report, ReportView } from "./core/report.ts";
import type { ReviewRequest } from "./core/request.ts";
import { startTotals, summaryOf } from "./core/totals.ts";
import { type PatchOptions, patchOptions } from "./patch-options.ts";
import { type PreparedPatch, preparePatch } from "./prepare-patch.ts";
import { Resumption } from "./resume.ts";
import { reviewersFor } from "./reviewers.ts";
import { builtinRules, withPacks } from "./rulebook/index.ts";
import { type FoundSeries, Inputs, type SpooledInput } from "./sources.ts";
import { emptyStack, findKernelTree, openTree, type Tree } from "./tree/index.ts";
import { inOrder } from "./util/pool.ts";
import { SharedValues } from "./util/shared-values.ts";
import { milliseconds } from "./util/clock.ts";
import { expectTree, keepHeapSmall } from "./util/short-run.ts";
import { Spool } from "./util/spool.ts";
import { toolVersion } from "./util/tool-version.ts";
import { Waivers } from "./waivers.ts";

/** Reviews what the inputs hold. Throws UsageError for a wrong option or pack; unreadable inputs are `failed` in the report. */
export async function review(request: ReviewRequest, events?: EventSink): Promise<Report> {
  const { patches, inputs, ...report } = await reviewSpooled(request, events);
  const values = new SharedValues();
  try {
    return { ...report, inputs: inputs.map((input) => ({ ...input, skipped: Array.from(input.skipped) })), patches: Array.from(patches, (patch) => values.share(patch)) };
  } finally {
    patches.close();
    for (const { skipped } of inputs) skipped.close();
  }
}

/** Reports that stay in memory; those of a longer thread or archive lie in a temporary file. */
const mostInMemory = 64;

type SpooledReport = ReportView & { readonly patches: Spool<PatchReport>; readonly inputs: readonly SpooledInput[] };

/** The same with its patches out of the way, for one who goes through them: an archive may have thousands. */
export async function reviewSpooled(request: ReviewRequest, events?: EventSink): Promise<SpooledReport> {
  const start = milliseconds();
  const rules = await withPacks(builtinRules(), request.rules, request.cwd);
  const waivers = await Waivers.of(request, request.ignoreWaivers !== true);
  const resumption = Resumption.of(request, rules);
  const tree = await treeOf(request);
  if (tree !== null) expectTree();
  const patches = new Spool<PatchReport>(mostInMemory);
  try {
    const options = patchOptions(request, tree, rules);
    const inputs = new Inputs(request, tree);
    const reviewers = reviewersFor(request, options);
    let series: Prepared["found"] | null = null;
    let reports: PatchReport[] = [];
    let done = 0;
    const { add, totals } = startTotals();
    const endSeries = (): void => {
      for (const report of acrossSeries(reports)) {
        patches.add(report);
        add(report);
      }
      reports = [];
    };
    try {
      const reviewed = inOrder(prepared(inputs.series(reviewers.expect, events), options), reviewers.width, async (one) => ({
        ...one,
        report: resumption?.find(one.patch) ?? (await reviewers.review(one.patch)),
      }));
      for await (const { found, patch, report } of reviewed) {
        resumption?.keep(patch, report);
        const waived = waivers.inPatch(report, patch.patch);
        if (found !== series) endSeries();
        series = found;
        reports.push(waived);
        inputs.reviewed(found.input, waived);
        if (++done === mostInMemory) keepHeapSmall(60);
        events?.({ kind: "progress", phase: "review", done, total: null, what: found.series.subject });
      }
    } catch (error) {
      inputs.close();
      throw error;
    } finally {
      await reviewers.close();
      resumption?.close();
    }
    endSeries();
    const [first] = patches;
    return {
      schema: "mmreview/report@1",
      tool: { name: "mmreview", version: toolVersion(), rules: rules.contracts.length },
      kernel: first?.kernel ?? { version: request.kernel ?? rules.eras.at(-1)!.version, from: request.kernel ? "--kernel" : "default" },
      inputs: inputs.reports(),
      patches,
      summary: summaryOf(totals, patches.length, Math.round(milliseconds() - start)),
    };
  } catch (error) {
    patches.close();
    throw error;
  } finally {
    await tree?.close();
  }
}

interface Prepared {
  readonly found: FoundSeries;
  readonly patch: PreparedPatch;
}

/** Patch by patch, each on top of the ones before. */
async function* prepared(series: AsyncIterable<FoundSeries>, options: PatchOptions): AsyncGenerator<Prepared> {
  for await (const found of series) {
    let stack = emptyStack;
    for (const [index, patch] of found.series.patches.entries()) {
      const one = await preparePatch(patch, index === 0 ? found.notes : [], stack, options);
      yield { found, patch: one };
      stack = one.states.post.stack;
    }
  }
}

async function treeOf(request: ReviewRequest): Promise<Tree | null> {
  const dir = request.tree === null ? await findKernelTree(request.cwd) : resolve(request.cwd, request.tree);
  return dir === null ? null : openTree(dir);
}
