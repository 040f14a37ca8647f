/** Rules in SARIF: what a code-scanning page says beside each alert, from the rule's own page. */
import type { RuleId } from "../core/finding.ts";
import type { RulePage } from "../core/rule-page.ts";
import { clip, oneLine } from "./wrap.ts";
import { referenceText } from "./text-finding.ts";

/** GitHub's limit for descriptions. */
const longest = 1024;

export function sarifRule(id: RuleId, pages: readonly RulePage[]): object {
  const page = pages.find((candidate) => candidate.id === id);
  const title = page?.title ?? id;
  const breaks = page?.breaks ?? title;
  return {
    id,
    name: id.split("-").map((part) => part[0]!.toUpperCase() + part.slice(1)).join(""),
    shortDescription: { text: clip(oneLine(title), longest) },
    fullDescription: { text: clip(oneLine(breaks), longest) },
    help: { text: helpText(id, page) },
    defaultConfiguration: { level: "warning" },
    properties: { precision: "high", tags: ["concurrency", "memory-management"] },
  };
}

function helpText(id: RuleId, page: RulePage | undefined): string {
  if (page === undefined) return `mmreview rules show ${id}`;
  const lines = [
    page.breaks,
    `Fix: ${page.fix}`,
    ...page.exceptions.map((exception) => `Unless: ${exception}`),
    ...(page.references.length > 0 ? [`See: ${page.references.map(referenceText).join("; ")}`] : []),
  ];
  return lines.map(oneLine).join("\n\n");
}
