import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText } from "./index.ts";
import { parse } from "./parse.ts";
import { ParsedBefore } from "./parsed-before.ts";
import type { SyntaxNode } from "./syntax.ts";

function leaf(start: number, end: number): SyntaxNode {
  return { kind: "identifier", field: "", start, end, named: true, broken: false, children: [] };
}

/** Texts and places of all nodes, by what they stand on. */
function placesOf(node: SyntaxNode, text: string, offset: number): string[] {
  return [`${node.kind} ${text.slice(node.start - offset, node.end - offset)}`, ...node.children.flatMap((child) => placesOf(child, text, offset))];
}

describe("trees that are remembered", () => {
  beforeAll(() => initC());

  it("parses a text once and gives its tree at each place", () => {
    const before = new ParsedBefore();
    let parsed = 0;
    const parseOnce = (text: string, offset: number): SyntaxNode => {
      parsed++;
      return { ...leaf(offset, offset + text.length), children: [leaf(offset + 1, offset + 2)] };
    };
    before.rootOf("abc", 10, parseOnce);
    const later = before.rootOf("abc", 70, parseOnce);
    expect([later.start, later.end, later.children[0]!.start, later.children[0]!.end]).toEqual([70, 73, 71, 72]);
    expect(parsed).toBe(1);
  });

  it("forgets what has not been asked for since much else was", () => {
    const before = new ParsedBefore();
    const asked: string[] = [];
    const note = (text: string, offset: number): SyntaxNode => {
      asked.push(text);
      return leaf(offset, offset + text.length);
    };
    before.rootOf("old", 0, note);
    for (let n = 0; n < 5; n++) before.rootOf(`${n}`.padEnd(60_000), 0, note);
    before.rootOf("old", 0, note);
    expect(asked.filter((text) => text === "old")).toHaveLength(2);
  });

  it("gives the same tree of a text wherever it stands and however often it was asked for", () => {
    const statement = fc.constantFrom("a = b;", "if (x) { y(); }", "while (--n) f(&q->r);", "pte = ptep_get(ptep);", "goto out;", "int z[3];");
    fc.assert(
      fc.property(fc.array(statement, { minLength: 1, maxLength: 6 }), fc.nat(5000), fc.nat(5000), (list, first, second) => {
        const text = `{${list.join("\n")}}`;
        expect(placesOf(parse(text, second), text, second)).toEqual(placesOf(parse(text, first), text, first));
      }),
    );
  });

  it("keeps functions apart that have the same body", () => {
    const [one, two] = lowerText("mm/f.c", "int one(void)\n{\n\tlock(a);\n}\n\nint two(void)\n{\n\tlock(a);\n}\n").functions;
    const calls = [one!, two!].map((fn) => fn.blocks.flatMap((block) => block.steps).filter((step) => step.op === "call").map((step) => step.loc.line));
    expect(calls).toEqual([[3], [8]]);
  });
});
