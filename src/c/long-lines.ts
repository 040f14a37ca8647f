/**
 * Lines that no one wrote by hand are not read: the work of some stages grows faster than the length of a line, and a
 * sender chooses that length. The longest line of C in the kernel's mm/, fs/, kernel/, arch/ and include/ has less than
 * 1,000 characters (6.1 and 6.12).
 */

const longestLine = 4000;

/** No token of C begins with "@": what holds such a line can't be read, and says so by its line. */
const instead = "@ limit hit: the line is too long @";

export function withoutLongLines(lines: readonly string[]): readonly string[] {
  return lines.some((line) => line.length > longestLine) ? lines.map((line) => (line.length > longestLine ? instead : line)) : lines;
}
