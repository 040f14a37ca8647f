/**
 * What the patches of a series say of each other: a hazard that one of them opens and a later one closes is there in
 * between, for whoever bisects, and gone in the end. Both patches say so.
 */
import type { Finding } from "./core/finding.ts";
import type { PatchReport } from "./core/report.ts";

interface Opened {
  readonly finding: Finding;
  readonly at: number;
}

/** The reports of a series in their order. */
export function acrossSeries(reviewed: readonly PatchReport[]): PatchReport[] {
  let open: readonly Opened[] = [];
  const notes = new Map<number, string[]>();
  const note = (at: number, text: string): void => void notes.set(at, [...(notes.get(at) ?? []), text]);
  for (const [at, report] of reviewed.entries()) {
    const before = open;
    const closed = new Set<Opened>();
    for (const fixed of report.findings.filter((finding) => finding.status === "fixed")) {
      const opened = before.find((one) => !closed.has(one) && one.finding.fingerprint === fixed.fingerprint);
      if (opened === undefined) continue;
      closed.add(opened);
      const what = `${fixed.rule} in ${fixed.function}()`;
      note(opened.at, `opens a hazard that ${numberOf(report)} closes: ${what}`);
      note(at, `closes a hazard that ${numberOf(reviewed[opened.at]!)} opened: ${what}`);
    }
    const introduced = report.findings.filter((finding) => finding.status === "introduced");
    open = [...before.filter((one) => !closed.has(one)), ...introduced.map((finding) => ({ finding, at }))];
  }
  return reviewed.map((report, at) => (notes.has(at) ? { ...report, notes: [...report.notes, ...notes.get(at)!] } : report));
}

function numberOf({ index, total }: PatchReport): string {
  return `patch ${index}/${total}`;
}
