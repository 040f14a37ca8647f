/** The relation algebra against the same operators on sets of pairs. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shortestCycle } from "./cycle.ts";
import { RelationAlgebra, type Relation } from "./relation.ts";

type Pairs = readonly (readonly [number, number])[];

const key = ([a, b]: readonly [number, number]): string => `${a} ${b}`;
const sorted = (pairs: Iterable<readonly [number, number]>): string[] => Array.from(new Set(Array.from(pairs, key))).toSorted();

/** Sizes on both sides of a word's 32 bits. */
const sizes = fc.constantFrom(1, 5, 31, 32, 33, 40, 70);

const two = sizes.chain((size) => {
  const pair = fc.tuple(fc.nat(size - 1), fc.nat(size - 1));
  const relation = fc.array(pair, { maxLength: 60 });
  return fc.record({ size: fc.constant(size), a: relation, b: relation, set: fc.uniqueArray(fc.nat(size - 1)) });
});

function compose(a: Pairs, b: Pairs): Pairs {
  return a.flatMap(([x, y]) => b.filter(([from]) => from === y).map(([, z]) => [x, z] as const));
}

function closure(a: Pairs): Pairs {
  let all: Pairs = a;
  for (;;) {
    const next = [...new Map([...all, ...compose(all, a)].map((pair) => [key(pair), pair])).values()];
    if (next.length === new Set(all.map(key)).size) return next;
    all = next;
  }
}

describe("relations", () => {
  it("join, meet, subtract, compose and turn round as sets of pairs do", () => {
    fc.assert(fc.property(two, ({ size, a, b, set }) => {
      const r = new RelationAlgebra(size);
      const [left, right] = [r.of(a), r.of(b)];
      const inB = new Set(b.map(key));
      const members = new Set(set);
      const chosen = r.set((e) => members.has(e));
      const same = (relation: Relation, pairs: Pairs): void => expect(sorted(r.pairs(relation))).toEqual(sorted(pairs));
      same(r.or(left, right), [...a, ...b]);
      same(r.and(left, right), a.filter((pair) => inB.has(key(pair))));
      same(r.minus(left, right), a.filter((pair) => !inB.has(key(pair))));
      same(r.seq(left, right), compose(a, b));
      same(r.inverse(left), a.map(([x, y]) => [y, x] as const));
      same(r.from(chosen, left), a.filter(([x]) => members.has(x)));
      same(r.to(left, chosen), a.filter(([, y]) => members.has(y)));
      same(r.cross(chosen, chosen), set.flatMap((x) => set.map((y) => [x, y] as const)));
      same(r.identity(chosen), set.map((x) => [x, x] as const));
    }));
  });

  it("close transitively, and find cycles exactly when there are some", () => {
    fc.assert(fc.property(two, ({ size, a }) => {
      const r = new RelationAlgebra(size);
      const relation = r.of(a);
      const closed = closure(a);
      expect(sorted(r.pairs(r.plus(relation)))).toEqual(sorted(closed));
      const cyclic = closed.some(([x, y]) => x === y);
      expect(r.isAcyclic(relation)).toBe(!cyclic);
      const cycle = shortestCycle(r, relation);
      expect(cycle.length > 0).toBe(cyclic);
      cycle.forEach((from, i) => expect(r.has(relation, from, cycle[(i + 1) % cycle.length]!)).toBe(true));
    }));
  });

  it("find a shortest cycle", () => {
    const r = new RelationAlgebra(6);
    expect(shortestCycle(r, r.of([[0, 1], [1, 2], [2, 0], [3, 4], [4, 3]]))).toEqual([3, 4]);
  });

  it("give back what was taken since a mark, and keep what was taken before", () => {
    const r = new RelationAlgebra(3);
    const kept = r.of([[0, 1]]);
    const mark = r.mark();
    const given = r.of([[1, 2]]);
    r.release(mark);
    expect(r.of([[2, 0]])).toBe(given);
    expect(r.pairs(kept)).toEqual([[0, 1]]);
  });
});
