/** Code that no one wrote by hand: whatever one character or word is repeated for ever, a review ends, and says what it could not read. */
import { afterEach, describe, expect, it } from "vitest";
import { onlyPatch, removeFolders, reviewTexts } from "../fixtures/review/harness.ts";

afterEach(removeFolders);

const units = ["a", "(", ")", "[", "{", "}", "*", "a,", "f(", "a?", "a->", "a=", "struct ", "if (x) ", "case 1: ", "(int)", "/*", '"', "#", "\\", ";", " "];
const places: Readonly<Record<string, (text: string) => readonly string[]>> = {
  declaration: (text) => ["static void f(pte_t *pte)", "{", `\tstruct ${text} x;`, "\tset_pte(pte, x);", "}"],
  argument: (text) => ["static void f(pte_t *pte)", "{", `\tset_pte(pte, ${text});`, "}"],
  parameters: (text) => [`static void f(pte_t *${text})`, "{", "\tset_pte(pte, x);", "}"],
  file: (text) => [text, "static void f(pte_t *pte)", "{", "\tset_pte(pte, x);", "}"],
};

function added(lines: readonly string[]): string {
  return `--- /dev/null\n+++ b/mm/x.c\n@@ -0,0 +1,${lines.length} @@\n${lines.map((line) => `+${line}\n`).join("")}`;
}

describe.each(Object.keys(places))("in a %s", (place) => {
  // A stage that takes the square of the length would need hours for these, and the test would run into its time limit.
  it.each(["one line", "many lines"])("of %s", async (shape) => {
    for (const unit of units) {
      const text = shape === "one line" ? unit.repeat(Math.floor(800_000 / unit.length)) : unit.repeat(30).concat("\n").repeat(1500);
      const lines = places[place]!(text).flatMap((line) => line.split("\n"));
      const patch = onlyPatch(await reviewTexts([added(lines)], { kernel: "6.12" }));
      expect(patch.files).toEqual(["mm/x.c"]);
    }
  });
});

describe("a line beyond all measure", () => {
  it("is left out by line, and its function is covered in part", async () => {
    const patch = onlyPatch(await reviewTexts([added(places["argument"]!("a".repeat(5000)))], { kernel: "6.12" }));
    expect(patch.functions).toMatchObject([{ name: "f", coverage: "skipped", reason: "line 3 cannot be read as C, and no page-table steps elsewhere" }]);
  });
});
