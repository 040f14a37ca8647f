/** What a person reads about one rule: `mmreview rules show ID`, and the rule descriptions of SARIF and HTML. */
import type { Reference, RuleId } from "./finding.ts";

export interface RulePage {
  readonly id: RuleId;
  /** A few words, no full stop. */
  readonly title: string;
  /** One paragraph: what goes wrong on a running machine when the rule is violated. */
  readonly breaks: string;
  /** How it is usually fixed. */
  readonly fix: string;
  /** When code that looks like a violation is right. */
  readonly exceptions: readonly string[];
  readonly references: readonly Reference[];
}

/** What is wrong with a user rule pack, at a place in it (both from 1). */
export interface PackProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}
