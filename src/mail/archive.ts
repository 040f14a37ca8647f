/**
 * Pages of web archives saved as text, and the worst of them: a whole mail on one line. There is no header block, only
 * a subject and perhaps From and Date lines, with navigation between them.
 */
import { cleanText } from "./headers.ts";

export interface ArchivedMail {
  readonly subject: string;
  readonly from: string;
  readonly date: string;
  readonly messageId: string;
  readonly inReplyTo: string;
  readonly references: string;
  readonly body: string;
}

const FIELD = /^(from|date|subject|message-id|in-reply-to|references|to|cc|newsgroups)\s{0,4}:\s?(.*)$/i;
const NAVIGATION = /^\s*(?:\[[^\]]{1,60}\]\s*)+$|^(?:\s*(?:next|previous|prev) (?:message|in thread|by date|by thread)\b.{0,200})$/i;
const HEAD_LINES = 40;
/** A line of text has at most 998 characters (RFC 5322, 2.1.1): a longer one is no subject. */
const LONGEST_SUBJECT = 998;

function unescapeHtml(text: string): string {
  if (!/(?:^|\n)&gt; ?/.test(text) || /(?:^|\n)>/.test(text)) return text;
  return text.replace(/&(gt|lt|quot|#39|amp);/g, (whole, name: string) => ({ gt: ">", lt: "<", quot: '"', "#39": "'", amp: "&" })[name] ?? whole);
}

/** Reads text as an archived mail. Text with neither From nor Date is a body whose first line stands for the subject. */
export function readArchived(text: string): ArchivedMail {
  const lines = unescapeHtml(text).split("\n");
  const fields = new Map<string, string>();
  let at = lines.findIndex((line) => line.trim() !== "");
  let bodyAt = at;
  if (at >= 0 && lines[at]!.length <= LONGEST_SUBJECT && !FIELD.test(lines[at]!)) {
    fields.set("subject", lines[at]!);
    bodyAt = ++at;
  }
  for (let i = at; i >= 0 && i < lines.length && i < HEAD_LINES; i++) {
    const line = lines[i]!;
    if (line.trim() === "") continue;
    const field = FIELD.exec(line);
    if (field) fields.set(field[1]!.toLowerCase(), field[2]!);
    else if (!NAVIGATION.test(line)) break;
    bodyAt = i + 1;
  }
  return mailOf(fields, lines.slice(Math.max(0, bodyAt)).join("\n"));
}

function mailOf(fields: ReadonlyMap<string, string>, body: string): ArchivedMail {
  const raw = (name: string): string => fields.get(name)?.trim() ?? "";
  return {
    subject: cleanText(raw("subject")),
    from: cleanText(raw("from")),
    date: raw("date"),
    messageId: raw("message-id"),
    inReplyTo: raw("in-reply-to"),
    references: raw("references"),
    body,
  };
}

const FOLDED_NAMES =
  "Return-Path|X-[A-Za-z-]+|Received|DKIM-Signature|ARC-[A-Za-z-]+|Authentication-Results|From|To|Cc|Subject|Date|Message-ID|In-Reply-To|References|" +
  "MIME-Version|Content-[A-Za-z-]+|User-Agent|Organization|Precedence|List-[A-Za-z]+|Sender|Reply-To|Delivered-To";

/** Reads a mail whose line breaks were all lost: header fields are cut at the names of the next ones. */
export function readFolded(text: string): ArchivedMail {
  const fields = new Map<string, string>();
  let previous: { name: string; at: number } | null = null;
  // A header of a kilobyte a line and some dozens of lines is plenty; the rest is body.
  const head = text.slice(0, 100_000);
  for (const match of head.matchAll(new RegExp(` (${FOLDED_NAMES}): `, "g"))) {
    if (previous && !fields.has(previous.name)) fields.set(previous.name, head.slice(previous.at, match.index).trim());
    previous = { name: match[1]!.toLowerCase(), at: match.index + match[0].length };
  }
  return mailOf(fields, previous ? text.slice(previous.at) : text);
}

/** True when a diff is in the text but its line breaks are not. */
export function hasFoldedDiff(body: string): boolean {
  const diff = / (?:diff --git a\/\S{1,300} b\/|@@ -\d{1,9}(?:,\d{1,9})? \+\d{1,9}(?:,\d{1,9})? @@)/;
  return diff.test(body) && !/(?:^|\n)[> ]{0,20}(?:diff -|@@ )/.test(body);
}
