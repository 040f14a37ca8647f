/** Whole files of a tree, as they are: by this thread, and by others beside it when there are enough files for that to pay. */
import { resolve } from "node:path";
import { initC } from "./c/index.ts";
import { InputError } from "./core/errors.ts";
import type { EventSink } from "./core/events.ts";
import type { InputReport, Report, UnitReport } from "./core/report.ts";
import type { ScanRequest } from "./core/request.ts";
import { summaryOf, totalsOf } from "./core/totals.ts";
import { builtinRules, withPacks } from "./rulebook/index.ts";
import { type FileScan, keptScan, scanContext, type ScanContext, scanRun } from "./scan-file.ts";
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
/** Files that a thread is given at a time: headers take a millisecond each, and to hand one over and take its result back a fifth of that. */
const longestRun = 16;
/** Runs that are still to come for each thread when the longest are given: towards the end they are shorter, so that none is left with many files. */
const runsToCome = 32;
/** Runs under way: this thread may be at one file for seconds (three and a half with mm/kasan/init.c), in which the others have what they were offered before. */
const runsAhead = 128;

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
      for await (const scans of inOrder(runsOf(files, request.jobs), scanner.width, (run) => scanOrKept(run, context, scanner))) {
        // Not before threads have begun: they take compiled code only under the flags that it was made for (scripts/bundle.ts).
        if (done === 0 && files.length >= fewFiles) keepHeapSmall(100);
        for (const { file, unit, trouble } of scans) {
          if (unit) units.push(waivers.inUnit(unit));
          if (trouble !== "") troubles.push(`${file}: ${trouble}`);
          events?.({ kind: "progress", phase: "scan", done: ++done, total: files.length, what: file });
        }
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

/** Neighbours go to one thread: they have helpers and callers in common, which are cut and lowered there once. */
function* runsOf(files: readonly string[], jobs: number): Generator<readonly string[]> {
  for (let at = 0; at < files.length; ) {
    const length = jobs === 1 ? 1 : Math.max(1, Math.min(longestRun, Math.floor((files.length - at) / (jobs * runsToCome))));
    yield files.slice(at, (at += length));
  }
}

async function scanOrKept(run: readonly string[], context: ScanContext, scanner: Scanner): Promise<readonly FileScan[]> {
  const kept = new Map<string, FileScan>();
  for (const file of run) {
    const found = await keptScan(file, context);
    if (found !== null) kept.set(file, found);
  }
  const left = run.filter((file) => !kept.has(file));
  if (left.length === 0) await new Promise(setImmediate);
  else for (const made of await scanner.scan(left)) kept.set(made.file, made);
  return run.map((file) => kept.get(file)!);
}

interface Scanner {
  /** Runs under way at a time. */
  readonly width: number;
  readonly scan: (files: readonly string[]) => Promise<readonly FileScan[]>;
  readonly close: () => Promise<void>;
}

/** Starts what scanning needs with the first file that has to be scanned. */
function scannerFor(files: number, context: ScanContext, setup: ScanSetup): Scanner {
  const own = async (run: readonly string[]): Promise<readonly FileScan[]> => initC().then(() => scanRun(run, context));
  if (setup.request.jobs === 1 || files < fewFiles) return { width: 1, scan: own, close: async () => {} };
  const crew = openCrew<readonly string[], Answer<readonly FileScan[]>>({
    own: (run) => answerOf(() => own(run)),
    threads: setup.request.jobs - 1,
    open: (threads, died) => openPool("scan-thread", setup, threads, died),
    alone: 0,
  });
  return { width: runsAhead, scan: async (run) => resultOf(await crew.run(run)), close: crew.close };
}
