import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText, operandsOf, walkExpr } from "./index.ts";
import type { FunctionIr } from "./ir.ts";

const actors = join(import.meta.dirname, "../../rules/actors");

/** Names that the steps call or use, the front end's own ("guard:mutex") aside. */
function spokenOf(fn: FunctionIr): string[] {
  const names: string[] = [];
  for (const step of fn.blocks.flatMap((block) => block.steps)) {
    if (step.op === "call" && step.callee !== null) names.push(step.callee);
    for (const operand of operandsOf(step)) walkExpr(operand, (expr) => void (expr.k === "global" ? names.push(expr.name) : 0));
  }
  return names.filter((name) => !name.includes(":"));
}

describe("the words of a body", () => {
  beforeAll(() => initC());

  it("are its names, and apart those before a parenthesis", () => {
    const [fn] = lowerText("mm/f.c", "int f(int a)\n{\n\t/* not(this) */\n\tput_page (page);\n\tops->walk = walker;\n\treturn g(\"no(such)\", a);\n}\n").functions;
    expect([...fn!.words!.all]).toEqual(["put_page", "page", "ops", "walk", "walker", "return", "g", "a"]);
    expect([...fn!.words!.called]).toEqual(["put_page", "g"]);
  });

  it("hold all that the steps speak of", () => {
    const functions = readdirSync(actors).flatMap((name) => lowerText(name, readFileSync(join(actors, name), "utf8")).functions);
    expect(functions.length).toBeGreaterThan(20);
    for (const fn of functions) for (const name of spokenOf(fn)) expect(fn.words!.all, `${fn.file} ${fn.name}`).toContain(name);
  });
});
