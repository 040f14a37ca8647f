/**
 * Which locks are held on the lines that lead to a finding. The path says where each is taken and released, the finding
 * what is held in the end; the states between follow backwards. Only the last straight stretch of the path is told: a
 * line that the path passes twice has no one answer.
 */
import type { Finding } from "../core/finding.ts";

/** Locks held once the line has run, by line; lines of which that is not known are left out. */
export function heldLines(finding: Finding): ReadonlyMap<number, readonly string[]> {
  const steps = lastStretch(finding);
  const held = new Map<number, readonly string[]>();
  let state: readonly string[] = finding.held;
  let until = finding.line;
  for (const { line, text } of steps.toReversed()) {
    for (let at = line; at <= until; at++) if (!held.has(at)) held.set(at, state);
    until = line - 1;
    state = before(state, text);
  }
  return held;
}

/** The end of the path, as far as lines only go up and stay in the finding's file. */
function lastStretch({ path, file, line }: Finding): Finding["path"] {
  let next = line;
  const start = path.findLastIndex((step) => {
    const breaks = step.file !== file || step.line < 1 || step.line > next;
    next = step.line;
    return breaks;
  });
  return path.slice(start + 1);
}

/** What was held before a step of the path, in the words of check/lock-effects.ts. */
function before(after: readonly string[], text: string): readonly string[] {
  const parts = /^(takes|releases) (.+)$/.exec(text);
  if (parts === null) return after;
  const [, verb, lock] = parts;
  if (verb === "releases") return [...after, lock!];
  const at = after.findLastIndex((name) => name === lock || name === `${lock} (perhaps)`);
  return after.filter((_name, index) => index !== at);
}
