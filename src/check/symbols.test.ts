/** Moves of pointers: exact by one, "some amount" beyond, and back. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { conjuncts, expression, isUnstable, moved, splitMove } from "./symbols.ts";

describe("moved", () => {
  it("keeps single steps exact and forgets larger ones", () => {
    expect(moved("p", 1n)).toBe("p+1");
    expect(moved("p+1", -1n)).toBe("p");
    expect(moved("p+1", 1n)).toBe("p+p");
    expect(moved("p+p", 1n)).toBe("p+p");
    expect(moved("p+p", -1n)).toBe("p+m");
    expect(moved("p-1", 3n)).toBe("p+n");
    expect(moved("p+n", -1n)).toBe("p+m");
    expect(moved("p", null)).toBe("p+n");
  });

  it("never changes what a pointer points into, and never claims an amount it does not know", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.bigInt(-2n, 2n), fc.constant(null)), { maxLength: 6 }), (steps) => {
        const end = steps.reduce((p, by) => moved(p, by), "p");
        expect(splitMove(end).root).toBe("p");
        const sum = steps.includes(null) ? null : steps.reduce<bigint>((total, by) => total + by!, 0n);
        const { offset } = splitMove(end);
        if (offset !== null) expect(offset).toBe(sum);
        else expect(isUnstable(end)).toBe(true);
      }),
    );
  });
});

describe("conjuncts", () => {
  it("takes apart what expression() put together, and nothing else", () => {
    expect(conjuncts(expression("&", ["$1:a", expression("!", ["@1.2.3;"])]))).toEqual(["$1:a", "(!@1.2.3;)"]);
    expect(conjuncts(expression("&", [expression("&", ["$1:a", "(#0==$1:b)"]), "@1.2.3;"]))).toEqual(["($1:a&(#0==$1:b))", "@1.2.3;"]);
    for (const symbol of ["$1:a", "&1:ptl", "(&1:ptl==@1.2.3;)", "(!($1:a&$1:b))", "(($1:a&$1:b)==#0)", "(p[&1:x]+1)"]) expect(conjuncts(symbol)).toBeNull();
  });
});
