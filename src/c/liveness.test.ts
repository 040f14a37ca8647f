import { beforeAll, describe, expect, it } from "vitest";
import { definedBy, initC, livenessOf, lowerText, operandsOf, operandsOfEnd, rootOf, successors, walkExpr, walkPlace } from "./index.ts";
import type { Expr, FunctionIr, Place } from "./ir.ts";

beforeAll(initC);

/** Whether some way from a point comes to a read of a variable before it is written: the meaning of being alive, step by step. */
function isRead(name: string, fn: FunctionIr, block: number, step: number): boolean {
  const seen = new Set<string>();
  const open: (readonly [number, number])[] = [[block, step]];
  for (const [at, from] of open) {
    const { steps, end } = fn.blocks[at]!;
    const here = steps[from];
    const places = here?.op === "load" || here?.op === "store" ? [here.place] : [];
    if (mentions(name, here === undefined ? operandsOfEnd(end) : operandsOf(here), places)) return true;
    if (here !== undefined && definedBy(here) === name) continue;
    for (const next of here === undefined ? successors(end).map((to) => [to, 0] as const) : [[at, from + 1] as const]) {
      if (!seen.has(next.join())) open.push(next);
      seen.add(next.join());
    }
  }
  return false;
}

function mentions(name: string, exprs: readonly Expr[], places: readonly Place[]): boolean {
  let found = false;
  const see = (expr: Expr): void => void (found ||= expr.k === "var" && expr.name === name);
  for (const expr of exprs) walkExpr(expr, see);
  for (const place of places) {
    const root = rootOf(place);
    found ||= root.k === "var" && root.name === name;
    walkPlace(place, see);
  }
  return found;
}

const straight = Array.from({ length: 36 }, (_, i) => `\tb = use(${i % 7 === 0 ? "a" : "c"});\n\tc = b + ${i};\n`).join("");

describe("what lives", () => {
  it.each([
    ["in a straight line", "\tint t = a + b;\n\tuse(t);\n\tt = c;\n\treturn t;\n"],
    ["over branches and loops", "\tint t = 0, u;\n\tfor (u = a; u < b; u++) {\n\t\tif (use(u))\n\t\t\tt = c;\n\t\telse if (use(t))\n\t\t\tbreak;\n\t}\n\tswitch (t) {\n\tcase 1:\n\t\treturn u;\n\tdefault:\n\t\treturn p->x;\n\t}\n"],
    ["in a block that is longer than what is known at once", `${straight}\tif (c)\n\t\treturn a;\n\treturn b;\n`],
    ["through places", "\tstruct s v;\n\tv.x = a;\n\tp->x = v.x;\n\tp = p->next;\n\tp[b].x = c;\n\treturn 0;\n"],
  ])("%s is what is read on some way before it is written", (_, body) => {
    const fn = lowerText("mm/f.c", `int f(int a, int b, int c, struct s *p)\n{\n${body}}\n`).functions[0]!;
    const { before } = livenessOf(fn);
    for (const { id, steps } of fn.blocks) {
      for (let step = 0; step <= steps.length; step++) expect([id, step, Array.from(before(id, step)).toSorted()]).toEqual([id, step, Array.from(fn.vars.keys()).filter((name) => isRead(name, fn, id, step)).toSorted()]);
    }
  });

  it("is what has its address taken, everywhere", () => {
    const fn = lowerText("mm/f.c", "int f(int a)\n{\n\tint t;\n\tset(&t);\n\treturn a;\n}\n").functions[0]!;
    for (const { id, steps } of fn.blocks) expect(livenessOf(fn).before(id, steps.length)).toContain("t");
  });
});
