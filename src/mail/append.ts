/** `target.push(...items)` for any number of items: a spread argument list overflows the stack at some hundred thousand. */
export function append<T>(target: T[], items: Iterable<T>): void {
  for (const item of items) target.push(item);
}
