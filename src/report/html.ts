/**
 * The report as one file for a browser: no script, nothing fetched (the page's own policy forbids both), usable by
 * keyboard and screen reader, light and dark. Patches in order, each with its findings; what was not reviewed at the end.
 */
import { isWaived, type Severity, stands } from "../core/finding.ts";
import type { FunctionReport, PatchReport, ReportView, UnitReport } from "../core/report.ts";
import { Html, html, nothing } from "./html-escape.ts";
import { findingHtml } from "./html-finding.ts";
import { style } from "./html-style.ts";
import type { ReportOptions } from "./options.ts";
import { sortFindings } from "./order.ts";
import { summaryText } from "./text.ts";
import { checkedText, coverageFacts, type Fact, openQuestions, patchFacts } from "./text-patch.ts";
import { inputLines } from "./text-inputs.ts";
import { oneLine, placeText } from "./wrap.ts";

/** Long lines are left to the browser. */
const unwrapped = 10_000;

export function* htmlReport(report: ReportView, options: ReportOptions): Generator<string> {
  const words = { ...options, colour: false, width: unwrapped };
  yield headHtml(report).text;
  for (const { patch, unit, id } of partsOf(report)) yield (patch === null ? unitHtml(unit, id, words) : patchHtml(patch, id, words)).text;
  yield footHtml(report, words).text;
}

type Part = { readonly id: string } & ({ readonly patch: PatchReport; readonly unit: null } | { readonly patch: null; readonly unit: UnitReport });

function* partsOf(report: ReportView): Generator<Part> {
  let number = 0;
  for (const patch of report.patches) yield { id: `p${++number}`, patch, unit: null };
  for (const [index, unit] of (report.units ?? []).entries()) yield { id: `u${index + 1}`, patch: null, unit };
}

function headHtml(report: ReportView): Html {
  const [first] = partsOf(report);
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>mmreview: ${oneLine(first?.patch?.subject ?? first?.unit?.file ?? "nothing reviewed")}</title>
<style>${new Html(style)}</style>
</head>
<body>
<a class="skip" href="#findings">Skip to the findings</a>
<header><h1>mmreview</h1><p>${summaryText(report)}</p></header>
<main id="findings" tabindex="-1">
${overviewHtml(report)}`;
}

function footHtml(report: ReportView, words: ReportOptions): Html {
  const left = inputLines(report.inputs, words);
  return html`${left.length === 0 ? nothing : html`<section aria-label="Not reviewed"><h2>Not reviewed</h2><pre class="left">${left.join("\n")}</pre></section>
`}</main>
<footer><p>mmreview ${report.tool.version}, ${report.tool.rules} rules, kernel ${report.kernel.version} (${report.kernel.from})</p></footer>
</body>
</html>
`;
}

/** A link to each finding, worst first, when there is more than one. */
function overviewHtml(report: ReportView): Html {
  const links: Record<Severity, Html[]> = { error: [], warning: [], note: [] };
  let all = 0;
  for (const { patch, unit, id } of partsOf(report)) {
    for (const [index, finding] of sortFindings((patch ?? unit).findings).filter(stands).entries()) {
      all++;
      links[finding.severity].push(html`<li class="${finding.severity}"><span class="severity">${finding.severity}</span> <a href="#${id}f${index + 1}"><code>${placeText(finding.file, finding.line)}</code> ${oneLine(finding.message)}</a></li>
`);
    }
  }
  if (all < 2) return nothing;
  return html`<nav aria-label="Findings"><ul class="overview">
${[...links.error, ...links.warning, ...links.note]}</ul></nav>
`;
}

function patchHtml(patch: PatchReport, id: string, options: ReportOptions): Html {
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${oneLine(patch.subject) || "(no subject)"}</h2>
${factsHtml(patchFacts(patch, options))}
${findingsHtml(patch.findings, id)}${questionsHtml(patch.functions, options)}</section>
`;
}

function unitHtml(unit: UnitReport, id: string, options: ReportOptions): Html {
  const facts: Fact[] = [["checked", checkedText(unit.functions)], ...coverageFacts(unit.functions, options)];
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${oneLine(unit.file)}</h2>
${factsHtml(facts)}
${findingsHtml(unit.findings, id)}${questionsHtml(unit.functions, options)}</section>
`;
}

function factsHtml(facts: readonly Fact[]): Html {
  return html`<table><tbody>${facts.map(([label, text]) => html`<tr><th scope="row">${label}</th><td>${text}</td></tr>`)}</tbody></table>`;
}

function findingsHtml(findings: PatchReport["findings"], id: string): Html {
  const sorted = sortFindings(findings);
  const current = sorted.filter(stands);
  const waived = sorted.filter((finding) => finding.status !== "fixed" && isWaived(finding));
  const fixed = sorted.filter((finding) => finding.status === "fixed");
  return html`${current.map((finding, index) => findingHtml(finding, `${id}f${index + 1}`))}${fixed.length === 0 ? nothing : html`<details><summary>Fixed by this patch: ${fixed.length}</summary>${fixed.map((finding, index) => findingHtml(finding, `${id}x${index + 1}`))}</details>
`}${waived.length === 0 ? nothing : html`<details><summary>Waived: ${waived.length}</summary>${waived.map((finding, index) => findingHtml(finding, `${id}w${index + 1}`))}</details>
`}`;
}

function questionsHtml(functions: readonly FunctionReport[], options: ReportOptions): Html {
  const questions = openQuestions(functions, options);
  return questions.length === 0 ? nothing : html`<h3>Undecided, worth a look</h3><ul>${questions.map((text) => html`<li>${text}</li>`)}</ul>
`;
}
