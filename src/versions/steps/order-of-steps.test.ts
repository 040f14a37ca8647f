/** Orders of steps in a function that no one wrote by hand: what is asked of the rules is counted. */
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText } from "../../c/index.ts";
import { compileRules } from "../../rulebook/compile.ts";
import { type Rulebook, rulebookFor } from "../../rulebook/index.ts";
import { packageRoot } from "../../util/package-root.ts";
import { orderedIn } from "./order-of-steps.ts";

let rulebook: Rulebook;

beforeAll(async () => {
  await initC();
  rulebook = rulebookFor(compileRules(join(packageRoot(), "rules")), "6.12");
});

const many = (count: number, line: (i: number) => string): string => Array.from({ length: count }, (_, i) => line(i)).join("");

describe("calls that may sleep behind a lock that was dropped", () => {
  it("are looked for once on the way out that many exits share", () => {
    const [exits, waits] = [200, 200];
    const text = `static int f(struct mm_struct *mm, spinlock_t *ptl, int x)\n{\n${many(exits, (i) => `\tif (x == ${i}) {\n\t\tspin_unlock(ptl);\n\t\tgoto out;\n\t}\n`)}\treturn 1;\nout:\n${many(waits, (i) => `\twait_for_${i}(mm);\n`)}\treturn 0;\n}\n`;
    let asked = 0;
    const counting: Rulebook = { ...rulebook, sleeper: (name) => (asked++, rulebook.sleeper(name)) };
    const found = orderedIn(lowerText("mm/x.c", text).functions[0]!, counting);
    expect(found.map(({ step }) => step)).toEqual(Array.from({ length: waits }, (_, i) => `wait_for_${i}`));
    expect(asked).toBeLessThan(2 * waits);
  });
});
