/** One finding in the HTML report: code with the held locks in its margin, why, fix, the path and the trace. */
import type { Finding, FrameLine } from "../core/finding.ts";
import { heldLines } from "./held-lines.ts";
import { type Html, html, nothing } from "./html-escape.ts";
import { traceHtml } from "./html-trace.ts";
import { fixVerdict, referenceText, waiverText } from "./text-finding.ts";
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
  const held = heldLines(finding);
  const margin = lines.some((line) => isThere(line) && (held.get(line.line) ?? []).length > 0);
  const head = html`<thead><tr>${margin ? html`<th scope="col">held</th>` : nothing}<th scope="col" class="number">line</th><th scope="col"><span class="skip">change</span></th><th scope="col">code</th></tr></thead>`;
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Code of ${placeText(finding.file, finding.line)}"><table class="code">${head}<tbody>
${lines.map((line, index) => lineHtml(line, finding, margin ? marginHtml(line, lines.slice(0, index).findLast(isThere), held) : nothing))}</tbody></table></div>`;
}

function lineHtml(line: FrameLine, finding: Finding, margin: Html): Html {
  const kind = line.mark === "+" ? "add" : line.mark === "-" ? "del" : "";
  const here = line.mark !== "-" && line.line === finding.line;
  const number = line.mark === "-" ? nothing : html`${line.line}`;
  return html`<tr class="${kind}${here ? " here" : ""}">${margin}<td class="number">${number}</td><td>${line.mark}</td><td>${line.text}</td></tr>
`;
}

function isThere(line: FrameLine): boolean {
  return line.mark !== "-";
}

/** Names the locks where they change; below that a bar runs on, also beside lines that are gone. */
function marginHtml(line: FrameLine, above: FrameLine | undefined, held: ReadonlyMap<number, readonly string[]>): Html {
  const running = above === undefined ? undefined : held.get(above.line);
  if (!isThere(line)) return html`<td class="held${(running ?? []).length === 0 ? " none" : ""}"></td>`;
  const locks = held.get(line.line);
  if (locks === undefined) return html`<td class="held none"></td>`;
  if (locks.length === 0) return html`<td class="held none"><span class="skip">nothing</span></td>`;
  const same = running?.join("\n") === locks.join("\n");
  return html`<td class="held">${same ? html`<span class="skip">the same</span>` : locks.map(oneLine).join(", ")}</td>`;
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
  const items = [
    ["Why", finding.why],
    ["Fix", finding.fix + fixVerdict(finding)],
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
