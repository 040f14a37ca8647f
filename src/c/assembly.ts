/**
 * Inline assembly: one opaque call step named "asm". Its arguments are the inputs and the addresses of outputs in memory;
 * an output that is a variable takes the call's result, and a label of `asm goto` may be jumped to.
 */
import { addressOf, write } from "./access.ts";
import type { Expr } from "./ir.ts";
import { parseExpression } from "./leaves.ts";
import { locOf, textOf, type Lowering } from "./lowering.ts";
import type { SyntaxNode } from "./syntax.ts";
import { closing } from "./type-text.ts";

interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The parts of the parenthesis between colons: template, outputs, inputs, clobbers, labels. */
function sections(code: string, from: number, to: number): Stretch[] {
  const parts: Stretch[] = [];
  let depth = 0;
  let start = from;
  for (let at = from; at < to; at++) {
    const c = code[at];
    if (c === "(" || c === "[") depth++;
    else if (c === ")" || c === "]") depth--;
    else if (c === ":" && depth === 0) {
      parts.push({ from: start, to: at });
      start = at + 1;
    }
  }
  parts.push({ from: start, to });
  return parts;
}

/** The `"constraint" (expression)` pairs of outputs or inputs. */
function operands(plain: string, code: string, part: Stretch | undefined): { constraint: string; node: SyntaxNode }[] {
  const found: { constraint: string; node: SyntaxNode }[] = [];
  if (part === undefined) return found;
  const text = code.slice(0, part.to);
  for (let open = code.indexOf("(", part.from); open >= 0 && open < part.to; open = code.indexOf("(", open)) {
    const close = closing(text, open);
    const quoted = /"([^"\n]*)"\s*$/.exec(plain.slice(Math.max(part.from, open - 60), open));
    const node = parseExpression(code, open, Math.min(close + 1, part.to));
    if (quoted !== null && !node.broken) found.push({ constraint: quoted[1]!, node });
    open = close + 1;
  }
  return found;
}

/** Lowers the masked call at `node`. */
export function lowerAssembly(l: Lowering, node: SyntaxNode): void {
  const { plain, code } = l.unit;
  const open = plain.indexOf("(", node.start);
  const parts = sections(code, open + 1, node.end - 1);
  const outputs = operands(plain, code, parts[1]);
  const inputs = operands(plain, code, parts[2]);
  const loc = locOf(l, node);
  const args: Expr[] = [];
  for (const { constraint, node: input } of inputs) args.push(/m|Q/.test(constraint) ? addressOf(l, l.place(input)) : l.value(input));
  const places = outputs.map((output) => l.place(output.node));
  const memory = places.filter((place) => place.k !== "var").map((place) => addressOf(l, place));
  const dst = places.length > 0 || parts.length > 4 ? l.builder.temp() : null;
  l.builder.call({ dst, callee: "asm", args: [...args, ...memory], text: textOf(l, node), role: "call", loc });
  if (dst === null) return;
  const result: Expr = { k: "var", name: dst };
  for (const place of places) write(l, place, result, loc);
  for (const label of plain.slice(parts[4]?.from ?? 0, parts[4]?.to ?? 0).match(/\w+/g) ?? []) jumpPerhaps(l, label, result, node);
}

function jumpPerhaps(l: Lowering, label: string, result: Expr, node: SyntaxNode): void {
  const target = l.flow.labels.get(label);
  if (target === undefined) return;
  const next = l.builder.newBlock();
  l.builder.branch({ k: "binary", op: "==", left: result, right: { k: "opaque", text: `jump to ${label}` } }, target.block, next, locOf(l, node));
  l.builder.at(next);
}
