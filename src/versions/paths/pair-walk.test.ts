/** The states of a function's paths, which may be many: they are gone through in slices. */
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText } from "../../c/index.ts";
import { newPool } from "../../check/index.ts";
import { builtinRules, rulebookFor } from "../../rulebook/index.ts";
import { computingBooks } from "./pair-walk.ts";

beforeAll(initC);

describe("the books of a function", () => {
  it("are made with a pause at each state", () => {
    // Ten conditions that are each asked twice: every combination of truths is a state of its own, up to the bound for a block.
    const asked = Array.from({ length: 10 }, (_, i) => `\tif (x & ${1 << i})\n\t\tspin_lock(a);\n`).join("");
    const [fn] = lowerText("mm/f.c", `void f(int x, spinlock_t *a)\n{\n${asked}${asked}}\n`).functions;
    const work = computingBooks(fn!, rulebookFor(builtinRules(), "6.12"), newPool());
    let pauses = 0;
    while (work.next().done !== true) pauses++;
    expect(pauses).toBeGreaterThan(500);
  });
});
