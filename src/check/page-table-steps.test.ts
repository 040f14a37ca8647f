import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText } from "../c/index.ts";
import type { FunctionIr } from "../c/ir.ts";
import { compileRules } from "../rulebook/compile.ts";
import { type Rulebook, rulebookFor } from "../rulebook/rulebook.ts";
import { packageRoot } from "../util/package-root.ts";
import { hasPageTableSteps } from "./page-table-steps.ts";

let book: Rulebook;

beforeAll(async () => {
  await initC();
  book = rulebookFor(compileRules(join(packageRoot(), "rules")), "6.12");
});

function only(text: string): FunctionIr {
  return lowerText("mm/f.c", text).functions[0]!;
}

/** A function that says nothing of itself before it is lowered. */
function wordless(fn: FunctionIr): FunctionIr {
  const { words: _words, paramTypes: _types, ...rest } = { ...fn };
  return rest;
}

describe("whether a function has page-table steps", () => {
  it.each([
    ["a call with a contract", "void f(struct mm_struct *mm)\n{\n\tmmap_read_lock(mm);\n\tmmap_read_unlock(mm);\n}\n", true],
    ["a guard", "void f(struct mm_struct *mm)\n{\n\tguard(mmap_read_lock)(mm);\n\tg(mm);\n}\n", true],
    ["a load by a function that is given an entry", "int f(pmd_t *pmd, int *p)\n{\n\treturn *p;\n}\n", true],
    ["a call by one that has a pointer to an entry", "int f(void *p)\n{\n\tpud_t *pud = p;\n\treturn g(pud);\n}\n", true],
    ["neither steps nor entries", "int f(int *p)\n{\n\treturn g(p) + *p;\n}\n", false],
    ["RCU alone", "void f(void)\n{\n\trcu_read_lock();\n\tg();\n\trcu_read_unlock();\n}\n", false],
  ])("%s", (_what, text, expected) => {
    expect(hasPageTableSteps(only(text), book)).toBe(expected);
  });

  it("is the same for one whose words are not known", () => {
    const folders = ["rules/actors", "rules/models", "fixtures/c"].map((folder) => join(packageRoot(), folder));
    const files = folders.flatMap((folder) => readdirSync(folder).filter((name) => name.endsWith(".c")).map((name) => join(folder, name)));
    const functions = files.flatMap((file) => lowerText(file, readFileSync(file, "utf8")).functions);
    const answers = functions.map((fn) => hasPageTableSteps(fn, book));
    expect(answers).toEqual(functions.map((fn) => hasPageTableSteps(wordless(fn), book)));
    expect(new Set(answers).size).toBe(2);
  });

  it("is told of most functions without lowering them", () => {
    const fn = only("int f(int *p)\n{\n\treturn g(p);\n}\n");
    const bodyless = new Proxy(fn, {
      get: (target, key) => {
        if (key === "blocks" || key === "vars") throw new Error("lowered");
        return Reflect.get(target, key) as unknown;
      },
    });
    expect(hasPageTableSteps(bodyless, book)).toBe(false);
  });
});
