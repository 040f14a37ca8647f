/**
 * Scenarios under the kernel's memory model: each comes out as its header says, breaks when what it relies on is taken
 * away, and herd7 answers its litmus test in the same way (MMREVIEW_HERD7: a command that runs herd7 with the kernel's
 * model on the files that it is given).
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { initC } from "../c/index.ts";
import type { SourceText } from "./library.ts";
import { runLitmus } from "./litmus/index.ts";
import type { Statement } from "./memory/index.ts";
import { castsOf } from "./scenario.ts";
import { simulate } from "./scenario-file.ts";
import { weakProgramOf } from "./weak-scenario.ts";
import { decide, type WeakProgram } from "./weak/index.ts";

const root = join(import.meta.dirname, "../..");
const herd = process.env["MMREVIEW_HERD7"] ?? "";

function textsOf(folder: string): SourceText[] {
  return readdirSync(join(root, folder)).filter((name) => name.endsWith(".c")).toSorted()
    .map((name) => ({ path: `${folder}/${name}`, text: readFileSync(join(root, folder, name), "utf8") }));
}

const sources = textsOf("fixtures/scenarios/lkmm");
const options = { models: textsOf("rules/models"), actors: textsOf("rules/actors"), kernel: null, bound: 300_000 };

beforeAll(async () => {
  await initC();
});

/** The statements without a barrier, section or order of a kind. */
function without(body: readonly Statement[], what: string): Statement[] {
  return body.flatMap((statement): Statement[] => {
    if (statement.k === "fence") return statement.kind === what || (what === "rcu-lock" && statement.kind === "rcu-unlock") ? [] : [statement];
    if (statement.k === "store" && what === "release") return [{ ...statement, order: statement.order === "release" ? "once" : statement.order }];
    if (statement.k === "if") return [{ ...statement, yes: without(statement.yes, what), no: without(statement.no, what) }];
    return [statement];
  });
}

function weakened(weak: WeakProgram, what: string): WeakProgram {
  if (what === "ipi") return { ...weak, filter: null };
  return { ...weak, program: { ...weak.program, threads: weak.program.threads.map((thread) => ({ ...thread, body: without(thread.body, what) })) } };
}

describe.each(sources.map((s) => [s.path, s] as const))("%s", (path, source) => {
  it("comes out as its header says", () => {
    const casts = castsOf(path, source.text, options);
    const { results, problems } = simulate(path, source.text, options);
    expect(problems).toEqual([]);
    expect(results.map((r) => `${r.verdict}${r.rule === null ? "" : ` ${r.rule}`}${r.reason}`)).toEqual(casts.map((c) => c.scenario.expect));
    expect(results.every((r) => !r.bounded && r.litmus !== undefined)).toBe(true);
    expect(results.map((r) => r.trace?.litmus ?? r.litmus)).toEqual(results.map((r) => r.litmus));
  });

  it("breaks when anything is taken away that a scenario which holds relies on", () => {
    for (const cast of castsOf(path, source.text, options).filter((c) => c.scenario.expect === "holds")) {
      expect(cast.scenario.reliesOn.length, cast.scenario.name).toBeGreaterThan(0);
      const weak = weakProgramOf(cast);
      for (const what of cast.scenario.reliesOn) {
        expect(decide(weakened(weak, what), options.bound).property, `${cast.scenario.name} without ${what}`).not.toBeNull();
      }
    }
  });

  it("has litmus tests that say what they state", () => {
    for (const { litmus } of simulate(path, source.text, options).results) {
      const result = runLitmus("t", litmus!);
      expect("verdict" in result && result.observation, litmus).toBe(/Result: (\w+)/.exec(litmus!)![1]);
      expect("verdict" in result && result.flags.join(), litmus).toBe(/Flags: (.*)/.exec(litmus!)?.[1] ?? ("verdict" in result ? result.flags.join() : ""));
    }
  });
});

describe.skipIf(herd === "")("herd7 (MMREVIEW_HERD7)", () => {
  it("answers the litmus test of every scenario in the same way", () => {
    const folder = mkdtempSync(join(tmpdir(), "mmreview-"));
    try {
      const litmus = sources.flatMap((s) => simulate(s.path, s.text, options).results).map((r) => r.litmus!);
      const files = litmus.map((text, i) => {
        writeFileSync(join(folder, `${i}.litmus`), text);
        return join(folder, `${i}.litmus`);
      });
      const said = execFileSync(herd, files, { encoding: "utf8" });
      for (const text of litmus) {
        const result = runLitmus("t", text);
        if (!("verdict" in result)) throw new Error(text);
        expect(said).toContain(`Observation ${result.name} ${result.observation} ${result.positive} ${result.negative}\n`);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 120_000);
});
