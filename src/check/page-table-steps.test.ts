import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText } from "../c/index.ts";
import type { FunctionIr } from "../c/ir.ts";
import { compileRules } from "../rulebook/compile.ts";
import { type Rulebook, rulebookFor } from "../rulebook/rulebook.ts";
import { packageRoot } from "../util/package-root.ts";
import { hasPageTableSteps, mayHavePageTableSteps } from "./page-table-steps.ts";

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

/** Files whose functions are of many kinds. */
function ourFiles(): { readonly file: string; readonly text: string }[] {
  const folders = ["rules/actors", "rules/models", "fixtures/c"].map((folder) => join(packageRoot(), folder));
  return folders.flatMap((folder) => readdirSync(folder).filter((name) => name.endsWith(".c")).map((name) => ({ file: join(folder, name), text: readFileSync(join(folder, name), "utf8") })));
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
    const functions = ourFiles().flatMap(({ file, text }) => lowerText(file, text).functions);
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

describe("whether any function of a text may have them", () => {
  it.each([
    ["a function whose context is known", "int wp_page_reuse(void)\n{\n\treturn 0;\n}\n"],
    ["a lock that the head names", "void f(struct mm_struct *mm) __must_hold(&mm->mmap_lock)\n{\n\tg();\n}\n"],
    ["a record that keeps an mm", "int f(struct proc_maps_private *priv)\n{\n\treturn priv->mm->total_vm;\n}\n"],
    ["a call with a contract", "void f(struct mm_struct *mm)\n{\n\tmmap_read_lock(mm);\n}\n"],
    ["a guard", "void f(struct mm_struct *mm)\n{\n\tguard(mmap_read_lock)(mm);\n}\n"],
    ["a load by a function that is given an entry", "int f(pmd_t *pmd, int *p)\n{\n\treturn *p;\n}\n"],
  ])("is not ruled out by its words: %s", (_what, text) => {
    expect(mayHavePageTableSteps(text, book)).toBe(true);
  });

  it("is ruled out where no word speaks of page tables, and never where a function has such steps", () => {
    expect(mayHavePageTableSteps("/* Nothing of it. */\nstatic inline void f(void)\n{\n\trcu_read_lock();\n\tg();\n\trcu_read_unlock();\n}\n", book)).toBe(false);
    expect(mayHavePageTableSteps("", book)).toBe(false);
    for (const { file, text } of ourFiles()) {
      if (lowerText(file, text).functions.some((fn) => hasPageTableSteps(fn, book))) expect(mayHavePageTableSteps(text, book), file).toBe(true);
    }
  });

  it("knows the name that the macro for system calls hides", () => {
    const text = "SYSCALL_DEFINE1(look_at, int, fd)\n{\n\treturn fd;\n}\n";
    const spokenOf = { contracts: [], contexts: ["sys_look_at"], keepers: [] };
    const hidden: Rulebook = { ...book, context: (of) => (of === "sys_look_at" ? { of, held: [], references: [] } : undefined), spokenOf };
    expect(hasPageTableSteps(only(text), hidden)).toBe(true);
    expect(mayHavePageTableSteps(text, hidden)).toBe(true);
  });
});
