/** Lowers one function: head, then body, to a FunctionIr. */
import { FunctionBuilder } from "./builder.ts";
import { commentAbove } from "./comment-above.ts";
import { lowerCall } from "./calls.ts";
import { lowerCondition } from "./conditions.ts";
import { lowerEffect, lowerValue } from "./expressions.ts";
import { newFlow } from "./flow.ts";
import type { FunctionHead } from "./heads.ts";
import type { BodySummary, BodyWords, FunctionIr } from "./ir.ts";
import { collectLabels } from "./jumps.ts";
import type { Lowering, UnitNames } from "./lowering.ts";
import { lowerPlace } from "./places.ts";
import { lowerBlock, lowerGap, lowerStatement, lowerTest, settleChoices, skipChoices } from "./statements.ts";
import type { SyntaxNode } from "./syntax.ts";
import { summaryOfBlocks } from "./summary.ts";
import { type BodyText, lineAt, locAt, type UnitText } from "./unit-text.ts";

/** A builder and the lowering functions tied to it. */
export function newLowering(unit: BodyText, names: UnitNames): Lowering {
  const l: Lowering = {
    unit,
    names,
    builder: new FunctionBuilder(),
    flow: newFlow(),
    value: (node) => lowerValue(l, node),
    effect: (node) => lowerEffect(l, node),
    place: (node) => lowerPlace(l, node),
    condition: (node, yes, no) => lowerCondition(l, node, yes, no),
    call: (node, wanted) => lowerCall(l, node, wanted),
    block: (node, wanted) => lowerBlock(l, node, wanted),
    statement: (node) => lowerStatement(l, node),
    test: (node, yes, no) => lowerTest(l, node, yes, no),
    gap: (node, reason) => lowerGap(l, node, reason),
  };
  return l;
}

interface LoweredBody {
  readonly vars: FunctionIr["vars"];
  readonly blocks: FunctionIr["blocks"];
  readonly unreadable: FunctionIr["unreadable"];
}

/** The tree of a body, and the text that it is of: only there what stands in the body is masked. */
export interface Body {
  readonly unit: BodyText;
  readonly tree: SyntaxNode;
}

function lowerBody({ unit, tree }: Body, names: UnitNames, head: FunctionHead, end: number): LoweredBody {
  const l = newLowering(unit, names);
  const { builder } = l;
  for (const { name, type } of head.params) if (name !== "") builder.declare(name, type, "param");
  collectLabels(l, tree);
  skipChoices(l, tree.start);
  l.statement(tree);
  settleChoices(l, end);
  const blocks = builder.finish(locAt(unit.lineStarts, end));
  return { vars: builder.vars, blocks, unreadable: builder.unreadable };
}

/** Where the summary of a body is found when somebody has asked for it before, and left. */
export interface KeptSummary {
  readonly find: () => BodySummary | undefined;
  readonly keep: (summary: BodySummary) => BodySummary;
}

/**
 * The function whose head was read from offset `headAt` and whose body ends at offset `end`. Its body is parsed and lowered
 * when somebody first looks at it: of a file of hundreds of functions, a patch concerns a few.
 */
export function lowerFunction(unit: Pick<UnitText, "path" | "text" | "lineStarts">, names: UnitNames, head: FunctionHead, headAt: number, words: () => BodyWords, body: () => Body, end: number, kept: KeptSummary): FunctionIr {
  let known: LoweredBody | null = null;
  const lowered = (): LoweredBody => (known ??= lowerBody(body(), names, head, end));
  return {
    name: head.name,
    file: unit.path,
    line: lineAt(unit.lineStarts, headAt + head.nameAt),
    endLine: lineAt(unit.lineStarts, end),
    returnType: head.returnType,
    isStatic: head.isStatic,
    attributes: head.attributes,
    params: Array.from(new Set(head.params.map(({ name }) => name).filter((name) => name !== ""))),
    paramTypes: head.params.map(({ type }) => type),
    partial: false,
    headKnown: true,
    get comment() {
      return commentAbove(unit.text, headAt + head.nameAt);
    },
    get vars() {
      return lowered().vars;
    },
    get blocks() {
      return lowered().blocks;
    },
    get unreadable() {
      return lowered().unreadable;
    },
    get summary() {
      return kept.find() ?? kept.keep(summaryOfBlocks(lowered().blocks));
    },
    get words() {
      return words();
    },
  };
}
