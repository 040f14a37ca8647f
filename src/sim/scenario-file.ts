/**
 * Runs the scenarios of a C file that may be anything: what a header gets wrong, and what is not C, is said with its
 * place, and every scenario that can be run is run all the same.
 */
import type { UnitIr } from "../c/ir.ts";
import { lowerText } from "../c/index.ts";
import { UsageError } from "../core/errors.ts";
import { isRuleId } from "../core/rule-ids.ts";
import { atOnce } from "../util/slices.ts";
import type { ScenarioResult, SimProblem } from "../core/sim-report.ts";
import type { Header, Place } from "./header.ts";
import { castsOf, running, scenarioHeaders, type Cast, type SimulateOptions } from "./scenario.ts";
import { buildWorld } from "./world/build.ts";

export interface SimulateOutcome {
  /** In the order of the file. */
  readonly results: readonly ScenarioResult[];
  /** By line. */
  readonly problems: readonly SimProblem[];
}

/** Keys that the header of a scenario may have; `begin` is for the function below it. */
const known: readonly string[] = ["scenario", "kernel", "world", "memory", "threads", "asserts", "expect", "relies-on", "redundant", "begin"];

/** Two or three are what races need; with more the interleavings are too many to say anything. */
const mostThreads = 6;

const start: Place = { line: 1, column: 1 };

/** initC() must have been awaited. */
export function simulate(path: string, text: string, options: SimulateOptions): SimulateOutcome {
  return atOnce(simulating(path, text, options));
}

/** The same in slices. */
export function* simulating(path: string, text: string, options: SimulateOptions): Generator<void, SimulateOutcome> {
  const headers = scenarioHeaders(text);
  const unit = lowerText(path, text);
  const problems = [...unreadable(path, text, unit), ...headers.flatMap((header) => unknownKeys(path, header))];
  if (headers.length === 0) problems.push({ path, ...start, message: "has no scenario: a comment with a line `scenario: NAME` starts one" });
  const results: ScenarioResult[] = [];
  for (const [index, cast] of castsOf(path, text, options).entries()) {
    const header = headers[index]!;
    const wrong = objections(cast, header, unit).map((o) => ({ path, ...o }));
    problems.push(...wrong);
    if (wrong.length > 0) continue;
    try {
      results.push(yield* running(path, cast, options));
    } catch (error) {
      if (!(error instanceof UsageError) && !(error instanceof RangeError)) throw error;
      problems.push({ path, ...placeOf(header, "scenario"), message: error.message });
    }
  }
  return { results, problems: problems.toSorted((a, b) => a.line - b.line || a.column - b.column) };
}

function placeOf(header: Header, key: string): Place {
  return header.places.get(key) ?? header.places.get("scenario") ?? start;
}

/** What is not C: the parser goes on behind it. */
function unreadable(path: string, text: string, unit: UnitIr): SimProblem[] {
  const lines = text.split("\n");
  return [...unit.unreadable, ...unit.functions.flatMap((f) => f.unreadable)].map(({ from, reason }) => {
    const line = lines[from - 1] ?? "";
    return { path, line: from, column: line.length - line.trimStart().length + 1, message: reason };
  });
}

function unknownKeys(path: string, header: Header): SimProblem[] {
  return [...header.keys.keys()].filter((key) => !known.includes(key)).map((key) => ({
    path, ...placeOf(header, key), message: `a scenario has no "${key}:"; it has ${known.slice(0, -1).join(", ")}`,
  }));
}

type Objection = Place & { readonly message: string };

function objections(cast: Cast, header: Header, unit: UnitIr): Objection[] {
  const found: Objection[] = [];
  const object = (key: string, message: string): void => void found.push({ ...placeOf(header, key), message });
  const { kernel, threads, expect, world } = cast.scenario;
  if (!/^\d{1,3}\.\d{1,3}$/.test(kernel)) object("kernel", `"${kernel}" is no kernel version such as 6.12`);
  const memory = header.keys.get("memory") ?? "sc";
  if (memory !== "sc" && memory !== "lkmm") object("memory", `there is no memory model ${memory}: there are sc and lkmm`);
  if (threads.length === 0) object("threads", "names no threads: write `threads: FUNCTION FUNCTION`");
  if (threads.length > mostThreads) object("threads", `${threads.length} threads are too many: at most ${mostThreads}`);
  for (const name of new Set(threads)) {
    const own = unit.functions.find((f) => f.name === name);
    if (own === undefined && !cast.library.functions.has(name)) {
      object("threads", `there is no function ${name}, neither in the file nor among the actors of kernel ${cast.library.era}`);
    } else if (own !== undefined && own.unreadable.length > 0) object("threads", `${name}() cannot be run: line ${own.unreadable[0]!.from} cannot be read`);
  }
  const asserts = header.keys.get("asserts");
  if (asserts !== undefined && !isRuleId(asserts)) object("asserts", `there is no rule ${asserts}`);
  const [verdict = "", rule = "", ...rest] = expect.split(/\s+/);
  const expected = expect === "" || expect === "holds" || (verdict === "violated" && isRuleId(rule) && rest.length === 0);
  if (!expected) object("expect", `"${expect}" is neither "holds" nor "violated RULE" with a rule's id`);
  try {
    buildWorld(world, 1);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    object("world", `${error.message}; ${error.hint}`);
  }
  return found;
}
