/** Lowers calls: kernel macros by the table in macros.ts, guards, inline assembly, and everything else as a call step. */
import { addressOf, dereferenced, read, write } from "./access.ts";
import { castType } from "./expressions.ts";
import type { Expr, Loc, Marking, Place } from "./ir.ts";
import { held, locOf, textOf, wordAt, zero, type Lowering } from "./lowering.ts";
import { macroRules, type MacroRule } from "./macros.ts";
import { bare, childOf, namedChildren, operatorOf, type SyntaxNode } from "./syntax.ts";
import { lowerAssembly } from "./assembly.ts";
import { declareGuard, declareClass } from "./cleanup.ts";

function argumentsOf(node: SyntaxNode): SyntaxNode[] {
  const list = childOf(node, "arguments");
  return list === null ? [] : namedChildren(list);
}

export function lowerCall(l: Lowering, node: SyntaxNode, wanted: boolean): Expr {
  const callee = childOf(node, "function");
  if (callee === null) return { k: "opaque", text: textOf(l, node) };
  const args = argumentsOf(node);
  const target = bare(callee);
  if (target.kind === "call_expression") return curried(l, node, target, args, wanted);
  if (target.kind !== "identifier") return indirect(l, node, callee, args, wanted);
  const name = wordAt(l, target);
  if (callee.kind === "parenthesized_expression" && l.builder.lookup(name) === null && args.length === 1 && /_t$|^[us](?:8|16|32|64)$/.test(name)) {
    return { k: "cast", type: name, arg: l.value(args[0]!) };
  }
  if (l.builder.declared(name) !== null) return indirect(l, node, callee, args, wanted);
  if (/^(?:__)?asm(?:__$|_|$)/.test(name) && l.unit.masked.charAt(node.start) === "_" && name !== l.unit.masked.slice(target.start, target.end)) {
    lowerAssembly(l, node);
    return zero;
  }
  const rule = macroRules.get(name);
  if (rule !== undefined) {
    const value = macro(l, node, rule, args, wanted);
    if (value !== null) return value;
  }
  return emitCall(l, node, name, args.map((arg) => l.value(arg)), wanted);
}

/** guard(spinlock)(&l), CLASS(fd, f)(arg), and a call of a returned function. */
function curried(l: Lowering, node: SyntaxNode, inner: SyntaxNode, args: readonly SyntaxNode[], wanted: boolean): Expr {
  const callee = childOf(inner, "function");
  const name = callee === null ? "" : wordAt(l, callee);
  const innerArgs = argumentsOf(inner);
  if (name === "guard" && innerArgs.length === 1) {
    declareGuard(l, node, textOf(l, innerArgs[0]!), args.map((arg) => l.value(arg)));
    return zero;
  }
  if (name === "CLASS" && innerArgs.length === 2) {
    declareClass(l, node, textOf(l, innerArgs[0]!), textOf(l, innerArgs[1]!), args.map((arg) => l.value(arg)));
    return zero;
  }
  return indirect(l, node, inner, args, wanted);
}

function indirect(l: Lowering, node: SyntaxNode, callee: SyntaxNode, args: readonly SyntaxNode[], wanted: boolean): Expr {
  const target = bare(callee);
  const called = target.kind === "pointer_expression" && operatorOf(target)?.kind === "*" ? (childOf(target, "argument") ?? target) : target;
  const pointer = l.value(called);
  const values = args.map((arg) => l.value(arg));
  const dst = wanted ? l.builder.temp() : null;
  l.builder.call({ dst, callee: null, target: pointer, args: values, text: textOf(l, node), role: "call", loc: locOf(l, node) });
  return dst === null ? zero : { k: "var", name: dst };
}

function emitCall(l: Lowering, node: SyntaxNode, callee: string, args: readonly Expr[], wanted: boolean): Expr {
  const dst = wanted ? l.builder.temp() : null;
  l.builder.call({ dst, callee, args, text: textOf(l, node), role: "call", loc: locOf(l, node) });
  return dst === null ? zero : { k: "var", name: dst };
}

/** null: the arguments don't fit the rule, so it is an ordinary call. */
function macro(l: Lowering, node: SyntaxNode, rule: MacroRule, args: readonly SyntaxNode[], wanted: boolean): Expr | null {
  const [first, second] = args;
  const loc = locOf(l, node);
  switch (rule.k) {
    case "nothing":
      return zero;
    case "stop":
      l.builder.end({ k: "stop", loc });
      return zero;
    case "transparent": {
      const arg = args[rule.arg];
      if (arg === undefined) return null;
      if (wanted) return l.value(arg);
      l.effect(arg);
      return zero;
    }
    case "stop-if": {
      if (first === undefined) return null;
      const stop = l.builder.newBlock();
      const after = l.builder.newBlock();
      l.condition(first, stop, after);
      l.builder.at(stop);
      l.builder.end({ k: "stop", loc });
      l.builder.at(after);
      return zero;
    }
    case "load":
      return first === undefined ? null : load(l, first, rule.marking, rule.through, loc);
    case "store": {
      if (first === undefined || second === undefined) return null;
      const value = l.value(second);
      const place = rule.through ? dereferenced(l.value(first)) : l.place(first);
      l.builder.emit({ op: "store", place, value, marking: rule.marking, loc });
      if (rule.afterwards !== undefined) l.builder.call({ dst: null, callee: rule.afterwards, args: [], text: textOf(l, node), role: "call", loc });
      return value;
    }
    case "pick": {
      const left = args[rule.skip];
      const right = args[rule.skip + 1];
      return left === undefined || right === undefined || args.length !== rule.skip + 2 ? null : pick(l, rule.op, left, right, loc);
    }
    case "swap":
      return first === undefined || second === undefined ? null : swap(l, first, second, loc);
    case "config":
      return first === undefined ? null : { k: "global", name: textOf(l, first) };
    case "take":
    case "return-take": {
      if (first === undefined || args.length !== 1) return null;
      const place = l.place(first);
      const value = held(l, read(l, place, first), loc);
      write(l, place, zero, loc);
      if (rule.k === "take") return value;
      l.builder.runCleanups(0, loc);
      l.builder.end({ k: "return", value, loc });
      return zero;
    }
    case "declare": {
      if (first === undefined || first.kind !== "identifier") return null;
      const name = l.builder.declare(textOf(l, first), rule.type, "local");
      l.builder.assign(name, null, loc, true);
      const others = args.slice(1).map((arg) => l.value(arg));
      return emitCall(l, node, wordAt(l, node), [addressOf(l, { k: "var", name }), ...others], wanted);
    }
  }
}

/**
 * A marked load. What is read is the place inside any casts: READ_ONCE((u32 *)p) marks the read of the variable p, and the
 * memory that p points to is not read at all.
 */
function load(l: Lowering, argument: SyntaxNode, marking: Marking, through: boolean, loc: Loc): Expr {
  const casts: string[] = [];
  let inner = bare(argument);
  while (!through && inner.kind === "cast_expression") {
    casts.push(castType(l, inner));
    inner = bare(childOf(inner, "value") ?? inner);
  }
  const place: Place = through ? dereferenced(l.value(argument)) : l.place(inner);
  const dst = l.builder.temp();
  l.builder.emit({ op: "load", dst, place, marking, loc });
  return casts.reduceRight<Expr>((arg, type) => ({ k: "cast", type, arg }), { k: "var", name: dst });
}

/** min() and max(): both sides once, then the one that compares. */
function pick(l: Lowering, op: "<" | ">", left: SyntaxNode, right: SyntaxNode, loc: Loc): Expr {
  const first = l.value(left);
  const second = l.value(right);
  const dst = l.builder.temp();
  const yes = l.builder.newBlock();
  const after = l.builder.newBlock();
  l.builder.assign(dst, first, loc);
  l.builder.branch({ k: "binary", op, left: second, right: first }, yes, after, loc);
  l.builder.at(yes);
  l.builder.assign(dst, second, loc);
  l.builder.goto(after);
  l.builder.at(after);
  return { k: "var", name: dst };
}

function swap(l: Lowering, left: SyntaxNode, right: SyntaxNode, loc: Loc): Expr {
  const first = l.place(left);
  const second = l.place(right);
  const before = held(l, read(l, first, left), loc);
  write(l, first, read(l, second, right), loc);
  write(l, second, before, loc);
  return zero;
}
