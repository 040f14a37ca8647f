/**
 * Threads that run the same code: executions that differ only in which of them does what are images of one another, so one
 * of them is worked out and the others are told from it. Only combinations of different paths are folded together; where
 * equal threads take one path, their executions are searched one by one.
 */
import type { Thread } from "./program.ts";

/** Larger classes have too many images to be worth it. */
const largest = 5;

/** Thread numbers by equal code (lines and names of threads aside); classes of one are left out. */
export function equalThreads(threads: readonly Thread[]): readonly (readonly number[])[] {
  const classes = new Map<string, number[]>();
  for (const [number, { body, registers }] of threads.entries()) {
    const key = JSON.stringify([body, Array.from(registers)], (name, value: unknown) => {
      if (name === "line") return 0;
      return typeof value === "bigint" ? `${value}n` : value;
    });
    classes.set(key, [...(classes.get(key) ?? []), number]);
  }
  return Array.from(classes.values()).filter((numbers) => numbers.length > 1 && numbers.length <= largest);
}

/** Whether a choice of one path for each thread is the one of its images that is worked out. */
export function isFirstOfImages(choice: readonly number[], classes: readonly (readonly number[])[]): boolean {
  return classes.every((numbers) => numbers.every((thread, i) => i === 0 || choice[numbers[i - 1]!]! <= choice[thread]!));
}

/**
 * One renaming for each image of the choice, that of the choice itself first: image[thread] is the thread of the choice that
 * does what `thread` does in the image.
 */
export function imagesOf(choice: readonly number[], classes: readonly (readonly number[])[]): readonly (readonly number[])[] {
  let images: readonly (readonly number[])[] = [choice.map((_, thread) => thread)];
  for (const numbers of classes) {
    const orders = distinctOrders(numbers, (thread) => choice[thread]!);
    images = images.flatMap((image) => orders.map((order) => {
      const renamed = image.slice();
      numbers.forEach((thread, i) => {
        renamed[thread] = order[i]!;
      });
      return renamed;
    }));
  }
  return images;
}

/** The orders of the threads in which their paths differ; the given one first. */
function distinctOrders(threads: readonly number[], pathOf: (thread: number) => number): readonly (readonly number[])[] {
  if (threads.length <= 1) return [threads];
  const tried = new Set<number>();
  return threads.flatMap((first, i) => {
    if (tried.has(pathOf(first))) return [];
    tried.add(pathOf(first));
    const rest = threads.filter((_, j) => j !== i);
    return distinctOrders(rest, pathOf).map((order) => [first, ...order]);
  });
}
