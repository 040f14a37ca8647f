/**
 * What a subject says of a patch: "[RFC PATCH v3 02/10] mm: title". Tags are read as b4 reads them: every leading
 * bracket group counts, nested brackets are flattened, "PATCHv3" is two words.
 */
import { withoutTail } from "../util/ends.ts";

export interface SubjectInfo {
  /** True when the subject is an answer ("Re:", "Aw:", ...) or a forward. */
  readonly reply: boolean;
  /** True when a bracket says PATCH. */
  readonly patch: boolean;
  /** N of N/M; null when not numbered. */
  readonly index: number | null;
  /** M of N/M; 1 when not numbered. */
  readonly total: number;
  readonly revision: number;
  /** Other tags, upper case. */
  readonly tags: readonly string[];
  /** The subject without prefixes and tags. */
  readonly title: string;
}

const REPLY = /^(?:re|r|aw|sv|vs|antw|fw|fwd|wg|tr|回复|答复|转发)\s{0,3}(?:\[\d{1,3}\]|\(\d{1,3}\))?\s{0,3}[:：]\s*/i;
const COUNTER = /^(\d{1,4})\/(\d{1,4})$/;
const REVISION = /^v(\d{1,3})(?:\.\d{1,3})?$/i;

/** The end of the bracket group that starts at 0, nested ones included; -1 when it isn't closed. */
function groupEnd(text: string): number {
  let depth = 0;
  for (let i = 0; i < text.length && i < 200; i++) {
    if (text[i] === "[") depth++;
    else if (text[i] === "]" && --depth === 0) return i;
  }
  return -1;
}

export function parseSubject(subject: string): SubjectInfo {
  let rest = subject.trim();
  let reply = false;
  let patch = false;
  let index: number | null = null;
  let total = 1;
  let revision = 1;
  const tags: string[] = [];

  const take = (word: string): void => {
    const counter = COUNTER.exec(word);
    const version = REVISION.exec(word);
    const glued = /^(patch(?:es)?)(v\d{1,3}|\d{1,4}\/\d{1,4})$/i.exec(word);
    if (glued) {
      take(glued[1]!);
      take(glued[2]!);
    } else if (counter && Number(counter[2]) > 0 && Number(counter[1]) <= Number(counter[2])) {
      index = Number(counter[1]);
      total = Number(counter[2]);
    } else if (version) {
      revision = Number(version[1]);
    } else if (/^patch(?:es)?$/i.test(word)) {
      patch = true;
    } else if (word !== "") {
      tags.push(word.toUpperCase());
    }
  };

  for (let rounds = 0; rounds < 20; rounds++) {
    const prefix = REPLY.exec(rest);
    if (prefix) {
      reply = true;
      rest = rest.slice(prefix[0].length);
      continue;
    }
    const end = rest.startsWith("[") ? groupEnd(rest) : -1;
    if (end < 0) break;
    for (const word of rest.slice(1, end).split(/[\s,[\]]+/)) take(word);
    rest = rest.slice(end + 1).trimStart();
  }
  return { reply, patch, index, total, revision, tags, title: rest.trim() };
}

/** The title as a key for "the same patch again": case, blanks and a closing full stop don't count. */
export function titleKey(title: string): string {
  return withoutTail(title.toLowerCase().replace(/\s+/g, " "), " .").trim();
}
