/** Evaluates the front end's expressions and places over simulated values. What is not modelled becomes unknown. */
import type { BinaryOp, Expr, Place } from "../../c/ir.ts";
import type { World } from "../world/build.ts";
import { truth, type Value } from "../world/value.ts";
import { constantOf } from "./constants.ts";
import { fieldOf } from "./fields.ts";
import { forget, rootOf, type ThreadState } from "./thread.ts";

/** Where a load or store goes. */
export type Location =
  | { readonly k: "slot"; readonly table: number; readonly index: number; readonly half: "low" | "high" | null }
  | { readonly k: "memory"; readonly root: string; readonly path: string }
  | { readonly k: "null" };

export interface Scope {
  readonly world: World;
  readonly thread: ThreadState;
  /** What a field of an object outside the world holds, by its name; undefined when nothing is known. */
  readonly fieldDefault: (field: string, root: string) => Value | undefined;
}

/** Longest text of an unknown value; a longer one is cut to the place where it was made, so that loops end. */
const longest = 160;

/** An unknown value named by `text`. `parts` are the values that it was computed from; without, it is a leaf itself. */
export function unknown(scope: Scope, text: string, ...parts: readonly Value[]): Value {
  const short = text.length <= longest ? text : `${text.slice(0, longest - 3)}...`;
  const leaves = [...new Set(parts.flatMap((p) => (p.k === "unknown" ? p.leaves : [])))].toSorted();
  return scope.world.values.unknown(short, leaves.length === 0 ? [short] : leaves);
}

export function evaluate(scope: Scope, expr: Expr): Value {
  const { values } = scope.world;
  switch (expr.k) {
    case "num":
      return values.int(expr.value);
    case "str":
      return values.name(JSON.stringify(expr.text));
    case "var":
      return variable(scope, expr.name);
    case "global":
      return constantOf(values, expr.name);
    case "unary":
      return unary(scope, expr.op, evaluate(scope, expr.arg));
    case "binary":
      return binary(scope, expr.op, evaluate(scope, expr.left), evaluate(scope, expr.right));
    case "addr":
      return addressOf(scope, locate(scope, expr.place));
    case "cast":
      return cast(scope, expr.type, evaluate(scope, expr.arg));
    case "aggregate":
      return aggregate(scope, expr);
    case "opaque":
      return unknown(scope, expr.text);
  }
}

function variable(scope: Scope, name: string): Value {
  const frame = scope.thread.frames[scope.thread.frames.length - 1]!;
  if (frame.program.inMemory.has(name)) return readMemory(scope, rootOf(scope.thread, name), "");
  return frame.locals.get(name) ?? unknown(scope, name);
}

export function locate(scope: Scope, place: Place): Location {
  switch (place.k) {
    case "var":
      return { k: "memory", root: rootOf(scope.thread, place.name), path: "" };
    case "global":
      return place.name === "init_mm" && scope.world.options.kernel ? { k: "memory", root: "@mm:0", path: "" } : { k: "memory", root: `G:${place.name}`, path: "" };
    case "deref":
      return pointedAt(scope, evaluate(scope, place.ptr));
    case "field": {
      const outer = locate(scope, place.base);
      if (outer.k === "slot") return { ...outer, half: place.field === "pmd_low" || place.field === "pte_low" ? "low" : place.field === "pmd_high" || place.field === "pte_high" ? "high" : outer.half };
      if (outer.k === "null") return outer;
      return { ...outer, path: `${outer.path}.${place.field}` };
    }
    case "index": {
      const outer = locate(scope, place.base);
      if (outer.k !== "memory") return outer;
      const at = evaluate(scope, place.index);
      return { ...outer, path: `${outer.path}[${at.k === "int" ? at.value : "*"}]` };
    }
  }
}

function pointedAt(scope: Scope, pointer: Value): Location {
  switch (pointer.k) {
    case "slot":
      return { k: "slot", table: pointer.table, index: pointer.index, half: null };
    case "place":
      return { k: "memory", root: pointer.root, path: pointer.path };
    case "ref":
      return { k: "memory", root: `@${pointer.object}:${pointer.n}`, path: "" };
    case "int":
      return pointer.value === 0n ? { k: "null" } : { k: "memory", root: `*${pointer.value}`, path: "" };
    case "name":
      return { k: "memory", root: `G:${pointer.text}`, path: "" };
    case "unknown":
      return { k: "memory", root: `*${pointer.text}`, path: "" };
    case "entry": case "torn": case "half": case "record":
      return { k: "memory", root: `*value${pointer.id}`, path: "" };
  }
}

function addressOf(scope: Scope, location: Location): Value {
  const { values } = scope.world;
  switch (location.k) {
    case "slot":
      return values.slot(location.table, location.index);
    case "null":
      return values.zero;
    case "memory": {
      // A folio and its first page stand at one address.
      const whole = (location.path === "" || (location.path === ".page" && location.root.startsWith("@page:"))) && /^@(\w+):(\d+)$/.exec(location.root);
      return whole ? values.ref(whole[1] as "mm", Number(whole[2])) : values.place(location.root, location.path);
    }
  }
}

/** What private memory holds at an address: a value, a struct put together from its fields, or what the world says of an object. */
export function readMemory(scope: Scope, root: string, path: string): Value {
  const address = root + path;
  const { memory } = scope.thread;
  const direct = memory.get(address);
  if (direct !== undefined) return direct;
  // `pte.pte`: the only field of an entry is the entry.
  const outer = path.lastIndexOf(".");
  if (outer >= 0) {
    const around = memory.get(root + path.slice(0, outer));
    if (around?.k === "entry" || around?.k === "torn") return around;
  }
  const fields: [string, Value][] = [];
  for (const [key, value] of memory) {
    if (key.startsWith(`${address}.`) && !/[.[]/.test(key.slice(address.length + 1))) fields.push([key.slice(address.length + 1), value]);
  }
  if (fields.length > 0) return scope.world.values.record(fields.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  if (withinZeroed(memory, root, path)) return scope.world.values.zero;
  const given = fieldOf(scope.world, root, path) ?? (/^[*o]/.test(root) ? scope.fieldDefault(path.slice(path.lastIndexOf(".") + 1), root) : undefined);
  if (given !== undefined) return given;
  const text = textOf(root, path);
  return root.startsWith("L") ? unknown(scope, text) : scope.world.values.unknown(text, [`@${text}`]);
}

/** Whether a struct around the address was initialised, so that what was not named in it is 0. */
function withinZeroed(memory: ReadonlyMap<string, Value>, root: string, path: string): boolean {
  for (let end = path.lastIndexOf("."); end >= 0; end = end === 0 ? -1 : path.lastIndexOf(".", end - 1)) {
    if (memory.has(`${root}${path.slice(0, end)}.*`)) return true;
  }
  return false;
}

/** How a C programmer would name the address, for texts. */
function textOf(root: string, path: string): string {
  if (root.startsWith("L")) return root.slice(root.indexOf(".") + 1) + path;
  if (root.startsWith("G:")) return root.slice(2) + path;
  if (root.startsWith("o:")) return path === "" ? root.slice(2) : `${root.slice(2)}->${path.slice(1)}`;
  const object = root.startsWith("@") ? root.slice(1).replace(":", "") : root.slice(1);
  return path.startsWith(".") ? `${object}->${path.slice(1)}` : `*${object}${path}`;
}

/** Drops private memory below an address: something unknown may have written it. */
export function havoc(scope: Scope, pointer: Value): void {
  if (pointer.k === "place" && pointer.root.startsWith("L")) forget(scope.thread, pointer.root + pointer.path);
}

function aggregate(scope: Scope, expr: Expr & { readonly k: "aggregate" }): Value {
  const fields = expr.fields.map((f, i) => [f.name === "" ? String(i) : f.name, evaluate(scope, f.value)] as const);
  const [only] = fields;
  if (fields.length === 1 && only !== undefined && /\b(?:pte|pmd|pud|p4d|pgd)_t\b/.test(expr.type)) {
    if (only[1].k === "entry" || only[1].k === "torn") return only[1];
    if (only[1].k === "int" && only[1].value === 0n) return scope.world.values.none;
  }
  return scope.world.values.record([...fields, ["*", scope.world.values.zero]]);
}

const narrow: Readonly<Record<string, bigint>> = { u8: 8n, u16: 16n, u32: 32n, "unsigned int": 32n, "unsigned char": 8n };

function cast(scope: Scope, type: string, value: Value): Value {
  const bits = narrow[type];
  return value.k === "int" && bits !== undefined ? scope.world.values.int(BigInt.asUintN(Number(bits), value.value)) : value;
}

/** Whether an unknown value is zero. "!!x" asks what x asks. */
function not(scope: Scope, value: Value): Value {
  const text = show(value);
  return text.startsWith("!") ? unknown(scope, text.slice(1), value) : unknown(scope, `!${text}`, value);
}

function unary(scope: Scope, op: "-" | "~" | "!" | "+", arg: Value): Value {
  const { values } = scope.world;
  if (op === "!") {
    const known = truth(arg);
    return known === undefined ? not(scope, arg) : values.bool(!known);
  }
  if (arg.k !== "int") return unknown(scope, `${op}${show(arg)}`, arg);
  return values.int(op === "-" ? -arg.value : op === "~" ? ~arg.value : arg.value);
}

function binary(scope: Scope, op: BinaryOp, left: Value, right: Value): Value {
  const { values } = scope.world;
  if (left.k === "int" && right.k === "int") return integers(scope, op, left.value, right.value);
  if (op === "==" || op === "!=") {
    const same = equal(left, right);
    if (same !== undefined) return values.bool(same === (op === "=="));
    const [zero, other] = right.k === "int" ? [right, left] : [left, right];
    if (zero.k === "int" && zero.value === 0n && other.k === "unknown") return op === "!=" ? other : not(scope, other);
    const whether = unknown(scope, `${show(left)} == ${show(right)}`, left, right);
    return op === "==" ? whether : not(scope, whether);
  }
  if (left.k === "slot" && right.k === "int" && (op === "+" || op === "-")) {
    return values.slot(left.table, left.index + Number(op === "+" ? right.value : -right.value));
  }
  // The pages of a folio are one page here.
  if (left.k === "ref" && left.object === "page" && right.k === "int" && (op === "+" || op === "-")) return left;
  if (left.k === "int" && right.k === "slot" && op === "+") return values.slot(right.table, right.index + Number(left.value));
  if (left.k === "slot" && right.k === "slot" && left.table === right.table) return integers(scope, op, BigInt(left.index), BigInt(right.index));
  // Halves of an entry put together again: low | high << 32.
  if (left.k === "half" && right.k === "int" && op === "<<") return left;
  if (left.k === "half" && right.k === "half" && (op === "|" || op === "+") && left.part !== right.part) {
    return left.part === "low" ? values.torn(left.of, right.of) : values.torn(right.of, left.of);
  }
  // One form for each comparison, so that `a < b` and `a >= b` are known to exclude each other.
  switch (op) {
    case ">":
      return unknown(scope, `(${show(right)} < ${show(left)})`, left, right);
    case ">=":
      return not(scope, unknown(scope, `(${show(left)} < ${show(right)})`, left, right));
    case "<=":
      return not(scope, unknown(scope, `(${show(right)} < ${show(left)})`, left, right));
    default:
      return unknown(scope, `(${show(left)} ${op} ${show(right)})`, left, right);
  }
}

/** Whether two values are equal; undefined when that is not known. */
export function equal(left: Value, right: Value): boolean | undefined {
  if (left.id === right.id) return true;
  if (left.k === "unknown" || right.k === "unknown") return undefined;
  if (left.k === "int" || right.k === "int") {
    const [number, other] = left.k === "int" ? [left, right] : [right as Value & { k: "int" }, left];
    if (number.value === 0n) {
      const known = truth(other);
      return other.k === "name" || known === undefined ? (other.k === "name" && isFunctionName(other.text) ? false : undefined) : !known;
    }
    return other.k === "int" ? false : undefined;
  }
  if (left.k === "record" || right.k === "record") return undefined;
  return false;
}

/** Constants are upper case; what is not is a function or an object, which has an address. */
function isFunctionName(text: string): boolean {
  return /[a-z]/.test(text);
}

function integers(scope: Scope, op: BinaryOp, a: bigint, b: bigint): Value {
  const { values } = scope.world;
  switch (op) {
    case "+":
      return values.int(a + b);
    case "-":
      return values.int(a - b);
    case "*":
      return values.int(a * b);
    case "/":
      return b === 0n ? unknown(scope, `${a} / 0`) : values.int(a / b);
    case "%":
      return b === 0n ? unknown(scope, `${a} % 0`) : values.int(a % b);
    case "<<":
      return values.int(a << (b & 63n));
    case ">>":
      return values.int(a >> (b & 63n));
    case "&":
      return values.int(a & b);
    case "|":
      return values.int(a | b);
    case "^":
      return values.int(a ^ b);
    case "==":
      return values.bool(a === b);
    case "!=":
      return values.bool(a !== b);
    case "<":
      return values.bool(a < b);
    case ">":
      return values.bool(a > b);
    case "<=":
      return values.bool(a <= b);
    case ">=":
      return values.bool(a >= b);
  }
}

/** A value as text, for naming unknown values made from it. */
export function show(value: Value): string {
  switch (value.k) {
    case "int":
      return value.value.toString();
    case "unknown": case "name":
      return value.text;
    case "slot":
      return `&T${value.table}[${value.index}]`;
    case "ref":
      return `${value.object}${value.n}`;
    case "place":
      return `&${textOf(value.root, value.path)}`;
    case "entry":
      return value.target < 0 ? value.kind : `${value.kind}(${value.target},${value.flags})`;
    case "torn": case "half": case "record":
      return `${value.k}#${value.id}`;
  }
}

