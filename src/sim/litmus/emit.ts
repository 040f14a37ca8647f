/**
 * A program and a question as the text of a litmus test, for herd7 and for people. Reading it back (parse.ts) gives a
 * program with the same executions.
 *
 * Only what herd7 reads is written: no `!`, `~` or unary minus, no empty blocks, no call whose value is dropped.
 */
import { UnsupportedProgram, type Expression, type Program, type RmwOperator, type RmwOrder, type Statement, type Thread } from "../memory/program.ts";
import { printValue, type BinaryOperator, type Value } from "../memory/value.ts";
import { printObservable, printProposition, type Question } from "./condition.ts";

/** Throws UnsupportedProgram for what a litmus test can't say. `comment`: lines for people, without comment marks. */
export function emitLitmus(program: Program, question: Question, comment: readonly string[] = []): string {
  const initial = [
    ...Array.from(program.memory, ([name, value]) => `${identifier(name)}=${printValue(value)};`),
    ...program.threads.flatMap((thread, i) => {
      return Array.from(thread.registers).filter(([name, value]) => name !== value).map(([name, value]) => `${i}:${identifier(name)}=${printValue(value)};`);
    }),
  ];
  const asked = [
    ...(question.locations.length > 0 ? [`locations [${question.locations.map(printObservable).map(withoutBrackets).join("; ")}]`] : []),
    ...(question.filter ? [`filter (${printProposition(question.filter)})`] : []),
    `${question.quantifier} (${printProposition(question.proposition)})`,
  ];
  const threads = program.threads.map((thread, i) => emitThread(thread, i));
  const about = comment.length > 0 ? `(*\n${comment.map((line) => ` * ${line.replaceAll(/\(\*|\*\)/g, "")}`.trimEnd() + "\n").join("")} *)\n\n` : "";
  return `C ${program.name}\n\n${about}{${initial.length > 0 ? `\n${initial.map((line) => `\t${line}\n`).join("")}` : ""}}\n\n${threads.join("\n")}\n${asked.join("\n")}\n`;
}

function withoutBrackets(observable: string): string {
  return observable.replace(/^\[(.*)\]$/, "$1");
}

/** Takes what an assignment throws away; no program names it, since the front end has no such temporary. */
const unused = "unused";

function emitThread(thread: Thread, number: number): string {
  const named = new Set<string>();
  const locations = new Set(Array.from(thread.registers).filter(([name, value]) => name === value).map(([name]) => name));
  const types = new Map<string, string>();
  const lines = emitBlock(thread.body, "\t", { named, locations, types });
  const declared = Array.from(named).filter((name) => !locations.has(name)).map((name) => `\tint ${identifier(name)};\n`);
  const parameters = Array.from(locations, (name) => `${types.get(name) ?? "int"} *${identifier(name)}`);
  return `P${number}(${parameters.join(", ")})\n{\n${declared.join("")}${lines.join("")}}\n`;
}

/** What a thread mentions: registers it has to declare, locations it needs as parameters. */
interface Names {
  readonly named: Set<string>;
  readonly locations: Set<string>;
  /** Types of locations that are not plain numbers. */
  readonly types: Map<string, string>;
}

function emitBlock(body: readonly Statement[], indent: string, names: Names): string[] {
  if (body.length > 0) return body.flatMap((statement) => emitStatement(statement, indent, names));
  names.named.add(unused);
  return [`${indent}${unused} = 0;\n`];
}

function emitStatement(statement: Statement, indent: string, names: Names): string[] {
  const value = (expression: Expression): string => emitExpression(expression, names);
  const line = (text: string): string[] => [`${indent}${text};\n`];
  switch (statement.k) {
    case "set":
      names.named.add(statement.register);
      return line(`${identifier(statement.register)} = ${value(statement.value)}`);
    case "evaluate":
      names.named.add(unused);
      return line(`${unused} = ${value(statement.value)}`);
    case "store": return line(emitStore(statement.order, value(statement.at), value(statement.value)));
    case "atomic": return line(`atomic_${verbOf(statement.operator)}(${value(statement.operand)}, ${value(statement.at)})`);
    case "fence": return line(`${fenceNames[statement.kind]}()`);
    case "lock": return line(`spin_lock(${emitTyped("spinlock_t", statement.at, names)})`);
    case "unlock": return line(`spin_unlock(${emitTyped("spinlock_t", statement.at, names)})`);
    case "synchronize-srcu": return line(`synchronize_srcu(${emitTyped("struct srcu_struct", statement.at, names)})`);
    case "if": {
      const no = statement.no.length > 0 ? [`${indent}} else {\n`, ...emitBlock(statement.no, `${indent}\t`, names)] : [];
      const yes = emitBlock(statement.yes, `${indent}\t`, names);
      return [`${indent}if (${value(statement.condition)}) {\n`, ...yes, ...no, `${indent}}\n`];
    }
    case "while":
      return [`${indent}while (${value(statement.condition)}) {\n`, ...emitBlock(statement.body, `${indent}\t`, names), `${indent}}\n`];
  }
}

const fenceNames: Readonly<Record<(Statement & { k: "fence" })["kind"], string>> = {
  mb: "smp_mb", rmb: "smp_rmb", wmb: "smp_wmb", barrier: "barrier",
  "before-atomic": "smp_mb__before_atomic", "after-atomic": "smp_mb__after_atomic",
  "after-spinlock": "smp_mb__after_spinlock", "after-unlock-lock": "smp_mb__after_unlock_lock",
  "after-srcu-read-unlock": "smp_mb__after_srcu_read_unlock",
  "rcu-lock": "rcu_read_lock", "rcu-unlock": "rcu_read_unlock", "sync-rcu": "synchronize_rcu",
};

function emitStore(order: (Statement & { k: "store" })["order"], at: string, value: string): string {
  switch (order) {
    case "plain": return `${follow(at)} = ${value}`;
    case "once": return `WRITE_ONCE(${follow(at)}, ${value})`;
    case "release": return `smp_store_release(${at}, ${value})`;
    case "srcu-unlock": return `srcu_read_unlock(${at}, ${value})`;
  }
}

/** The place that an address names. */
function follow(address: string): string {
  return /^\w+$/.test(address) ? `*${address}` : `*(${address})`;
}

function emitExpression(expression: Expression, names: Names): string {
  const value = (each: Expression): string => emitExpression(each, names);
  switch (expression.k) {
    case "constant": return emitConstant(expression.value, names);
    case "register":
      names.named.add(expression.name);
      return identifier(expression.name);
    case "unary": return unaryForms[expression.operator](value(expression.of));
    case "binary": return emitBinary(expression.operator, value(expression.left), value(expression.right));
    case "load":
      switch (expression.order) {
        case "plain": return follow(value(expression.at));
        case "once": return `READ_ONCE(${follow(value(expression.at))})`;
        case "acquire": return `smp_load_acquire(${value(expression.at)})`;
        case "srcu-lock": return `srcu_read_lock(${emitTyped("struct srcu_struct", expression.at, names)})`;
      }
    // falls through: every order has returned
    case "exchange": return `xchg${suffixOf(expression.order)}(${value(expression.at)}, ${value(expression.value)})`;
    case "compare-exchange":
      return `cmpxchg${suffixOf(expression.order)}(${value(expression.at)}, ${value(expression.expected)}, ${value(expression.value)})`;
    case "fetch": return emitFetch(expression, value(expression.operand), value(expression.at));
    case "add-unless":
      return `atomic_add_unless(${value(expression.at)}, ${value(expression.operand)}, ${value(expression.unless)})`;
    case "trylock": return `spin_trylock(${emitTyped("spinlock_t", expression.at, names)})`;
    case "is-locked": return `spin_is_locked(${emitTyped("spinlock_t", expression.at, names)})`;
  }
}

/** An address, and what it is the address of. */
function emitTyped(type: string, at: Expression, names: Names): string {
  if (at.k === "register") names.types.set(at.name, type);
  if (at.k === "constant") names.types.set(String(at.value), type);
  return emitExpression(at, names);
}

function emitConstant(value: Value, names: Names): string {
  if (typeof value === "string") names.locations.add(value);
  return typeof value === "string" ? identifier(value) : printValue(value);
}

const unaryForms: Readonly<Record<(Expression & { k: "unary" })["operator"], (of: string) => string>> = {
  "!": (of) => `(${of} == 0)`,
  "-": (of) => `(0 - ${of})`,
  "~": (of) => `(-1 ^ ${of})`,
};

function emitBinary(operator: BinaryOperator, left: string, right: string): string {
  if (operator === "&~") return `(${left} & (-1 ^ ${right}))`;
  if (operator === "%" || operator === "<<" || operator === ">>") throw new UnsupportedProgram(`litmus tests have no ${operator}`);
  return `(${left} ${operator} ${right})`;
}

function emitFetch(expression: Expression & { k: "fetch" }, operand: string, at: string): string {
  const verb = verbOf(expression.operator);
  if (expression.yields === "old") return `atomic_fetch_${verb}${suffixOf(expression.order)}(${operand}, ${at})`;
  if (verb !== "add" && verb !== "sub") throw new UnsupportedProgram(`litmus tests have no atomic_${verb}_return()`);
  return `atomic_${verb}_return${suffixOf(expression.order)}(${operand}, ${at})`;
}

function verbOf(operator: RmwOperator): string {
  return { "+": "add", "-": "sub", "&": "and", "|": "or", "^": "xor", "&~": "andnot" }[operator];
}

function suffixOf(order: RmwOrder): string {
  return order === "full" ? "" : `_${order}`;
}

/** Names that C does not allow (temporaries, elements of arrays) get another form. */
function identifier(name: string): string {
  return name.replace(/^%/, "t").replace(/[^A-Za-z0-9_]/g, "_");
}
