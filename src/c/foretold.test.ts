import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { calleesOf, initC, lowerText, mayCall, mayReturnConstants, summaryOf } from "./index.ts";
import type { FunctionIr } from "./ir.ts";

beforeAll(() => initC());

function only(text: string): FunctionIr {
  return lowerText("mm/f.c", text).functions[0]!;
}

describe("what the words of a body foretell", () => {
  it.each([
    ["a call", "void f(void)\n{\n\tlock(g());\n}\n", "lock", true],
    ["an argument", "void f(void)\n{\n\tg(lock);\n}\n", "lock", false],
    ["a call in a comment", "void f(void)\n{\n\tg(); /* lock() */\n}\n", "lock", false],
    ["a guard, whose calls have names of their own", "void f(void)\n{\n\tguard(mutex)(&m);\n}\n", "lock", true],
  ])("of calls: %s", (_what, text, name, expected) => {
    expect(mayCall(only(text), (callee) => callee === name)).toBe(expected);
  });

  it.each([
    ["a constant", "int f(void)\n{\n\treturn -1;\n}\n", true],
    ["what a variable holds, on one way", "int f(int a)\n{\n\tif (a > 1)\n\t\treturn 0;\n\treturn a;\n}\n", false],
    ["what a field holds", "int f(struct s *a)\n{\n\treturn a->b.c;\n}\n", false],
    ["what a call gives", "int f(int a)\n{\n\treturn g(a, h(a));\n}\n", false],
    ["what a macro of the kernel may make a constant", "int f(int a)\n{\n\treturn unlikely(0);\n}\n", true],
    ["one of two", "int f(int a)\n{\n\treturn g(a) ? 1 : 0;\n}\n", true],
    ["a field in a configuration only", "int f(struct s *a)\n{\n#ifdef CONFIG_A\n\treturn a->b;\n#else\n\treturn 0;\n#endif\n}\n", true],
    ["a boolean", "bool f(void)\n{\n\treturn true;\n}\n", true],
    ["nothing", "void f(int *a)\n{\n\t*a = 1;\n}\n", false],
    ["nothing, not even itself", "void f(void)\n{\n\tBUG();\n}\n", true],
    ["nothing, from a loop", "void f(void)\n{\n\tfor (;;)\n\t\tg();\n}\n", true],
  ])("of what is returned: %s", (_what, text, expected) => {
    expect(mayReturnConstants(only(text))).toBe(expected);
  });

  it("is never no where the steps say yes", () => {
    const actors = join(import.meta.dirname, "../../rules/actors");
    const functions = readdirSync(actors).flatMap((name) => lowerText(name, readFileSync(join(actors, name), "utf8")).functions);
    expect(functions.length).toBeGreaterThan(20);
    for (const fn of functions) {
      for (const callee of calleesOf(fn)) expect(mayCall(fn, (name) => name === callee), `${fn.name} ${callee}`).toBe(true);
      if (summaryOf(fn).constant) expect(mayReturnConstants(fn), fn.name).toBe(true);
    }
  });
});
