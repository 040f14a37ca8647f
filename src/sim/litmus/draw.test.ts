/** Drawings of the execution that decides a test. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { initC } from "../../c/index.ts";
import { packageRoot } from "../../util/package-root.ts";
import { drawDot, drawSvg, drawText, litmusPicture, litmusWitness } from "./index.ts";

const witnessOf = (name: string): NonNullable<ReturnType<typeof litmusWitness>> => {
  return litmusWitness(name, readFileSync(join(packageRoot(), "fixtures", "litmus", `${name}.litmus`), "utf8"))!;
};

beforeAll(async () => {
  await initC();
});

describe("an execution as text", () => {
  it("shows what is missing when the condition can be met", () => {
    expect(drawText(witnessOf("pt-publish-addr"))).toBe(`pt-publish-addr: allowed, though no interleaving explains it
  P0
    a: W[once] pte=1                 line 17
    b: W[once] pmd=pte               line 18
  P1
    c: R[once] pmd=pte               line 25
    d: R[once] pte=0                 line 26
  rf  b -> c
  fr  d -> a
  cycle  a -po-> b -rf-> c -addr-> d -fr-> a
  not ordered  a -> b
`);
  });

  it("shows what forbids it when it can't", () => {
    expect(drawText(witnessOf("pt-publish-wmb-addr"))).toContain(`pt-publish-wmb-addr: forbidden by happens-before\n`);
    expect(drawText(witnessOf("pt-publish-wmb-addr"))).toContain("  cycle  a -wmb-> c -rf-> d -addr-> e -fr-> a\n");
    expect(drawText(witnessOf("pt-free-rcu"))).toContain("pt-free-rcu: forbidden by rcu\n");
    expect(drawText(witnessOf("sb-mb-mb"))).toContain("  cycle  a -mb-> c -fr-> d -mb-> f -fr-> a\n");
  });

  it("says so when an interleaving explains it", () => {
    expect(drawText(witnessOf("plain-locked"))).toContain("allowed, and explained by an interleaving\n");
  });

  it("is missing when not even a candidate meets the condition", () => {
    expect(litmusWitness("t", "C t\n{}\nP0(int *x) { WRITE_ONCE(*x, 1); }\nexists (x=2)\n")).toBeNull();
  });
});

describe("drawings of a published table", () => {
  it.each([["text", "txt"], ["dot", "dot"], ["svg", "svg"]] as const)("%s", async (drawing, extension) => {
    const folder = join(packageRoot(), "fixtures", "litmus");
    const text = readFileSync(join(folder, "pt-publish-addr.litmus"), "utf8");
    await expect(litmusPicture("t", text, drawing)).toMatchFileSnapshot(join(folder, "drawings", `pt-publish-addr.${extension}`));
  });
});

describe("an execution as a graph", () => {
  it("has every event and every edge of the cycle", () => {
    const witness = witnessOf("sb");
    const [dot, svg] = [drawDot(witness), drawSvg(witness)];
    for (const event of witness.events) {
      expect(dot).toContain(`e${event.id} [label="${String.fromCharCode(97 + event.id)}: ${event.label}"]`);
      expect(svg).toContain(`: ${event.label}</text>`);
    }
    for (const { from, to, relation } of witness.cycle) expect(dot).toContain(`e${from} -> e${to} [label="${relation}"`);
    expect(svg.match(/marker-end/g)).toHaveLength(witness.cycle.length);
    expect(dot.match(/style=dashed/g)).toHaveLength(2);
  });

  it("is well-formed XML: every tag is closed and nothing unescaped is left", () => {
    const svg = drawSvg({ ...witnessOf("sb"), name: `<&">` });
    const tags = Array.from(svg.matchAll(/<(\/?)([a-z]+)[^<>]*?(\/?)>/g));
    const open: string[] = [];
    for (const [, closing, name, empty] of tags) {
      if (closing) expect(open.pop()).toBe(name);
      else if (!empty) open.push(name!);
    }
    expect(open).toEqual([]);
    expect(svg).toContain("&lt;&amp;&quot;&gt;: allowed");
  });
});
