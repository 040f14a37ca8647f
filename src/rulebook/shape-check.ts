/** Holds a literal against a shape: what is missing, misspelt or of the wrong kind, each at its place. */
import { nearest } from "../util/nearest.ts";
import type { Literal } from "./read-literals.ts";
import type { Field, Shape, Shapes } from "./shapes.ts";

/** Where the words of a pack stand: the value of `key` in `of`, or `of` itself. */
export interface Sight {
  /** What the place is in, for people: "contract pmd_lock, effects[0]". */
  readonly name: string;
  readonly of: object;
  readonly key: string | number | null;
}

export type Report = (sight: Sight, message: string) => void;

type Words = { readonly [key: string]: Literal };
type RecordShape = Extract<Shape, { kind: "record" }>;

export function checkShape(value: Literal, shape: Shape, sight: Sight, shapes: Shapes, report: Report): void {
  const known = resolved(shape, shapes);
  switch (known.kind) {
    case "list":
      return checkList(value, () => known.of, sight, shapes, report);
    case "tuple":
      if (Array.isArray(value) && value.length !== known.of.length) return report(sight, `a list of ${known.of.length} is needed`);
      return checkList(value, (index) => known.of[index]!, sight, shapes, report);
    case "record":
      return checkRecord(value, known, sight, shapes, report);
    case "map":
      if (!isWords(value)) return report(sight, `${expected(known)} is needed`);
      return Object.entries(value).forEach(([key, item]) => checkShape(item, known.of, { name: sight.name, of: value, key }, shapes, report));
    case "one-of":
      return checkOneOf(value, flat(known, shapes), sight, shapes, report);
    default:
      if (!fits(value, known)) report(sight, `${expected(known)} is needed`);
  }
}

function resolved(shape: Shape, shapes: Shapes): Exclude<Shape, { kind: "named" }> {
  if (shape.kind !== "named") return shape;
  const found = shapes.get(shape.name);
  if (found === undefined) throw new Error(`schema.ts does not say what ${shape.name} is`);
  return resolved(found, shapes);
}

/** The alternatives, those of alternatives included. */
function flat(shape: Shape, shapes: Shapes): Shape[] {
  const known = resolved(shape, shapes);
  return known.kind === "one-of" ? known.of.flatMap((one) => flat(one, shapes)) : [known];
}

function isWords(value: Literal): value is Words {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function checkList(value: Literal, shapeAt: (index: number) => Shape, sight: Sight, shapes: Shapes, report: Report): void {
  if (!Array.isArray(value)) return report(sight, "a list is needed");
  value.forEach((item, index) => checkShape(item, shapeAt(index), { name: `${sight.name}[${index}]`, of: value, key: index }, shapes, report));
}

function checkRecord(value: Literal, { fields }: RecordShape, sight: Sight, shapes: Shapes, report: Report): void {
  if (!isWords(value)) return report(sight, `an object with ${Array.from(fields.keys()).join(", ")} is needed`);
  for (const [key, field] of fields) if (!field.optional && !Object.hasOwn(value, key)) report({ ...sight, of: value, key: null }, `${key} is missing`);
  for (const [key, item] of Object.entries(value)) {
    const field = fields.get(key);
    const place = { name: `${sight.name}, ${key}`, of: value, key };
    if (field === undefined) report({ ...place, name: sight.name }, `unknown word ${key}${guess(key, Array.from(fields.keys()))}`);
    else checkShape(item, field.shape, place, shapes, report);
  }
}

function guess(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === null ? ` (known: ${known.join(", ")})` : `: did you mean ${near}?`;
}

function checkOneOf(value: Literal, shapes_: readonly Shape[], sight: Sight, shapes: Shapes, report: Report): void {
  const records = shapes_.filter((shape): shape is RecordShape => shape.kind === "record");
  if (isWords(value) && records.length > 0) return checkOneRecord(value, records, sight, shapes, report);
  const lists = shapes_.filter((shape) => shape.kind === "list");
  if (Array.isArray(value) && lists.length === 1) return checkShape(value, lists[0]!, sight, shapes, report);
  if (shapes_.some((shape) => fits(value, shape))) return;
  const words = shapes_.flatMap((shape) => (shape.kind === "word" ? [String(shape.word)] : []));
  if (typeof value === "string" && words.length > 0) return report(sight, `unknown word "${value}"${guess(value, words)}`);
  report(sight, `${shapes_.map(expected).join(" or ")} is needed`);
}

/** Records are told apart by a word that each of them has its own of ("do", "need"), else by the words they must have. */
function checkOneRecord(value: Words, records: readonly RecordShape[], sight: Sight, shapes: Shapes, report: Report): void {
  const tag = Array.from(records[0]!.fields.keys()).find((key) => records.every(({ fields }) => fields.get(key)?.shape.kind === "word"));
  if (tag === undefined) {
    const missing = ({ fields }: RecordShape): number => Array.from(fields).filter(([key, field]) => !field.optional && !Object.hasOwn(value, key)).length;
    return checkRecord(value, records.toSorted((a, b) => missing(a) - missing(b))[0]!, sight, shapes, report);
  }
  const wordOf = (field: Field | undefined): string => (field?.shape.kind === "word" ? String(field.shape.word) : "");
  const word = typeof value[tag] === "string" ? value[tag] : "";
  const chosen = records.find(({ fields }) => wordOf(fields.get(tag)) === word);
  if (chosen !== undefined) return checkRecord(value, chosen, { ...sight, name: `${sight.name} (${word})` }, shapes, report);
  if (!Object.hasOwn(value, tag)) return report({ ...sight, of: value, key: null }, `${tag} is missing`);
  report({ name: sight.name, of: value, key: tag }, `unknown ${tag} ${JSON.stringify(value[tag])}${guess(word, records.map(({ fields }) => wordOf(fields.get(tag))))}`);
}

function fits(value: Literal, shape: Shape): boolean {
  switch (shape.kind) {
    case "text":
      return typeof value === "string";
    case "number":
    case "boolean":
      return typeof value === shape.kind;
    case "null":
      return value === null;
    case "word":
      return value === shape.word;
    default:
      return false;
  }
}

function expected(shape: Shape): string {
  switch (shape.kind) {
    case "text":
      return "a text";
    case "number":
      return "a number";
    case "boolean":
      return "true or false";
    case "word":
      return JSON.stringify(shape.word);
    case "null":
      return "null";
    case "list":
    case "tuple":
      return "a list";
    default:
      return "an object";
  }
}
