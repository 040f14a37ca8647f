/**
 * Holds a pack against schema.ts, of which tsc sees nothing here: a misspelt effect that is ignored would be a rule that
 * silently does nothing. Names of arguments and versions are looked at too.
 */
import { UsageError } from "../core/errors.ts";
import type { PackProblem } from "../core/rule-page.ts";
import { type Literal, Places, readLiterals } from "./read-literals.ts";
import { checkShape, type Report } from "./shape-check.ts";
import { readShapes, type Shapes } from "./shapes.ts";

/** What only the built-in rules say. */
const notInPacks: readonly string[] = ["eras", "eraMarkers"];

/** What may be exported. */
function packParts(shapes: Shapes): string[] {
  const data = shapes.get("RuleData");
  return data?.kind === "record" ? Array.from(data.fields.keys()).filter((name) => !notInPacks.includes(name)) : [];
}

/** All that is wrong with a pack, in the order of the file. */
export function packProblems(path: string, text: string): PackProblem[] {
  const places = new Places();
  try {
    return problemsOf(path, readLiterals(path, text, places), places);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const placed = /^(\d+):(\d+): (.*)$/s.exec(error.message.slice(path.length + 1));
    return [{ file: path, line: Number(placed?.[1] ?? 1), column: Number(placed?.[2] ?? 1), message: placed?.[3] ?? error.message.slice(path.length + 2) }];
  }
}

/** Throws UsageError for the first problem. */
export function checkPack(path: string, values: ReadonlyMap<string, Literal>, places: Places): void {
  const [first] = problemsOf(path, values, places);
  if (first !== undefined) throw new UsageError(`${path}:${first.line}:${first.column}: ${first.message}`, `\`mmreview rules check ${path}\` lists all there is; docs/rule-packs.md has the words.`);
}

let known: Shapes | null = null;

function problemsOf(path: string, values: ReadonlyMap<string, Literal>, places: Places): PackProblem[] {
  known ??= readShapes();
  const shapes = known;
  const problems: PackProblem[] = [];
  const report: Report = ({ name, of, key }, message) => problems.push({ file: path, ...places.of(of, key), message: `${name}: ${message}` });
  for (const [part, value] of values) {
    const whole = { name: part, of: typeof value === "object" && value !== null ? value : {}, key: null };
    if (!packParts(shapes).includes(part)) {
      report(whole, `no part of a rule pack (these are: ${packParts(shapes).join(", ")})`);
      continue;
    }
    const data = shapes.get("RuleData")!;
    if (data.kind !== "record") throw new Error("schema.ts: RuleData is not an interface");
    checkShape(value, data.fields.get(part)!.shape, whole, shapes, report);
    for (const entry of Array.isArray(value) ? value : []) {
      if (!isWords(entry)) continue;
      checkVersions(entry, report);
      if (part === "contracts") checkNames(entry, report);
    }
  }
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

type Words = { readonly [key: string]: Literal };

function isWords(value: Literal | undefined): value is Words {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function checkVersions(entry: Words, report: Report): void {
  for (const key of ["since", "until", "mayFailSince"]) {
    const value = entry[key];
    if (typeof value === "string" && !/^\d+\.\d+$/.test(value)) report({ name: nameOf(entry), of: entry, key }, `${key} is a version such as 6.5, not "${value}"`);
  }
  if (isWords(entry["returns"])) checkVersions(entry["returns"], report);
}

function nameOf(entry: Words): string {
  return `contract ${typeof entry["name"] === "string" ? entry["name"] : "without a name"}`;
}

/** Words whose value names an argument. */
const naming: readonly string[] = ["entry", "table", "pointer", "of", "to", "walk", "value", "page", "vma", "mm", "addr", "range"];

/** "pmd", "*ptlp" (what it points to) and "return" (the result) name something; anything else would be ignored in silence. */
function checkNames(contract: Words, report: Report): void {
  const params = Array.isArray(contract["params"]) ? contract["params"].filter((param) => typeof param === "string") : [];
  const visit = (value: Literal): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (!isWords(value)) return;
    for (const [key, item] of Object.entries(value)) {
      if (typeof item === "string" && naming.includes(key)) {
        const name = /^\*?([A-Za-z_]\w*)/.exec(item)?.[1] ?? item;
        if (name !== "return" && !/^&\w+$/.test(item) && !params.includes(name)) report({ name: `${nameOf(contract)}, ${key}`, of: value, key }, `"${item}" is no argument (these are: ${params.join(", ")}, return)`);
      } else visit(item);
    }
  };
  for (const part of ["requires", "effects"]) visit(contract[part] ?? null);
}
