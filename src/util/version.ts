/** Kernel versions as "X.Y": compared by number, not by text ("4.9" is before "4.18"). */
import { memoByValue } from "./memo.ts";

type Numbers = readonly [major: number, minor: number];

/** Parts that are missing or not numbers count as 0. A run asks for a few dozen, each at thousands of steps. */
const numbersOf = memoByValue((version: string): Numbers => {
  const [major = 0, minor = 0] = version.split(".").map((part) => Number.parseInt(part, 10) || 0);
  return [major, minor];
});

/** Negative, zero or positive as `a` is before, equal to or after `b`. */
export function compareVersions(a: string, b: string): number {
  const left = numbersOf(a);
  const right = numbersOf(b);
  return left[0] - right[0] || left[1] - right[1];
}

/** Whether `version` lies in since..until, both inclusive, both optional. */
export function inEra(version: string, range: { readonly since?: string; readonly until?: string }): boolean {
  if (range.since !== undefined && compareVersions(version, range.since) < 0) return false;
  return range.until === undefined || compareVersions(version, range.until) <= 0;
}
