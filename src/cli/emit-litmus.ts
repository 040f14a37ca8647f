/** `--emit-litmus DIR`: the litmus tests of traces and scenarios as files, one a test, for herd7 and for people. */
import { closeSync, lstatSync, mkdirSync, openSync, readSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { UsageError } from "../core/errors.ts";
import { litmusMark } from "../core/litmus-report.ts";
import type { Finding } from "../core/finding.ts";
import type { ReportView } from "../core/report.ts";
import type { SimReport } from "../core/sim-report.ts";
import { withoutEnds } from "../util/ends.ts";
import type { Context } from "./context.ts";
import { writeWhole } from "./output.ts";
import { text } from "./values.ts";

const option = "--emit-litmus";

interface EmittedTest {
  /** Without its ending; anything. */
  readonly name: string;
  readonly text: string;
}

/** To be called before the work, so that a mistake shows at once. */
export function checkEmitLitmus({ args, cwd }: Context): void {
  const folder = text(args, "emit-litmus");
  if (folder === null) return;
  const path = resolve(cwd, folder);
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there !== undefined && !there.isDirectory()) throw new UsageError(`${option}: '${folder}' is no folder`);
  if (there === undefined && !lstatSync(dirname(path), { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`${option}: there is no folder '${dirname(folder)}'`);
  }
}

/** The tests of a report's findings. */
export function emitFindings(report: ReportView, context: Context): void {
  if (text(context.args, option.slice(2)) === null) return;
  const tests: EmittedTest[] = [];
  for (const { rule, function: fn, fingerprint, trace } of findingsOf(report)) if (trace?.litmus) tests.push({ name: `${rule}-${fn}-${fingerprint.slice(0, 8)}`, text: trace.litmus });
  emit(tests, context);
}

function* findingsOf(report: ReportView): Generator<Finding> {
  for (const patch of report.patches) yield* patch.findings;
  for (const unit of report.units ?? []) yield* unit.findings;
}

/** The tests of scenarios, of those that hold, too. */
export function emitScenarios({ scenarios }: SimReport, context: Context): void {
  emit(scenarios.flatMap(({ name, litmus, trace }) => {
    const test = litmus ?? trace?.litmus ?? null;
    return test === null ? [] : [{ name, text: test }];
  }), context);
}

/** Nothing is written when one of the files is there and none of ours. */
function emit(tests: readonly EmittedTest[], { args, cwd }: Context): void {
  const folder = text(args, "emit-litmus");
  if (folder === null) return;
  const files = new Map<string, string>();
  for (const test of tests) files.set(join(folder, freeName(test.name, (name) => files.has(join(folder, name)))), test.text);
  for (const path of files.keys()) {
    if (isForeign(resolve(cwd, path))) throw new UsageError(`${option}: '${path}' is there and was not written by mmreview`);
  }
  mkdirSync(resolve(cwd, folder), { recursive: true });
  for (const [path, content] of files) writeWhole(path, cwd, content, option);
}

/** Letters, digits, "-", "_" and "." within, so that no name leaves the folder or is hidden. */
function freeName(wish: string, isTaken: (name: string) => boolean): string {
  const stem = withoutEnds(wish.replace(/[^A-Za-z0-9_.-]+/g, "-"), "-.").slice(0, 80) || "test";
  for (let n = 1; ; n++) {
    const name = n === 1 ? `${stem}.litmus` : `${stem}-${n}.litmus`;
    if (!isTaken(name)) return name;
  }
}

/** The mark stands in the first lines of what we write. */
const markWithin = 400;

function isForeign(path: string): boolean {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined) return false;
  if (!there.isFile()) return true;
  const head = Buffer.alloc(markWithin);
  const file = openSync(path, "r");
  try {
    return !head.toString("utf8", 0, readSync(file, head, 0, markWithin, 0)).includes(litmusMark);
  } finally {
    closeSync(file);
  }
}
