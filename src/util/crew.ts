/**
 * This thread and others that share one kind of work. This thread takes part instead of waiting: it has loaded what the
 * work needs, has run its code before and holds memory anyway, all of which a thread more would have to do anew. While it is
 * busy it can't hand out the next task, so the others are offered some ahead; what nobody has begun it takes back when
 * it has nothing else to do, so that none is left alone with many.
 */
import type { Pool } from "./pool.ts";

export interface Crew<Task, Result> {
  readonly run: (task: Task) => Promise<Result>;
  /** So many tasks will come: the others may be started before the first one is there. */
  readonly expect: (tasks: number) => void;
  readonly close: () => Promise<void>;
}

/** A task that two threads may begin: who is first to take it does it. */
export interface Offer<Task> {
  readonly task: Task;
  /** In memory that threads share: not 0 when somebody has taken it. */
  readonly taken: Int32Array;
}

function takes({ taken }: Offer<unknown>): boolean {
  return Atomics.exchange(taken, 0, 1) === 0;
}

/** What another thread does with offers, one by one: null for those that were taken back. */
export function takingOffers<Task, Result>(work: (task: Task) => Promise<Result>): (offer: Offer<Task>) => Promise<Result | null> {
  return oneByOne(async (offer: Offer<Task>) => (takes(offer) ? work(offer.task) : null));
}

export interface CrewOptions<Task, Result> {
  /** Does a task in this thread, which should let the event loop run now and then. */
  readonly own: (task: Task) => Promise<Result>;
  /** Further threads; 0 for none. */
  readonly threads: number;
  /** Starts them; what they do is takingOffers(). `died` is to be told of one that ends, though it had nothing to do. */
  readonly open: (threads: number, died: (error: unknown) => void) => Promise<Pool<Offer<Task>, Result | null>>;
  /** With so many tasks it does not pay to start them. */
  readonly alone: number;
}

/** Offers that each other thread has at a time: the more, the more are to come, as a single task may keep this thread for seconds. */
function ahead(waiting: number, threads: number): number {
  return Math.max(3, Math.floor(waiting / (threads + 1)));
}

interface Waiting<Task, Result> {
  readonly task: Task;
  readonly settle: (result: Promise<Result>) => void;
}

export function openCrew<Task, Result>({ own, threads, open, alone }: CrewOptions<Task, Result>): Crew<Task, Result> {
  const waiting: Waiting<Task, Result>[] = [];
  /** Offers that are not answered yet, in the order of the tasks. */
  const offered = new Map<Offer<Task>, Waiting<Task, Result>>();
  let come = 0;
  let expected = 0;
  let busy = false;
  let opening: Promise<Pool<Offer<Task>, Result | null>> | null = null;
  let pool: Pool<Offer<Task>, Result | null> | null = null;
  /** Why the others can't be started, or have died: nothing is done any more then, rather than half of it. */
  let broken: Promise<Result> | null = null;

  const breakOff = (error: unknown): void => {
    broken ??= Promise.reject(error);
    broken.catch(() => undefined);
    deal();
  };
  const start = (): void => {
    opening = open(threads, breakOff);
    opening.then(
      (opened) => {
        pool = opened;
        deal();
      },
      breakOff,
    );
  };
  const takeBack = (): Waiting<Task, Result> | undefined => {
    for (const [offer, one] of offered) if (takes(offer)) return one;
    return undefined;
  };
  const begin = ({ task, settle }: Waiting<Task, Result>): void => {
    busy = true;
    const result = own(task);
    settle(result);
    void result.catch(() => undefined).finally(() => {
      busy = false;
      deal();
    });
  };
  const offer = (to: Pool<Offer<Task>, Result | null>, one: Waiting<Task, Result>): void => {
    const made: Offer<Task> = { task: one.task, taken: new Int32Array(new SharedArrayBuffer(4)) };
    offered.set(made, one);
    const settled = to.run(made).then(
      (result) => (result === null ? undefined : one.settle(Promise.resolve(result))),
      // Also where it was taken back: a thread that dies fails the run.
      (error: unknown) => one.settle(Promise.reject(error)),
    );
    void settled.finally(() => {
      offered.delete(made);
      deal();
    });
  };
  const deal = (): void => {
    if (threads > 0 && Math.max(come, expected) > alone && opening === null) start();
    if (broken !== null) {
      for (const { settle } of [...waiting.splice(0), ...offered.values()]) settle(broken);
      offered.clear();
      return;
    }
    // While the others are started this thread must not be busy: it would hold them up.
    if (!busy && (opening === null || pool !== null)) {
      const next = waiting.shift() ?? takeBack();
      if (next !== undefined) begin(next);
    }
    while (pool !== null && waiting.length > 0 && offered.size < threads * ahead(waiting.length, threads)) offer(pool, waiting.shift()!);
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
