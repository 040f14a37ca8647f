/**
 * This thread and others that share one kind of work. This thread takes part instead of waiting: it has loaded what the
 * work needs, has run its code before and holds memory anyway, all of which a thread more would have to do anew.
 */
import type { Pool } from "./pool.ts";

export interface Crew<Task, Result> {
  readonly run: (task: Task) => Promise<Result>;
  /** So many tasks will come: the others may be started before the first one is there. */
  readonly expect: (tasks: number) => void;
  readonly close: () => Promise<void>;
}

export interface CrewOptions<Task, Result> {
  /** Does a task in this thread, which should let the event loop run now and then. */
  readonly own: (task: Task) => Promise<Result>;
  /** Further threads; 0 for none. */
  readonly threads: number;
  /** Starts them. */
  readonly open: (threads: number) => Promise<Pool<Task, Result>>;
  /** With so many tasks it does not pay to start them. */
  readonly alone: number;
}

/**
 * Tasks that each other thread has at a time. While this thread is busy it can't give them the next one, so they have more
 * than one; and the more, the more are to come, as a single task may keep this thread for seconds. Towards the end they have few, so that none is left alone with many.
 */
function ahead(waiting: number, threads: number): number {
  return Math.max(2, Math.floor(waiting / (2 * (threads + 1))));
}

interface Waiting<Task, Result> {
  readonly task: Task;
  readonly settle: (result: Promise<Result>) => void;
}

export function openCrew<Task, Result>({ own, threads, open, alone }: CrewOptions<Task, Result>): Crew<Task, Result> {
  const waiting: Waiting<Task, Result>[] = [];
  let come = 0;
  let expected = 0;
  let given = 0;
  let busy = false;
  let opening: Promise<Pool<Task, Result>> | null = null;
  let pool: Pool<Task, Result> | null = null;
  /** Why the others can't be started: nothing is done any more then, rather than half of it. */
  let broken: Promise<Result> | null = null;

  const begin = (work: (task: Task) => Promise<Result>, done: () => void): void => {
    const { task, settle } = waiting.shift()!;
    const result = work(task);
    settle(result);
    void result.catch(() => undefined).finally(() => {
      done();
      deal();
    });
  };
  const deal = (): void => {
    if (threads > 0 && Math.max(come, expected) > alone && opening === null) {
      opening = open(threads);
      opening.then(
        (opened) => {
          pool = opened;
          deal();
        },
        (error: unknown) => {
          broken = Promise.reject(error);
          broken.catch(() => undefined);
          deal();
        },
      );
    }
    if (broken !== null) for (const { settle } of waiting.splice(0)) settle(broken);
    while (pool !== null && waiting.length > 0 && given < threads * ahead(waiting.length, threads)) {
      given++;
      begin(pool.run, () => given--);
    }
    // While the others are started this thread must not be busy: it would hold them up.
    if (busy || waiting.length === 0 || (opening !== null && pool === null)) return;
    busy = true;
    begin(own, () => (busy = false));
  };

  return {
    run: (task) =>
      new Promise<Result>((done, fail) => {
        come++;
        waiting.push({ task, settle: (result) => void result.then(done, fail) });
        deal();
      }),
    expect: (tasks) => {
      expected = tasks;
      deal();
    },
    close: async () => (await opening?.catch(() => null))?.close(),
  };
}

/** Does tasks one after the other, however many have come. */
export function oneByOne<Task, Result>(work: (task: Task) => Promise<Result>): (task: Task) => Promise<Result> {
  let before: Promise<unknown> = Promise.resolve();
  return (task) => {
    const made = before.then(() => work(task));
    before = made.catch(() => undefined);
    return made;
  };
}
