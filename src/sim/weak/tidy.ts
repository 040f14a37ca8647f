/**
 * Makes a thread shorter to read without changing what it does to memory: a load goes straight into the variable that it is
 * copied to, and copies that nobody reads are left out.
 */
import type { Expression, Statement } from "../memory/index.ts";

/** `kept`: registers that a question names. Gives the statements and what registers are called now. */
export function tidied(body: readonly Statement[], kept: ReadonlySet<string>): { readonly body: readonly Statement[]; readonly renamed: ReadonlyMap<string, string> } {
  const renamed = new Map<string, string>();
  const sets = new Map<string, number>();
  const reads = new Map<string, number>();
  visit(body, (name) => void sets.set(name, (sets.get(name) ?? 0) + 1), (name) => void reads.set(name, (reads.get(name) ?? 0) + 1));
  const once = (name: string): boolean => sets.get(name) === 1;
  const pass = (statements: readonly Statement[]): Statement[] => {
    const out: Statement[] = [];
    for (const statement of statements) {
      const last = out.at(-1);
      if (statement.k === "set" && statement.value.k === "register" && once(statement.register)) {
        const from = statement.value.name;
        // Read once before it is copied, or by this copy alone: the two names are one.
        if (last?.k === "set" && last.register === from && once(from) && reads.get(from) === 1) {
          renamed.set(from, statement.register);
          out[out.length - 1] = { ...last, register: statement.register };
          continue;
        }
      }
      if (statement.k === "set" && !reads.has(statement.register) && !kept.has(statement.register) && isPure(statement.value)) continue;
      out.push(statement.k === "if" ? { ...statement, yes: pass(statement.yes), no: pass(statement.no) } : statement);
    }
    return out;
  };
  return { body: pass(body), renamed };
}

function isPure(expression: Expression): boolean {
  switch (expression.k) {
    case "constant":
    case "register": return true;
    case "unary": return isPure(expression.of);
    case "binary": return isPure(expression.left) && isPure(expression.right);
    default: return false;
  }
}

function visit(body: readonly Statement[], sets: (name: string) => void, reads: (name: string) => void): void {
  const see = (expression: Expression): void => {
    switch (expression.k) {
      case "constant": break;
      case "register": reads(expression.name); break;
      case "unary": see(expression.of); break;
      case "binary":
        see(expression.left);
        see(expression.right);
        break;
      default:
        see(expression.at);
        for (const key of ["value", "expected", "operand", "unless"] as const) {
          const inner = (expression as Partial<Record<typeof key, Expression>>)[key];
          if (inner) see(inner);
        }
    }
  };
  for (const statement of body) {
    switch (statement.k) {
      case "set":
        sets(statement.register);
        see(statement.value);
        break;
      case "evaluate": see(statement.value); break;
      case "store":
        see(statement.at);
        see(statement.value);
        break;
      case "atomic":
        see(statement.at);
        see(statement.operand);
        break;
      case "lock":
      case "unlock":
      case "synchronize-srcu": see(statement.at); break;
      case "fence": break;
      case "if":
        see(statement.condition);
        visit(statement.yes, sets, reads);
        visit(statement.no, sets, reads);
        break;
      case "while":
        see(statement.condition);
        visit(statement.body, sets, reads);
    }
  }
}
