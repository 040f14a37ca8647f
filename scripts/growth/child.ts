/** The process that a shape is run in: sizes in, work out. What a shape costs, or whether it ends, is for growth.ts to watch. */
import { repeatsFor, runInput, sizeOf } from "./input.ts";
import { shapes } from "./shapes.ts";
import { countWork, type Work } from "./work.ts";

/** One shape at these sizes in characters, each counted or timed. */
export interface Task {
  readonly shape: string;
  readonly sizes: readonly number[];
  readonly counted: boolean;
}

/** One size of a task, or its end. */
export type Answer =
  | { readonly kind: "measure"; readonly shape: string; readonly n: number; readonly size: number; readonly seconds: number; readonly megabytes: number; readonly stretch: number; readonly limits: readonly string[]; readonly work: (Omit<Work, "byPlace"> & { readonly byPlace: readonly (readonly [string, number])[] }) | null }
  | { readonly kind: "failed"; readonly shape: string; readonly text: string }
  | { readonly kind: "end"; readonly shape: string };

const counter = process.argv.includes("--counted") ? countWork() : null;
const warm = new Set<string>();

async function run(task: Task): Promise<void> {
  const shape = shapes.find(({ name }) => name === task.shape)!;
  for (const wanted of task.sizes) {
    const n = repeatsFor(shape, wanted);
    const input = shape.make(n);
    // Modules are loaded and tables filled by the first of a kind.
    if (!warm.has(input.kind)) await runInput(shape.make(2));
    warm.add(input.kind);
    counter?.take();
    const before = process.cpuUsage();
    const turns = watchTurns();
    const limits = await runInput(input);
    const { user, system } = process.cpuUsage(before);
    const work = counter?.take();
    send({ kind: "measure", shape: shape.name, n, size: sizeOf(input), seconds: (user + system) / 1e6, megabytes: process.memoryUsage.rss() / 1e6, stretch: turns.longest(), limits, work: work === undefined ? null : { blocks: work.blocks, handled: work.handled, byPlace: Array.from(work.byPlace).toSorted((a, b) => b[1] - a[1]).slice(0, 60) } });
  }
}

/** Seconds of processor time that passed at most without a turn for signals. */
function watchTurns(): { readonly longest: () => number } {
  let [last, longest] = [process.cpuUsage(), 0];
  const turn = (): void => {
    const now = process.cpuUsage();
    longest = Math.max(longest, now.user + now.system - last.user - last.system);
    last = now;
  };
  const clock = setInterval(turn, 5);
  return {
    longest: () => {
      clearInterval(clock);
      turn();
      return longest / 1e6;
    },
  };
}

function send(answer: Answer): void {
  process.send!(answer);
}

// One after the other: what is counted is counted for the process.
let before = Promise.resolve();

process.on("message", (task: Task) => {
  before = before.then(() => run(task)).catch((error: unknown) => send({ kind: "failed", shape: task.shape, text: String(error instanceof Error ? error.stack : error).slice(0, 2000) })).finally(() => send({ kind: "end", shape: task.shape }));
});
