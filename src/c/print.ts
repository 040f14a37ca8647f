/** A compact text form of functions, for tests and for people. */
import type { Expr, FunctionIr, Place, Step, Terminator } from "./ir.ts";

/** An expression in C notation, fully parenthesised below the top. */
export function printExpr(expr: Expr): string {
  switch (expr.k) {
    case "num":
      return expr.value.toString();
    case "str":
      return JSON.stringify(expr.text);
    case "var":
      return expr.name;
    case "global":
      return expr.name;
    case "unary":
      return `${expr.op}${inner(expr.arg)}`;
    case "binary":
      return `${inner(expr.left)} ${expr.op} ${inner(expr.right)}`;
    case "addr":
      return `&${printPlace(expr.place)}`;
    case "cast":
      return `(${expr.type})${inner(expr.arg)}`;
    case "aggregate":
      return `(${expr.type}){ ${expr.fields.map((f) => (f.name === "" ? "" : `${f.name} = `) + printExpr(f.value)).join(", ")} }`;
    case "opaque":
      return `\`${expr.text}\``;
  }
}

function inner(expr: Expr): string {
  const text = printExpr(expr);
  return expr.k === "binary" || expr.k === "cast" ? `(${text})` : text;
}

/** A place in C notation. */
export function printPlace(place: Place): string {
  switch (place.k) {
    case "var":
    case "global":
      return place.name;
    case "deref":
      return `*${inner(place.ptr)}`;
    case "field":
      return place.base.k === "deref" ? `${inner(place.base.ptr)}->${place.field}` : `${printPlace(place.base)}.${place.field}`;
    case "index":
      return `${printPlace(place.base)}[${printExpr(place.index)}]`;
  }
}

export function printStep(step: Step): string {
  switch (step.op) {
    case "assign":
      return `${step.declare ? "let " : ""}${step.dst}${step.value === null ? "" : ` = ${printExpr(step.value)}`}`;
    case "load":
      return `${step.dst} = load${step.marking === null ? "" : `[${step.marking}]`} ${printPlace(step.place)}`;
    case "store":
      return `store${step.marking === null ? "" : `[${step.marking}]`} ${printPlace(step.place)} = ${printExpr(step.value)}`;
    case "call": {
      const callee = step.callee ?? `(${step.target === null ? "?" : printExpr(step.target)})`;
      return `${step.dst === null ? "" : `${step.dst} = `}${step.role === "call" ? "call" : step.role} ${callee}(${step.args.map(printExpr).join(", ")})`;
    }
    case "gap":
      return `gap ${step.from}..${step.to}: ${step.reason}`;
  }
}

export function printTerminator(end: Terminator): string {
  switch (end.k) {
    case "goto":
      return `goto ${end.to}`;
    case "branch":
      return `branch ${printExpr(end.cond)} ? ${end.yes} : ${end.no}`;
    case "switch": {
      const cases = end.cases.map((c) => (c.low === c.high ? `${printExpr(c.low)} -> ${c.to}` : `${printExpr(c.low)}..${printExpr(c.high)} -> ${c.to}`));
      return `switch ${printExpr(end.value)} { ${[...cases, `else -> ${end.otherwise}`].join(", ")} }`;
    }
    case "return":
      return end.value === null ? "return" : `return ${printExpr(end.value)}`;
    case "stop":
      return "stop";
    case "lost":
      return `lost: ${end.why}`;
  }
}

/** One line a step, `line: text`; blocks by number, loop heads marked with `*`. */
export function printFunction(ir: FunctionIr): string {
  const params = ir.params.map((name) => `${ir.vars.get(name)?.type ?? ""} ${name}`.trim().replace(/\* (?=\S+$)/, "*")).join(", ");
  const words = [...ir.attributes, ...(ir.partial ? ["partial"] : []), ...(ir.headKnown ? [] : ["head-unknown"])];
  const lines = [`${ir.isStatic ? "static " : ""}${ir.returnType} ${ir.name}(${params}) ${ir.line}..${ir.endLine}${words.map((w) => ` ${w}`).join("")}`];
  for (const block of ir.blocks) {
    lines.push(`${block.id}${block.loopHead ? "*" : ""}:`);
    for (const step of block.steps) lines.push(`  ${step.loc.line}: ${printStep(step)}`);
    const line = "loc" in block.end ? `${block.end.loc.line}: ` : "";
    lines.push(`  ${line}${printTerminator(block.end)}`);
  }
  return `${lines.join("\n")}\n`;
}
