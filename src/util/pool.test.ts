/** Threads: results in the order of the tasks, bounded numbers under way, and no death or error of one that goes unseen. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { inOrder, openPool, type Pool } from "./pool.ts";

interface Task {
  readonly do: "answer" | "throw" | "die";
  readonly after: number;
  readonly value: number;
}

const pools: Pool<Task, string>[] = [];
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.close();
});

async function threads(count: number): Promise<Pool<Task, string>> {
  const pool = await openPool<Task, string>("../fixtures/threads/misbehave", "set", count, () => undefined);
  pools.push(pool);
  return pool;
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const answer = (value: number, after = 0): Task => ({ do: "answer", after, value });

describe("a pool", () => {
  it("gives results in the order of the tasks, though later ones are done first", async () => {
    const pool = await threads(2);
    const tasks = [200, 0, 50, 0, 0, 20].map((after, value) => answer(value, after));
    expect(await collect(inOrder(tasks, 6, pool.run))).toEqual(["set 0", "set 1", "set 2", "set 3", "set 4", "set 5"]);
  });

  it.each(["throw", "die"] as const)("says so when a task makes its thread %s", async (what) => {
    const pool = await threads(2);
    const seen: string[] = [];
    const run = async (): Promise<void> => {
      for await (const result of inOrder([answer(0), { do: what, after: 0, value: 1 }, answer(2)], 3, pool.run)) seen.push(result);
    };
    await expect(run()).rejects.toThrow(what === "throw" ? "task 1 failed" : /exit/i);
    expect(seen).toEqual(["set 0"]);
  });

  it.each([["throws", "the start failed"], ["exits", "a thread exited"]])("tells of a thread that %s at its start, though it has no task", async (how, message) => {
    const told = await new Promise<unknown>((died) => void openPool<Task, string>("../fixtures/threads/stillborn", how, 1, died).then((pool) => pools.push(pool)));
    expect(String(told)).toContain(message);
  });

  it("tells of no death when it is closed", async () => {
    const deaths: unknown[] = [];
    const pool = await openPool<Task, string>("../fixtures/threads/misbehave", "set", 1, (error) => deaths.push(error));
    expect(await pool.run(answer(1))).toBe("set 1");
    await pool.close();
    await sleep(20);
    expect(deaths).toEqual([]);
  });

  it("names a module that is not there", async () => {
    await expect(openPool("no-such-thread", null, 1, () => undefined)).rejects.toThrow("no-such-thread is missing");
  });
});

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
}

describe("inOrder", () => {
  it("has no more under way than it may", async () => {
    let [now, most] = [0, 0];
    const work = async (item: number): Promise<number> => {
      most = Math.max(most, ++now);
      await sleep(item % 3);
      now--;
      return item;
    };
    const items = Array.from({ length: 40 }, (_item, i) => i);
    expect(await collect(inOrder(items, 4, work))).toEqual(items);
    expect(most).toBe(4);
  });

  it("keeps as many under way as it may behind one that takes long, but holds no more results than it may", async () => {
    const begun: number[] = [];
    let finishFirst = (): void => undefined;
    const first = new Promise<void>((done) => (finishFirst = done));
    const items = Array.from({ length: 200 }, (_item, i) => i);
    const work = async (item: number): Promise<number> => {
      begun.push(item);
      // The others end some turns later, when as many as may be are under way.
      await (item === 0 ? first : turns(2));
      return item;
    };
    const results = collect(inOrder(items, 4, work));
    await turns(200);
    expect(begun.length).toBe(16 * 4);
    finishFirst();
    expect(await results).toEqual(items);
  });

  it("does not read on while its results are not taken", async () => {
    let read = 0;
    function* items(): Generator<number> {
      for (; read < 100; read++) yield read;
    }
    const results = inOrder(items(), 3, (item) => Promise.resolve(item));
    expect((await results.next()).value).toBe(0);
    expect(read).toBeLessThanOrEqual(3);
    await results.return(undefined);
  });
});
