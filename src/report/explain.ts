/** A finding as plain paragraphs, for consumers that lay text out themselves. */
import type { Finding } from "../core/finding.ts";
import { fixVerdict, referenceText } from "./text-finding.ts";
import { oneLine, placeText } from "./wrap.ts";

/** "the message (in f())". */
export function messageText(finding: Finding): string {
  return `${oneLine(finding.message)}${finding.function === "" ? "" : ` (in ${oneLine(finding.function)}())`}`;
}

/** "stale-read: the message (in f())", for consumers without a field for the rule. */
export function headText(finding: Finding): string {
  return `${finding.rule}: ${messageText(finding)}`;
}

/** Why, fix, locks and references, a line each; without the trace. */
export function reasonLines(finding: Finding): string[] {
  const line = (label: string, text: string): string[] => (text === "" ? [] : [`${label}: ${oneLine(text)}`]);
  return [
    ...line("Why", finding.why),
    ...line("Fix", finding.fix + fixVerdict(finding)),
    ...line("Held", finding.held.join(", ")),
    ...line("Needed", finding.requires.join(", ")),
    ...line("Assumed", finding.assumed.join("; ")),
    ...line("See", finding.references.map(referenceText).join("; ")),
  ];
}

/** The path to the finding, a line each. */
export function pathLines(finding: Finding): string[] {
  return finding.path.map((step) => `${placeText(step.file, step.line)}: ${oneLine(step.text)}`);
}

/** A column that is known, else 1: for consumers that insist on one. */
export function columnOf(finding: Finding): number {
  return Math.max(1, finding.column);
}

export function lineOf(finding: Finding): number {
  return Math.max(1, finding.line);
}

/** The text of the finding's own line, when its frame has it. */
export function ownLine(finding: Finding): string | null {
  return finding.frame?.lines.find((line) => line.mark !== "-" && line.line === finding.line)?.text ?? null;
}

/** Each fingerprint made unique by a number, because consumers take equal ones for one finding. */
export function uniqueFingerprints(findings: readonly Finding[]): string[] {
  const seen = new Map<string, number>();
  return findings.map(({ fingerprint }) => {
    const before = seen.get(fingerprint) ?? 0;
    seen.set(fingerprint, before + 1);
    return before === 0 ? fingerprint : `${fingerprint}-${before + 1}`;
  });
}
