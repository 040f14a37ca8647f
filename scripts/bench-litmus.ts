/**
 * `npm run bench:litmus`: decides the litmus tests of ../shared/litmus in one process and compares with what herd7 said
 * and how long it took (CPU seconds of one herd7 process a test, see the README there).
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { initC } from "../src/c/index.ts";
import type { LitmusResult } from "../src/core/litmus-report.ts";
import { runLitmus } from "../src/sim/litmus/index.ts";
import { packageRoot } from "../src/util/package-root.ts";

interface Expected {
  readonly file: string;
  readonly class: string;
  readonly status: "ok" | "timeout" | "error";
  readonly cpu_s: number;
  readonly verdict?: string;
  readonly observation?: string;
  readonly positive?: number;
  readonly negative?: number;
  readonly n_states?: number;
  readonly states?: readonly string[];
  readonly flags?: readonly string[];
}

interface Run {
  readonly expected: Expected;
  readonly result: LitmusResult;
  readonly seconds: number;
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function runOne(folder: string, expected: Expected): Run {
  const text = readFileSync(join(folder, expected.file), "utf8");
  const start = cpuSeconds();
  const result = runLitmus(expected.file, text);
  return { expected, result, seconds: cpuSeconds() - start };
}

/** What differs from herd7, null when nothing does. */
function difference({ expected, result }: Run): string | null {
  if (expected.status === "error") return "verdict" in result ? "herd7 refuses it" : null;
  if (!("verdict" in result)) return "unsupported" in result ? `unsupported: ${result.unsupported}` : `error: ${result.error.message}`;
  if (expected.status === "timeout") return null;
  const pairs: [string, string | number | undefined, string | number | undefined][] = [
    ["verdict", result.verdict, expected.verdict], ["observation", result.observation, expected.observation],
    ["positive", result.positive, expected.positive], ["negative", result.negative, expected.negative],
    ["states", result.states.length, expected.n_states], ["flags", result.flags.join(), expected.flags?.toSorted().join()],
  ];
  const wrong = pairs.filter(([, ours, theirs]) => ours !== theirs).map(([name, ours, theirs]) => `${name} ${ours ?? "nothing"} for ${theirs ?? "nothing"}`);
  return wrong.length > 0 ? wrong.join(", ") : null;
}

/** Values that no equation settles have arbitrary names ("S23") in herd7. */
function sameStates({ expected, result }: Run): boolean {
  if (!("verdict" in result) || !expected.states) return false;
  const named = (states: readonly string[]): string => states.map((state) => state.replace(/=S\d*;/g, "=S;")).join("\n");
  return named(result.states) === named(expected.states);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

function row(name: string, runs: readonly Run[]): string {
  const ours = sum(runs.map((run) => run.seconds));
  const theirs = sum(runs.map((run) => run.expected.cpu_s));
  const ratios = runs.map((run) => run.seconds / Math.max(run.expected.cpu_s, 0.001));
  const states = sum(runs.map(({ result }) => ("verdict" in result ? result.states.length : 0)));
  const cells = [
    name.padEnd(10), String(runs.length).padStart(6), String(runs.filter((run) => difference(run) === null).length).padStart(6),
    String(states).padStart(7), ours.toFixed(2).padStart(8), theirs.toFixed(1).padStart(8), (ours / theirs).toFixed(4).padStart(8),
    median(ratios).toFixed(4).padStart(8), Math.max(...ratios).toFixed(3).padStart(8),
  ];
  return cells.join(" ");
}

/** What the first test of a process pays for: starting, the C grammar, the compiler. CPU seconds since the process began. */
function startUp(): number {
  runLitmus("first", readFileSync(join(packageRoot(), "fixtures", "litmus", "mp.litmus"), "utf8"));
  return cpuSeconds();
}

function report(runs: readonly Run[], before: number): void {
  console.log(`${"class".padEnd(10)}  tests  equal  states    cpu s  herd7 s    ratio   median    worst`);
  const classes = Array.from(new Set(runs.map((run) => run.expected.class))).toSorted();
  for (const name of classes) console.log(row(name, runs.filter((run) => run.expected.class === name)));
  console.log(row("all", runs));
  const total = before + sum(runs.map((run) => run.seconds));
  console.log(`\nstart-up, in none of the rows: ${before.toFixed(2)} s; all in all ${total.toFixed(2)} s`);
  const listed = runs.filter((run) => run.expected.states);
  const wrong = runs.filter((run) => difference(run) !== null);
  console.log(`\nlists of states equal: ${listed.filter(sameStates).length} of ${listed.length} that the file gives`);
  console.log(`tests that differ: ${wrong.length}`);
  for (const run of wrong) console.log(`  ${run.expected.file}: ${difference(run)}`);
  for (const run of runs.filter(({ expected }) => expected.status !== "ok")) console.log(`  ${answer(run)}`);
}

/** What we say where herd7 says nothing. */
function answer({ expected, result, seconds }: Run): string {
  const head = `${expected.status} ${expected.file}:`;
  if ("verdict" in result) {
    const counts = `${result.positive} ${result.negative}${result.bounded ? " or more" : ""}`;
    return `${head} ${result.verdict}, ${result.observation} ${counts}, ${seconds.toFixed(2)} s`;
  }
  return "unsupported" in result ? `${head} unsupported: ${result.unsupported}` : `${head} error: ${result.error.message}`;
}

const folder = join(packageRoot(), "..", "shared", "litmus");
const verdicts = join(folder, "dev-verdicts.jsonl");
if (existsSync(verdicts)) {
  await initC();
  const before = startUp();
  const expected = readFileSync(verdicts, "utf8").trim().split("\n").map((line) => JSON.parse(line) as Expected);
  const runs = expected.map((each) => runOne(folder, each));
  report(runs, before);
  if (runs.some((run) => difference(run) !== null)) process.exitCode = 1;
} else {
  console.log(`no litmus tests at ${folder}: nothing to compare`);
}
