/** First slice: a complete text goes through to blocks and steps. */
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText, printFunction } from "./index.ts";

beforeAll(() => initC());

function dump(text: string): string {
  return lowerText("t.c", text).functions.map(printFunction).join("");
}

describe("lowerText", () => {
  it("lowers marked loads: the pointer when READ_ONCE wraps a cast of it", () => {
    expect(dump("int f(pmd_t *pmdp)\n{\n\tu32 *tmp = READ_ONCE((u32 *)pmdp);\n\treturn *tmp;\n}\n")).toBe(
      "int f(pmd_t *pmdp) 1..5\n0:\n  3: %1 = load[READ_ONCE] pmdp\n  3: let tmp = (u32 *)%1\n  4: %2 = load *tmp\n  4: return %2\n",
    );
  });
});
