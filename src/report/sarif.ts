/**
 * SARIF 2.1.0, as GitHub code scanning reads it. The counterexample is a code flow with one thread flow for each CPU,
 * ordered across them by executionOrder. What could not be read or reviewed is a notification of the invocation.
 */
import { type Finding, isWaived, type Severity } from "../core/finding.ts";
import type { ReportView } from "../core/report.ts";
import { uniqueFingerprints } from "./explain.ts";
import type { ReportOptions } from "./options.ts";
import { allFunctions, compareText, currentFindings, heaviest, waivedFindings } from "./order.ts";
import { codeFlows, relatedLocations } from "./sarif-flows.ts";
import { escapeMessage, findingLocation } from "./sarif-locations.ts";
import { sarifRule } from "./sarif-rules.ts";
import { count, oneLine } from "./wrap.ts";

/** GitHub keeps no more results of a run. */
const mostResults = 5000;
const levels: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", note: "note" };

export function sarifReport(report: ReportView, options: ReportOptions): string {
  const current = heaviest(currentFindings(report), mostResults);
  const waived = Array.from(waivedFindings(report));
  const kept = [...current.findings, ...waived].slice(0, mostResults);
  const ruleIds = Array.from(new Set(kept.map((finding) => finding.rule))).toSorted(compareText);
  const fingerprints = uniqueFingerprints(kept);
  const log = {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "mmreview", semanticVersion: report.tool.version, rules: ruleIds.map((id) => sarifRule(id, options.rules)) } },
        invocations: [{ executionSuccessful: report.inputs.every((input) => input.failed === undefined), toolExecutionNotifications: notifications(report, current.all + waived.length - kept.length) }],
        columnKind: "utf16CodeUnits",
        results: kept.map((finding, index) => result(finding, ruleIds.indexOf(finding.rule), fingerprints[index]!)),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function result(finding: Finding, ruleIndex: number, fingerprint: string): object {
  const flows = codeFlows(finding);
  const related = relatedLocations(finding);
  return {
    ruleId: finding.rule,
    ruleIndex,
    level: levels[finding.severity],
    message: { text: messageText(finding) },
    locations: [findingLocation(finding)],
    partialFingerprints: { primaryLocationLineHash: fingerprint },
    ...(flows.length > 0 ? { codeFlows: flows } : {}),
    ...(related.length > 0 ? { relatedLocations: related } : {}),
    ...(isWaived(finding) ? { suppressions: [{ kind: "external", status: "accepted", justification: oneLine(finding.waiver!.reason) }] } : {}),
    properties: { confidence: finding.confidence, status: finding.status, held: finding.held, needed: finding.requires, assumed: finding.assumed },
  };
}

function messageText(finding: Finding): string {
  const parts = [oneLine(finding.message), oneLine(finding.why), finding.fix === "" ? "" : `Fix: ${oneLine(finding.fix)}`].filter((part) => part !== "");
  return escapeMessage(parts.map((part) => (/[.?!]$/.test(part) ? part : `${part}.`)).join(" "));
}

function notifications(report: ReportView, left: number): object[] {
  const note = (level: string, text: string): object => ({ level, message: { text: escapeMessage(oneLine(text)) } });
  return [
    ...report.inputs.flatMap((input) => [
      ...(input.failed === undefined ? [] : [note("error", `${input.path}: ${input.failed}`)]),
      ...input.troubles.map((trouble) => note("warning", `${input.path}: ${trouble}`)),
      ...(input.skipped.length === 0 ? [] : [note("note", `${input.path}: ${input.skipped.length} of ${count(input.messages, "message")} not reviewed`)]),
    ]),
    ...Array.from(allFunctions(report)).filter((item) => item.coverage !== "full").map((item) => note("note", `${item.file}: ${item.name}(): ${item.coverage === "partial" ? "reviewed in part" : "not reviewed"}: ${item.reason}`)),
    ...(left > 0 ? [note("warning", `${count(left, "further result")} left out`)] : []),
  ];
}
