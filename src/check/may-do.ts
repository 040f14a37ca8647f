/**
 * What a call may come to, as far as bodies are in view: for rules that say nothing where something unseen may do what they
 * miss. What has a contract does what that says, which the one who asks looks at first.
 */
import { stepsOf } from "../c/index.ts";
import type { CallStep, FunctionIr } from "../c/ir.ts";
import type { Rulebook } from "../rulebook/rulebook.ts";

export interface View {
  readonly rulebook: Rulebook;
  readonly bodyOf: (callee: string) => FunctionIr | null;
}

export interface Sought {
  /** Asked of each body on the way. */
  readonly isDoneIn: (body: FunctionIr) => boolean;
  /** Whether a call of what is not in view may do it, by what it is handed. */
  readonly mayUnseen: (call: CallStep, caller: FunctionIr) => boolean;
}

/** Functions that are looked through for one answer; where there are more, one of them may. */
const most = 64;

/** Macros of constants and types (ALIGN(), IS_ENABLED()) only work something out. */
const isMacro = /^[A-Z][A-Z0-9_]*$/;

/** Whether the call does it, or may. */
export function mayDo(call: CallStep, caller: FunctionIr, sought: Sought, view: View, asked: Set<string> = new Set()): boolean {
  const { callee } = call;
  if (callee === null) return sought.mayUnseen(call, caller);
  const body = view.bodyOf(callee);
  if (body !== null) return mayDoInView(callee, body, sought, view, asked);
  return !isLeftOut(callee, view) && sought.mayUnseen(call, caller);
}

/** The same of a function with a body in view: whoever calls it, and with whatever. */
export function mayDoInView(callee: string, body: FunctionIr, sought: Sought, view: View, asked: Set<string> = new Set()): boolean {
  if (isLeftOut(callee, view) || asked.has(callee)) return false;
  if (asked.size >= most || body.partial || body.unreadable.length > 0 || sought.isDoneIn(body)) return true;
  asked.add(callee);
  return stepsOf(body).some((step) => step.op === "call" && mayDo(step, body, sought, view, asked));
}

function isLeftOut(callee: string, { rulebook }: View): boolean {
  return rulebook.contract(callee) !== undefined || isMacro.test(callee);
}
