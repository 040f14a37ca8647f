/** This thread and others at one kind of work: each task once, whoever does it; this thread alone as long as that is cheaper. */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type Crew, type Offer, oneByOne, openCrew, takingOffers } from "./crew.ts";
import { inOrder } from "./pool.ts";

interface Seen {
  readonly own: number[];
  readonly others: number[];
  opened: number;
  closed: number;
  /** Most offers that the others have had at a time. */
  most: number;
}

/** A crew whose other threads are played by one more queue; tasks are numbers, which take this thread `ownTakes` milliseconds and the others `othersTake`. */
function crewOf(threads: number, alone: number, ownTakes: number, othersTake: number): { readonly crew: Crew<number, string>; readonly seen: Seen } {
  const seen: Seen = { own: [], others: [], opened: 0, closed: 0, most: 0 };
  let now = 0;
  const other = takingOffers(async (task: number) => {
    await sleep(othersTake);
    seen.others.push(task);
    if (task === -2) throw new Error("the others failed");
    return `done ${task}`;
  });
  const crew = openCrew<number, string>({
    threads,
    alone,
    own: async (task) => {
      await sleep(ownTakes);
      seen.own.push(task);
      if (task === -1) throw new Error("this one failed");
      return `done ${task}`;
    },
    open: async () => {
      seen.opened++;
      await sleep(5);
      return {
        run: (offer: Offer<number>) => {
          seen.most = Math.max(seen.most, ++now);
          return other(offer).finally(() => now--);
        },
        close: async () => void seen.closed++,
      };
    },
  });
  return { crew, seen };
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_none, i) => i);

async function run(crew: Crew<number, string>, tasks: readonly number[], width = 16): Promise<string[]> {
  const results: string[] = [];
  for await (const result of inOrder(tasks, width, crew.run)) results.push(result);
  await crew.close();
  return results;
}

describe("a crew", () => {
  it("does each task once, by this thread and the others, and gives results in their order", async () => {
    const { crew, seen } = crewOf(1, 0, 2, 2);
    expect(await run(crew, numbers(60))).toEqual(numbers(60).map((n) => `done ${n}`));
    expect([...seen.own, ...seen.others].toSorted((a, b) => a - b)).toEqual(numbers(60));
    expect(seen.own.length).toBeGreaterThan(0);
    expect(seen.others.length).toBeGreaterThan(0);
    expect(seen).toMatchObject({ opened: 1, closed: 1 });
  });

  it("starts no thread for few tasks, nor where it shall have none", async () => {
    for (const [threads, alone, count] of [[1, 10, 10], [0, 0, 30]] as const) {
      const { crew, seen } = crewOf(threads, alone, 0, 0);
      expect(await run(crew, numbers(count))).toHaveLength(count);
      expect(seen).toMatchObject({ own: numbers(count), opened: 0, closed: 0 });
    }
  });

  it("starts threads before there is a task when it is told that enough will come", async () => {
    const few = crewOf(1, 4, 0, 0);
    few.crew.expect(4);
    expect(few.seen.opened).toBe(0);
    await few.crew.close();
    const many = crewOf(1, 4, 2, 2);
    many.crew.expect(5);
    many.crew.expect(6);
    expect(many.seen.opened).toBe(1);
    expect(await run(many.crew, numbers(3))).toEqual(["done 0", "done 1", "done 2"]);
    expect(many.seen).toMatchObject({ opened: 1, closed: 1 });
    expect(many.seen.others.length).toBeGreaterThan(0);
  });

  it("leaves most of the work to the others when this thread is busy with one task, and few to them when few are left", async () => {
    const slow = crewOf(1, 0, 300, 1);
    await run(slow.crew, numbers(40), 40);
    expect(slow.seen.own.length).toBeLessThan(5);
    // Forty are to come: half of those that wait.
    expect(slow.seen.most).toBeGreaterThan(10);
    const few = crewOf(1, 0, 1, 1);
    await run(few.crew, numbers(40), 8);
    expect(few.seen.most).toBeLessThan(5);
  });

  it("takes back what the others have not begun, and each task is done once", async () => {
    const { crew, seen } = crewOf(1, 0, 1, 200);
    expect(await run(crew, numbers(12), 12)).toEqual(numbers(12).map((n) => `done ${n}`));
    expect([...seen.own, ...seen.others].toSorted((a, b) => a - b)).toEqual(numbers(12));
    // Many are offered at once, and all but the first are taken back while the others do that one.
    expect(seen.most).toBeGreaterThan(3);
    expect(seen.others.length).toBeLessThan(3);
  });

  it("fails with what fails, whoever did it", async () => {
    await expect(run(crewOf(1, 9, 1, 1).crew, [1, -1, 2])).rejects.toThrow("this one failed");
    await expect(run(crewOf(1, 0, 50, 1).crew, [1, -2, 3, -2, -2])).rejects.toThrow("the others failed");
  });

  it.each([0, 3])("fails, and leaves no task unsettled, when no other thread can be started after %i tasks", async (alone) => {
    const own = async (task: number): Promise<string> => {
      await sleep(1);
      return `done ${task}`;
    };
    const broken = openCrew<number, string>({ threads: 1, alone, own, open: () => Promise.reject(new Error("no thread")) });
    const ends = await Promise.allSettled(numbers(9).map(broken.run));
    expect(ends.filter((end) => end.status === "rejected").map((end) => String(end.reason))).toContain("Error: no thread");
    await expect(broken.run(9)).rejects.toThrow("no thread");
    await expect(run(openCrew<number, string>({ threads: 1, alone, own, open: () => Promise.reject(new Error("no thread")) }), numbers(9))).rejects.toThrow("no thread");
    await broken.close();
  });
});

describe("a crew of which another thread dies", () => {
  it("fails, and leaves no task unsettled, though that thread had none or never answers", async () => {
    let kill: (error: unknown) => void = () => undefined;
    const own = async (task: number): Promise<string> => {
      await sleep(5);
      return `done ${task}`;
    };
    const crew = openCrew<number, string>({
      threads: 1,
      alone: 0,
      own,
      open: async (_threads, died) => {
        kill = died;
        return { run: () => new Promise<string>(() => undefined), close: async () => undefined };
      },
    });
    const ends = Promise.allSettled(numbers(9).map(crew.run));
    await sleep(1);
    kill(new Error("it died"));
    kill(new Error("and its heir"));
    const reasons = (await ends).flatMap((end) => (end.status === "rejected" ? [String(end.reason)] : []));
    expect(reasons.length).toBeGreaterThan(6);
    expect(new Set(reasons)).toEqual(new Set(["Error: it died"]));
    await expect(crew.run(9)).rejects.toThrow("it died");
    await crew.close();
  });
});

describe("takingOffers()", () => {
  it("does an offer that nobody has taken, and answers null to the others", async () => {
    const work = takingOffers(async (task: number) => task + 1);
    const [free, gone] = [0, 1].map((taken) => ({ task: 5, taken: Int32Array.of(taken) }));
    expect([await work(free!), await work(free!), await work(gone!)]).toEqual([6, null, null]);
  });
});

describe("oneByOne()", () => {
  it("begins a task when the one before has ended, also where that failed", async () => {
    let now = 0;
    const work = oneByOne(async (task: number) => {
      expect(++now).toBe(1);
      await sleep(2);
      now--;
      if (task === 1) throw new Error("one");
      return task;
    });
    expect(await Promise.allSettled([work(0), work(1), work(2)])).toMatchObject([{ value: 0 }, { reason: { message: "one" } }, { value: 2 }]);
  });
});
