/** What counts as the same function under another name. */
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText } from "../c/index.ts";
import { checkUnit, type FunctionCheck } from "../check/index.ts";
import { compareFindings } from "./compare.ts";
import { namedBySubject } from "../named-by-subject.ts";
import { renamedIn } from "./renamed.ts";
import { compileRules } from "../rulebook/compile.ts";
import { type Rulebook, rulebookFor } from "../rulebook/index.ts";
import { packageRoot } from "../util/package-root.ts";

let rulebook: Rulebook;

beforeAll(async () => {
  await initC();
  rulebook = rulebookFor(compileRules(join(packageRoot(), "rules")), "6.12");
});

function check(text: string): FunctionCheck[] {
  return checkUnit(lowerText("mm/x.c", text), rulebook);
}

const body = "{\n\tone(pmd);\n\ttwo(pmd);\n\tthree(pmd);\n}\n";

function renamed(pre: string, post: string): string[] {
  return Array.from(renamedIn(check(pre), check(post)), (pair) => pair.join(" was "));
}

describe("renamed functions", () => {
  it("have the same parameters, or most calls", () => {
    expect(renamed(`void f(pmd_t *pmd)\n${body}`, `void g(pmd_t *pmd)\n${body}`)).toEqual(["g was f"]);
    expect(renamed(`void f(pmd_t *pmd)\n${body}`, `void g(pmd_t *pmd, int how)\n${body}`)).toEqual(["g was f"]);
  });

  it("are no parts that were cut out, no new functions beside the old one, and not two of one", () => {
    const large = body.replace("}", "\tfour(pmd);\n\tfive(pmd);\n\tsix(pmd);\n\tseven(pmd);\n}");
    expect(renamed(`void f(pmd_t *pmd, int how)\n${large}`, `void g(pmd_t *pmd)\n${body}`)).toEqual([]);
    expect(renamed(`void f(pmd_t *pmd)\n${body}`, `void f(pmd_t *pmd)\n${body}void g(pmd_t *pmd)\n${body}`)).toEqual([]);
    expect(renamed(`void f(pmd_t *pmd)\n${body}`, `void g(pmd_t *pmd)\n${body}void h(pmd_t *pmd)\n${body}`)).toEqual([]);
  });

  it("keep the defects that they had", () => {
    const bad = (name: string): string => `int ${name}(struct mm_struct *mm)\n{\n\tmmap_read_lock(mm);\n\tif (mm->x)\n\t\treturn 1;\n\tmmap_read_unlock(mm);\n\treturn 0;\n}\n`;
    expect(compareFindings(check(bad("f")), check(bad("g")), new Set()).map((f) => `${f.status} ${f.rule}`)).toEqual(["pre-existing lock-balance"]);
  });
});

describe("a function without a name", () => {
  const unit = (text: string): ReturnType<typeof lowerText> => lowerText("mm/x.c", text.replaceAll("nameless", "f"));
  const unnamed = (text: string): ReturnType<typeof lowerText> => {
    const lowered = unit(text);
    return { ...lowered, functions: lowered.functions.map((fn) => (fn.name === "f" ? { ...fn, name: "(unknown)" } : fn)) };
  };
  const named = (text: string, subject: string): string[] => namedBySubject(unnamed(text), subject).functions.map((fn) => fn.name);

  it("has that of the subject, when this is of one function that nothing in view calls", () => {
    const text = `void nameless(pmd_t *pmd)\n${body}`;
    expect(named(text, "[PATCH] mm: walk_it() must look again")).toEqual(["walk_it"]);
    expect(named(text, "[PATCH] mm: walk_it() and find_it() must look again")).toEqual(["(unknown)"]);
    expect(named(text, "[PATCH] mm: three_of() must look again")).toEqual(["three_of"]);
    expect(named(text.replace("three", "three_of"), "[PATCH] mm: three_of() must look again")).toEqual(["(unknown)"]);
    expect(named(text, "[PATCH] mm: look again")).toEqual(["(unknown)"]);
  });
});
