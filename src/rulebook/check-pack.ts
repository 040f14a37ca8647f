/**
 * Holds a pack's data against schema.ts where tsc cannot: a pack is not compiled, and a misspelt effect that is ignored
 * would be a rule that silently does nothing.
 */
import { UsageError } from "../core/errors.ts";
import type { PackProblem } from "../core/rule-page.ts";
import { type Literal, readLiterals } from "./read-literals.ts";

type Shape = { readonly required: readonly string[]; readonly optional?: readonly string[] };

const effectShapes: Readonly<Record<string, Shape>> = {
  acquire: { required: ["lock"], optional: ["mode", "when", "try", "nested"] },
  "wait-for": { required: ["lock"] },
  release: { required: ["lock"], optional: ["when"] },
  "may-release": { required: ["lock"], optional: ["when"] },
  assert: { required: ["lock"], optional: ["mode"] },
  "give-lock": { required: ["to", "lock"], optional: ["when"] },
  map: { required: ["of"], optional: ["when"] },
  unmap: { required: ["pointer"] },
  read: { required: ["entry", "level", "how"], optional: ["kinds"] },
  write: { required: ["entry", "level"], optional: ["to", "old"] },
  settle: { required: ["entry", "level", "kinds"], optional: ["when"] },
  install: { required: ["entry", "table", "level"] },
  "new-table": { required: ["to"] },
  barrier: { required: ["kind"] },
  "owe-flush": { required: ["entry", "level"], optional: ["addr", "open"] },
  flush: { required: ["what"] },
  "settle-batched": { required: [] },
  "mark-dirty": { required: [] },
  "drop-rmap": { required: [] },
  "delay-rmap": { required: [] },
  "announce-flush": { required: ["begin"] },
  "lazy-mmu": { required: ["enter"] },
  notifier: { required: ["range", "step"], optional: ["when"] },
  "detach-table": { required: ["entry", "level"] },
  "sync-walkers": { required: [] },
  "reuse-table": { required: ["table", "how"] },
  ledger: { required: ["level", "side", "by"] },
  "walk-start": { required: ["walk"], optional: ["when"] },
  "walk-end": { required: ["walk"], optional: ["when"] },
};

const requirementShapes: Readonly<Record<string, Shape>> = {
  "entry-lock": { required: ["entry", "level"] },
  recheck: { required: ["entry", "level"] },
  mapped: { required: ["pointer"] },
  kind: { required: ["value", "in"] },
  held: { required: ["rule", "any"], optional: ["mode"] },
  nonzero: { required: ["rule", "value", "says"], optional: ["of", "in"] },
  vma: { required: ["mm"] },
  "no-table-page": { required: ["page"] },
  "no-rmap-walkers": { required: ["vma"] },
  "within-table": { required: ["count"] },
  "uniform-batch": { required: ["count", "value"] },
  "walkers-kept": { required: ["tables"] },
  "ordered-table": { required: ["table"] },
};

const contractShape: Shape = { required: ["name", "params", "references"], optional: ["aliases", "since", "until", "requires", "effects", "returns"] };

/** The first thing that is wrong with a pack, or nothing. */
export function packProblems(path: string, text: string): PackProblem[] {
  try {
    checkPack(path, readLiterals(path, text));
    return [];
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const placed = /^(\d+):(\d+): (.*)$/s.exec(error.message.slice(path.length + 1));
    return [{ file: path, line: Number(placed?.[1] ?? 1), column: Number(placed?.[2] ?? 1), message: placed?.[3] ?? error.message.slice(path.length + 2) }];
  }
}

/** Throws UsageError naming the contract and what is wrong with it. */
export function checkPack(path: string, values: ReadonlyMap<string, Literal>): void {
  for (const name of values.keys()) {
    if (!["contracts", "fieldTypes", "contexts", "sleepers", "lockOrders", "catalogue"].includes(name)) fail(path, `exports ${name}, which is no part of a rule pack`);
  }
  for (const contract of list(path, "contracts", values.get("contracts"))) checkContract(path, contract);
  for (const part of ["fieldTypes", "contexts", "sleepers", "lockOrders", "catalogue"]) list(path, part, values.get(part));
}

function fail(path: string, what: string): never {
  throw new UsageError(`${path}: ${what}`, "`mmreview rules show ID` and docs have the words of a contract");
}

function list(path: string, part: string, value: Literal | undefined): { readonly [key: string]: Literal }[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return fail(path, `${part} is not an array`);
  return value.map((entry, i) => (isRecord(entry) ? entry : fail(path, `${part}[${i}] is not an object`)));
}

function isRecord(value: Literal | undefined): value is { [key: string]: Literal } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function checkContract(path: string, contract: { readonly [key: string]: Literal }): void {
  const name = typeof contract["name"] === "string" ? `contract ${contract["name"]}` : "a contract without a name";
  checkShape(path, name, contract, contractShape);
  const params = contract["params"];
  if (!Array.isArray(params) || params.some((param) => typeof param !== "string")) fail(path, `${name}: params is not a list of names`);
  for (const effect of list(path, `${name}: effects`, contract["effects"])) checkTagged(path, name, effect, "do", effectShapes);
  for (const need of list(path, `${name}: requires`, contract["requires"])) checkTagged(path, name, need, "need", requirementShapes);
}

function checkTagged(path: string, name: string, value: { readonly [key: string]: Literal }, tag: string, shapes: Readonly<Record<string, Shape>>): void {
  const word = value[tag];
  const kind = typeof word === "string" ? word : "";
  const shape = Object.hasOwn(shapes, kind) ? shapes[kind] : undefined;
  if (!shape) return fail(path, `${name}: unknown ${tag} "${kind}" (one of ${Object.keys(shapes).join(", ")})`);
  checkShape(path, `${name}, ${kind}`, value, { required: [tag, ...shape.required], optional: shape.optional ?? [] });
}

function checkShape(path: string, name: string, value: { readonly [key: string]: Literal }, shape: Shape): void {
  for (const key of shape.required) if (!(key in value)) fail(path, `${name}: ${key} is missing`);
  for (const key of Object.keys(value)) {
    if (!shape.required.includes(key) && !(shape.optional ?? []).includes(key)) fail(path, `${name}: unknown word ${key}`);
  }
}
