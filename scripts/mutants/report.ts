/** What became of the mutants, as text: a table by operator, then every survivor with its place. */
import { count, inWords, table } from "../corpus/table.ts";
import { harmless } from "./harmless.ts";
import type { MeasuredMutant } from "./measure.ts";
import { operators } from "./operators.ts";

const head = ["operator", "mutants", "harmless", "flagged", "as a note", "other rule", "missed", "caught"];

export function mutantReport(all: readonly MeasuredMutant[]): string {
  const rows = operators.flatMap(({ name }) => {
    const own = all.filter((one) => one.mutant.operator.name === name);
    return own.length === 0 ? [] : [row(name, own)];
  });
  const survivors = all.filter((one) => isCounted(one) && !isCaught(one));
  const excluded = all.filter((one) => !isCounted(one));
  return [
    table(head, [...rows, row("all", all)]),
    "",
    `Survivors (${survivors.length}):`,
    ...survivors.map((one) => `- ${place(one)}${one.verdict === "other rule" ? ` (${one.findings.map((f) => f.rule).join(", ")} instead)` : ""}`),
    "",
    `Harmless (${excluded.length}):`,
    ...excluded.map((one) => `- ${place(one)}: ${why(one)}`),
  ].join("\n");
}

function row(name: string, own: readonly MeasuredMutant[]): string[] {
  const counted = own.filter(isCounted);
  const having = (verdict: MeasuredMutant["verdict"]): string => String(counted.filter((one) => one.verdict === verdict).length);
  return [name, String(own.length), String(own.length - counted.length), having("flagged"), having("noted"), having("other rule"), having("missed"), inWords(count(counted, isCaught))];
}

function isCaught(one: MeasuredMutant): boolean {
  return one.verdict === "flagged" || one.verdict === "noted";
}

function isCounted(one: MeasuredMutant): boolean {
  return why(one) === "";
}

/** Why a mutant does not count: the same steps as before, or judged by hand to do no harm. */
function why(one: MeasuredMutant): string {
  if (one.verdict === "same code") return "the front end makes the same steps of it";
  const { fn, operator, file, edit } = one.mutant;
  const text = file.lines[edit.at]!.trim();
  return harmless.find((h) => h.function === fn.name && h.operator === operator.name && text.includes(h.text))?.why ?? "";
}

function place({ mutant: { operator, file, fn, edit } }: MeasuredMutant): string {
  return `${operator.name}: ${fn.name}() ${file.path}:${edit.at + 1}: ${file.lines[edit.at]!.trim()}`;
}
