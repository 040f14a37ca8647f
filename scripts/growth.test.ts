/**
 * Work that grows faster than the input, in a small set of shapes: those that once did. It is counted and not timed (growth/work.ts), in a
 * process of its own. `npm run growth` goes through all shapes.
 */
import { fork } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Answer, Task } from "./growth/child.ts";
import { shapes } from "./growth/shapes.ts";

type Measure = Extract<Answer, { kind: "measure" }>;

function measure(tasks: readonly Task[]): Promise<ReadonlyMap<string, readonly Measure[]>> {
  const child = fork(join(import.meta.dirname, "growth/child.ts"), ["--counted"], { execArgv: ["--import", "tsx"] });
  const found = new Map<string, Measure[]>(tasks.map(({ shape }) => [shape, []]));
  return new Promise((done, fail) => {
    let left = tasks.length;
    child.on("message", (answer: Answer) => {
      if (answer.kind === "measure") found.get(answer.shape)!.push(answer);
      if (answer.kind === "failed") fail(new Error(answer.text));
      if (answer.kind === "end" && --left === 0) {
        child.disconnect();
        done(found);
      }
    });
    child.on("exit", (code) => fail(new Error(`the process ended (${code})`)));
    for (const task of tasks) child.send(task);
  });
}

/** A shape and its smallest size: where its square would show, and its length does not take long. */
const watched: Readonly<Record<string, number>> = {
  "diff: hunks in one place": 4096,
  "diff: files": 4096,
  "diff on a tree: prototypes of what a header defines": 65_536,
  "diff: comments begun in each hunk": 16_384,
  "C, added, in a file: empty functions": 16_384,
  "mail: references": 4096,
  "mail: replies to one": 4096,
  "report: text, findings of many functions": 8192,
  "C, lost, in a function: compares": 4096,
  "C, lost, in a function: mmap locks tried and not asked": 1024,
  "C, lost, in a file: functions that map": 2048,
  "C, hunks, in a file: functions that map": 4096,
  "C, added, in a file: callbacks in tables": 2048,
  "C, lost, in one another: preprocessor": 4096,
  "C, won, in a file: functions in a tree": 8192,
  "versions, in a function: tests of one entry lost": 8192,
};

const doublings = 2;
/** Twice the input is twice the work and some; four times the square is sixteen times the work. */
const most = 2.6 ** doublings;

describe("work", () => {
  it("grows with the input, and no faster", async () => {
    const tasks = Object.entries(watched).map(([shape, size]): Task => ({ shape, sizes: [size, size * 2 ** doublings], counted: true }));
    const measures = await measure(tasks);
    const growth = Array.from(measures, ([shape, [small, large]]) => ({ shape, times: (large!.work!.blocks + large!.work!.handled / 8) / (small!.work!.blocks + small!.work!.handled / 8) }));
    expect(growth.filter(({ times }) => !(times < most))).toEqual([]);
    expect(growth).toHaveLength(Object.keys(watched).length);
  }, 300_000);

  it("has shapes of different names", () => {
    const names = shapes.map(({ name }) => name);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });
});
