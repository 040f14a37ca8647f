/**
 * `npm run bench:sim`: what the simulator's searches cost. States and milliseconds of CPU of every scenario with and
 * without reduction, how both grow with steps and threads, the locking matrix, and replays of the kernel's own functions
 * (with MMREVIEW_TREE_6_12). Prints Markdown; docs/simulator.md has a run.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { initC, lowerText } from "../src/c/index.ts";
import { builtinRules } from "../src/rulebook/index.ts";
import { libraryFor, matrix, replay } from "../src/sim/index.ts";
import { castsOf, play, type Cast, type Verdict } from "../src/sim/scenario.ts";
import { packageRoot } from "../src/util/package-root.ts";
import { growthScenario, workloads } from "./bench/sim-workloads.ts";

const bound = 2_000_000;

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e3;
}

interface Measured {
  readonly verdict: Verdict;
  /** Least of a few runs: the rest is the machine's. */
  readonly ms: number;
}

function measure(cast: Cast, reduce: boolean, times = 3): Measured {
  let best = Number.POSITIVE_INFINITY;
  let verdict: Verdict | undefined;
  for (let i = 0; i < times; i++) {
    const start = cpuMs();
    verdict = play(cast, { bound, reduce });
    best = Math.min(best, cpuMs() - start);
    if (best > 500) break;
  }
  return { verdict: verdict!, ms: best };
}

const row = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;
const head = (cells: readonly string[]): string => [row(cells), row(cells.map((_, i) => (i === 0 ? "---" : "---:")))].join("\n");
const ratio = (a: number, b: number): string => (b === 0 ? "-" : (a / b).toFixed(1));
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
const at = (values: readonly number[], part: number): number => values.toSorted((a, b) => a - b)[Math.floor(values.length * part)] ?? 0;

const pair = (reduced: Measured, full: Measured): (string | number)[] => [
  reduced.verdict.states, reduced.ms.toFixed(1), `${full.verdict.states}${full.verdict.complete ? "" : "+"}`, full.ms.toFixed(1),
  ratio(full.verdict.states, reduced.verdict.states), ratio(full.ms, reduced.ms),
];

const rules = (): ReturnType<typeof builtinRules> => builtinRules();

function scenarios(): void {
  const { models, actors } = rules();
  const folder = join(packageRoot(), "fixtures/scenarios");
  console.log(`\n${head(["scenario", "verdict", "threads", "states", "ms", "states, all", "ms, all", "ratio of states", "of ms"])}`);
  const ms: number[] = [];
  for (const name of readdirSync(folder).filter((f) => f.endsWith(".c")).toSorted()) {
    const path = join(folder, name);
    for (const cast of castsOf(name, readFileSync(path, "utf8"), { models, actors, kernel: null })) {
      if (cast.scenario.memory !== undefined) continue;
      const reduced = measure(cast, true);
      ms.push(reduced.ms);
      const found = reduced.verdict.found?.fault.rule;
      console.log(row([`${name}: ${cast.scenario.name}`, found ?? "holds", cast.scenario.threads.length, ...pair(reduced, measure(cast, false))]));
    }
  }
  console.log(`\n${ms.length} scenarios: median ${median(ms).toFixed(1)} ms, worst ${Math.max(...ms).toFixed(1)} ms.`);
}

function growth(): void {
  const { models, actors } = rules();
  console.log(`\n${head(["each thread", "threads", "steps", "states", "ms", "states, all", "ms, all", "ratio of states", "of ms"])}`);
  for (const workload of workloads) {
    for (const threads of [2, 3]) {
      for (const steps of [4, 8, 12, 16]) {
        const [cast] = castsOf("growth.c", growthScenario(workload, threads, steps), { models, actors, kernel: null });
        console.log(row([workload.name, threads, steps, ...pair(measure(cast!, true), measure(cast!, false))]));
      }
    }
  }
}

function matrices(): void {
  const { models, actors } = rules();
  console.log(`\n${head(["matrix of kernel", "cells", "runs", "states", "s"])}`);
  for (const kernel of ["6.1", "6.6", "6.12", "6.14"]) {
    const start = cpuMs();
    const { cells, runs, states } = matrix({ models, actors, kernel, bound: 50_000 });
    console.log(row([kernel, cells.length, runs, states, ((cpuMs() - start) / 1e3).toFixed(1)]));
  }
}

/** Files of mm/ that work on page tables; each function that is given an entry, a VMA, an mm or a fault. */
const files = ["huge_memory", "khugepaged", "madvise", "migrate_device", "mprotect", "mremap", "page_vma_mapped", "pagewalk"];
const telling = /^(?:p(?:te|md|ud|4d)_t|struct (?:vm_area_struct|mm_struct|vm_fault|mm_walk)) \*/;

function replays(tree: string): void {
  const { models, actors } = rules();
  const library = libraryFor(models, actors, "6.12");
  const costs: number[] = [];
  const each: string[] = [];
  for (const file of files.map((name) => `mm/${name}.c`)) {
    const text = readFileSync(join(tree, file), "utf8");
    const unit = lowerText(file, text);
    for (const fn of unit.functions) {
      if (!fn.params.some((p) => telling.test(fn.vars.get(p)?.type ?? ""))) continue;
      const start = cpuMs();
      const result = replay({ function: fn, units: [unit], library, held: [{ class: "mmap", mode: "read" }], lines: new Map(), callersSeen: true, bound: 3000, work: 150_000 });
      const ms = cpuMs() - start;
      if (result.states < 200) continue;
      costs.push(ms);
      each.push(row([`${file}: ${fn.name}()`, result.runs, result.states, ms.toFixed(0)]));
    }
  }
  console.log(`\n${costs.length} functions with page-table steps, each against all relevant actors: median ${median(costs).toFixed(0)} ms, 90 % within ${at(costs, 0.9).toFixed(0)} ms, worst ${Math.max(...costs).toFixed(0)} ms.`);
  if (process.argv.includes("--all")) console.log(`\n${head(["function", "runs", "states", "ms"])}\n${each.join("\n")}`);
}

await initC();
console.log(`${cpus()[0]?.model ?? "?"}, ${cpus().length} CPUs, Node ${process.version}`);
scenarios();
growth();
matrices();
const tree = process.env["MMREVIEW_TREE_6_12"] ?? "";
if (existsSync(join(tree, "mm"))) replays(tree);
else console.log("\nMMREVIEW_TREE_6_12 names no kernel tree: no replays.");
