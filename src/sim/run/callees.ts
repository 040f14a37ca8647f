/** What a call goes into, by the name of the function: worked out once for all simulations of the same code. */
import { walkExpr } from "../../c/index.ts";
import type { FunctionIr, Place } from "../../c/ir.ts";
import type { OperationMaker } from "./operation.ts";
import { atomicOperations } from "./ops-atomic.ts";
import { gatherOperations } from "./ops-gather.ts";
import { lockOperations } from "./ops-locks.ts";
import { tlbOperations } from "./ops-tlb.ts";
import { worldOperations } from "./ops-world.ts";
import { programOf, type Program } from "./program.ts";
import { pureOf, type Pure } from "./pure.ts";
import { memoByObject, memoByValue } from "../../util/memo.ts";

/** Functions by name that calls may go into, first match wins. */
export interface Code {
  /** The code under test and its helpers. */
  readonly functions: Pick<ReadonlyMap<string, FunctionIr>, "get">;
  /** Models of kernel functions of one era. */
  readonly models: ReadonlyMap<string, FunctionIr>;
}

export type Callee =
  | { readonly k: "operation"; readonly make: OperationMaker }
  | { readonly k: "pure"; readonly f: Pure }
  | { readonly k: "inline"; readonly program: Program }
  | { readonly k: "skip" };

const entryPointer = /^(?:pte|pmd|pud|p4d|pgd)_t \*/;

/** Whether a place is an entry behind a pointer to one. */
function namesEntry(ir: FunctionIr, place: Place): boolean {
  if (place.k === "field" || place.k === "index") return namesEntry(ir, place.base);
  if (place.k !== "deref") return false;
  let entry = false;
  walkExpr(place.ptr, (e) => void (entry ||= e.k === "var" && entryPointer.test(ir.vars.get(e.name)?.type ?? "")));
  return entry;
}

/** A helper that computes something in a straight line costs nothing to follow, even if it touches nothing. */
function isSimple(ir: FunctionIr): boolean {
  return ir.blocks.length <= 30 && !ir.blocks.some((b) => b.loopHead);
}

const operations = new Map<string, OperationMaker>(Object.entries({ ...lockOperations, ...worldOperations, ...tlbOperations, ...gatherOperations, ...atomicOperations }));

const programs = new WeakMap<FunctionIr, Program>();

/** The function compiled once, however many simulations run it. */
export function compiled(ir: FunctionIr, origin: Program["origin"]): Program {
  let program = programs.get(ir);
  if (program === undefined) {
    program = programOf(ir, origin);
    programs.set(ir, program);
  }
  return program;
}

type Find = (name: string) => Callee;

const finders = memoByObject((code: Code) => memoByValue((foreign: boolean) => finderOf(code, foreign)));

/** `foreign`: helpers of the code that the world cannot notice are left out. */
export function calleesOf(code: Code, foreign: boolean): Find {
  return finders(code)(foreign);
}

function finderOf(code: Code, foreign: boolean): Find {
  const callees = new Map<string, Callee>();
  const find = (name: string): Callee => {
    const operation = operations.get(name);
    if (operation !== undefined) return { k: "operation", make: operation };
    const pure = pureOf(name);
    if (pure !== undefined) return { k: "pure", f: pure };
    const model = code.models.get(name);
    if (model !== undefined) return { k: "inline", program: compiled(model, "model") };
    const own = code.functions.get(name);
    if (own === undefined || (foreign && !isSimple(own) && !matters(own))) return { k: "skip" };
    return { k: "inline", program: compiled(own, "code") };
  };
  const judged = new Map<FunctionIr, boolean>();
  /** Whether the function, or one that it calls, does anything that the world can notice. */
  const matters = (ir: FunctionIr): boolean => {
    const known = judged.get(ir);
    if (known !== undefined) return known;
    judged.set(ir, false);
    const found = ir.blocks.some((block) => block.steps.some((step) => {
      if (step.op === "gap") return true;
      if (step.op === "load" || step.op === "store") return namesEntry(ir, step.place);
      if (step.op !== "call") return false;
      const { callee } = step;
      if (callee === null) return step.args.some((a) => a.k === "var" && entryPointer.test(ir.vars.get(a.name)?.type ?? ""));
      const helper = code.models.get(callee) ?? code.functions.get(callee);
      return operations.has(callee) || (helper !== undefined && matters(helper));
    }));
    judged.set(ir, found);
    return found;
  };
  return (name) => {
    let callee = callees.get(name);
    if (callee === undefined) {
      callee = find(name);
      callees.set(name, callee);
    }
    return callee;
  };
}
