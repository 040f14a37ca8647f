/**
 * Lowers a function of which only some stretches are known.
 *
 * A gap is a step that may have changed anything, and from it control may reach: the start of the next stretch, what
 * follows each block of it that opened in the gap, its labels and orphan cases, and the next gap. A block that opened in a
 * gap may be a loop, so that its end may lead back into the gap.
 */
import type { FileImage } from "../core/image.ts";
import { commentAbove } from "./comment-above.ts";
import type { FunctionHead } from "./heads.ts";
import type { FunctionIr, Terminator } from "./ir.ts";
import type { Lowering, UnitNames } from "./lowering.ts";
import { newLowering } from "./function.ts";
import { collectLabels } from "./jumps.ts";
import { settleChoices, skipChoices } from "./statements.ts";
import { childOf, namedChildren, type SyntaxNode } from "./syntax.ts";
import { readFragment } from "./tolerant.ts";
import { lineAt, locAt, type UnitText } from "./unit-text.ts";

/** A known stretch of a body and the gap right before it, null for the one behind the head. */
export interface CutPart {
  readonly from: number;
  readonly to: number;
  readonly gap: { readonly from: number; readonly to: number } | null;
}

export interface CutFunction {
  readonly head: FunctionHead;
  /** Offset of the text that the head was read from. */
  readonly headAt: number;
  readonly headKnown: boolean;
  readonly parts: CutPart[];
  lastLine: number;
  /** Offset of the closing brace, -1 when it is out of sight. */
  closedAt: number;
}

interface Entry {
  readonly block: number;
  readonly line: number;
}

/** One gap while the stretch behind it is lowered. */
interface OpenGap {
  readonly block: number;
  readonly entries: Entry[];
  readonly from: number;
  readonly to: number;
}

const reason = "not in the patch";

function followingGap(image: FileImage, line: number): { from: number; to: number } {
  const gap = image.gaps.find(({ from }) => from > line);
  return gap ?? { from: line + 1, to: Infinity };
}

/** null when no statement of the function is in sight. In slices: its stretches may be thousands. */
export function* loweringCut(unit: UnitText, names: UnitNames, image: FileImage, cut: CutFunction): Generator<void, FunctionIr | null> {
  const trees: SyntaxNode[][] = [];
  for (const part of cut.parts) {
    trees.push(readFragment(unit.masked, part.from, part.to));
    yield;
  }
  if (!trees.some((nodes) => nodes.some((node) => node.kind !== "stray_close"))) return null;
  const l = newLowering(unit, names);
  const { builder } = l;
  const partial = cut.closedAt < 0 || cut.parts.some((part) => part.gap !== null);
  builder.partial = partial || !cut.headKnown;
  for (const { name, type } of cut.head.params) if (name !== "") builder.declare(name, type, "param");
  for (const nodes of trees) for (const node of nodes) collectLabels(l, node);
  skipChoices(l, cut.parts[0]?.from ?? 0);

  const last = followingGap(image, cut.lastLine);
  const gaps: (OpenGap | null)[] = cut.parts.map(({ gap }) => (gap === null ? null : openGap(l, gap)));
  const tail = cut.closedAt < 0 ? openGap(l, last) : null;
  const end = locAt(unit.lineStarts, cut.closedAt < 0 ? Math.max(0, (cut.parts.at(-1)?.to ?? 1) - 1) : cut.closedAt);
  const exit = builder.newBlock();
  const first = gaps[0];
  if (first !== null && first !== undefined) builder.goto(first.block);
  for (const [index, nodes] of trees.entries()) {
    const gap = gaps[index] ?? null;
    const next = gaps[index + 1] ?? tail;
    const start = builder.newBlock();
    if (gap !== null) gap.entries.push({ block: start, line: lineAt(unit.lineStarts, cut.parts[index]!.from) });
    else builder.goto(start);
    builder.at(start);
    l.flow.cut = {
      enter: (block, line) => gap?.entries.push({ block, line }),
      end: () => cutEnd(l, next, lineAt(unit.lineStarts, Math.max(0, cut.parts[index]!.to - 1))),
    };
    lowerList(l, nodes, gap, true);
    settleChoices(l, cut.parts[index]!.to);
    builder.goto(next?.block ?? exit);
    yield;
  }
  for (const [index, gap] of gaps.entries()) {
    if (gap !== null) closeGap(l, gap, gaps[index + 1]?.block ?? tail?.block ?? (/^(?:void)?$/.test(cut.head.returnType) ? exit : null));
  }
  if (tail !== null) {
    builder.at(tail.block);
    builder.unseen(tail.from, tail.to, reason);
    builder.end({ k: "lost", why: "the rest of the function is not in the patch", loc: end });
  }
  builder.at(exit);
  const blocks = builder.finish(end);
  return {
    name: cut.head.name,
    file: unit.path,
    line: lineAt(unit.lineStarts, cut.headAt + (cut.headKnown ? cut.head.nameAt : 0)),
    endLine: cut.lastLine,
    returnType: cut.head.returnType,
    isStatic: cut.head.isStatic,
    attributes: cut.head.attributes,
    comment: cut.headKnown ? commentAbove(unit.text, cut.headAt + cut.head.nameAt) : "",
    params: builder.params,
    vars: builder.vars,
    blocks,
    partial: builder.partial,
    headKnown: cut.headKnown,
    unreadable: builder.unreadable,
  };
}

/** Text ends inside an open block: what follows is in the gap, and the stretch behind it may still be in the block. */
function cutEnd(l: Lowering, next: OpenGap | null, line: number): void {
  const { builder } = l;
  if (next === null) {
    builder.gap(line, line, "a closing brace is missing");
    return;
  }
  builder.unseen(next.from, next.to, reason);
  const left = builder.newBlock();
  builder.branch({ k: "opaque", text: `the block open in line ${line} is left after line ${next.to}` }, next.block, left, { line, column: 1 });
  builder.at(left);
}

function openGap(l: Lowering, gap: { from: number; to: number }): OpenGap {
  return { block: l.builder.newBlock(), entries: [], from: gap.from, to: gap.to };
}

/** The gap step, then a choice among the places that control may reach from it; `over` is where it goes when it meets none, null when it must. */
function closeGap(l: Lowering, gap: OpenGap, over: number | null): void {
  const { builder } = l;
  builder.at(gap.block);
  builder.unseen(gap.from, gap.to, reason);
  for (const [index, { block, line }] of gap.entries.entries()) {
    if (over === null && index === gap.entries.length - 1) {
      builder.goto(block);
      return;
    }
    const next = builder.newBlock();
    const loc = { line: gap.from, column: 1 };
    // Of a line that begins with an else the two sides of the test are two ways in: equal texts would be one question.
    const before = gap.entries.slice(0, index).filter((other) => other.line === line).length;
    const text = `line ${line} is reached from the lines before${before > 0 ? ` (way ${before + 1})` : ""}`;
    const branch: Terminator = { k: "branch", cond: { k: "opaque", text }, yes: block, no: next, loc };
    builder.end(branch);
    builder.at(next);
  }
  if (over !== null) builder.goto(over);
}

function lowerList(l: Lowering, nodes: readonly SyntaxNode[], gap: OpenGap | null, top = false): void {
  for (const [index, node] of nodes.entries()) {
    switch (node.kind) {
      case "stray_close":
        // The end of an arm whose else follows is no way out of a loop.
        if (nodes[index + 1]?.kind !== "stray_else") strayClose(l, node, gap);
        break;
      case "stray_else": {
        const alternative = childOf(node, "alternative");
        otherArm(l, node, gap, () => {
          if (alternative !== null) l.statement(alternative);
        });
        break;
      }
      case "stray_conditional": {
        const [first, second] = namedChildren(node);
        if (first !== undefined) lowerList(l, first.children, gap);
        otherArm(l, node, gap, () => {
          if (second !== undefined) lowerList(l, second.children, gap);
        });
        break;
      }
      default:
        l.statement(node);
        // The first statement may be the arm of an if or else that stands in the gap.
        if (index === 0 && gap !== null && top) skipped(l, nodes[1], gap);
    }
  }
}

/** Control may reach what follows a statement without running it. */
function skipped(l: Lowering, next: SyntaxNode | undefined, gap: OpenGap): void {
  if (next === undefined) return;
  gap.entries.push({ block: l.builder.startBlock(), line: lineAt(l.unit.lineStarts, next.start) });
}

/** What came before is one arm; `arm` is another, which control reaches from the gap. */
function otherArm(l: Lowering, node: SyntaxNode, gap: OpenGap | null, arm: () => void): void {
  const { builder } = l;
  const after = builder.newBlock();
  builder.goto(after);
  const other = builder.newBlock();
  gap?.entries.push({ block: other, line: lineAt(l.unit.lineStarts, node.start) });
  builder.at(other);
  arm();
  builder.goto(after);
  builder.at(after);
}

function strayClose(l: Lowering, node: SyntaxNode, gap: OpenGap | null): void {
  if (gap === null) return;
  const { builder } = l;
  const after = builder.newBlock();
  const loc = locAt(l.unit.lineStarts, node.start);
  const condition = childOf(node, "condition");
  if (condition !== null && !condition.broken) l.condition(condition, gap.block, after);
  else builder.branch({ k: "opaque", text: `the block that ends in line ${loc.line} runs again` }, gap.block, after, loc);
  gap.entries.push({ block: after, line: loc.line });
  builder.at(after);
}
