/**
 * A trace in the HTML report: the interleaving as a table, and step by step with the page tables before and after. The
 * steps are radio buttons, so that arrow keys walk through them, a screen reader tells where one is, and no script is
 * needed; on paper all of them show.
 */
import type { Trace, TraceStep } from "../core/finding.ts";
import type { WorldPicture } from "../core/picture.ts";
import { type Html, html, nothing } from "./html-escape.ts";
import { pictureSvg } from "./picture-svg.ts";
import { samePicture } from "./picture-text.ts";
import { oneLine, placeText } from "./wrap.ts";

/** `id` is the finding's own. */
export function traceHtml(trace: Trace, id: string): Html {
  const cpus = Array.from(new Set(trace.steps.map((step) => step.cpu))).toSorted((a, b) => a - b);
  const title = `${oneLine(trace.scenario)}${trace.actor === "" ? "" : ` against ${oneLine(trace.actor)}`}${trace.era === "" ? "" : `, kernel ${oneLine(trace.era)}`}`;
  return html`<details open><summary>Trace: ${title}</summary>
<div class="scroll" tabindex="0" role="group" aria-label="Trace"><table class="trace"><caption class="skip">Interleaving, a step a row</caption>
<thead><tr><th scope="col">step</th>${cpus.map((cpu) => html`<th scope="col">CPU${cpu}</th>`)}</tr></thead><tbody>
${trace.steps.map((step, index) => html`<tr><th scope="row">${index + 1}</th>${cpus.map((cpu) => (cpu === step.cpu ? stepCell(step) : html`<td></td>`))}</tr>
`)}</tbody></table></div>
${stepperHtml(trace, id)}${trace.litmus === null ? nothing : html`<details><summary>As a litmus test</summary><pre class="scroll" tabindex="0" role="group" aria-label="Litmus test">${trace.litmus}</pre></details>
`}</details>
`;
}

function stepCell(step: TraceStep): Html {
  return html`<td>${oneLine(step.text)}${placeHtml(step)}${effectHtml(step)}</td>`;
}

function placeHtml(step: TraceStep): Html {
  return step.file === "" ? nothing : html` <span class="effect">[${placeText(step.file, step.line)}]</span>`;
}

function effectHtml(step: TraceStep): Html {
  return step.effect === "" ? nothing : html`<br><span class="effect">&rarr; ${oneLine(step.effect)}</span>`;
}

function stepperHtml(trace: Trace, id: string): Html {
  const { pictures = [], steps } = trace;
  if (pictures.length === 0) return nothing;
  return html`<details open><summary>The page tables, step by step</summary>
<fieldset class="stepper"><legend>Step</legend>
${pictures.slice(0, steps.length + 1).map((picture, index) => stepHtml(picture, index, trace, `${id}-s${index}`, id))}</fieldset></details>
`;
}

/** Step 0 is how everything stands before the first one. */
function stepHtml(picture: WorldPicture, index: number, { pictures = [], steps }: Trace, id: string, group: string): Html {
  const step = steps[index - 1];
  const name = step === undefined ? "start" : `${index}: CPU${step.cpu}`;
  const spoken = step === undefined ? "start, before the first step" : `${name}, ${oneLine(step.text)}`;
  return html`<input type="radio" name="${group}-step" id="${id}" aria-label="${spoken}"${index === 0 ? html` checked` : nothing}><label for="${id}">${name}</label><div class="panel">
${step === undefined ? nothing : html`<p><b>CPU${step.cpu}</b> <code>${oneLine(step.text)}</code>${placeHtml(step)}${effectHtml(step)}</p>
`}${picturesHtml(picture, pictures[index - 1] ?? null, id, spoken)}</div>
`;
}

function picturesHtml(picture: WorldPicture, before: WorldPicture | null, id: string, moment: string): Html {
  const figure = (title: string, svg: Html): Html =>
    html`<figure><figcaption>${title}</figcaption><div class="scroll" tabindex="0" role="group" aria-label="${title}">${svg}</div></figure>
`;
  if (before === null) return figure("Page tables at the start", pictureSvg(picture, null, `${id}-now`, moment));
  if (samePicture(picture, before)) return figure("Page tables, unchanged by this step", pictureSvg(picture, null, `${id}-now`, moment));
  return html`<div class="pair">${figure("Page tables before", pictureSvg(before, null, `${id}-before`, `before ${moment}`))}${figure("Page tables after (* changed)", pictureSvg(picture, before, `${id}-now`, `after ${moment}`))}</div>
`;
}
