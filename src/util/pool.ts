/**
 * Threads that work on one kind of task (piscina). Results come in the order of the tasks whatever thread is quicker, so
 * that output does not depend on the number of threads; only so many tasks are under way that memory stays bounded. A
 * thread that throws rejects its task, and one that dies is told of at once, whether it had a task or not: nothing is
 * lost in silence, and no thread is started again and again that can't start.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { workerData } from "node:worker_threads";
import { packageRoot } from "./package-root.ts";

export interface Pool<Task, Result> {
  readonly run: (task: Task) => Promise<Result>;
  readonly close: () => Promise<void>;
}

/**
 * Where a thread's new values live. A third of it is in use at a time; four times as much (V8's default) takes a hundred
 * megabytes more with two threads and is no faster.
 */
const youngMegabytes = 12;

/** Tasks that a thread may have at a time, which it does one by one (takingOffers() in crew.ts). Who gives them says how many it shall have. */
const mostAhead = 1000;

/**
 * Starts `threads` threads of the module `entry` (its name in src/ without ending), whose default export takes a task.
 * It finds `setup` by poolSetup(). `died` hears of threads that end before the pool is closed, perhaps more than once.
 */
export async function openPool<Task, Result>(entry: string, setup: unknown, threads: number, died: (error: unknown) => void): Promise<Pool<Task, Result>> {
  const { Piscina } = await import("piscina");
  // Sources are run by tests and scripts alone; the threads then need the loader that reads TypeScript.
  const fromSource = import.meta.url.endsWith(".ts");
  const modules = join(packageRoot(), fromSource ? "src" : "dist");
  const filename = join(modules, `${entry}.${fromSource ? "ts" : "js"}`);
  if (!existsSync(filename)) throw new Error(`the threads' module ${entry} is missing`);
  // The one file with compiled code (scripts/bundle.ts), unless tsc has run since: each thread starts with it in half the time.
  const bundled = !fromSource && existsSync(join(modules, "start.cjs")) && !existsSync(join(modules, "cli/main.js"));
  const piscina = new Piscina<Task, Result>({
    ...(bundled ? { filename: pathToFileURL(join(modules, "start.cjs")).href, name: entry } : { filename: pathToFileURL(filename).href }),
    workerData: setup,
    minThreads: threads,
    maxThreads: threads,
    idleTimeout: Infinity,
    concurrentTasksPerWorker: mostAhead,
    recordTiming: false,
    resourceLimits: { maxYoungGenerationSizeMb: youngMegabytes },
    ...(fromSource ? { execArgv: ["--import", pathToFileURL(join(packageRoot(), "scripts/typescript-in-threads.mjs")).href] } : {}),
  });
  let closing = false;
  piscina.on("error", died);
  // One that exits without a task makes no "error". One that throws makes it, or rejects its tasks, right behind this, and has more to say.
  piscina.on("workerDestroy", () => closing || setImmediate(() => died(new Error("a thread exited before its work was done"))));
  return {
    run: (task) => piscina.run(task),
    close: () => {
      closing = true;
      return piscina.destroy();
    },
  };
}

/** What openPool() was given as `setup`, within a thread. */
export function poolSetup<Setup>(): Setup {
  return workerData as Setup;
}

/** So many times `width` results may wait for one before them that takes long. */
const mostHeld = 16;

/**
 * Results of `work` in the order of `items`, with at most `width` under way. The first failure ends it. Results that wait for one
 * before them don't count as under way: else all threads but the one that is at it would soon have nothing to do.
 */
export async function* inOrder<Item, Result>(items: AsyncIterable<Item> | Iterable<Item>, width: number, work: (item: Item) => Promise<Result>): AsyncGenerator<Result> {
  const held: { readonly result: Promise<Result>; done: boolean }[] = [];
  let underWay = 0;
  let oneEnded = (): void => {};
  for await (const item of items) {
    const begun = { result: work(item), done: false };
    const end = (): void => {
      begun.done = true;
      underWay--;
      oneEnded();
    };
    // Its turn comes later; until then a rejection is not unhandled.
    begun.result.then(end, end);
    underWay++;
    held.push(begun);
    for (;;) {
      while (held.length > 0 && (held[0]!.done || held.length >= mostHeld * width)) yield await held.shift()!.result;
      if (underWay < width) break;
      // Whichever it is: to wait for the first one would leave nothing to do for who has done all the others.
      await new Promise<void>((ended) => (oneEnded = ended));
    }
  }
  for (const { result } of held) yield await result;
}
