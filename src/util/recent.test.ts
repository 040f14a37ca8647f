import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Recent } from "./recent.ts";

describe("what was asked for lately", () => {
  it("stays while it is asked for, however much else comes by", () => {
    const recent = new Recent<string>(10);
    recent.keep("kept", 4, "value");
    for (let n = 0; n < 50; n++) {
      recent.keep(`passing ${n}`, 4, "");
      expect(recent.find("kept")).toBe("value");
    }
  });

  it("is forgotten when nobody asked for it since two halves were filled", () => {
    const recent = new Recent<string>(10);
    recent.keep("a", 5, "value");
    for (let n = 0; n < 4; n++) recent.keep(`other ${n}`, 5, "");
    expect(recent.find("a")).toBeUndefined();
  });

  it("is what was kept last under its name", () => {
    const recent = new Recent<number>(10);
    for (const value of [1, 2, 3]) recent.keep("a", 6, value);
    recent.keep("b", 4, 4);
    expect([recent.find("a"), recent.find("b")]).toEqual([3, 4]);
  });

  it("never weighs more than two halves, whatever is kept and asked for", () => {
    const action = fc.record({ key: fc.nat(30), weight: fc.nat(12), asks: fc.boolean() });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
        const recent = new Recent<number>(10);
        const weights = new Map<number, number>();
        for (const { key, weight, asks } of actions) {
          if (asks) recent.find(`${key}`);
          else {
            recent.keep(`${key}`, weight, weight);
            if (weight <= 10) weights.set(key, weight);
          }
        }
        // Each is looked for in a copy of what happened, as to look moves it.
        const found = [...weights.keys()].filter((key) => {
          const copy = new Recent<number>(10);
          for (const one of actions) {
            if (one.asks) copy.find(`${one.key}`);
            else copy.keep(`${one.key}`, one.weight, one.weight);
          }
          return copy.find(`${key}`) !== undefined;
        });
        expect(found.reduce((sum, key) => sum + weights.get(key)!, 0)).toBeLessThanOrEqual(20);
      }),
    );
  });
});
