/** Arms whose brackets pair up, known from one reading however deep the arms nest. */
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { BracketSums } from "./bracket-sums.ts";

afterEach(() => void vi.restoreAllMocks());

/** `<` opens a conditional, `|` begins its next arm, `>` ends it. */
function answersOf(code: string, keep: "all" | number): { readonly text: string; readonly pairsUp: boolean }[] {
  const sums = new BracketSums(code);
  const open: { from: number; arms: { from: number; to: number }[] }[] = [];
  const answers: { text: string; pairsUp: boolean }[] = [];
  for (const [at, mark] of Array.from(code).entries()) {
    if (mark === "<") open.push({ from: at, arms: [{ from: at + 1, to: at }] });
    if (mark !== "|" && mark !== ">") continue;
    open.at(-1)!.arms.at(-1)!.to = at;
    if (mark === "|") open.at(-1)!.arms.push({ from: at + 1, to: at });
    else {
      const { from, arms } = open.pop()!;
      sums.add({ from, to: at + 1 }, arms, (pairUp) => {
        answers.push(...arms.map((arm, index) => ({ text: code.slice(arm.from, arm.to), pairsUp: pairUp[index]! })));
        return keep;
      });
    }
  }
  return answers;
}

/** By what is left when pairs are taken out of each kind by itself. */
function reduces(text: string): boolean {
  return ["()", "{}"].every((pair) => {
    let left = Array.from(text).filter((c) => pair.includes(c)).join("");
    while (left.includes(pair)) left = left.replaceAll(pair, "");
    return left === "";
  });
}

const conditional = fc.letrec<{ text: string; group: string }>((tie) => ({
  text: fc.array(fc.oneof({ depthSize: "small" }, fc.constantFrom("(", ")", "{", "}", "()", "{}", "a"), tie("group")), { maxLength: 5 }).map((parts) => parts.join("")),
  group: fc.array(tie("text"), { minLength: 1, maxLength: 3 }).map((arms) => `<${arms.join("|")}>`),
})).group;

describe("brackets of arms", () => {
  it("are those of the text where all arms stay", () => {
    fc.assert(
      fc.property(conditional, (code) => {
        for (const { text, pairsUp } of answersOf(code, "all")) expect(pairsUp).toBe(reduces(text));
      }),
    );
  });

  it("are those of the arms kept where others go", () => {
    expect(answersOf("<a<(|)>)>", 0).map(({ pairsUp }) => pairsUp)).toEqual([false, false, true]);
    expect(answersOf("<a<(|)>)>", 1).at(-1)!.pairsUp).toBe(false);
    expect(answersOf("<a<(|)>>", -1).at(-1)!.pairsUp).toBe(true);
    expect(answersOf("<)a(>", "all")[0]!.pairsUp).toBe(false);
  });

  it("are read once, however deep the arms nest", () => {
    const readsAt = (depth: number): number => {
      const code = `${"<".repeat(depth)}${"()".repeat(1000)}${">".repeat(depth)}`;
      const reads = vi.spyOn(String.prototype, "charCodeAt");
      answersOf(code, "all");
      const count = reads.mock.calls.length;
      reads.mockRestore();
      return count;
    };
    expect(readsAt(1)).toBeGreaterThanOrEqual(2000);
    expect(readsAt(40)).toBeLessThan(2200);
  });
});
