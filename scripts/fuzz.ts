/**
 * `npm run fuzz -- --minutes N --seed S`: mails of the corpus, changed as strangers would, through every stage. A case is
 * named by seed and number (`--from N` starts there), and reviewed on `--tree` where one is given; what fails is kept in --out. The cases run in a process of their
 * own, so that one without an end is noticed, named and passed over.
 */
import { fork } from "node:child_process";
import { existsSync, readFileSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { FuzzMessage, FuzzOptions } from "./fuzz/runner.ts";

const project = join(import.meta.dirname, "..");
/** A case that takes longer hangs, as far as a user can tell: processor time, as a run may stand behind other work for long. */
const patienceMs = 60_000;
/** One that takes longer by the clock waits for something that does not come. */
const longestMs = 20 * patienceMs;

/** Milliseconds of processor time of a process, by Linux' /proc/PID/stat (proc(5), fields 14 and 15, hundredths of a second); elsewhere those of the clock. */
function timeOf(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /s, "").split(" ");
    return 10 * (Number(fields[11]) + Number(fields[12]));
  } catch {
    return performance.now();
  }
}

function optionsFrom(argv: readonly string[]): FuzzOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: { minutes: { type: "string", default: "1" }, seed: { type: "string", default: "1" }, from: { type: "string", default: "0" }, out: { type: "string" }, tree: { type: "string" }, corpus: { type: "string", multiple: true } },
  });
  const usual = [join(project, "fixtures/mail"), join(project, "../shared/corpus")].filter((path) => existsSync(path));
  return {
    corpus: values.corpus ?? usual, seed: Number(values.seed), from: Number(values.from), seconds: Number(values.minutes) * 60, out: values.out ?? join(tmpdir(), "mmreview-fuzz"), tree: values.tree ?? null,
  };
}

/** The first cases load code and fill caches; after that the heap has to stay where it is. */
function leaks(heapMb: readonly number[]): boolean {
  const [settled, last] = [heapMb[2], heapMb.at(-1)];
  return settled !== undefined && last !== undefined && last > settled + 100;
}

/** One process of cases; gives the number of the case to go on with after a hang, or null when the time is up. */
function run(options: FuzzOptions): Promise<{ readonly next: number | null; readonly failed: number }> {
  const child = fork(join(import.meta.dirname, "fuzz/child.ts"), [JSON.stringify(options)], { execArgv: [...process.execArgv, "--expose-gc"] });
  let current = options.from;
  let failed = 0;
  let ended = false;
  let hung = false;
  return new Promise((done) => {
    let since = { clock: performance.now(), work: 0 };
    const look = (): void => {
      if (timeOf(child.pid) - since.work < patienceMs && performance.now() - since.clock < longestMs) return;
      hung = true;
      child.kill("SIGKILL");
    };
    const clock = setInterval(look, patienceMs / 4);
    child.on("message", (message: FuzzMessage) => {
      since = { clock: performance.now(), work: timeOf(child.pid) };
      switch (message.kind) {
        case "start":
          current = message.number;
          return;
        case "failed":
          failed++;
          console.log(`case ${options.seed}/${message.number} failed: ${message.text}`);
          return;
        case "end":
          ended = true;
          console.log(JSON.stringify({ seed: options.seed, ...message }));
          if (leaks(message.heapMb)) {
            failed++;
            console.log("the heap grows with the number of cases");
          }
      }
    });
    child.on("exit", (code, signal) => {
      clearInterval(clock);
      if (ended) return done({ next: null, failed });
      console.log(`case ${options.seed}/${current} ${hung ? "has no end" : `ended the process (${signal ?? code})`}`);
      const left = join(options.out, `case-${child.pid}.mbox`);
      if (existsSync(left)) renameSync(left, join(options.out, `${hung ? "hang" : "crash"}-${options.seed}-${current}.mbox`));
      return done({ next: current + 1, failed: failed + 1 });
    });
  });
}

let options = optionsFrom(process.argv.slice(2));
const end = Date.now() + options.seconds * 1000;
let failed = 0;
for (;;) {
  const result = await run(options);
  failed += result.failed;
  const left = Math.round((end - Date.now()) / 1000);
  if (result.next === null || left <= 0) break;
  options = { ...options, from: result.next, seconds: left };
}
console.log(failed === 0 ? "no case failed" : `${failed} cases failed`);
process.exitCode = failed === 0 ? 0 : 1;
