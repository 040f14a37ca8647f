/**
 * `npm run growth`: looks for work that grows faster than the input. Each shape (scripts/growth/) is run at sizes that double and its
 * work counted; what grows by more than `--ratio` a doubling, two times in a row, is named with the functions whose share
 * grew. `--full BYTES` runs each at one size instead, by processor time: what takes more than `--seconds` is ended and named.
 */
import { type ChildProcess, fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Answer, Task } from "./growth/child.ts";
import { shapes } from "./growth/shapes.ts";

const { values } = parseArgs({
  options: { only: { type: "string", default: "" }, full: { type: "string" }, from: { type: "string", default: "8192" }, doublings: { type: "string", default: "3" }, ratio: { type: "string", default: "2.6" }, seconds: { type: "string", default: "20" }, list: { type: "boolean", default: false } },
});
const counted = values.full === undefined;
const seconds = Number(values.seconds);
const sizes = counted ? Array.from({ length: Number(values.doublings) + 1 }, (_, i) => Number(values.from) * 2 ** i) : [Number(values.full)];
const wanted = shapes.map(({ name }) => name).filter((name) => new RegExp(values.only).test(name));

type Measure = Extract<Answer, { kind: "measure" }>;

/** Seconds of processor time of a process, by Linux' /proc/PID/stat (proc(5), fields 14 and 15, hundredths of a second). */
function timeOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /s, "").split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}

function start(): ChildProcess {
  return fork(join(import.meta.dirname, "growth/child.ts"), counted ? ["--counted"] : [], { execArgv: [...process.execArgv, "--max-old-space-size=2048"] });
}

let child: ChildProcess | null = null;

/** All sizes of one shape, or what came before its process was ended. */
function measure(task: Task): Promise<{ readonly measures: readonly Measure[]; readonly failure: string }> {
  const running = (child ??= start());
  const measures: Measure[] = [];
  return new Promise((done) => {
    let since = timeOf(running.pid!);
    let failure = "";
    const look = setInterval(() => {
      if (timeOf(running.pid!) - since < seconds) return;
      failure = `more than ${seconds} s`;
      running.kill("SIGKILL");
    }, 500);
    const finish = (): void => {
      clearInterval(look);
      running.removeAllListeners();
      done({ measures, failure });
    };
    running.on("message", (answer: Answer) => {
      since = timeOf(running.pid!);
      if (answer.kind === "measure") measures.push(answer);
      if (answer.kind === "failed") failure = answer.text;
      if (answer.kind === "end") finish();
    });
    running.on("exit", (code, signal) => {
      child = null;
      failure ||= `the process ended (${signal ?? code})`;
      finish();
    });
    running.send(task);
  });
}

const total = ({ work }: Measure): number => work!.blocks + work!.handled / 8;

/** The places whose work grew the most in the last doubling, as shares of all that it grew by. */
function culprits(before: Measure, after: Measure): string {
  const old = new Map(before.work!.byPlace);
  const grown = after.work!.byPlace.map(([place, runs]) => ({ place, more: runs - 2 * (old.get(place) ?? 0) })).filter(({ more }) => more > 0).toSorted((a, b) => b.more - a.more);
  return grown.slice(0, 6).map(({ place, more }) => `      ${Math.round(more).toString().padStart(12)} ${place}`).join("\n");
}

function report(name: string, measures: readonly Measure[], failure: string): void {
  const last = measures.at(-1);
  const limits = Array.from(new Set(measures.flatMap((one) => one.limits))).map((text) => ` [${text.slice(0, 90)}]`).join("");
  if (!counted) {
    const slow = failure !== "" || (last?.seconds ?? 0) > seconds / 4;
    console.log(`${slow ? "SLOW" : "ok  "} ${last?.seconds.toFixed(2).padStart(7) ?? "      -"} s ${last?.megabytes.toFixed(0).padStart(5) ?? "    -"} MB ${last?.stretch.toFixed(2).padStart(6) ?? "     -"} s without a turn ${name}${limits}${failure === "" ? "" : ` : ${failure}`}`);
    return;
  }
  const works = measures.map(total);
  const ratios = works.slice(1).map((work, i) => work / works[i]!);
  const grows = failure !== "" || ratios.slice(-2).every((ratio) => ratio > Number(values.ratio));
  console.log(`${grows ? "GROWS" : "ok   "} ${ratios.map((ratio) => ratio.toFixed(2)).join(" ")} ${((works.at(-1) ?? 0) / (last?.size ?? 1)).toFixed(0)}/char ${last?.seconds.toFixed(1) ?? "-"} s ${name}${limits}${failure === "" ? "" : ` : ${failure}`}`);
  if (grows && measures.length > 1) console.log(culprits(measures.at(-2)!, measures.at(-1)!));
}

if (values.list) for (const name of wanted) console.log(name);
else {
  for (const name of wanted) {
    const { measures, failure } = await measure({ shape: name, sizes, counted });
    report(name, measures, failure);
  }
  (child as ChildProcess | null)?.disconnect();
}
