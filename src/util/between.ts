/** Whether a set of numbers has one of a range, for those who ask for thousands of ranges. */
import { memoByObject } from "./memo.ts";

const sortedOf = memoByObject((numbers: ReadonlySet<number>): readonly number[] => Array.from(numbers).toSorted((a, b) => a - b));

/** Whether `numbers`, which is not changed any more, has one from `low` to `high`, both among them. */
export function hasBetween(numbers: ReadonlySet<number>, low: number, high: number): boolean {
  const sorted = sortedOf(numbers);
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (sorted[middle]! < low) from = middle + 1;
    else to = middle;
  }
  return from < sorted.length && sorted[from]! <= high;
}
