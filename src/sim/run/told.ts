/** What is said of the code while it is run. */
export interface Told {
  /** What was left out although it may matter. */
  readonly notModelled: Set<string>;
  /** Calls left out that were given nothing of the page tables. */
  readonly skipped: Set<string>;
  /** Lines of the first thread's code that have visible operations. */
  readonly reached: Set<number>;
  /** Locks and sections that the code under test leaves without having entered them. */
  readonly wanted: Set<string>;
}

export function nothingTold(): Told {
  return { notModelled: new Set(), skipped: new Set(), reached: new Set(), wanted: new Set() };
}

export function tell(told: Told, more: Told): void {
  for (const what of more.notModelled) told.notModelled.add(what);
  for (const what of more.skipped) told.skipped.add(what);
  for (const line of more.reached) told.reached.add(line);
  for (const lock of more.wanted) told.wanted.add(lock);
}
