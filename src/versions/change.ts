/** One thing that one version of a function protects and the other does not, and how it is told. */
import { type FunctionCheck, fingerprint } from "../check/index.ts";
import type { Finding, RuleId } from "../core/finding.ts";
import type { Loc } from "../c/ir.ts";
import { onlyDeletes, type Pair } from "./pair.ts";

export interface Change {
  readonly rule: RuleId;
  /** Place in the version that lacks it. */
  readonly loc: Loc;
  /** Stable short name of what is missing. */
  readonly what: string;
  readonly message: (direction: Pair["direction"]) => string;
  /** What is missing may stand elsewhere, or may have been superfluous: worth a look only. */
  readonly weak: boolean;
  /** Another rule under which the same may be filed. */
  readonly also?: RuleId;
  /** Shown by what the rules proved, rather than seen to be done. */
  readonly shown?: boolean;
}

/** What a comparison does not look at. A trace that no caller can prevent answers it. */
export const unseen = { whole: "nothing is known of callers in other files", hunks: "nothing is known of the callers and of what lies outside the code in view" } as const;

/** A protection that was seen to be done, in words that fit both directions. */
export function done(rule: RuleId, what: string, { fn }: FunctionCheck): Change {
  return {
    rule, what, weak: true, loc: { line: fn.line, column: 1 },
    message: (direction) => (direction === "lost" ? `the patch takes away what this function did before: ${what}` : `the patch adds what this function did not do before: ${what}`),
  };
}

/** What is asked of losses only, in words of its own. */
export function loss(rule: RuleId, loc: Loc, what: string, message: string, weak: boolean): Change {
  return { rule, loc, what, weak, message: () => message };
}

/**
 * What may be a warning. Of code that lies between hunks nothing is known, so that what went is worth a look there and no
 * more; what a patch deletes while it adds nothing went for certain.
 */
export function isSure({ weak, shown }: Change, pair: Pair): boolean {
  return (shown === true ? pair.judged : pair.whole) && (!weak || onlyDeletes(pair));
}

export function toFinding(change: Change, pair: Pair): Finding {
  const { rule, loc, what, message, shown } = change;
  const { direction, whole, to, from } = pair;
  const lost = direction === "lost";
  return {
    rule,
    severity: lost && !isSure(change, pair) ? "note" : "warning",
    confidence: "possible",
    status: lost ? "introduced" : "fixed",
    file: to.fn.file,
    line: loc.line,
    column: loc.column,
    function: lost ? to.fn.name : from.fn.name,
    message: message(direction),
    why: lost ? (shown ? "Before the patch the code in view showed that the requirement holds here; now nothing in view does." : "The code before the patch did this, and nothing that the patch adds takes its place.") : "",
    fix: lost ? (shown ? "Put it back, or show in the patch where it comes from now (a caller, a helper)." : "Put it back, or show in the patch why it is not needed (another lock, test or flush that covers, a caller that does it).") : "",
    requires: [what],
    held: [],
    assumed: [unseen[whole ? "whole" : "hunks"]],
    path: [],
    trace: null,
    fixConfirmed: null,
    references: [],
    fingerprint: fingerprint(to.fn, rule, what),
  };
}
