/** Why a mail yields no patch, in the words that the user reads. One place, so that they stay alike. */
import type { SubjectInfo } from "./subject.ts";

const PULL = /(?:^|\n)\s{0,4}(?:The following changes since commit|are available in the git repository at)/i;
const DIFFSTAT = /(?:^|\n) ?\d{1,6} files? changed(?:, \d{1,8} insertions?\(\+\))?(?:, \d{1,8} deletions?\(-\))?/;

/** The reason for a mail in whose text no diff was found. `body` is its decoded text. */
export function reasonWithoutDiff(subject: SubjectInfo, reply: boolean, body: string): string {
  if (body.trim() === "") return "empty message";
  if (/^\[?(?:git )?pull\b/i.test(subject.title) || subject.tags.includes("PULL") || PULL.test(body)) return "pull request";
  if (reply) return /(?:^|\n)[> ]{1,12}(?:diff --git |@@ -\d)/.test(body) ? "quotes only the head of a diff, no change" : "reply without a diff";
  if (subject.index === 0) return "cover letter of a series";
  if (DIFFSTAT.test(body) && subject.index === null && !subject.patch) return "announcement without a diff";
  if (subject.patch) return "marked as a patch but holds no diff";
  return "no diff in it";
}

export const HTML_PAGE = "an HTML page: save the mail itself (archives call it raw or mbox)";

/** Never shown: stands in for a reason that an earlier look at the input found. */
export const BODY_NOT_READ = "the body was not asked for";

export const QUOTES_PATCH = "quotes a patch that is in the input";
export const DUPLICATE = "the same message is in the input already";

export function supersededBy(revision: number): string {
  return `superseded by v${revision} in this input`;
}

export const SUPERSEDED_BY_RESEND = "superseded by its RESEND in this input";
export const SUPERSEDED_BY_PATCH = "superseded by a later posting without RFC in this input";
export const SUPERSEDED_BY_REPOST = "superseded by a later mail with the same number in this input";
export const FULLER_QUOTE = "quotes a patch that another mail of the input quotes more fully";
