/** One mutant reviewed as a patch is: pre- and post-image of its file against the rules, with the tree's helpers. */
import { checkingImages, type Sides, type Source, touchedByPatch } from "../../src/check-images.ts";
import { lowerText } from "../../src/c/index.ts";
import { type Elsewhere, newPool } from "../../src/check/index.ts";
import type { UnitIr } from "../../src/c/ir.ts";
import type { FileImage } from "../../src/core/image.ts";
import type { Finding } from "../../src/index.ts";
import type { Rulebook } from "../../src/rulebook/rulebook.ts";
import { type Mutant, mutated } from "./sites.ts";
import { atOnce } from "../../src/util/slices.ts";

export type Verdict = "flagged" | "noted" | "other rule" | "same code" | "missed";

export interface MeasuredMutant {
  readonly mutant: Mutant;
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
}

export function measure(mutant: Mutant, rulebook: Rulebook, elsewhere: Elsewhere): MeasuredMutant {
  const { file, edit, fn, operator } = mutant;
  const lines = mutated(mutant);
  const unit = lowerText(file.path, lines.join("\n"));
  const sides: Sides<Source> = {
    pre: { image: image(file.path, "pre", file.lines, edit.at, edit.drop), unit: file.unit },
    post: { image: image(file.path, "post", lines, edit.at, edit.put.length), unit },
  };
  const after = unit.functions.find((one) => one.name === fn.name);
  if (after !== undefined && shape(after) === shape(fn)) return { mutant, verdict: "same code", findings: [] };
  const { findings } = atOnce(checkingImages(sides, rulebook, { all: false, strict: false, elsewhere: { pre: elsewhere, post: elsewhere }, everywhere: touchedByPatch([sides], rulebook), pool: newPool() }));
  const introduced = findings.filter((finding) => finding.status === "introduced");
  const right = introduced.filter((finding) => finding.function === fn.name && operator.expects.includes(finding.rule));
  const verdict = right.some((f) => f.severity !== "note") ? "flagged" : right.length > 0 ? "noted" : introduced.length > 0 ? "other rule" : "missed";
  return { mutant, verdict, findings: introduced };
}

function image(path: string, side: FileImage["side"], lines: readonly string[], at: number, count: number): FileImage {
  return { path, side, lines, gaps: [], sections: [], changed: new Set(Array.from({ length: Math.max(count, 1) }, (_, i) => at + 1 + i)), blanksLost: false };
}

/** What a function does, without its places: two texts of one shape behave the same. */
function shape(fn: UnitIr["functions"][number]): string {
  return JSON.stringify(fn.blocks, (key, value: unknown) => (key === "loc" || key === "from" || key === "to" && typeof value !== "number" ? undefined : typeof value === "bigint" ? String(value) : value));
}
