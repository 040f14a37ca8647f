/** One mail as bytes -> who wrote it, what its subject says, the diffs in it, or the reason why there is none. */
import { append } from "./append.ts";
import type { MailPatch, MessageInfo } from "../core/message.ts";
import { hasFoldedDiff, readArchived, readFolded, type ArchivedMail } from "./archive.ts";
import { decodeText } from "./charset.ts";
import { looksCut } from "./cut.ts";
import { parseMailDate } from "./date.ts";
import { extractDiffs, type ExtractedDiff } from "./extract.ts";
import { cleanText, headerText, messageIds, readHeaders, type HeaderBlock } from "./headers.ts";
import { sizeInWords, type MailLimits } from "./limits.ts";
import { normalizeLineEnds, readMailText, type MailText } from "./mime.ts";
import { unquoteFrom, type RawMail } from "./raw.ts";
import { BODY_NOT_READ, HTML_PAGE, reasonWithoutDiff } from "./reasons.ts";
import type { Shape } from "./shape.ts";
import { parseSubject, type SubjectInfo } from "./subject.ts";
import type { MessageEvent } from "./types.ts";

/** Where a mail stands: the input as the user named it, and the file in it (a Maildir has many). */
export interface MailPlace {
  readonly input: string;
  readonly path: string;
}

/** The parts of a mail that its shape yields, in one form. */
interface Opened {
  readonly message: MessageInfo;
  readonly text: MailText;
  readonly header: HeaderBlock | null;
  /** True for a diff that came without any mail around it. */
  readonly bare: boolean;
}

/** The address in a From value, lower case; the whole value when it has none. */
function senderOf(author: string): string {
  return (/<([^<>\s]{1,250})>/.exec(author)?.[1] ?? author).toLowerCase();
}

function authorText(raw: string | undefined): string {
  const text = headerText(raw);
  const quoted = /^"([^"]{1,200})"\s*(<[^<>]{1,250}>)$/.exec(text);
  return quoted ? `${quoted[1]} ${quoted[2]}` : text;
}

function madeUpId(place: MailPlace, line: number): string {
  return `${place.path}:${line}@mmreview.invalid`;
}

function infoFromHeaders(header: HeaderBlock, place: MailPlace, line: number): MessageInfo {
  const { fields } = header;
  const references = messageIds(fields.get("references"));
  return {
    id: messageIds(fields.get("message-id"))[0] ?? madeUpId(place, line),
    subject: headerText(fields.get("subject")),
    author: authorText(fields.get("from")),
    date: parseMailDate(fields.get("date") ?? ""),
    inReplyTo: messageIds(fields.get("in-reply-to")).at(-1) ?? references.at(-1) ?? null,
    references,
    origin: { path: place.path, line },
  };
}

function infoFromArchive(mail: ArchivedMail, place: MailPlace, line: number): MessageInfo {
  const references = messageIds(mail.references);
  return {
    id: messageIds(mail.messageId)[0] ?? madeUpId(place, line),
    subject: mail.subject,
    author: mail.from,
    date: parseMailDate(mail.date),
    inReplyTo: messageIds(mail.inReplyTo).at(-1) ?? references.at(-1) ?? null,
    references,
    origin: { path: place.path, line },
  };
}

/** What `git show` prints above a diff; a diff without it has neither author nor date. */
function infoFromDiff(text: string, place: MailPlace, line: number): MessageInfo {
  const head = /^commit [0-9a-f]{7,64}[^\n]{0,200}\n/.test(text) ? text.slice(0, 8000) : "";
  const title = /\n\n {4}([^\n]{1,500})/.exec(head)?.[1];
  return {
    id: madeUpId(place, line),
    subject: cleanText(title ?? ""),
    author: cleanText(/\nAuthor: {1,5}([^\n]{1,300})/.exec(head)?.[1] ?? ""),
    date: parseMailDate(/\n(?:Author)?Date: {1,5}([^\n]{1,100})/.exec(head)?.[1] ?? ""),
    inReplyTo: null,
    references: [],
    origin: { path: place.path, line },
  };
}

function plain(body: string, problem: string | null = null): MailText {
  return { body, flowed: false, attachments: [], problem };
}

async function openMail(raw: RawMail, shape: Shape, place: MailPlace, limits: MailLimits, wanted: boolean): Promise<Opened> {
  switch (shape) {
    case "mbox":
    case "mail": {
      const header = readHeaders(raw.bytes);
      const message = infoFromHeaders(header, place, raw.line);
      if (raw.limit !== null || !wanted) return { message, header, text: plain("", raw.limit ?? BODY_NOT_READ), bare: false };
      const text = await readMailText(header, raw.bytes.subarray(header.bodyAt), limits);
      return { message, header, text: { ...text, body: unquoteFrom(text.body, raw.quoting) }, bare: false };
    }
    case "diff":
    case "text":
    case "folded": {
      const text = normalizeLineEnds(decodeText(raw.bytes, ""));
      if (shape === "diff") return { message: infoFromDiff(text, place, raw.line), header: null, text: plain(text, raw.limit), bare: true };
      if (/^\s{0,100}<(?:!doctype html|html)\b/i.test(text)) {
        return { message: infoFromDiff("", place, raw.line), header: null, text: plain("", HTML_PAGE), bare: false };
      }
      const mail = shape === "folded" ? readFolded(text) : readArchived(text);
      const message = infoFromArchive(mail, place, raw.line);
      return { message, header: null, text: plain(mail.body, raw.limit), bare: message.author === "" && message.date === null && !parseSubject(message.subject).reply };
    }
  }
}

function longestLine(text: string, bound: number): number {
  if (text.length <= bound) return 0;
  let longest = 0;
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf("\n", at);
    longest = Math.max(longest, (end < 0 ? text.length : end) - at);
    if (end < 0) break;
    at = end + 1;
  }
  return longest;
}

function isReply(subject: SubjectInfo, message: MessageInfo): boolean {
  return subject.reply || (message.inReplyTo !== null && !subject.patch && subject.index === null && subject.tags.length === 0);
}

interface Found {
  readonly diffs: readonly ExtractedDiff[];
  readonly refused: string | null;
}

function findDiffs(opened: Opened, reply: boolean, limits: MailLimits): Found {
  const { text, bare } = opened;
  const tooLong = [text.body, ...text.attachments.map((one) => one.text)].some((one) => longestLine(one, limits.lineChars) > limits.lineChars);
  if (tooLong) return { diffs: [], refused: `limit hit: a line of more than ${sizeInWords(limits.lineChars)}` };
  const maxDiffs = limits.diffsPerMessage;
  const body = extractDiffs(text.body, { own: bare ? "bare" : reply ? "follow-up" : "patch", flowed: text.flowed, maxDiffs });
  const diffs = [...body.diffs];
  let refused = body.refused;
  for (const attachment of text.attachments) {
    const inside = extractDiffs(attachment.text, { own: "attachment", flowed: false, maxDiffs });
    refused ??= inside.refused;
    const seen = new Set(diffs.map((one) => one.diff));
    append(diffs, inside.diffs.filter((one) => !seen.has(one.diff)).map((one) => ({ ...one, carrier: "attachment" as const })));
  }
  if (diffs.length > maxDiffs) return { diffs: diffs.slice(0, maxDiffs), refused: `limit hit: more than ${maxDiffs} diffs in one mail` };
  return { diffs, refused: refused ?? text.problem };
}

const BASE_COMMIT = /^base-commit: ([0-9a-f]{12,64})\s*$/m;

/** The copied hex digits of a `base-commit:` line: a slice would keep the whole body in memory for as long as it is kept. */
function findBaseCommit(body: string): string | null {
  const found = body.includes("base-commit: ") ? BASE_COMMIT.exec(body)?.[1] : undefined;
  return found === undefined ? null : Buffer.from(found, "latin1").toString("latin1");
}

const WAIVER = /^Mmreview-waive:[ \t]*(\S.{0,400})$/gim;
const mostWaivers = 100;

/** Texts of the sender's waivers; someone who answers a patch waives nothing in it. */
function findWaivers(body: string): { readonly waivers?: readonly string[] } {
  const found = /^mmreview-waive:/im.test(body) ? Array.from(body.matchAll(WAIVER), (match) => Buffer.from(match[1]!.trim()).toString()) : [];
  return found.length === 0 ? {} : { waivers: found.slice(0, mostWaivers) };
}

/** Numbers the diffs of one mail: a patch mail holds patch N of M, everything else counts its own. */
function toPatches(found: readonly ExtractedDiff[], message: MessageInfo, subject: SubjectInfo, body: string): MailPatch[] {
  const baseCommit = findBaseCommit(body);
  const waivers = findWaivers(body);
  return found.map((diff) => {
    const alike = found.filter((other) => other.carrier === diff.carrier);
    const own = diff.carrier === "patch" && subject.index !== null && subject.index > 0;
    return {
      message,
      carrier: diff.carrier,
      diff: diff.diff,
      line: diff.line,
      index: own ? subject.index! : alike.indexOf(diff) + 1,
      total: own ? subject.total : alike.length,
      revision: subject.revision,
      tags: subject.tags,
      baseCommit,
      ...(diff.carrier === "patch" || diff.carrier === "attachment" ? waivers : {}),
    };
  });
}

/** Reads one mail, or its header only. Never throws on bad mail: what is wrong becomes the reason of `skipped`. */
export async function readMessage(raw: RawMail, shape: Shape, place: MailPlace, limits: MailLimits, wanted = true): Promise<MessageEvent> {
  const opened = await openMail(raw, shape, place, limits, wanted);
  const { message, text } = opened;
  const subject = parseSubject(message.subject);
  const reply = isReply(subject, message);
  const found = raw.limit === null ? findDiffs(opened, reply, limits) : { diffs: [], refused: raw.limit };
  const patches = toPatches(found.diffs, message, subject, text.body);
  const skipped = patches.length > 0 ? null : { message, reason: found.refused ?? (hasFoldedDiff(text.body) ? "the line breaks of its diff are lost" : reasonWithoutDiff(subject, reply, text.body)) };
  const last = patches.findLast((patch) => patch.carrier === "patch" || patch.carrier === "follow-up" || patch.carrier === "bare");
  const cut = looksCut(opened.header, text.body, last?.diff ?? null);
  return { kind: "message", input: place.input, message, subject, sender: senderOf(message.author), patches, skipped, baseCommit: findBaseCommit(text.body), cut };
}
