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

/** Functions that are looked through for one answer; where there are more, one of them may. */
const most = 64;

/** Macros of constants and types (ALIGN(), IS_ENABLED()) only work something out. */
const isMacro = /^[A-Z][A-Z0-9_]*$/;

/** Whether a call that may do it is made, or one of what is not in view; `does` is asked of each body on the way. */
export function mayDo({ callee }: CallStep, does: (body: FunctionIr) => boolean, view: View, asked: Set<string> = new Set()): boolean {
  if (callee === null) return true;
  if (view.rulebook.contract(callee) !== undefined || isMacro.test(callee) || asked.has(callee)) return false;
  if (asked.size >= most) return true;
  asked.add(callee);
  const body = view.bodyOf(callee);
  if (body === null || body.partial || body.unreadable.length > 0 || does(body)) return true;
  return stepsOf(body).some((step) => step.op === "call" && mayDo(step, does, view, asked));
}
