/** Reading, printing and deciding what a litmus test asks. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Value } from "../memory/value.ts";
import { holds, parseQuestion, printProposition, type Lookup, type Proposition } from "./condition.ts";
import { Tokens } from "./tokens.ts";

function question(text: string): ReturnType<typeof parseQuestion> {
  return parseQuestion(new Tokens(text, 0, text.length));
}

const printed = (text: string): string => printProposition(question(text).proposition);

describe("questions", () => {
  it("print as herd7 prints them", () => {
    expect(printed("exists (x=1 /\\ 1:r0=2)")).toBe("[x]=1 /\\ 1:r0=2");
    expect(printed("exists (~x=1 \\/ 0:r1=1:r1)")).toBe("not ([x]=1) \\/ 0:r1=1:r1");
    expect(printed("exists ((x=1 \\/ y=1) /\\ z=y)")).toBe("([x]=1 \\/ [y]=1) /\\ [z]=y");
    expect(printed("exists (x=1 \\/ y=1 /\\ z=1)")).toBe("[x]=1 \\/ [y]=1 /\\ [z]=1");
    expect(printed("forall (x!=1)")).toBe("not ([x]=1)");
    expect(printed("")).toBe("true");
  });

  it("bind => tighter than /\\, and that tighter than \\/", () => {
    const { proposition } = question("exists (x=1 => y=1 /\\ z=1 \\/ x=2)");
    expect(proposition).toMatchObject({ k: "or", parts: [{ k: "and", parts: [{ k: "implies" }, { k: "value" }] }, { k: "value" }] });
  });

  it("know their quantifier, filter and locations", () => {
    const found = question("locations [0:r1; x; y;] filter (0:r1=1) ~exists (x=-1)");
    expect(found).toMatchObject({
      quantifier: "~exists", filter: { k: "value", is: 1n }, proposition: { k: "value", is: -1n },
      locations: [{ k: "register", thread: 0, name: "r1" }, { k: "location", name: "x" }, { k: "location", name: "y" }],
    });
  });

  it("read addresses with and without an ampersand, and hexadecimal numbers", () => {
    expect(question("exists (p=&x /\\ q=x /\\ y=0x10)").proposition).toMatchObject({ parts: [{ is: "x" }, { is: "x" }, { is: 16n }] });
  });
});

const names = ["x", "y"] as const;
const atom = fc.record({ name: fc.constantFrom(...names), is: fc.bigInt({ min: 0n, max: 2n }) })
  .map(({ name, is }): Proposition => ({ k: "value", of: { k: "location", name }, is }));
const proposition = fc.letrec<{ any: Proposition }>((tie) => ({
  any: fc.oneof(
    { depthSize: "small" }, atom,
    tie("any").map((of): Proposition => ({ k: "not", of })),
    fc.tuple(fc.constantFrom("and" as const, "or" as const), fc.array(tie("any"), { minLength: 2, maxLength: 3 }))
      .map(([k, parts]): Proposition => ({ k, parts })),
    fc.tuple(tie("any"), tie("any")).map(([left, right]): Proposition => ({ k: "implies", left, right })),
  ),
})).any;

describe("propositions", () => {
  const lookup = (values: Readonly<Record<string, Value | undefined>>): Lookup => (observable) => values[observable.name];

  it("say the same after printing and reading", () => {
    fc.assert(fc.property(proposition, fc.bigInt({ min: 0n, max: 2n }), fc.bigInt({ min: 0n, max: 2n }), (tree, x, y) => {
      const again = question(`exists (${printProposition(tree)})`).proposition;
      expect(holds(again, lookup({ x, y }))).toBe(holds(tree, lookup({ x, y })));
    }));
  });

  it("are decided early only when no value of the rest changes it", () => {
    fc.assert(fc.property(proposition, fc.bigInt({ min: 0n, max: 2n }), (tree, x) => {
      const early = holds(tree, lookup({ x }));
      if (early === undefined) return;
      for (const y of [0n, 1n, 2n, 3n]) expect(holds(tree, lookup({ x, y }))).toBe(early);
    }));
  });
});
