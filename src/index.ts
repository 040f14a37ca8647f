/** The library face: what `mmreview` does, as functions. Nothing here prints or exits. */
import { initC } from "./c/index.ts";
import type { EventSink } from "./core/events.ts";
import { isRuleId } from "./core/rule-ids.ts";
import type { LitmusReport } from "./core/litmus-report.ts";
import { UsageError } from "./core/errors.ts";
import type { LitmusRequest, SimRequest } from "./core/request.ts";
import type { SimReport } from "./core/sim-report.ts";
import type { PackProblem, RulePage } from "./core/rule-page.ts";
import { builtinRules } from "./rulebook/index.ts";
import { runLitmus } from "./sim/litmus/index.ts";
import { readTextInput } from "./text-input.ts";
import { toolVersion } from "./util/tool-version.ts";

export { review } from "./review.ts";
export { scan } from "./scan.ts";
export type * from "./core/report.ts";
export type * from "./core/finding.ts";
export type * from "./core/request.ts";

/** Decides litmus tests; one that can't be read is an entry of the report, a file that can't be read throws InputError. */
export async function litmus(request: LitmusRequest, events?: EventSink): Promise<LitmusReport> {
  await initC();
  const tests: LitmusReport["tests"][number][] = [];
  for (const [done, path] of request.files.entries()) {
    const text = await readTextInput(path, request.cwd, request.stdin);
    tests.push(runLitmus(path, text, request.bound === null ? {} : { steps: request.bound }));
    events?.({ kind: "progress", phase: "litmus", done: done + 1, total: request.files.length, what: path });
    await new Promise(setImmediate);
  }
  return { schema: "mmreview/litmus@1", tool: { name: "mmreview", version: toolVersion() }, tests };
}

export function rulePages(): Promise<readonly RulePage[]> {
  const pages = builtinRules().catalogue.filter((entry) => isRuleId(entry.id));
  return Promise.resolve(pages);
}

/** What is wrong with a user rule pack; empty when nothing is. Throws InputError when the file can't be read. */
export async function checkRulePack(path: string): Promise<readonly PackProblem[]> {
  const text = await readTextInput(path, process.cwd());
  const { packProblems } = await import("./rulebook/check-pack.ts");
  return packProblems(path, text);
}

/** Runs the scenarios of files. A file that can't be read throws InputError; what can't be modelled is a verdict. */
export async function simulate(request: SimRequest, events?: EventSink): Promise<SimReport> {
  await initC();
  const { simulate: run } = await import("./sim/index.ts");
  const { models, actors } = builtinRules();
  const scenarios: SimReport["scenarios"][number][] = [];
  for (const [done, path] of request.files.entries()) {
    const text = await readTextInput(path, request.cwd);
    const options = { models, actors, kernel: request.kernel, bound: request.bound ?? defaultBound };
    scenarios.push(...run(path, text, options));
    events?.({ kind: "progress", phase: "sim", done: done + 1, total: request.files.length, what: path });
    await new Promise(setImmediate);
  }
  return { schema: "mmreview/sim@1", tool: { name: "mmreview", version: toolVersion() }, scenarios };
}

/** States a scenario may visit unless --bound says otherwise. */
const defaultBound = 1_000_000;

export function matrix(): Promise<never> {
  return Promise.reject(new UsageError("the locking matrix is not part of this version", "`mmreview sim FILE.c` runs single scenarios"));
}
