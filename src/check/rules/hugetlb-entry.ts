/**
 * hugetlb-entry: what a pointer to an entry of a hugetlb mapping leads to is read and written by huge_ptep_get() and its family
 * alone (include/asm-generic/hugetlb.h). On s390 it is a segment or region entry in another format, on arm64 and riscv the first of
 * several that make one mapping and each have accessed and dirty bits of their own, on powerpc 8xx a PMD: ptep_get() gets
 * another value. What architectures do with entries of their own is left alone.
 */
import { isForKernel, isToldOther, useOf, whyHugetlb } from "../hugetlb-entries.ts";
import type { CallInfo, Judgement, Rule, Site } from "../model.ts";
import { everyWayLeadsThrough } from "../ways.ts";

export const hugetlbEntry: Rule = {
  id: "hugetlb-entry",

  onCall: (call, site) => {
    const effect = call.contract?.effects?.find((e) => e.do === "treat-as");
    if (effect?.do !== "treat-as" || isForKernel(effect, call) || isLeftAlone(site)) return;
    const pointer = call.arg(effect.entry);
    if (effect.as === "base") judgeOrigin(pointer, `${call.step.callee}()`, call, site);
    judgeBothUses(pointer, effect.as, `${call.step.callee}()`, site);
  },

  onAccess: ({ step, pointer, level }, site) => {
    if (level !== "pte" || isLeftAlone(site)) return;
    const how = step.op === "load" ? "a plain load" : "a plain store";
    judgeOrigin(pointer, how, null, site);
    judgeBothUses(pointer, "base", how, site);
  },
};

/** While the kernel starts there is no such mapping: its tests put entries of ordinary tables through both families (mm/debug_vm_pgtable.c, hugetlb_advanced_tests(), 6.1). */
function isLeftAlone({ frame: { fn } }: Site): boolean {
  return fn.file.startsWith("arch/") || fn.attributes.includes("__init");
}

/** The pointer comes from where those to hugetlb entries come from, and the path has not been told that this is none: who serves both kinds asks for it. */
function judgeOrigin(pointer: string, how: string, call: CallInfo | null, site: Site): void {
  const why = whyHugetlb(pointer, site.facts);
  if (why === null || isToldOther(site.facts)) return;
  site.judgeAtCall((outer) => ({ ...wrong(outer === null ? how : `${how} in ${outer.step.callee}()`, why), references: call?.contract?.references ?? [] }));
}

/** One pointer was used in both ways, with no way past the first of them to the second. */
function judgeBothUses(pointer: string, as: "hugetlb" | "base", how: string, site: Site): void {
  const before = useOf(pointer, as === "base" ? "hugetlb" : "base", site.facts);
  if (before === null || !everyWayLeadsThrough(site.frame.fn, before.loc, site.loc)) return;
  const [base, huge] = as === "base" ? [{ how, loc: site.loc }, before] : [before, { how, loc: site.loc }];
  site.judge({ ...wrong(base.how, `${huge.how} is called with the same pointer in line ${huge.loc.line}`), loc: base.loc });
}

function wrong(how: string, why: string): Judgement {
  return {
    rule: "hugetlb-entry",
    outcome: "violated",
    what: "entries of hugetlb mappings by their own accessors",
    message: `${how} takes the entry for that of a base page, but it is one of a hugetlb mapping: ${why}`,
    requires: ["huge_ptep_get(), set_huge_pte_at() and the like for entries of hugetlb mappings"],
    group: "hugetlb-entry",
  };
}
