/** The known bugs as text: one table by class and rule, then what was missed and what was said instead. */
import type { KnownBug } from "./entries.ts";
import { inWords as findingInWords } from "./judge.ts";
import type { Measured, Setting } from "./measure-known.ts";
import { count, inWords, type Share, table } from "./table.ts";

/** Posted as a fix, shown to be none in review (the corpus' README): to flag it would be wrong, so it is no miss. */
const disputed: ReadonlySet<string> = new Set(["pagemap-scan-order"]);

/** "asked" counts what was flagged, or where an open question on the buggy version names the rule and the function. */
const head = ["known bugs", "put back: flagged", "asked", "taken out: clean", "fixed", "fix on tree: clean", "mail alone: flagged", "clean"];

/** `checked` are the rules that this version has. */
export function knownReport(all: readonly Measured[], checked: ReadonlySet<string>): string {
  const counted = all.filter((one) => one.bug.rules.length > 0 && !disputed.has(one.bug.id));
  const within = counted.filter((one) => isChecked(one.bug, checked));
  const classes = Array.from(new Set(counted.flatMap((one) => one.bug.classes))).toSorted();
  const rules = Array.from(new Set(counted.flatMap((one) => one.bug.rules))).toSorted();
  const rows = [
    ...classes.map((name) => row(`class ${name}`, counted.filter((one) => one.bug.classes.includes(name)))),
    ...rules.map((name) => row(`rule ${name}${checked.has(name) ? "" : " (not checked)"}`, counted.filter((one) => one.bug.rules.includes(name)))),
    row("all of checked rules", within),
    row("all", counted),
  ];
  return [table(head, rows), ...misses(within), ...besides(all)].join("\n");
}

function isChecked(bug: KnownBug, checked: ReadonlySet<string>): boolean {
  return bug.rules.some((rule) => checked.has(rule));
}

function row(name: string, measured: readonly Measured[]): string[] {
  const share = (setting: Setting, ok: (one: Measured) => boolean): string => {
    const found: Share = count(measured.filter((one) => one.setting === setting), ok);
    return inWords(found);
  };
  const flagged = (one: Measured): boolean => one.flagged;
  const asked = (one: Measured): boolean => one.asked;
  const clean = (one: Measured): boolean => one.clean;
  return [
    name,
    share("put back", flagged),
    share("put back", asked),
    share("taken out", clean),
    share("taken out", flagged),
    share("fix on tree", clean),
    share("fix alone", flagged),
    share("fix alone", clean),
  ];
}

/** By bug, because the settings of one bug share their cause. */
function misses(measured: readonly Measured[]): string[] {
  const bugs = Array.from(new Set(measured.map((one) => one.bug)));
  const lines = bugs.flatMap((bug) => {
    const missed = measured.filter((one) => one.bug === bug && isMiss(one));
    return missed.length === 0 ? [] : [`- ${bug.id}: ${bug.rules.join(" or ")} in ${bug.functions.join(", ")}`, ...missed.flatMap(missInWords)];
  });
  return ["", "Missed under checked rules:", ...lines];
}

/** A fix mail for another kernel that does not apply shows nothing of its pre-image on the tree. */
function isMiss(one: Measured): boolean {
  return !one.clean || (!one.flagged && (one.setting !== "fix on tree" || one.applied));
}

function missInWords(one: Measured): string[] {
  const what = [
    one.flagged ? "" : one.asked && one.setting === "put back" ? "asked only" : "not flagged",
    one.clean ? "" : "FIXED VERSION NOT CLEAN",
    one.view === "full" ? "" : `function ${one.view}`,
    one.applied || one.tree === "" ? "" : "does not apply",
  ];
  const left = one.remaining.map((finding) => `        remains: ${findingInWords(finding)}`);
  return [`    ${nameOf(one)}: ${what.filter((text) => text !== "").join(", ")}`, ...one.causes.map((cause) => `        ${cause}`), ...left, ...one.others.map((finding) => `        instead: ${findingInWords(finding)}`)];
}

/** Findings that a fix introduces, that a put-back patch has beside its bug, and any on what is outside of the rules or disputed. */
function besides(all: readonly Measured[]): string[] {
  const others = all.flatMap((one) => one.others.filter((finding) => finding.status === "introduced").map((finding) => `- ${one.bug.id}, ${nameOf(one)}: ${findingInWords(finding)}`));
  const disputes = all.filter((one) => one.flagged && disputed.has(one.bug.id)).map((one) => `- ${one.bug.id}, ${nameOf(one)}: flagged, which is disputed`);
  return ["", `Other findings introduced (${others.length + disputes.length}):`, ...others, ...disputes];
}

function nameOf(one: Measured): string {
  return one.tree === "" ? one.setting : `${one.setting}, ${one.tree}`;
}
