/**
 * Who says that a finding may stand: the project's baseline, or the sender of the patch by a line in the mail,
 *
 *     Mmreview-waive: RULE FUNCTION -- REASON
 *
 * below the "---" line or among the trailers. Never a comment in the source: that would outlive its reason, and a kernel
 * tree does not want it. A waived finding stays in the report with its reason, and fails nothing.
 */
import { baselineWaiver, type BaselineEntry, readBaseline } from "./baseline.ts";
import type { Finding, Waiver } from "./core/finding.ts";
import type { MailPatch } from "./core/message.ts";
import type { PatchReport, UnitReport } from "./core/report.ts";
import type { AnalysisRequest } from "./core/request.ts";
import { isRuleId } from "./core/rule-ids.ts";

/** Tells for each finding whether it is waived. */
export class Waivers {
  readonly #entries: readonly BaselineEntry[];
  readonly #today: string;
  readonly #trustMails: boolean;

  private constructor(entries: readonly BaselineEntry[], today: string, trustMails: boolean) {
    this.#entries = entries;
    this.#today = today;
    this.#trustMails = trustMails;
  }

  /** Reads the request's baseline. Throws InputError and UsageError as readBaseline() does. */
  static async of({ baseline, today, cwd }: AnalysisRequest, trustMails: boolean): Promise<Waivers> {
    return new Waivers(baseline === undefined ? [] : await readBaseline(baseline, cwd), today ?? "", trustMails);
  }

  inPatch(report: PatchReport, patch: MailPatch): PatchReport {
    const lines = patch.waivers ?? [];
    const notes = lines.flatMap((line) => (this.#trustMails ? problemOf(line) : [`the waiver "${line}" is not counted here`]));
    const trailers = this.#trustMails ? lines.flatMap((line) => trailerOf(line) ?? []) : [];
    return { ...report, notes: [...report.notes, ...notes], findings: report.findings.map((finding) => this.#judge(finding, trailers)) };
  }

  inUnit(unit: UnitReport): UnitReport {
    return { ...unit, findings: unit.findings.map((finding) => this.#judge(finding, [])) };
  }

  /** What the patch has mended needs no waiver. */
  #judge(finding: Finding, trailers: readonly Trailer[]): Finding {
    if (finding.status === "fixed") return finding;
    const known = baselineWaiver(this.#entries, finding, this.#today);
    const own = trailers.find((trailer) => trailer.rule === finding.rule && trailer.function === finding.function);
    const told: Waiver | null = own === undefined ? null : { by: "trailer", reason: own.reason, expires: null, expired: false };
    const waiver = known === null || known.expired ? (told ?? known) : known;
    return waiver === null ? finding : { ...finding, waiver };
  }
}

interface Trailer {
  readonly rule: string;
  readonly function: string;
  readonly reason: string;
}

/** Reads what stands behind "Mmreview-waive:", or null when it is none. */
function trailerOf(line: string): Trailer | null {
  const parts = /^([a-z-]+) +([A-Za-z_]\w*)(?:\(\))? +-- +(\S.*)$/.exec(line);
  if (parts === null || !isRuleId(parts[1]!)) return null;
  return { rule: parts[1]!, function: parts[2]!, reason: parts[3]!.trim() };
}

function problemOf(line: string): string[] {
  return trailerOf(line) === null ? [`the waiver "${line}" is not understood: Mmreview-waive: RULE FUNCTION -- REASON`] : [];
}
