/** What the comment above a function says that its callers hold, by the forms of rules/wording.ts and no others. */
import type { ContextWording, LockClass, LockName } from "../rulebook/schema.ts";
import { memoByValue } from "../util/memo.ts";

export interface ToldLock {
  readonly lock: LockClass | "entry";
  readonly mode: "read" | "write";
}

export interface Wording {
  readonly locks: readonly LockName[];
  readonly forms: readonly ContextWording[];
}

/** A sentence with one of these says something else: an alternative, a condition, what happens to the lock. */
const otherwise = /\b(?:or|either|unless|if|without|not|never|no longer|may|might|maybe|can|drops?|dropped|releases?|released|unlocks?|unlocked|acquires?|takes|returns?|whether)\b|n't\b/;
/** The function gives the lock away: nothing that the comment says of it holds to the end. */
const givenAway = /\b(?:released|dropped|unlocked|unheld)\b|\b(?:drops?|releases?|unlocks?) (?:it|the lock)\b/;
/** Strength, which may stand between the form and the lock; and what owns the lock. */
const strength = "(?:(?:the|a|an|at|least|read|write|writer|reader|side|lock|exclusive|shared|semaphore|both|on|of) )*";
const owner = "(?:[\\w]+(?:->|\\.))*";
const forWriting = /\bfor writ|\bin write|\bwrite[- ]lock|\bwrite side|\bwriter\b|\bexclusive\b|\bwrite mode\b/;

/** The locks that the callers hold by the words of a comment; empty when it says nothing of the kind. */
export function toldLocks(comment: string, { locks, forms }: Wording): readonly ToldLock[] {
  if (comment === "") return [];
  const sentences = sentencesOf(comment);
  const told = new Map<ToldLock["lock"], ToldLock["mode"]>();
  for (const { lock, names } of locks) {
    const naming = sentences.filter((sentence) => names.some((name) => sentence.includes(name)));
    if (naming.length === 0 || sentences.some((sentence) => givenAway.test(sentence))) continue;
    for (const sentence of naming) {
      if (otherwise.test(sentence)) continue;
      const named = names.filter((name) => sentence.includes(name));
      const form = forms.find(({ says }) => named.some((name) => patternOf(says)(name).test(sentence)));
      if (form !== undefined && !told.has(lock)) told.set(lock, form.mode ?? (forWriting.test(sentence) ? "write" : "read"));
    }
  }
  return Array.from(told, ([lock, mode]) => ({ lock, mode }));
}

const patternOf = memoByValue((says: string) => memoByValue((name: string) => {
  const [before, after] = says.split("{lock}");
  const words = (text: string): string => text.split("...").map(escaped).join("[^.]*");
  return new RegExp(`(?:^|\\W)${words(before!)}${strength}${owner}${escaped(name)}(?:\\(\\))?(?: lock| semaphore)?(?=\\W|$)${words(after!)}`);
}));

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** In lower case, white space folded; "for read or write" is no alternative, but the weaker of both. */
function sentencesOf(comment: string): string[] {
  const text = comment.toLowerCase().replace(/\s+/g, " ").replace(/read(?:ing)? or (?:for )?writ(?:e|ing)/g, "read");
  return text.split(/[.;:](?= |$)(?<!context:)/).map((sentence) => sentence.trim());
}
