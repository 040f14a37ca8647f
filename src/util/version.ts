/** Kernel versions as "X.Y": compared by number, not by text ("4.9" is before "4.18"). */

/** Negative, zero or positive as `a` is before, equal to or after `b`. Parts that are missing or not numbers count as 0. */
export function compareVersions(a: string, b: string): number {
  const left = a.split(".").map((part) => Number.parseInt(part, 10) || 0);
  const right = b.split(".").map((part) => Number.parseInt(part, 10) || 0);
  return (left[0] ?? 0) - (right[0] ?? 0) || (left[1] ?? 0) - (right[1] ?? 0);
}

/** Whether `version` lies in since..until, both inclusive, both optional. */
export function inEra(version: string, range: { readonly since?: string; readonly until?: string }): boolean {
  if (range.since !== undefined && compareVersions(version, range.since) < 0) return false;
  return range.until === undefined || compareVersions(version, range.until) <= 0;
}
