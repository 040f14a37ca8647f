import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText } from "../c/index.ts";
import type { FunctionIr, UnitIr } from "../c/ir.ts";
import { compileRules } from "../rulebook/compile.ts";
import { type Rulebook, rulebookFor } from "../rulebook/rulebook.ts";
import { packageRoot } from "../util/package-root.ts";
import { atOnce } from "../util/slices.ts";
import { checking, checkUnit, hasPageTableSteps, newPool, nothingElse } from "./index.ts";
import { leadingSteps } from "./leading-blocks.ts";

let book: Rulebook;

beforeAll(async () => {
  await initC();
  book = rulebookFor(compileRules(join(packageRoot(), "rules")), "6.12");
});

/** The unit, noting the names of the functions whose bodies are looked at. */
function watched(unit: UnitIr, lowered: Set<string>): UnitIr {
  const functions = unit.functions.map((fn): FunctionIr => new Proxy(fn, {
    get: (target, key) => {
      if (key === "blocks" || key === "vars") lowered.add(target.name);
      return Reflect.get(target, key) as unknown;
    },
  }));
  return { ...unit, functions };
}

const zap = "static void zap_one(struct mm_struct *mm, pmd_t *pmd)\n{\n\tpmd_clear(pmd);\n}\n";
const caller = "static void zap_locked(struct mm_struct *mm)\n{\n\tmmap_write_lock(mm);\n\tzap_one(mm, &mm->first);\n\tmmap_write_unlock(mm);\n}\n";

describe("a file of many functions", () => {
  it("lets others have their turn between the body that is lowered and its ways", () => {
    const unit = lowerText("mm/f.c", zap);
    const pool = newPool();
    const work = checking(unit, book, nothingElse, unit.functions, pool);
    expect(work.next().done).toBe(false);
    expect(pool).toEqual(newPool());
    while (work.next().done !== true);
    expect(pool).not.toEqual(newPool());
  });

  it("has only those lowered that touch page tables, and who may call them", () => {
    const others = Array.from({ length: 700 }, (_, i) => `static int other_${i}(int a)\n{\n\tif (a > ${i})\n\t\treturn other_${(i + 1) % 700}(a);\n\treturn count_${i}(a);\n}\n`);
    const lowered = new Set<string>();
    const unit = watched(lowerText("mm/f.c", [...others.slice(0, 350), zap, caller, ...others.slice(350)].join("\n")), lowered);
    const checks = checkUnit(unit, book, nothingElse, (fn) => hasPageTableSteps(fn, book));
    expect(checks.map((check) => check.fn.name)).toEqual(["zap_one", "zap_locked"]);
    expect(Array.from(lowered).toSorted()).toEqual(["zap_locked", "zap_one"]);
  });
});

describe("a caller", () => {
  it("is run as far as the calls that are asked about", () => {
    const text = "void f(int a)\n{\n\tif (a) {\n\t\tone(a);\n\t\ttwo(a);\n\t} else {\n\t\tthree(a);\n\t}\n\tfour(a);\n}\n";
    const [fn] = lowerText("mm/f.c", text).functions;
    const reached = (name: string): string[] => {
      const steps = leadingSteps(fn!, (callee) => callee === name);
      return fn!.blocks.flatMap((block) => block.steps.slice(0, steps[block.id]).flatMap((step) => (step.op === "call" ? [step.callee!] : [])));
    };
    expect(reached("one")).toEqual(["one"]);
    expect(reached("two")).toEqual(["one", "two"]);
    expect(reached("three")).toEqual(["three"]);
    expect(reached("four").toSorted()).toEqual(["four", "one", "three", "two"]);
    expect(reached("five")).toEqual([]);
    expect(leadingSteps(fn!, () => false).every((count) => count === 0)).toBe(true);
  });

  it("is run through a loop that comes to the call again", () => {
    const [fn] = lowerText("mm/f.c", "void f(int a)\n{\n\twhile (more(a)) {\n\t\tasked(a);\n\t\tbehind(a);\n\t}\n\tlast(a);\n}\n").functions;
    const steps = leadingSteps(fn!, (callee) => callee === "asked");
    const run = fn!.blocks.flatMap((block) => block.steps.slice(0, steps[block.id]).flatMap((step) => (step.op === "call" ? [step.callee!] : [])));
    expect(run.toSorted()).toEqual(["asked", "behind", "more"]);
  });

  it("tells what it holds at the call, however much stands behind it", () => {
    const tail = Array.from({ length: 400 }, (_, i) => `\tif (test_${i}(mm))\n\t\tmmap_read_lock(other_${i});\n`).join("");
    const long = caller.replace("\tmmap_write_unlock(mm);\n", `\tmmap_write_unlock(mm);\n${tail}`);
    for (const text of [caller, long]) {
      const unit = lowerText("mm/f.c", `${zap}\n${text}`);
      const { held, from } = atOnce(checking(unit, book, nothingElse, [])).view.locksOf(unit.functions[0]!);
      expect(from).toBe("callers");
      expect(held.map((lock) => `${lock.class} ${lock.mode}`)).toEqual(["mmap write"]);
    }
  });
});

describe("a long function", () => {
  it("is explored in slices, whether it is one block or many", () => {
    const pauses = (body: string): number => {
      const unit = lowerText("mm/f.c", `static void f(pte_t *pte, int a)\n{\n${body}\tset_pte(pte, *pte);\n}\n`);
      const work = checking(unit, book, nothingElse, unit.functions);
      let count = 0;
      while (work.next().done !== true) count++;
      return count;
    };
    expect(pauses("")).toBeLessThan(10);
    expect(pauses(Array.from({ length: 300 }, (_, i) => `\tif (a == ${i})\n\t\tg(pte);\n`).join(""))).toBeGreaterThan(300);
    expect(pauses("\tg(pte);\n".repeat(800))).toBeGreaterThan(40);
  });
});
