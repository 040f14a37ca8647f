/** Plain-text tables and shares. */

export interface Share {
  readonly hit: number;
  readonly of: number;
}

export function count<T>(items: readonly T[], isHit: (item: T) => boolean): Share {
  return { hit: items.filter(isHit).length, of: items.length };
}

/** "3/4"; "-" when there was nothing to measure. */
export function inWords({ hit, of }: Share): string {
  return of === 0 ? "-" : `${hit}/${of}`;
}

/** Columns as wide as their widest cell; the first is aligned left, the others right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_title, column) => Math.max(...all.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join("  ").trimEnd();
  return [line(head), widths.map((width) => "-".repeat(width)).join("  "), ...rows.map(line)].join("\n");
}
