/**
 * Asks the kernel's memory model about the findings that are about order: a table made reachable before its contents, an
 * entry read in pieces. One that the model allows gets the execution as its trace, with a litmus test; one that the model
 * forbids is no finding, but proved.
 */
import type { CheckedFile, Sides, Source } from "./check-images.ts";
import type { UnitIr } from "./c/ir.ts";
import type { Finding } from "./core/finding.ts";
import type { FunctionReport } from "./core/report.ts";
import type { Rulebook } from "./rulebook/index.ts";
import { weakAnswer, type Ordering } from "./sim/weak/index.ts";

type Answers = ReadonlyMap<Finding, Finding | null>;

/** The file with what the memory model says. */
export function withWeakTraces(sources: Sides<Source | null>, checked: CheckedFile, rulebook: Rulebook): CheckedFile {
  const answers: Answers = new Map(checked.findings.map((finding) => {
    const source = sources[finding.status === "fixed" ? "pre" : "post"];
    return [finding, source === null ? finding : decided(finding, source.unit, source.image.lines, rulebook)];
  }));
  return {
    functions: checked.functions.map((report) => proved(report, answers)),
    findings: checked.findings.flatMap((finding) => answers.get(finding) ?? []),
  };
}

/** null when the memory model forbids what the finding says. */
export function decided(finding: Finding, unit: UnitIr, lines: readonly string[], rulebook: Rulebook): Finding | null {
  if (finding.severity === "note" || (finding.trace !== null && finding.trace.litmus !== null)) return finding;
  const fn = unit.functions.find((each) => each.name === finding.function && each.line <= finding.line && finding.line <= each.endLine);
  const answer = fn && weakAnswer({ finding, fn, lines, era: rulebook.era, orderingOf: (callee) => orderingOf(callee, rulebook) });
  if (!answer) return finding;
  if (finding.trace !== null) return answer.verdict === "holds" ? finding : { ...finding, trace: { ...finding.trace, litmus: answer.trace.litmus } };
  if (answer.verdict === "holds") return null;
  const sure = answer.unseen.length === 0 && !answer.race;
  return {
    ...finding, trace: answer.trace, ...(sure && { severity: "error", confidence: "confirmed" }),
    assumed: [...finding.assumed, ...answer.unseen.map((name) => `${name} orders no memory`)],
  };
}

const fences = { write: "wmb", read: "rmb", full: "mb" } as const;

/** Functions that neither have a contract nor order anything. */
const harmless = /^(?:p[a-z0-9]{2}_(?:val|page|pfn|none|present|offset\w*|index|page_vaddr|mk\w+)|__p[a-z0-9]{2}|mk_p\w+|likely|unlikely|[A-Z][A-Z0-9_]*|min|max|page_address|virt_to_page|IS_ERR|count_vm_event)$/;

function orderingOf(callee: string, rulebook: Rulebook): Ordering {
  const contract = rulebook.contract(callee);
  const effects = contract?.effects ?? [];
  const barrier = effects.find((effect) => effect.do === "barrier");
  if (barrier?.do === "barrier") return fences[barrier.kind];
  if (effects.some((effect) => effect.do === "release")) return "unlock";
  if (effects.some((effect) => effect.do === "acquire")) return "lock";
  return contract || harmless.test(callee) ? "nothing" : "unknown";
}

function proved(report: FunctionReport, answers: Answers): FunctionReport {
  const forbidden = Array.from(answers).filter(([finding, answer]) => {
    return answer === null && finding.status !== "fixed" && finding.function === report.name && finding.file === report.file;
  });
  if (forbidden.length === 0) return report;
  const { proved: before, violated, unknown } = report.obligations;
  return {
    ...report, obligations: { proved: before + forbidden.length, violated: violated - forbidden.length, unknown },
    proofs: [...report.proofs, ...forbidden.map(([{ rule, line }]) => ({ rule, line, text: "the kernel's memory model forbids another order" }))],
  };
}
