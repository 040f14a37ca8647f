/** Whole files of a tree, as they are: by this thread, and by others beside it when there are enough files for that to pay. */
import { resolve } from "node:path";
import { initC } from "./c/index.ts";
import { InputError } from "./core/errors.ts";
import type { EventSink } from "./core/events.ts";
import type { InputReport, Report, UnitReport } from "./core/report.ts";
import type { ScanRequest } from "./core/request.ts";
import { summaryOf, totalsOf } from "./core/totals.ts";
import { builtinRules, withPacks } from "./rulebook/index.ts";
import { type FileScan, keptScan, scanContext, type ScanContext, scanFile } from "./scan-file.ts";
import type { ScanSetup } from "./scan-thread.ts";
import { type Answer, answerOf, resultOf } from "./thread-answer.ts";
import { eraOf, listSources, openTree } from "./tree/index.ts";
import { milliseconds } from "./util/clock.ts";
import { openCrew } from "./util/crew.ts";
import { inOrder, openPool } from "./util/pool.ts";
import { keepHeapSmall } from "./util/short-run.ts";
import { toolVersion } from "./util/tool-version.ts";
import { Waivers } from "./waivers.ts";

/** Where page-table code lives. */
const usualPaths: readonly string[] = ["mm", "fs/proc", "kernel/events", "arch/*/mm", "include"];

/** A pool for fewer files would take longer to start than it saves. */
const fewFiles = 8;
/** Files under way: one that takes long must not keep the other threads waiting. */
const filesAhead = 128;

export async function scan(request: ScanRequest, events?: EventSink): Promise<Report> {
  const start = milliseconds();
  const rules = await withPacks(builtinRules(), request.rules, request.cwd);
  const waivers = await Waivers.of(request, false);
  const tree = await openTree(resolve(request.cwd, request.tree));
  try {
    const era = await eraOf({ tree, kernelOption: request.kernel, base: null, names: new Set(), date: null }, rules);
    const usual = request.paths.length === 0;
    const files = await listSources(tree, usual ? usualPaths : request.paths, usual);
    if (files.length === 0) throw new InputError(request.tree, `${request.tree} has no C files under ${request.paths.join(", ") || usualPaths.join(", ")}`);
    const context = scanContext(request, era.version, tree, rules);
    const scanner = scannerFor(files.length, context, { request, era: era.version, tree: tree.root });
    const units: UnitReport[] = [];
    const troubles: string[] = [];
    let done = 0;
    try {
      for await (const { file, unit, trouble } of inOrder(files, scanner.width, async (path) => (await keptScan(path, context)) ?? (await scanner.scan(path)))) {
        if (unit) units.push(waivers.inUnit(unit));
        if (trouble !== "") troubles.push(`${file}: ${trouble}`);
        // Not before threads have begun: they take compiled code only under the flags that it was made for (scripts/bundle.ts).
        if (++done === 1 && files.length >= fewFiles) keepHeapSmall();
        events?.({ kind: "progress", phase: "scan", done, total: files.length, what: file });
        await new Promise(setImmediate);
      }
    } finally {
      await scanner.close();
      context.sources.close();
      context.cache?.close();
    }
    const unread: InputReport = { path: request.tree, messages: 0, patches: 0, skipped: [], troubles };
    return {
      schema: "mmreview/report@1",
      tool: { name: "mmreview", version: toolVersion(), rules: rules.contracts.length },
      kernel: era,
      inputs: troubles.length === 0 ? [] : [unread],
      patches: [],
      units,
      summary: summaryOf(totalsOf(units), 0, Math.round(milliseconds() - start)),
    };
  } finally {
    await tree.close();
  }
}

interface Scanner {
  /** Files under way at a time. */
  readonly width: number;
  readonly scan: (file: string) => Promise<FileScan>;
  readonly close: () => Promise<void>;
}

/** Starts what scanning needs with the first file that has to be scanned. */
function scannerFor(files: number, context: ScanContext, setup: ScanSetup): Scanner {
  if (setup.request.jobs === 1 || files < fewFiles) {
    return { width: 1, scan: async (file) => initC().then(() => scanFile(file, context)), close: async () => {} };
  }
  const crew = openCrew<string, Answer<FileScan>>({
    own: (file) => answerOf(async () => initC().then(() => scanFile(file, context))),
    threads: setup.request.jobs - 1,
    open: (threads, died) => openPool("scan-thread", setup, threads, died),
    alone: 0,
  });
  return { width: filesAhead, scan: async (file) => resultOf(await crew.run(file)), close: crew.close };
}
