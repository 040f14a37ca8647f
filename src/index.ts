/** The library face: what `mmreview` does, as functions. Nothing here prints or exits. */
import { initC, lowerText } from "./c/index.ts";
import { InputError } from "./core/errors.ts";
import type { EventSink } from "./core/events.ts";
import { isRuleId } from "./core/rule-ids.ts";
import type { LitmusReport } from "./core/litmus-report.ts";
import type { LitmusRequest, MatrixRequest, SimRequest } from "./core/request.ts";
import type { MatrixReport, SimProblem, SimReport } from "./core/sim-report.ts";
import type { PackProblem, RulePage } from "./core/rule-page.ts";
import { builtinRules, withPacks } from "./rulebook/index.ts";
import { litmusPicture, runningLitmus } from "./sim/litmus/index.ts";
import { readTextInput } from "./text-input.ts";
import { inSlices } from "./util/slices.ts";
import { toolVersion } from "./util/tool-version.ts";

export { review, reviewSpooled } from "./review.ts";
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
    const options = request.bound === null ? {} : { steps: request.bound };
    const result = await inSlices(runningLitmus(path, text, options));
    const drawn = request.drawing !== null && "verdict" in result;
    tests.push(drawn ? { ...result, picture: litmusPicture(path, text, request.drawing, options) } : result);
    events?.({ kind: "progress", phase: "litmus", done: done + 1, total: request.files.length, what: path });
    await new Promise(setImmediate);
  }
  return { schema: "mmreview/litmus@1", tool: { name: "mmreview", version: toolVersion() }, tests };
}

export function rulePages(): Promise<readonly RulePage[]> {
  const pages = builtinRules().catalogue.filter((entry) => isRuleId(entry.id));
  return Promise.resolve(pages);
}

/** What of a file of actors or models the simulator could not read. */
function cProblems(path: string, text: string): PackProblem[] {
  const { functions, unreadable } = lowerText(path, text);
  if (functions.length === 0) return [{ file: path, line: 1, column: 1, message: "no function in it" }];
  return unreadable.map(({ from, reason }) => ({ file: path, line: from, column: 1, message: reason }));
}

/** What is wrong with a user rule pack; empty when nothing is. Throws InputError when the file can't be read. */
export async function checkRulePack(path: string): Promise<readonly PackProblem[]> {
  const text = await readTextInput(path, process.cwd());
  if (path.endsWith(".c")) {
    await initC();
    return cProblems(path, text);
  }
  const { packProblems } = await import("./rulebook/check-pack.ts");
  return packProblems(path, text);
}

/** Runs the scenarios of files. A single file that can't be read throws InputError; what can't be modelled is a verdict, what is wrong in a file a problem. */
export async function simulate(request: SimRequest, events?: EventSink): Promise<SimReport> {
  await initC();
  const { simulating } = await import("./sim/index.ts");
  const { models, actors } = await withPacks(builtinRules(), request.rules ?? [], request.cwd);
  const scenarios: SimReport["scenarios"][number][] = [];
  const problems: SimProblem[] = [];
  for (const [done, path] of request.files.entries()) {
    const text = await readTextInput(path, request.cwd).catch((error: unknown) => {
      // With others to run, one that cannot be read is said beside their results.
      if (!(error instanceof InputError) || request.files.length === 1) throw error;
      problems.push({ path, line: 1, column: 1, message: error.message });
      return null;
    });
    if (text === null) continue;
    const options = { models, actors, kernel: request.kernel, bound: request.bound ?? defaultBound, pictures: request.pictures };
    const outcome = await inSlices(simulating(path, text, options));
    scenarios.push(...outcome.results);
    problems.push(...outcome.problems);
    events?.({ kind: "progress", phase: "sim", done: done + 1, total: request.files.length, what: path });
    await new Promise(setImmediate);
  }
  return { schema: "mmreview/sim@1", tool: { name: "mmreview", version: toolVersion() }, scenarios, ...(problems.length === 0 ? {} : { problems }) };
}

/** Kernel of the matrix unless --kernel says otherwise: the newest whose sources the actors were read in. */
const defaultKernel = "6.12";

/** States a scenario may visit unless --bound says otherwise. */
const defaultBound = 1_000_000;

/** Derives which lock context makes which operation safe. A cell stops at the first actor that breaks it. */
export async function matrix(request: MatrixRequest, events?: EventSink): Promise<MatrixReport> {
  await initC();
  const { derivingMatrix } = await import("./sim/index.ts");
  const { models, actors } = builtinRules();
  const kernel = request.kernel === null ? { version: defaultKernel, from: "default" } : { version: request.kernel, from: "--kernel" };
  const options = { models, actors, kernel: kernel.version, bound: request.bound ?? defaultBound };
  const work = derivingMatrix(options, (done, total, what) => events?.({ kind: "progress", phase: "matrix", done, total, what }));
  const { contexts, operations, cells } = await inSlices(work);
  return { schema: "mmreview/matrix@1", tool: { name: "mmreview", version: toolVersion() }, kernel, contexts, operations, cells };
}
