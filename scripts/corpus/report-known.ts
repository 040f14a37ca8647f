/** The known bugs as text: one table by class and rule, then every miss with what was said instead. */
import { inWords as findingInWords } from "./judge.ts";
import type { Measured, Setting } from "./measure-known.ts";
import { count, inWords, type Share, table } from "./table.ts";

/** Posted as a fix, shown to be none in review (the corpus' README): to flag it would be wrong, so it is no miss. */
const disputed: ReadonlySet<string> = new Set(["pagemap-scan-order"]);

const head = ["", "put back flagged", "taken out clean", "says fixed", "fix on tree clean", "mail alone flagged", "mail alone clean"];

/** `checked` are the rules that this version has. */
export function knownReport(all: readonly Measured[], checked: ReadonlySet<string>): string {
  const counted = all.filter((one) => one.bug.rules.length > 0 && !disputed.has(one.bug.id));
  const classes = Array.from(new Set(counted.flatMap((one) => one.bug.classes))).toSorted();
  const rules = Array.from(new Set(counted.flatMap((one) => one.bug.rules))).toSorted();
  const within = counted.filter((one) => one.bug.rules.some((rule) => checked.has(rule)));
  const rows = [
    ...classes.map((name) => row(name, counted.filter((one) => one.bug.classes.includes(name)))),
    ...rules.map((name) => row(`${name}${checked.has(name) ? "" : " (not checked)"}`, counted.filter((one) => one.bug.rules.includes(name)))),
    row("all under checked rules", within),
    row("all", counted),
  ];
  return [table(["known bugs", ...head.slice(1)], rows), ...misses(counted, checked), ...unwanted(all)].join("\n");
}

function row(name: string, measured: readonly Measured[]): string[] {
  const of = (setting: Setting, ok: (one: Measured) => boolean): Share => count(measured.filter((one) => one.setting === setting), ok);
  const flagged = (one: Measured): boolean => one.flagged;
  const clean = (one: Measured): boolean => one.clean;
  return [
    name,
    inWords(of("put back", flagged)),
    inWords(of("taken out", clean)),
    inWords(of("taken out", flagged)),
    inWords(of("fix on tree", clean)),
    inWords(of("fix alone", flagged)),
    inWords(of("fix alone", clean)),
  ];
}

function misses(measured: readonly Measured[], checked: ReadonlySet<string>): string[] {
  const missed = measured.filter((one) => one.bug.rules.some((rule) => checked.has(rule)) && !(one.flagged && one.clean));
  return ["", `Misses under checked rules (${missed.length}):`, ...missed.flatMap(missInWords)];
}

function missInWords(one: Measured): string[] {
  const what = [one.flagged ? "" : "not flagged", one.clean ? "" : "fixed version not clean", one.applied || one.tree === "" ? "" : "does not apply"].filter((text) => text !== "");
  return [
    `- ${one.bug.id}, ${nameOf(one)}: ${what.join(", ")}; ${one.bug.rules.join(" or ")} in ${one.bug.functions.join(", ")}`,
    ...one.others.map((finding) => `    instead: ${findingInWords(finding)}`),
  ];
}

/** Findings that a fix introduces, that a put-back patch has beside its bug, and any on what is outside of the rules or disputed. */
function unwanted(all: readonly Measured[]): string[] {
  const lines = all.flatMap((one) => one.others.filter((finding) => finding.status === "introduced").map((finding) => `- ${one.bug.id}, ${nameOf(one)}: ${findingInWords(finding)}`));
  const wrong = all.filter((one) => one.flagged && (one.bug.rules.length === 0 || disputed.has(one.bug.id))).map((one) => `- ${one.bug.id}, ${nameOf(one)}: flagged, but disputed`);
  return ["", `Other findings introduced (${lines.length + wrong.length}):`, ...lines, ...wrong];
}

function nameOf(one: Measured): string {
  return one.tree === "" ? one.setting : `${one.setting}, ${one.tree}`;
}
