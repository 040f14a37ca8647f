/** One finding in the HTML report: code with the locks beside it, why, fix, and the trace as a table a step a row. */
import type { Finding, FrameLine, Trace } from "../core/finding.ts";
import { type Html, html, nothing } from "./html-escape.ts";
import { pictureSvg } from "./picture-svg.ts";
import { samePicture } from "./picture-text.ts";
import { referenceText, waiverText } from "./text-finding.ts";
import { oneLine, placeText } from "./wrap.ts";

export function findingHtml(finding: Finding, id: string): Html {
  const where = finding.function === "" ? nothing : html` in <code>${oneLine(finding.function)}()</code>`;
  return html`<article class="${finding.severity}" id="${id}" aria-labelledby="${id}-title">
<h3 id="${id}-title"><span class="severity">${finding.severity}</span>: ${oneLine(finding.message)}</h3>
<p><code>${placeText(finding.file, finding.line)}</code>${where} &middot; rule <code>${finding.rule}</code> &middot; ${finding.status}, ${finding.confidence}</p>
<div class="finding-body">${codeHtml(finding)}${locksHtml(finding)}</div>
${reasonsHtml(finding)}${pathHtml(finding)}${finding.trace === null ? nothing : traceHtml(finding.trace, id)}</article>
`;
}

function codeHtml(finding: Finding): Html {
  const lines = finding.frame?.lines ?? [];
  if (lines.length === 0) return nothing;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Code"><table class="code"><tbody>
${lines.map((line) => lineHtml(line, finding))}</tbody></table></div>`;
}

function lineHtml(line: FrameLine, finding: Finding): Html {
  const kind = line.mark === "+" ? "add" : line.mark === "-" ? "del" : "";
  const here = line.mark !== "-" && line.line === finding.line;
  const number = line.mark === "-" ? nothing : html`${line.line}`;
  return html`<tr class="${kind}${here ? " here" : ""}"><td class="number">${number}</td><td>${line.mark}</td><td>${line.text}</td></tr>
`;
}

function locksHtml(finding: Finding): Html {
  const items = [
    ["Held", finding.held],
    ["Needed", finding.requires],
    ["Assumed", finding.assumed],
  ] as const;
  const shown = items.filter(([, texts]) => texts.length > 0);
  return shown.length === 0 ? nothing : html`<dl class="locks">${shown.map(([label, texts]) => html`<dt>${label}</dt>${texts.map((text) => html`<dd>${oneLine(text)}</dd>`)}`)}</dl>`;
}

function reasonsHtml(finding: Finding): Html {
  const confirmed = finding.fixConfirmed === null ? "" : finding.fixConfirmed ? " (replayed: the trace is gone)" : " (replayed: not enough, the trace stays)";
  const items = [
    ["Why", finding.why],
    ["Fix", finding.fix === "" ? "" : finding.fix + confirmed],
    ["Waiver", waiverText(finding)],
    ["See", finding.references.map(referenceText).join("; ")],
  ] as const;
  const shown = items.filter(([, text]) => text !== "");
  return shown.length === 0 ? nothing : html`<dl>${shown.map(([label, text]) => html`<dt>${label}</dt><dd>${text}</dd>`)}</dl>
`;
}

function pathHtml(finding: Finding): Html {
  if (finding.path.length === 0) return nothing;
  return html`<details><summary>How the path gets here</summary><ol>${finding.path.map((step) => html`<li><code>${placeText(step.file, step.line)}</code> ${oneLine(step.text)}</li>`)}</ol></details>
`;
}

/** `id` is the finding's own, for the pictures of its trace. */
export function traceHtml(trace: Trace, id: string): Html {
  const cpus = Array.from(new Set(trace.steps.map((step) => step.cpu))).toSorted((a, b) => a - b);
  const title = `${oneLine(trace.scenario)}${trace.actor === "" ? "" : ` against ${oneLine(trace.actor)}`}${trace.era === "" ? "" : `, kernel ${oneLine(trace.era)}`}`;
  return html`<details open><summary>Trace: ${title}</summary>
<div class="scroll" tabindex="0" role="region" aria-label="Trace"><table class="trace"><caption class="skip">Interleaving, a step a row</caption>
<thead><tr><th scope="col">step</th>${cpus.map((cpu) => html`<th scope="col">CPU${cpu}</th>`)}</tr></thead><tbody>
${trace.steps.map((step, index) => html`<tr><th scope="row">${index + 1}</th>${cpus.map((cpu) => (cpu === step.cpu ? stepHtml(step) : html`<td></td>`))}</tr>
`)}</tbody></table></div>
${picturesHtml(trace, id)}${trace.litmus === null ? nothing : html`<details><summary>As a litmus test</summary><pre>${trace.litmus}</pre></details>`}</details>
`;
}

function stepHtml(step: Trace["steps"][number]): Html {
  const place = step.file === "" ? nothing : html` <span class="effect">[${placeText(step.file, step.line)}]</span>`;
  const effect = step.effect === "" ? nothing : html`<br><span class="effect">&rarr; ${oneLine(step.effect)}</span>`;
  return html`<td>${oneLine(step.text)}${place}${effect}</td>`;
}

/** The page tables before the first step and after each one that changes what a picture shows. */
function picturesHtml(trace: Trace, id: string): Html {
  const { pictures } = trace;
  if (pictures === undefined || pictures.length === 0) return nothing;
  const shown = pictures.map((picture, index) => {
    const step = trace.steps[index - 1];
    const title = index === 0 || step === undefined ? "At the start" : `After step ${index}, CPU${step.cpu}${step.text === "" ? "" : `: ${oneLine(step.text)}`}`;
    const before = pictures[index - 1] ?? null;
    if (before !== null && samePicture(picture, before)) return html`<li><p>${title}: as before</p></li>
`;
    const svg = pictureSvg(picture, before, `${id}-s${index}`, title);
    return html`<li><figure><figcaption>${title}</figcaption><div class="scroll" tabindex="0" role="region" aria-label="${title}">${svg}</div></figure></li>
`;
  });
  return html`<details><summary>The page tables before and after each step</summary><ol class="pictures" start="0">
${shown}</ol></details>
`;
}
