/**
 * Scope-based cleanup as in include/linux/cleanup.h: guard(), scoped_guard(), CLASS() and __free(). The release is a call
 * step of role "cleanup" on every way out of the scope.
 *
 * | source | at the declaration | at the end of the scope |
 * |---|---|---|
 * | guard(x)(args), scoped_guard(x, args) | call guard:x(args) | call unguard:x(args) |
 * | scoped_cond_guard(x, s, args) | call guard:x(args), s where that is zero | call unguard:x(args) |
 * | CLASS(x, v)(args) | v = call class:x(args) | call unclass:x(v) |
 * | T v __free(fn) = e | v = e | call free:fn(v) |
 */
import type { Expr } from "./ir.ts";
import { held, locOf, textOf, type Lowering } from "./lowering.ts";
import type { SyntaxNode } from "./syntax.ts";
import { locAt } from "./unit-text.ts";

/** Registers what runs at the end of the enclosing scope; its end is settled when the scope is left. */
function pending(l: Lowering, node: SyntaxNode, callee: string, args: readonly Expr[]): void {
  l.builder.cleanups.push({ callee, args, text: textOf(l, node), scope: l.builder.scopeEnds.at(-1) ?? Infinity, from: node.start });
}

/** Arguments kept, so that the release names what was acquired even when a variable in them changes. */
function keptArguments(l: Lowering, node: SyntaxNode, args: readonly Expr[]): Expr[] {
  return args.map((arg) => (arg.k === "addr" || arg.k === "var" ? arg : held(l, arg, locOf(l, node))));
}

export function declareGuard(l: Lowering, node: SyntaxNode, kind: string, args: readonly Expr[]): void {
  const kept = keptArguments(l, node, args);
  l.builder.call({ dst: null, callee: `guard:${kind}`, args: kept, text: textOf(l, node), role: "call", loc: locOf(l, node) });
  pending(l, node, `unguard:${kind}`, kept);
}

/** The same for a guard that may not be had; the result says whether it was, and where it was not nothing is released. */
export function tryGuard(l: Lowering, node: SyntaxNode, kind: string, args: readonly Expr[]): Expr {
  const kept = keptArguments(l, node, args);
  const dst = l.builder.temp();
  l.builder.call({ dst, callee: `guard:${kind}`, args: kept, text: textOf(l, node), role: "call", loc: locOf(l, node) });
  pending(l, node, `unguard:${kind}`, kept);
  return { k: "var", name: dst };
}

export function declareClass(l: Lowering, node: SyntaxNode, kind: string, variable: string, args: readonly Expr[]): void {
  const loc = locOf(l, node);
  const dst = l.builder.temp();
  l.builder.call({ dst, callee: `class:${kind}`, args, text: textOf(l, node), role: "call", loc });
  const name = l.builder.declare(variable, `class_${kind}_t`, "local");
  l.builder.assign(name, { k: "var", name: dst }, loc, true);
  pending(l, node, `unclass:${kind}`, [{ k: "var", name }]);
}

/** `T v __free(fn)`: `masked` has the attribute blanked, the source still shows it. */
export function declareFree(l: Lowering, node: SyntaxNode, variable: string, from: number, to: number): void {
  const match = /\b__free\s*\(\s*(\w+)\s*\)/.exec(l.unit.plain.slice(from, to));
  if (match !== null) pending(l, node, `free:${match[1]!}`, [{ k: "var", name: variable }]);
}

/** Leaves a scope whose cleanups start at `depth`: runs them on the way that falls out of it and forgets them. */
export function leaveScope(l: Lowering, depth: number, end: SyntaxNode): void {
  if (l.builder.cleanups.length === depth) return;
  l.builder.runCleanups(depth, locAt(l.unit.lineStarts, Math.max(end.end - 1, end.start)));
  l.builder.cleanups.length = depth;
}
