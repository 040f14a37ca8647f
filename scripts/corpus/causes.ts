/**
 * Why a labelled defect was missed, as far as the program can tell: from what the report says of the labelled functions
 * and from the calls on the lines that the patch changes. Each cause starts with what was lacking: the function itself
 * (nothing of it was reviewed), context (code or callers out of view), a contract (calls of which nothing is known), an
 * actor (a replay that was not modelled), or a fact (all was in view, and the rules saw nothing to object to).
 */
import type { PatchReport } from "../../src/index.ts";
import type { Place } from "./judge.ts";

const mostNames = 6;
const mostQuestions = 2;

/** `text` is the patch as reviewed; `isKnown` says whether a contract of any kernel has that name. */
export function causesOf(patches: readonly PatchReport[], place: Place, text: string, isKnown: (callee: string) => boolean): string[] {
  const reviewed = patches.flatMap((patch) => patch.functions);
  const own = reviewed.filter((fn) => place.functions.includes(fn.name));
  const unknown = callsOnChangedLines(text).filter((name) => !isKnown(name) && !reviewed.some((fn) => fn.name === name));
  const contract = unknown.length === 0 ? [] : [`contract: none for ${namesOf(unknown)} on the changed lines`];
  if (own.length === 0) {
    const others = reviewed.filter((fn) => fn.coverage !== "skipped").map((fn) => fn.name);
    return [`function: the patch changes no line of the labelled functions that can be placed${others.length === 0 ? "" : `; it changes ${namesOf(others)}`}`, ...contract];
  }
  const seen = own.filter((fn) => fn.coverage !== "skipped");
  if (seen.length === 0) return [`function: ${own[0]!.name}() was skipped, ${own[0]!.reason}`, ...contract];
  const questions = seen.flatMap((fn) => fn.unknowns);
  const replay = questions.filter((question) => /not modelled|replay/i.test(question.text)).slice(0, 1).map((question) => `actor: ${question.text}`);
  const open = questions.filter((question) => place.rules.includes(question.rule)).slice(0, mostQuestions).map((question) => `context: open in line ${question.line}: ${question.text}`);
  const cut = seen.filter((fn) => fn.coverage === "partial").slice(0, 1).map((fn) => `context: ${fn.name}(): ${fn.reason}`);
  const found = [...open, ...cut, ...replay, ...contract];
  if (found.length > 0) return found;
  const proofs = seen.flatMap((fn) => fn.proofs).filter((proof) => place.rules.includes(proof.rule)).slice(0, mostQuestions);
  return proofs.length > 0 ? proofs.map((proof) => `fact: held as shown in line ${proof.line}: ${proof.text}`) : [`fact: ${place.rules.join(", ")} ask nothing of these lines that could be decided`];
}

function namesOf(names: readonly string[]): string {
  const distinct = Array.from(new Set(names));
  return distinct.slice(0, mostNames).map((name) => `${name}()`).join(", ") + (distinct.length > mostNames ? " and others" : "");
}

const noCalls: ReadonlySet<string> = new Set(["if", "while", "for", "switch", "return", "sizeof", "likely", "unlikely", "defined", "typeof"]);

/** Names that are followed by a parenthesis on added and removed lines; heads of hunks and file names are neither. */
function callsOnChangedLines(text: string): string[] {
  const lines = text.split("\n").filter((line) => /^[-+](?![-+]{2} )/.test(line) && !/^[-+]\s*(?:\*|\/\*|\/\/)/.test(line));
  const names = lines.flatMap((line) => Array.from(line.matchAll(/\b([a-z_][a-z0-9_]*)\(/g), (match) => match[1]!));
  return Array.from(new Set(names)).filter((name) => !noCalls.has(name));
}
