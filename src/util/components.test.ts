import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { components } from "./components.ts";

const size = 9;
const graphs = fc.array(fc.array(fc.nat(size - 1), { maxLength: 3 }), { minLength: size, maxLength: size });
const nodes = Array.from({ length: size }, (_, node) => node);

/** What a node leads to, itself included, by going on until nothing new comes. */
function reached(from: number, next: readonly (readonly number[])[], isIn: (node: number) => boolean): ReadonlySet<number> {
  const found = new Set([from]);
  for (const node of found) for (const to of next[node]!) if (isIn(to)) found.add(to);
  return found;
}

describe("components", () => {
  it("are the nodes that lead to each other, each component behind those that it leads to", () => {
    fc.assert(
      fc.property(graphs, fc.subarray(nodes), (next, among) => {
        const isIn = (node: number): boolean => among.includes(node);
        const found = components(among, next, isIn);
        expect(found.flat().toSorted((a, b) => a - b)).toEqual(among);
        for (const [at, component] of found.entries()) {
          for (const a of component) {
            const leadsTo = reached(a, next, isIn);
            expect(among.filter((b) => leadsTo.has(b) && reached(b, next, isIn).has(a))).toEqual(component.toSorted((x, y) => x - y));
            for (const later of found.slice(at + 1).flat()) expect(leadsTo.has(later)).toBe(false);
          }
        }
      }),
    );
  });
});
