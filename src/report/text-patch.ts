/** What a person has to know about one patch or scanned file before its findings: where it stands, what was covered, what was mended. */
import type { Coverage, FunctionReport, OpenQuestion, PatchReport } from "../core/report.ts";
import { requirements, totalsOf } from "../core/totals.ts";
import type { ReportOptions } from "./options.ts";
import type { Paint } from "./paint.ts";
import { compareText } from "./order.ts";
import { count, hanging, oneLine, placeText, wrap } from "./wrap.ts";

const labelled = 11;
/** Without --verbose, longer lists are cut here and the rest is counted. */
const shortList = 6;

/** A label and what it says, in the order in which people need them. */
export type Fact = readonly [label: string, text: string];

export function patchHeader(patch: PatchReport, options: ReportOptions, paint: Paint): string[] {
  const title = oneLine(patch.subject) || "(no subject)";
  return [...wrap(title, options.width).map((text) => paint("bold", text)), ...factLines(patchFacts(patch, options), options)];
}

export function factLines(facts: readonly Fact[], options: ReportOptions): string[] {
  return facts.flatMap(([label, text]) => hanging(`  ${label}`, text, labelled, options.width));
}

export function patchFacts(patch: PatchReport, options: ReportOptions): Fact[] {
  const author = [oneLine(patch.author), patch.date?.slice(0, 10) ?? ""].filter((part) => part !== "").join(", ");
  const message: Fact = ["message", `<${oneLine(patch.messageId)}>${carrierText(patch.carrier)}`];
  return [
    ...(author === "" ? [] : [["from", author] as const]),
    ...(options.verbose ? [message] : []),
    ["against", `${baseText(patch)}; kernel ${oneLine(patch.kernel.version)} (${oneLine(patch.kernel.from)})`],
    ["checked", checkedText(patch.functions)],
    ...coverageFacts(patch.functions, options),
    ...repairTexts(patch).map((text) => ["repaired", text] as const),
    ...shorten(patch.notes, options, "note").map((text) => ["note", oneLine(text)] as const),
  ];
}

function carrierText(carrier: string): string {
  return carrier === "patch" ? "" : ` (${oneLine(carrier)})`;
}

function baseText(patch: PatchReport): string {
  const id = oneLine(patch.base.id);
  switch (patch.base.kind) {
    case "blob":
      return `blob ${id}`;
    case "base-commit":
      return `base-commit ${id}`;
    case "matching-commit":
      return `commit ${id}, the newest that its blobs match`;
    case "revision":
      return `revision ${id}`;
    case "directory":
      return `directory ${id}`;
    case "none":
      return "no tree, its hunks alone";
  }
}

/** One sentence that never calls clean what was not looked at. */
export function checkedText(functions: readonly FunctionReport[]): string {
  const totals = totalsOf([{ functions, findings: [] }]);
  const { seen, partly } = totals;
  if (seen === 0) return functions.length === 0 ? "nothing: no function in it that the rules speak of" : "nothing: every function was left out";
  const { proved, violated, unknown } = totals.obligations;
  const extent = `${count(seen, "function")}${partly > 0 ? `, ${partly} of them in part` : ""}`;
  if (requirements(totals) === 0) return `${extent}, with nothing that the rules speak of`;
  return `${extent}: ${count(proved, "requirement")} proved, ${violated} violated, ${unknown} undecided`;
}

/** Functions that were not covered in full, by reason. */
export function coverageFacts(functions: readonly FunctionReport[], options: ReportOptions): Fact[] {
  return (["partial", "skipped"] as const).flatMap((coverage) =>
    shorten(groupByReason(functions, coverage, options), options, "reason").map((text): Fact => [coverage === "partial" ? "in part" : "left out", text]),
  );
}

function groupByReason(functions: readonly FunctionReport[], coverage: Coverage, options: ReportOptions): string[] {
  const groups = new Map<string, string[]>();
  for (const item of functions.filter((candidate) => candidate.coverage === coverage)) {
    groups.set(item.reason, [...(groups.get(item.reason) ?? []), `${oneLine(item.name)}()`]);
  }
  return Array.from(groups, ([reason, names]) => `${shorten(names, options, "function").join(", ")}: ${oneLine(reason) || "no reason given"}`);
}

function repairTexts(patch: PatchReport): string[] {
  const kinds = new Map<string, { lines: number; first: number; detail: string }>();
  for (const repair of patch.repairs) {
    const known = kinds.get(repair.kind);
    if (known) known.lines++;
    else kinds.set(repair.kind, { lines: 1, first: repair.line, detail: oneLine(repair.detail) });
  }
  return Array.from(kinds).toSorted(([a], [b]) => compareText(a, b)).map(([kind, { lines, first, detail }]) => {
    const places = lines === 1 ? `line ${first}` : `${lines} places from line ${first}`;
    return `${kind.replaceAll("-", " ")} (${places} of the diff)${detail === "" ? "" : `: ${detail}`}`;
  });
}

/** What could not be decided and a person should look at; what is open alike in several functions of a file is said once. */
export function openQuestions(functions: readonly FunctionReport[], options: ReportOptions): string[] {
  const alike = new Map<string, { readonly item: FunctionReport; readonly open: OpenQuestion; readonly names: Set<string> }>();
  for (const item of functions) {
    for (const open of item.unknowns) {
      const key = JSON.stringify([item.file, open.rule, open.text, ...(options.verbose ? [item.name, open.line] : [])]);
      const known = alike.get(key);
      if (known === undefined) alike.set(key, { item, open, names: new Set([item.name]) });
      else known.names.add(item.name);
    }
  }
  return Array.from(alike.values(), ({ item, open, names }) => openText(item, open, [...names], options));
}

export function openQuestionLines(functions: readonly FunctionReport[], options: ReportOptions): string[] {
  const texts = openQuestions(functions, options);
  if (texts.length === 0) return [];
  const shown = shorten(texts, options, "open question");
  return ["  undecided, worth a look:", ...shown.flatMap((text) => hanging("    -", text, 6, options.width))];
}

/** What was proved, for a reader who asks for everything. */
export function proofLines(functions: readonly FunctionReport[], options: ReportOptions): string[] {
  if (!options.verbose) return [];
  const texts = functions.flatMap((item) => item.proofs.map((proof) => openText(item, proof, [item.name], options)));
  return texts.length === 0 ? [] : ["  proved:", ...texts.flatMap((text) => hanging("    +", text, 6, options.width))];
}

function openText(item: FunctionReport, open: OpenQuestion, names: readonly string[], options: ReportOptions): string {
  const who = shorten(names.map((name) => `${oneLine(name)}()`), options, "function").join(", ");
  return `${placeText(item.file, open.line)}: ${who}: ${oneLine(open.text)} [${oneLine(open.rule)}]`;
}

/** The list, or its head and "and N more NOUNs" when it is long and the reader did not ask for all of it. `all`: how many there are, where `list` may hold only those that mayShow(). */
export function shorten(list: readonly string[], options: ReportOptions, noun: string, all: number = list.length): string[] {
  if (options.verbose || all <= shortList) return [...list];
  return [...list.slice(0, shortList - 1), `and ${count(all - shortList + 1, `more ${noun}`)} (--verbose lists them)`];
}

/** Whether shorten() may show the item at this place of a list. */
export function mayShow(at: number, options: ReportOptions): boolean {
  return options.verbose || at < shortList;
}
