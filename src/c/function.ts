/** Lowers one function: head, then body, to a FunctionIr. */
import { FunctionBuilder } from "./builder.ts";
import { lowerCall } from "./calls.ts";
import { lowerCondition } from "./conditions.ts";
import { lowerEffect, lowerValue } from "./expressions.ts";
import type { FunctionHead } from "./heads.ts";
import type { FunctionIr } from "./ir.ts";
import type { Lowering, UnitNames } from "./lowering.ts";
import { lowerPlace } from "./places.ts";
import { StatementLowering } from "./statements.ts";
import type { SyntaxNode } from "./syntax.ts";
import { lineAt, locAt, type UnitText } from "./unit-text.ts";

/** A builder and the lowering functions tied to it. */
export function lowering(unit: UnitText, names: UnitNames): { l: Lowering; statements: StatementLowering } {
  const statements: StatementLowering = new StatementLowering(() => l);
  const l: Lowering = {
    unit,
    names,
    builder: new FunctionBuilder(),
    value: (node) => lowerValue(l, node),
    effect: (node) => lowerEffect(l, node),
    place: (node) => lowerPlace(l, node),
    condition: (node, yes, no) => lowerCondition(l, node, yes, no),
    call: (node, wanted) => lowerCall(l, node, wanted),
    block: (node, wanted) => statements.block(node, wanted),
    statement: (node) => statements.statement(node),
    labelBlock: (name) => statements.labelBlock(name),
  };
  return { l, statements };
}

/** `headAt`: offset of the text that `head` was read from. `end`: offset of the closing brace. */
export function lowerFunction(unit: UnitText, names: UnitNames, head: FunctionHead, headAt: number, body: SyntaxNode, end: number): FunctionIr {
  const { l, statements } = lowering(unit, names);
  const { builder } = l;
  for (const { name, type } of head.params) if (name !== "") builder.declare(name, type, "param");
  statements.collectLabels(body);
  statements.startAt(body.start);
  statements.statement(body);
  statements.settleChoices(end);
  const blocks = builder.finish(locAt(unit.lineStarts, end));
  return {
    name: head.name,
    file: unit.path,
    line: lineAt(unit.lineStarts, headAt + head.nameAt),
    endLine: lineAt(unit.lineStarts, end),
    returnType: head.returnType,
    isStatic: head.isStatic,
    attributes: head.attributes,
    params: builder.params,
    vars: builder.vars,
    blocks,
    partial: false,
    headKnown: true,
    unreadable: builder.unreadable,
  };
}
