/** A seeded source of choices: the same seed makes the same cases on every machine (mulberry32). */

export interface Random {
  /** A whole number from 0 to `below` - 1; 0 when `below` is 0. */
  readonly number: (below: number) => number;
  readonly pick: <T>(items: readonly T[]) => T;
  /** True once in `times`. */
  readonly oneIn: (times: number) => boolean;
}

export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const number = (below: number): number => Math.floor(next() * below);
  return { number, pick: (items) => items[number(items.length)]!, oneIn: (times) => number(times) === 0 };
}
