/** Ends of texts cut off by hand: `/[-.]+$/` looks at every stretch of a hostile text as often as it is long. */

/** `text` without the characters of `tail` that it ends with. */
export function withoutTail(text: string, tail: string): string {
  let to = text.length;
  while (to > 0 && tail.includes(text[to - 1]!)) to--;
  return text.slice(0, to);
}

/** `text` without the characters of `outer` that it begins or ends with. */
export function withoutEnds(text: string, outer: string): string {
  let from = 0;
  while (from < text.length && outer.includes(text[from]!)) from++;
  return withoutTail(text.slice(from), outer);
}
