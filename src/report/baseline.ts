/** A report's findings as a baseline (schemas/baseline-1.json): one entry a fingerprint, in a steady order, for a file that people edit and commit. */
import type { Finding } from "../core/finding.ts";
import type { ReportView } from "../core/report.ts";
import { allFindings, compareText } from "./order.ts";
import { sanitizeAll } from "./sanitize.ts";
import { oneLine } from "./wrap.ts";

/** `today` is YYYY-MM-DD. What a baseline waived before keeps its reason and expiry; what a mail waives is not taken over. */
export function baselineText(report: ReportView, today: string): string {
  const entries = new Map<string, Entry>();
  for (const finding of allFindings(sanitizeAll(report))) if (finding.status !== "fixed") entries.set(finding.fingerprint, entryOf(finding, today));
  const sorted = Array.from(entries.values()).toSorted((a, b) => compareText(a.file, b.file) || compareText(a.function, b.function) || compareText(a.rule, b.rule) || compareText(a.fingerprint, b.fingerprint));
  return `${JSON.stringify({ schema: "mmreview/baseline@1", findings: sorted }, null, 2)}\n`;
}

interface Entry {
  readonly fingerprint: string;
  readonly rule: string;
  readonly file: string;
  readonly function: string;
  readonly reason: string;
  readonly expires: string | null;
}

function entryOf(finding: Finding, today: string): Entry {
  const { fingerprint, rule, file, function: name, waiver } = finding;
  const known = waiver?.by === "baseline" && !waiver.expired ? waiver : null;
  const reason = known?.reason ?? `known on ${today}: ${oneLine(finding.message)}`;
  return { fingerprint, rule, file, function: name, reason, expires: known?.expires ?? null };
}
