/**
 * lockless-read, what a load of an entry has to be where the entry may change under it:
 *
 * - A pmd or pte is two words on 32-bit x86 with PAE. READ_ONCE() and the getters made of it (pmdp_get(), ptep_get())
 *   read the halves one after the other; a walk without locks needs the getters that know of it
 *   (include/linux/pgtable.h, pmdp_get_lockless(), ptep_get_lockless()).
 * - arm64 reads every entry by READ_ONCE(): its table walker and other CPUs change them at any time, and the compiler
 *   may repeat a plain load (arch/arm64/include/asm/pgtable.h, since 4.16).
 */
import { stepsOf } from "../../../c/index.ts";
import type { Step } from "../../../c/ir.ts";
import type { Level } from "../../../rulebook/schema.ts";
import type { Site } from "../../model.ts";
import * as sym from "../../symbols.ts";

/** A read of an entry by one marked load, `by` READ_ONCE() or a getter. */
export function judgeOneWord(pointer: string, level: Level, by: string, site: Site): void {
  if ((level !== "pmd" && level !== "pte") || !mayHaveTwoWords(site.frame.fn.file) || !walksLockless(pointer, site)) return;
  const getter = `${level}p_get_lockless()`;
  site.judge({
    rule: "lockless-read",
    outcome: "violated",
    what: `${level} entry read whole`,
    message: `${by} reads the ${level} entry in a walk without locks: where it is two words (32-bit x86 with PAE) they are loaded one after the other, and halves of different values can be joined`,
    requires: [`${getter}${level === "pmd" ? ", before 6.2 pmd_read_atomic()" : ""}`],
    references: [{ file: "include/linux/pgtable.h", where: getter, version: "6.12" }],
  });
}

function walksLockless(pointer: string, site: Site): boolean {
  return site.callOf(sym.splitMove(pointer).root)?.contract?.returns?.entry?.lockless ?? false;
}

/** Generic code is built for 32-bit x86 as well; of the architectures only x86 has entries that tear. */
function mayHaveTwoWords(file: string): boolean {
  return !file.startsWith("arch/") || (file.startsWith("arch/x86/") && !/_64\.[ch]$/.test(file));
}

/**
 * A plain load of an entry into a variable whose value is tested: what the test says has to hold for what is done next. Boot
 * code that runs before there are other CPUs, and without the MMU, lies elsewhere.
 */
export function judgePlain(variable: string, level: Level, site: Site): void {
  const { fn } = site.frame;
  if (!fn.file.startsWith("arch/arm64/mm/") || !stepsOf(fn).some((step) => testsValue(step, variable, site))) return;
  site.judge({
    rule: "lockless-read",
    outcome: "violated",
    what: `${level} entry read by a marked load`,
    message: `the ${level} entry is read by a plain load, which the compiler may repeat, so that what was tested and what is used are different values: arm64 reads each entry once, by READ_ONCE() (${level}p_get()), into a local`,
    group: "plain loads",
    requires: ["READ_ONCE() on each load of an entry"],
    references: [{ file: "arch/arm64/include/asm/pgtable.h", where: "", version: "6.12" }],
  });
}

function testsValue(step: Step, variable: string, { rulebook }: Site): boolean {
  if (step.op !== "call" || step.callee === null || rulebook.contract(step.callee)?.returns?.tests === undefined) return false;
  return step.args.some((arg) => arg.k === "var" && arg.name === variable);
}
