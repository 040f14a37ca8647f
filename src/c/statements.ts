/** Lowers statements to control flow. What can't be read becomes a gap step over its own lines. */
import { leaveScope } from "./cleanup.ts";
import { lowerDeclaration } from "./declarations.ts";
import type { Expr, SwitchCase } from "./ir.ts";
import { held, locOf, textOf, wordAt, zero, type Lowering } from "./lowering.ts";
import { isMaskedMacro, lowerLoopCall, lowerMaskedMacro } from "./loops.ts";
import { choiceAt, lowerChoice, lowerConditional, onlyWhenCompiled } from "./preprocessor.ts";
import { childOf, firstNamed, namedChildren, operatorOf, type SyntaxNode } from "./syntax.ts";
import { lineAt } from "./unit-text.ts";

interface Label {
  readonly block: number;
  readonly offset: number;
}

/** What a function with parts out of sight does where its text is cut off. */
export interface CutSite {
  /** Control may reach `block`, which stands at `line`, from the part before. */
  readonly enter: (block: number, line: number) => void;
  /** Text ends here inside an open block. */
  readonly end: () => void;
}

interface OpenSwitch {
  readonly cases: SwitchCase[];
  otherwise: number | null;
}

/** Where a statement's own text ends and that of its inner statements begins. */
function headEnd(node: SyntaxNode): number {
  switch (node.kind) {
    case "if_statement":
      return childOf(node, "consequence")?.start ?? node.end;
    case "while_statement":
    case "for_statement":
    case "switch_statement":
    case "do_statement":
      return childOf(node, "body")?.start ?? node.end;
    case "compound_statement":
    case "labeled_statement":
    case "case_statement":
    case "preproc_if":
    case "preproc_ifdef":
    case "else_clause":
      return node.start;
    default:
      return node.end;
  }
}

/** Lowers the statements of one function. Holds the labels, which are visible in the whole function, and the open switches. */
export class StatementLowering {
  private readonly labels = new Map<string, Label>();
  private readonly switches: OpenSwitch[] = [];
  private readonly l: () => Lowering;
  private depth = 0;
  private nextChoice = 0;
  /** Offset of the `if` that follows an `else` and is lowered next. */
  private chain = -1;
  cut: CutSite | null = null;

  constructor(lowering: () => Lowering) {
    this.l = lowering;
  }

  /** Skips the choices that stand before the function. */
  startAt(offset: number): void {
    this.nextChoice = this.l().unit.choices.findIndex((choice) => choice.from >= offset);
    if (this.nextChoice < 0) this.nextChoice = Infinity;
  }

  /** Finds the labels of the body, so that a goto knows which scopes it leaves. */
  collectLabels(body: SyntaxNode): void {
    const stack = [body];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      const label = node.kind === "labeled_statement" ? childOf(node, "label") : null;
      const name = label === null ? "" : textOf(this.l(), label);
      if (name !== "" && !this.labels.has(name)) this.labels.set(name, { block: this.l().builder.newBlock(), offset: node.start });
      for (const child of node.children) stack.push(child);
    }
  }

  labelBlock(name: string): number | null {
    return this.labels.get(name)?.block ?? null;
  }

  block(node: SyntaxNode, wanted: boolean): Expr {
    const l = this.l();
    const depth = l.builder.cleanups.length;
    l.builder.pushScope(node.end);
    const statements = namedChildren(node);
    const last = statements.at(-1);
    let value: Expr = zero;
    for (const statement of statements) {
      const inner = wanted && statement === last && statement.kind === "expression_statement" && !statement.broken ? firstNamed(statement) : null;
      if (inner === null) this.statement(statement);
      else value = held(l, l.value(inner), locOf(l, inner));
    }
    leaveScope(l, depth, node);
    l.builder.popScope();
    return value;
  }

  statement(node: SyntaxNode): void {
    if (this.depth > 400) {
      this.gap(node, "nested too deeply");
      return;
    }
    this.depth++;
    this.lower(node);
    this.depth--;
  }

  /** Lowers the choices that stand before `offset` and were not met yet. */
  settleChoices(offset: number): void {
    const { choices } = this.l().unit;
    for (let choice = choices[this.nextChoice]; choice !== undefined && choice.from < offset; choice = choices[this.nextChoice]) {
      this.nextChoice++;
      lowerChoice(this.l(), choice);
    }
  }

  private lower(node: SyntaxNode): void {
    const l = this.l();
    this.settleChoices(headEnd(node));
    switch (node.kind) {
      case "compound_statement":
        this.block(node, false);
        return;
      case "if_statement":
        if (isMaskedMacro(l, node)) lowerMaskedMacro(l, node);
        else this.ifStatement(node);
        return;
      case "while_statement":
        if (isMaskedMacro(l, node)) lowerMaskedMacro(l, node);
        else this.whileStatement(node);
        return;
      case "do_statement":
        this.doStatement(node);
        return;
      case "for_statement":
        this.forStatement(node);
        return;
      case "switch_statement":
        this.switchStatement(node);
        return;
      case "case_statement":
        this.caseStatement(node);
        return;
      case "labeled_statement":
        this.labeled(node);
        return;
      case "preproc_if":
      case "preproc_ifdef":
        lowerConditional(l, node);
        return;
      case "else_clause":
      case "attributed_statement":
        for (const child of namedChildren(node)) if (child.kind !== "attribute_declaration") this.statement(child);
        return;
      case "cut_end":
        if (this.cut === null) this.gap(node, "the text ends inside a block");
        else this.cut.end();
        return;
      case "stray_else":
      case "stray_conditional":
        this.gap(node, "its #if or if is not in sight");
        return;
      case "type_definition":
      case "struct_specifier":
      case "union_specifier":
      case "enum_specifier":
      case "preproc_def":
      case "preproc_function_def":
      case "preproc_call":
      case "preproc_include":
      case "comment":
        return;
      default:
        if (node.broken) this.gap(node, "not readable as C");
        else this.simple(node);
    }
  }

  private simple(node: SyntaxNode): void {
    const l = this.l();
    switch (node.kind) {
      case "expression_statement": {
        const inner = firstNamed(node);
        if (inner !== null) l.effect(inner);
        return;
      }
      case "declaration":
        lowerDeclaration(l, node);
        return;
      case "return_statement":
        this.returnStatement(node);
        return;
      case "break_statement":
      case "continue_statement":
        this.leave(node);
        return;
      case "goto_statement":
        this.gotoStatement(node);
        return;
      default:
        this.gap(node, `unexpected ${node.kind.replaceAll("_", " ")}`);
    }
  }

  gap(node: SyntaxNode, reason: string): void {
    const { unit, builder } = this.l();
    builder.gap(lineAt(unit.lineStarts, node.start), lineAt(unit.lineStarts, Math.max(node.start, node.end - 1)), reason);
  }

  /** Branches on a condition; one that can't be read is a gap and then either way. */
  private condition(node: SyntaxNode | null, yes: number, no: number): void {
    const l = this.l();
    if (node === null) {
      l.builder.goto(yes);
    } else if (node.broken) {
      this.gap(node, "condition not readable as C");
      l.builder.branch({ k: "opaque", text: textOf(l, node) }, yes, no, locOf(l, node));
    } else l.condition(node, yes, no);
  }

  /** Whether an `if` that an #ifdef kept is the one that the #ifdef is about: it follows the directive or an `else`. */
  private chained(node: SyntaxNode): boolean {
    if (this.chain === node.start) return true;
    const choice = choiceAt(this.l(), "branch", node.start);
    return choice !== null && this.l().unit.masked.slice(choice.directiveTo, node.start).trim() === "";
  }

  private ifStatement(node: SyntaxNode): void {
    const { builder } = this.l();
    const yes = builder.newBlock();
    const no = builder.newBlock();
    const after = builder.newBlock();
    if (this.chained(node)) onlyWhenCompiled(this.l(), "branch", node.start, no);
    this.condition(childOf(node, "condition"), yes, no);
    builder.at(yes);
    const consequence = childOf(node, "consequence");
    if (consequence !== null) this.statement(consequence);
    builder.goto(after);
    builder.at(no);
    const alternative = childOf(node, "alternative");
    if (alternative !== null) {
      const arm = alternative.kind === "else_clause" ? (firstNamed(alternative) ?? alternative) : alternative;
      if (arm.kind === "if_statement") this.chain = arm.start;
      else onlyWhenCompiled(this.l(), "branch", arm.start, after);
      this.statement(alternative);
    }
    builder.goto(after);
    builder.at(after);
  }

  private loopBody(body: SyntaxNode | null, breakTo: number, continueTo: number): void {
    const { builder } = this.l();
    builder.targets.push({ breakTo, continueTo, cleanups: builder.cleanups.length });
    if (body !== null) this.statement(body);
    builder.targets.pop();
  }

  private whileStatement(node: SyntaxNode): void {
    const { builder } = this.l();
    const head = builder.startBlock();
    const inside = builder.newBlock();
    const after = builder.newBlock();
    this.condition(childOf(node, "condition"), inside, after);
    builder.at(inside);
    this.loopBody(childOf(node, "body"), after, head);
    builder.goto(head);
    builder.at(after);
  }

  private doStatement(node: SyntaxNode): void {
    const l = this.l();
    const { builder } = l;
    const inside = builder.startBlock();
    const test = builder.newBlock();
    const after = builder.newBlock();
    this.loopBody(childOf(node, "body"), after, test);
    builder.goto(test);
    builder.at(test);
    const condition = childOf(node, "condition");
    const keyword = node.children.find((child) => child.kind === "while");
    if (keyword !== undefined && isMaskedMacro(l, keyword)) lowerLoopCall(l, keyword, wordAt(l, keyword), condition, inside, after);
    else this.condition(condition, inside, after);
    builder.at(after);
  }

  private forStatement(node: SyntaxNode): void {
    const l = this.l();
    const { builder } = l;
    builder.pushScope(node.end);
    const initializer = childOf(node, "initializer");
    if (initializer?.kind === "declaration") this.statement(initializer);
    else if (initializer?.broken === true) this.gap(initializer, "not readable as C");
    else if (initializer !== null) l.effect(initializer);
    const head = builder.startBlock();
    const inside = builder.newBlock();
    const next = builder.newBlock();
    const after = builder.newBlock();
    this.condition(childOf(node, "condition"), inside, after);
    builder.at(inside);
    this.loopBody(childOf(node, "body"), after, next);
    builder.goto(next);
    builder.at(next);
    const update = childOf(node, "update");
    if (update?.broken === true) this.gap(update, "not readable as C");
    else if (update !== null) l.effect(update);
    builder.goto(head);
    builder.at(after);
    builder.popScope();
  }

  private switchStatement(node: SyntaxNode): void {
    const l = this.l();
    const { builder } = l;
    const condition = childOf(node, "condition");
    const loc = locOf(l, node);
    let value: Expr = zero;
    if (condition?.broken === true) this.gap(condition, "condition not readable as C");
    else if (condition !== null) value = l.value(condition);
    const end = builder.suspend();
    const after = builder.newBlock();
    const open: OpenSwitch = { cases: [], otherwise: null };
    this.switches.push(open);
    const outer = builder.targets.at(-1);
    builder.targets.push({ breakTo: after, continueTo: outer?.continueTo ?? null, cleanups: builder.cleanups.length });
    const body = childOf(node, "body");
    if (body !== null) this.statement(body);
    builder.targets.pop();
    this.switches.pop();
    builder.goto(after);
    end({ k: "switch", value, cases: open.cases, otherwise: open.otherwise ?? after, loc });
    builder.at(after);
  }

  private caseStatement(node: SyntaxNode): void {
    const l = this.l();
    const value = childOf(node, "value");
    const to = l.builder.startBlock();
    const open = this.switches.at(-1);
    if (value === null) {
      if (open !== undefined) open.otherwise = to;
    } else if (open !== undefined) open.cases.push({ ...this.caseRange(value), to });
    if (open === undefined) this.cut?.enter(to, locOf(l, node).line);
    for (const child of namedChildren(node)) if (child !== value) this.statement(child);
  }

  /** `case a ... b:` was masked as a comparison. */
  private caseRange(node: SyntaxNode): { low: Expr; high: Expr } {
    const l = this.l();
    const operator = node.kind === "binary_expression" ? operatorOf(node) : null;
    const left = childOf(node, "left");
    const right = childOf(node, "right");
    if (operator !== null && left !== null && right !== null && l.unit.plain.slice(operator.start - 1, operator.end).includes("..")) {
      return { low: l.value(left), high: l.value(right) };
    }
    const value = l.value(node);
    return { low: value, high: value };
  }

  private labeled(node: SyntaxNode): void {
    const l = this.l();
    const label = childOf(node, "label");
    const target = label === null ? undefined : this.labels.get(textOf(l, label));
    if (target !== undefined) {
      l.builder.goto(target.block);
      l.builder.at(target.block);
      this.cut?.enter(target.block, locOf(l, node).line);
    }
    for (const child of namedChildren(node)) if (child !== label) this.statement(child);
  }

  private returnStatement(node: SyntaxNode): void {
    const l = this.l();
    const inner = firstNamed(node);
    const loc = locOf(l, node);
    let value = inner === null ? null : l.value(inner);
    if (value !== null && l.builder.cleanups.length > 0) value = held(l, value, loc);
    l.builder.runCleanups(0, loc);
    l.builder.end({ k: "return", value, loc });
  }

  private leave(node: SyntaxNode): void {
    const l = this.l();
    const loc = locOf(l, node);
    const target = l.builder.targets.at(-1);
    const isBreak = node.kind === "break_statement";
    const to = target === undefined ? null : isBreak ? target.breakTo : target.continueTo;
    if (target === undefined || to === null) {
      l.builder.end({ k: "lost", why: `${isBreak ? "break" : "continue"} out of a loop that is not in sight`, loc });
      return;
    }
    // `continue` in a switch belongs to the loop around it, which may have fewer cleanups pending.
    const depth = isBreak ? target.cleanups : (l.builder.targets.find((t) => t.continueTo === to)?.cleanups ?? target.cleanups);
    l.builder.runCleanups(depth, loc);
    l.builder.goto(to);
  }

  private gotoStatement(node: SyntaxNode): void {
    const l = this.l();
    const loc = locOf(l, node);
    const label = childOf(node, "label");
    const name = label === null ? "" : textOf(l, label);
    const target = this.labels.get(name);
    if (target === undefined) {
      l.builder.end({ k: "lost", why: name === "" ? "computed goto" : `label ${name} is not in sight`, loc });
      return;
    }
    for (let index = l.builder.cleanups.length - 1; index >= 0; index--) {
      const cleanup = l.builder.cleanups[index]!;
      if (!(cleanup.from < target.offset && target.offset < cleanup.scope)) l.builder.runCleanup(cleanup, loc);
    }
    l.builder.goto(target.block);
  }
}
