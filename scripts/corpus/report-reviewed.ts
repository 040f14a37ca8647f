/** The reviewed patches as text: hits by rule, labels that were missed, and what was said besides. */
import type { ReviewLabel } from "./entries.ts";
import { inWords as findingInWords } from "./judge.ts";
import type { MeasuredReview } from "./measure-reviewed.ts";
import { whyOutOfReach } from "./out-of-reach.ts";
import { count, inWords, table } from "./table.ts";

export function reviewedReport(all: readonly MeasuredReview[], checked: ReadonlySet<string>): string {
  const labels = all.flatMap((one) => one.labels.map((measured) => ({ id: one.patch.id, ...measured })));
  const rules = Array.from(new Set(labels.map(({ label }) => label.rule))).toSorted();
  const row = (name: string, chosen: typeof labels): string[] => [name, hits(chosen, "confirmed"), hits(chosen, "raised"), hits(chosen, "answered"), hits(chosen, "refuted")];
  const rows = [
    ...rules.map((rule) => row(`${rule}${checked.has(rule) ? "" : " (not checked)"}`, labels.filter(({ label }) => label.rule === rule))),
    row("all under checked rules", labels.filter(({ label }) => checked.has(label.rule))),
  ];
  const missed = labels.filter(({ label, hit }) => checked.has(label.rule) && hit === isNoBug(label));
  const others = all.flatMap((one) => one.others.map((finding) => `- ${one.patch.id}: ${findingInWords(finding)}`));
  return [
    table(["reviewed patches", "confirmed", "raised", "answered", "refuted"], rows),
    "",
    `Labels under checked rules that were missed, or hit though shown to be no bug (${missed.length}; of them out of reach, counted all the same: ${missed.filter(({ id, label }) => whyOutOfReach(id, label) !== null).length}):`,
    ...missed.flatMap(({ id, label, hit, asked, view, causes }) => {
      const how = [asked && !hit ? ", asked only" : "", view === "full" ? "" : `, function ${view}`].join("");
      const why = whyOutOfReach(id, label);
      return [`- ${id}: ${label.rule} in ${label.function} (${label.outcome})${how}`, ...(why === null ? [] : [`    out of reach: ${why}`]), ...causes.map((cause) => `    ${cause}`)];
    }),
    "",
    `Other findings introduced (${others.length}):`,
    ...others,
  ].join("\n");
}

function hits(labels: readonly { readonly label: ReviewLabel; readonly hit: boolean }[], outcome: ReviewLabel["outcome"]): string {
  return inWords(count(labels.filter(({ label }) => label.outcome === outcome), ({ hit }) => hit));
}

function isNoBug(label: ReviewLabel): boolean {
  return label.outcome === "refuted" || label.outcome === "answered";
}
