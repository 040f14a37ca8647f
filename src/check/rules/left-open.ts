/** A section or range that is still open where a function returns: lazy MMU mode, a notifier range. */
import type { RuleId } from "../../core/finding.ts";
import type { Duty } from "../facts.ts";
import type { Site } from "../model.ts";

/** How a rule says it. */
export interface LeftOpen {
  readonly rule: RuleId;
  readonly what: string;
  /** "entered", "begun" */
  readonly opened: string;
  /** "returns in the lazy MMU mode": the line where it was opened follows. */
  readonly returns: string;
  readonly requires: string;
}

/** `isOwn`: this function opened it, and not for its caller. */
export function judgeLeftOpen({ rule, what, opened, returns, requires }: LeftOpen, open: Duty, isOwn: boolean, site: Site): void {
  const since = `${opened} in line ${open.at.line}`;
  site.judge({
    rule,
    outcome: isOwn ? "violated" : "unknown",
    what,
    group: since,
    message: isOwn ? `${site.frame.fn.name}() ${returns} ${since}` : "",
    requires: [requires],
    certain: true,
  });
}
