/** The words the engine and the rules share: a call as it happens, a site, a judgement, a rule. */
import type { CallStep, Expr, FunctionIr, Loc, Step } from "../c/ir.ts";
import type { Outcome, Reference, RuleId } from "../core/finding.ts";
import type { Contract, Level, LockClass, Requirement } from "../rulebook/schema.ts";
import type { Rulebook } from "../rulebook/rulebook.ts";
import type { Frame } from "./evaluate.ts";
import type { Facts, LockFact } from "./facts.ts";
import type { KindSet } from "./kinds.ts";
import type { StaticTypes } from "./static-types.ts";

/** A call with its contract (of the era) and the symbols of its arguments. */
export interface CallInfo {
  readonly step: CallStep;
  readonly contract: Contract | null;
  readonly args: readonly string[];
  /** Symbol of the result, "" when unused. */
  readonly result: string;
  /** Symbol of a parameter by the contract's name for it; "return" is the result, "*x" the content of what x points to. */
  readonly arg: (name: string) => string;
}

/** A place on a path, with what is known there. */
export interface Site {
  readonly facts: Facts;
  readonly frame: Frame;
  readonly types: StaticTypes;
  /** The function under review, also while a helper of it is run. */
  readonly reviewed: FunctionIr;
  readonly loc: Loc;
  readonly rulebook: Rulebook;
  readonly judge: (judgement: Judgement) => void;
  /** Judges at the call in the reviewed function that led here; the argument is that call, null when this is the function itself. */
  readonly judgeAtCall: (judgement: (outer: CallInfo | null) => Judgement) => void;
  /** The call that made a symbol, or null. */
  readonly callOf: (symbol: string) => CallInfo | null;
  /** The step that made a symbol, or null. */
  readonly stepOf: (symbol: string) => Step | null;
  /** The body of a called function, where it is in view. */
  readonly bodyOf: (callee: string) => FunctionIr | null;
  /** Whether a called function is in view and leaves all locks and mappings as they are. */
  readonly isNeutral: (callee: string) => boolean;
  /** See callers.ts. */
  readonly unlockedCallers: (param: string) => readonly string[] | null;
  /** All callers of a function, where all are in view; null when others may call it. */
  readonly callersOf: (fn: FunctionIr) => readonly FunctionIr[] | null;
  /** The callers of a function that are in view; there may be others. */
  readonly callersInView: (fn: FunctionIr) => readonly FunctionIr[];
  /** How the functions in view order the table they put into a structure field. */
  readonly fieldOrder: (field: string) => FieldOrder;
}

/** null: no function in view fills the field. */
export type FieldOrder = { readonly ordered: boolean; readonly by: readonly string[] } | null;

export interface Judgement {
  readonly rule: RuleId;
  readonly outcome: Outcome;
  /** Stable short name of the demand, e.g. "pmd_populate: pmd lock". One obligation per place and `what`. */
  readonly what: string;
  /** One sentence for a finding or an open question. */
  readonly message: string;
  /** Where the finding stands, if not at the site. */
  readonly loc?: Loc;
  /** Where the path did what is not ordered here. */
  readonly since?: Loc;
  readonly requires?: readonly string[];
  readonly assumed?: readonly string[];
  readonly references?: readonly Reference[];
  /** Findings of one function, rule and group are one finding, at the first place. */
  readonly group?: string;
  /** The message when this place is unknown where most others of the same `what` in the function are proved. */
  readonly unlike?: string;
  /** The helper that did it, where this function only calls it: what is said of the helper is not said again here. */
  readonly by?: string;
  /** The lock that the judgement speaks of. */
  readonly lock?: LockClass;
  /** An error that needs no other CPU. Whether it is confirmed is asked by certain.ts. */
  readonly certain?: boolean;
  /**
   * Said for the comparison of two versions only (versions/shown): a demand that is too weak to be asked of code that does
   * not change, or a deed (a barrier, a re-check) that no demand in view asks for.
   */
  readonly quiet?: "demand" | "deed";
  /** The kinds of an entry that are not excluded here; those of all paths are put together. */
  readonly open?: KindSet;
}

/** A read or write of a page-table entry by plain C (calls have contracts). */
export interface EntryAccess {
  readonly step: Extract<Step, { op: "load" | "store" }>;
  readonly pointer: string;
  readonly level: Level;
}

/** How a lock is taken. */
export interface Acquisition {
  readonly mode: "read" | "write";
  /** False for a trylock. */
  readonly waits: boolean;
  /** Annotated as the second of its class. */
  readonly nested: boolean;
}

/** One rule: looks at what the engine does and judges. All hooks are optional. */
export interface Rule {
  readonly id: RuleId;
  readonly onRequirement?: (requirement: Requirement, call: CallInfo, site: Site) => void;
  readonly onCall?: (call: CallInfo, site: Site) => void;
  readonly onAccess?: (access: EntryAccess, site: Site) => void;
  /** Any pointer that is dereferenced. */
  readonly onDeref?: (pointer: string, site: Site) => void;
  readonly onLoad?: (step: Extract<Step, { op: "load" }>, address: string, site: Site) => void;
  readonly onRelease?: (lock: { readonly id: string; readonly class: LockClass }, held: LockFact | null, site: Site) => void;
  readonly onAcquire?: (lock: { readonly id: string; readonly class: LockClass }, held: LockFact | null, site: Site, how: Acquisition) => void;
  readonly onUnmap?: (pointer: string, site: Site) => void;
  /** A branch is decided; `value` gives the symbol of a part of the condition. */
  readonly onBranch?: (cond: Expr, value: (expr: Expr) => string, site: Site) => void;
  /** An assertion (BUG_ON(), a branch to nothing but a stop) fails where `tested` is (not) zero; the facts are those of the failure, `before` those of the test. */
  readonly onFailedAssertion?: (tested: string, site: Site, before: Facts) => void;
  /** A way through the function that goes on in code which is not in view. */
  readonly onGap?: (site: Site) => void;
  /** The function returns `value` ("" for none). */
  readonly onReturn?: (value: string, site: Site) => void;
}
