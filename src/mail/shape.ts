/** What kind of text an input holds, told from its beginning. File names say nothing reliable, so they aren't asked. */
import { readHeaders } from "./headers.ts";
import { isSeparator } from "./mbox.ts";

/**
 * mbox: mails with separator lines. mail: one RFC 5322 mail. diff: a diff without a mail. folded: a mail whose line
 * breaks were all lost. text: prose that may carry a diff, above all a page of a web archive saved as text.
 */
export type Shape = "mbox" | "mail" | "diff" | "folded" | "text";

const DIFF_START = /^(?:diff (?:--git|--cc|--combined|-\w)|Index: \S|--- \S|\+\+\+ \S|@@ |\*\*\* \S|Only in |Binary files )/;
/** Headers that every mail has some of; archives show only From and Date, which therefore prove nothing. */
const PROOF = ["subject", "message-id", "received", "return-path", "mime-version", "content-type", "to"];
const FOLDED_HEADERS = / (?:Message-ID|Subject|Received|Return-Path|From): /i;

/** Tells the shape from the first 64 KiB (blank lines in front removed). */
export function detectShape(head: Buffer): Shape {
  const text = head.toString("latin1");
  const first = text.slice(0, Math.max(0, text.indexOf("\n")) || text.length);
  if (/^From \S/.test(first)) {
    if (isSeparator(text.slice(0, 640))) return "mbox";
    // git show of a mailbox commit, or a mail pasted into a form: the From line and all headers in one line.
    if (first.length > 300 && FOLDED_HEADERS.test(first.slice(0, 4000))) return "folded";
  }
  if (DIFF_START.test(first) || /^commit [0-9a-f]{7,64}\b/.test(first)) return "diff";
  // "Re: [PATCH]" at the top of an archive page has the form of a header field.
  if (/^(?:re|aw|fwd?)\s{0,3}:/i.test(first)) return "text";
  const { fields } = readHeaders(head);
  if (PROOF.some((name) => fields.has(name)) && (fields.has("from") || fields.has("subject") || fields.has("message-id"))) return "mail";
  return "text";
}
