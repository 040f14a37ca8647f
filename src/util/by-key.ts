/** Things by each of their keys, in the order in which they come. What gives a key twice is there twice. */
export function byKey<Thing>(things: Iterable<Thing>, keysOf: (thing: Thing) => Iterable<string>): Map<string, Thing[]> {
  const index = new Map<string, Thing[]>();
  for (const thing of things) {
    for (const key of keysOf(thing)) {
      const known = index.get(key);
      if (known === undefined) index.set(key, [thing]);
      else known.push(thing);
    }
  }
  return index;
}
