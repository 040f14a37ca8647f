/** Lowers expressions: loads, stores and calls become steps in evaluation order, the rest a pure Expr. */
import { addressOf, decayed, dereferenced, fetch } from "./access.ts";
import { pairBrackets } from "./brackets.ts";
import { lowerAssignment, lowerUpdate } from "./assignments.ts";
import { lowerTernary, lowerTruth, perhapsApplied } from "./branching-values.ts";
import { isLogical } from "./conditions.ts";
import type { BinaryOp, Expr, Place, UnaryOp } from "./ir.ts";
import { textOf, zero, type Lowering } from "./lowering.ts";
import { literalValue } from "./literals.ts";
import { primitiveTypes, shortTypedefs } from "./mask-words.ts";
import { choiceAt } from "./preprocessor.ts";
import { bare, childOf, firstNamed, namedChildren, operatorOf, type SyntaxNode } from "./syntax.ts";
import { isArray, typeText } from "./type-text.ts";
import { sourceOf } from "./unit-text.ts";

const binaryOps: ReadonlySet<string> = new Set(["+", "-", "*", "/", "%", "<<", ">>", "&", "|", "^", "==", "!=", "<", ">", "<=", ">="]);
const unaryOps: ReadonlySet<string> = new Set(["-", "~", "!", "+"]);

function opaque(l: Lowering, node: SyntaxNode): Expr {
  return { k: "opaque", text: textOf(l, node) };
}

function required(l: Lowering, node: SyntaxNode | null): Expr {
  return node === null ? zero : l.value(node);
}

export function lowerValue(l: Lowering, node: SyntaxNode): Expr {
  switch (node.kind) {
    case "parenthesized_expression":
      return parenthesized(l, node, true);
    case "number_literal":
    case "char_literal":
    case "true":
    case "false":
    case "null":
    case "string_literal":
    case "concatenated_string":
      return literalValue(node.kind, l.unit.plain.slice(node.start, node.end));
    case "identifier":
      return name(l, node);
    case "field_expression":
    case "subscript_expression":
      return fetch(l, l.place(node), node);
    case "pointer_expression":
      return pointer(l, node);
    case "assignment_expression":
      return lowerAssignment(l, node);
    case "update_expression":
      return lowerUpdate(l, node, true);
    case "unary_expression":
      return unary(l, node);
    case "binary_expression":
      return binary(l, node);
    case "conditional_expression":
      return lowerTernary(l, node);
    case "comma_expression": {
      const left = childOf(node, "left");
      if (left !== null) l.effect(left);
      return required(l, childOf(node, "right"));
    }
    case "cast_expression":
      return cast(l, node);
    case "call_expression":
      return l.call(node, true);
    case "compound_literal_expression":
      return aggregate(l, childOf(node, "value") ?? node, castType(l, node));
    case "initializer_list":
      return aggregate(l, node, "");
    case "compound_statement":
      return l.block(node, true);
    case "extension_expression":
      return required(l, firstNamed(node));
    default:
      return opaque(l, node);
  }
}

export function lowerEffect(l: Lowering, node: SyntaxNode): void {
  switch (node.kind) {
    case "parenthesized_expression":
      parenthesized(l, node, false);
      return;
    case "call_expression":
      l.call(node, false);
      return;
    case "update_expression":
      lowerUpdate(l, node, false);
      return;
    case "comma_expression":
      for (const child of namedChildren(node)) l.effect(child);
      return;
    case "cast_expression": {
      const value = childOf(node, "value");
      if (value !== null) l.effect(value);
      return;
    }
    case "conditional_expression": {
      const after = l.builder.newBlock();
      const yes = l.builder.newBlock();
      const no = l.builder.newBlock();
      const condition = childOf(node, "condition");
      if (condition !== null) l.condition(condition, yes, no);
      for (const [block, field] of [[yes, "consequence"], [no, "alternative"]] as const) {
        l.builder.at(block);
        const arm = childOf(node, field);
        if (arm !== null) l.effect(arm);
        l.builder.goto(after);
      }
      l.builder.at(after);
      return;
    }
    default:
      l.value(node);
  }
}

function parenthesized(l: Lowering, node: SyntaxNode, wanted: boolean): Expr {
  const inner = firstNamed(node);
  if (inner === null) return zero;
  if (inner.kind === "compound_statement") return l.block(inner, wanted);
  if (wanted) return l.value(inner);
  l.effect(inner);
  return zero;
}

/** Where a stretch that was masked as one name ends: typeof(...) and offsetof(...) may go on behind a line end. */
function maskedEnd(l: Lowering, node: SyntaxNode): number {
  const open = l.unit.plain.indexOf("(", node.start);
  if (open < 0 || open >= node.end) return node.end;
  const reach = Math.min(l.unit.plain.length, open + 2000);
  return Math.max(node.end, pairBrackets(l.unit.plain, open, reach).parenEnd(open));
}

function name(l: Lowering, node: SyntaxNode): Expr {
  const plain = l.unit.plain.slice(node.start, node.end);
  // Operands of inline assembly are read from where the mask shows blanks.
  const word = l.unit.masked.slice(node.start, node.end).trim() || plain;
  if (word !== plain) return { k: "opaque", text: sourceOf(l.unit, node.start, maskedEnd(l, node)) };
  const local = l.names.variables.has(word) ? l.builder.lookup(word) : l.builder.resolve(word);
  if (local !== null) {
    return isArray(l.builder.typeOf(local)) ? decayed(l, { k: "var", name: local }) : { k: "var", name: local };
  }
  const type = l.names.variables.get(word);
  if (type === undefined) return { k: "global", name: word };
  const place: Place = { k: "global", name: word };
  return isArray(type) ? decayed(l, place) : fetch(l, place, node);
}

function pointer(l: Lowering, node: SyntaxNode): Expr {
  const argument = childOf(node, "argument");
  if (argument === null) return opaque(l, node);
  if (operatorOf(node)?.kind === "*") return fetch(l, l.place(node), node);
  return addressOf(l, l.place(argument));
}

function unary(l: Lowering, node: SyntaxNode): Expr {
  const argument = childOf(node, "argument");
  const op = operatorOf(node)?.kind ?? "";
  if (argument === null || !unaryOps.has(op)) return opaque(l, node);
  const inner = bare(argument);
  if (op === "!" && isLogical(inner)) return lowerTruth(l, node);
  const arg = l.value(argument);
  if (op === "-" && arg.k === "num") return { k: "num", value: -arg.value };
  if (op === "+") return arg;
  return { k: "unary", op: op as UnaryOp, arg };
}

function binary(l: Lowering, node: SyntaxNode): Expr {
  if (isLogical(node)) return lowerTruth(l, node);
  const left = childOf(node, "left");
  const right = childOf(node, "right");
  const op = operatorOf(node)?.kind ?? "";
  if (left === null || right === null || !binaryOps.has(op)) return opaque(l, node);
  const type = castLike(l, left);
  // `(pmdval_t)*p` reads as a product to a parser that knows no typedefs.
  if (type !== "" && (op === "*" || op === "&" || op === "-" || op === "+")) return { k: "cast", type, arg: prefixed(l, op, right, node) };
  const first = l.value(left);
  if (choiceAt(l, "operand", right.start) !== null) return perhapsApplied(l, first, op as BinaryOp, right);
  return { k: "binary", op: op as BinaryOp, left: first, right: l.value(right) };
}

function castLike(l: Lowering, node: SyntaxNode): string {
  const inner = node.kind === "parenthesized_expression" ? firstNamed(node) : null;
  if (inner === null || inner.kind !== "identifier") return "";
  const word = textOf(l, inner);
  if (l.builder.lookup(word) !== null) return "";
  return word.endsWith("_t") || shortTypedefs.has(word) || primitiveTypes.has(word) ? word : "";
}

function prefixed(l: Lowering, op: string, operand: SyntaxNode, node: SyntaxNode): Expr {
  if (op === "*") return fetch(l, dereferenced(l.value(operand)), node);
  if (op === "&") return addressOf(l, l.place(operand));
  const arg = l.value(operand);
  return op === "-" ? { k: "unary", op: "-", arg } : arg;
}

/** The type of a cast as the source has it, which the mask may have shown to the parser as `int`. */
export function castType(l: Lowering, node: SyntaxNode): string {
  const open = node.children.find((child) => child.kind === "(");
  const close = node.children.find((child) => child.kind === ")");
  return open === undefined || close === undefined ? "" : typeText(sourceOf(l.unit, open.end, close.start));
}

function cast(l: Lowering, node: SyntaxNode): Expr {
  const value = childOf(node, "value");
  if (value === null) return opaque(l, node);
  const type = castType(l, node);
  if (value.kind === "initializer_list") return aggregate(l, value, type);
  const arg = l.value(value);
  return type === "void" ? arg : { k: "cast", type, arg };
}

/** `{ .a = 1, [2] = x, y }`: fields in source order. */
export function aggregate(l: Lowering, list: SyntaxNode, type: string): Expr {
  const fields: { name: string; value: Expr }[] = [];
  for (const child of namedChildren(list)) {
    if (child.kind !== "initializer_pair") {
      fields.push({ name: "", value: l.value(child) });
      continue;
    }
    const value = childOf(child, "value");
    const designator = child.children.filter((part) => part.field === "designator").map((part) => textOf(l, part)).join("");
    fields.push({ name: designator.replace(/^\./, ""), value: required(l, value) });
  }
  return { k: "aggregate", type, fields };
}
