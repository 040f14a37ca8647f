/**
 * The text of a mail. Most kernel mail is one plain part whose bytes are its text: that is taken directly, at many
 * times the speed of a MIME parser, as is one that is quoted-printable or base64 (transfer.ts). Multipart and what is named as a file
 * go through mailparser, loaded when first needed; it hands back every leaf part as decoded bytes, so that charset and flowed
 * text are treated in one way.
 */
import { append } from "./append.ts";
import { gunzipSync } from "node:zlib";
import { decodeText } from "./charset.ts";
import { unflow } from "./flowed.ts";
import { cleanText, headerParameter, headerText, readHeaders, type HeaderBlock } from "./headers.ts";
import type { Leaf } from "./mime-leaves.ts";
import { sizeInWords, type MailLimits } from "./limits.ts";
import { transferDecoded } from "./transfer.ts";

export interface Attachment {
  readonly name: string;
  readonly text: string;
}

export interface MailText {
  /** The plain text to read, LF line ends. */
  readonly body: string;
  readonly flowed: boolean;
  readonly attachments: readonly Attachment[];
  /** Why the text is missing or incomplete, in words; null when it isn't. */
  readonly problem: string | null;
}

const PATCH_NAME = /\.(?:patch|diff|patch\.gz|diff\.gz|patch\.txt|diff\.txt)$/i;
const PATCH_TYPE = /^(?:text|application)\/(?:x-)?(?:patch|diff|udiff)$/;
const GZIP_TYPE = /^application\/(?:x-)?gzip$/;

/** CRLF to LF where it is the line end of the mail, not a character of a patched file. */
export function normalizeLineEnds(text: string): string {
  const first = text.indexOf("\r\n");
  if (first < 0) return text;
  let crlf = 0;
  let lf = 0;
  for (let at = text.indexOf("\n"); at >= 0 && lf < 10_000; at = text.indexOf("\n", at + 1)) {
    lf++;
    if (text.charCodeAt(at - 1) === 13) crlf++;
  }
  return crlf * 2 > lf ? text.replace(/\r\n/g, "\n") : text;
}

function typeOf(raw: string | undefined): string {
  return (raw ?? "text/plain").split(";")[0]!.trim().toLowerCase();
}

function readText(bytes: Buffer, charset: string, flowed: boolean, deleteSpace: boolean): string {
  const text = normalizeLineEnds(decodeText(bytes, charset));
  return flowed ? unflow(text, deleteSpace) : text;
}

/** Inline PGP puts "- " before each line that starts with a dash (RFC 4880, 7.1), which ruins a diff. */
function stripPgp(body: string): string {
  if (!body.trimStart().startsWith("-----BEGIN PGP SIGNED MESSAGE-----")) return body;
  const headEnd = body.indexOf("\n\n");
  const signature = body.indexOf("\n-----BEGIN PGP SIGNATURE-----");
  if (headEnd < 0) return body;
  return body.slice(headEnd + 2, signature < headEnd ? body.length : signature + 1).replace(/^- /gm, "");
}

function isFlowed(contentType: string | undefined): boolean {
  return headerParameter(contentType, "format").toLowerCase() === "flowed";
}

/** A decoded part that is a patch file by its type or name; null when it is something else, or a compressed one that breaks the limit. */
function readAttachment(leaf: Leaf, limits: MailLimits): Attachment | null {
  const named = PATCH_NAME.test(leaf.name);
  const octets = leaf.type === "application/octet-stream" || GZIP_TYPE.test(leaf.type);
  const wanted = PATCH_TYPE.test(leaf.type) || (named && (octets || leaf.type.startsWith("text/") || leaf.type === "application/mbox"));
  if (!wanted) return null;
  let bytes = leaf.bytes;
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = gunzipSync(bytes, { maxOutputLength: limits.attachmentBytes });
  return { name: cleanText(leaf.name), text: normalizeLineEnds(decodeText(bytes, leaf.charset)) };
}

/** A mail inside a mail (forwarded as an attachment): its text counts as a patch file named by its subject. */
async function readEmbedded(leaf: Leaf, limits: MailLimits): Promise<Attachment[]> {
  const header = readHeaders(leaf.bytes);
  const inner = await readMailText(header, leaf.bytes.subarray(header.bodyAt), { ...limits, mimeDepth: limits.mimeDepth - 1 });
  return [{ name: headerText(header.fields.get("subject")), text: inner.body }, ...inner.attachments];
}

async function gather(leaves: readonly Leaf[], limits: MailLimits): Promise<MailText> {
  const bodies: string[] = [];
  const attachments: Attachment[] = [];
  let problem: string | null = null;
  let flowed = false;
  let html = false;
  for (const leaf of leaves) {
    try {
      const attachment = readAttachment(leaf, limits);
      if (attachment) {
        attachments.push(attachment);
        continue;
      }
    } catch {
      problem = `limit hit or unreadable: the compressed attachment ${cleanText(leaf.name)} does not unpack within ${sizeInWords(limits.attachmentBytes)}`;
      continue;
    }
    if (leaf.type === "message/rfc822" && limits.mimeDepth > 0) append(attachments, await readEmbedded(leaf, limits));
    html ||= leaf.type === "text/html";
    if (leaf.type !== "text/plain" || leaf.attached) continue;
    flowed ||= leaf.flowed;
    bodies.push(readText(leaf.bytes, leaf.charset, leaf.flowed, leaf.deleteSpace));
  }
  if (bodies.length === 0 && attachments.length === 0 && problem === null && html) problem = "HTML only: no plain text part";
  return { body: stripPgp(bodies.join("\n")), flowed, attachments, problem };
}

/** Reads the text of a mail. Never throws on bad mail: what can't be read is said in `problem`. */
export async function readMailText(header: HeaderBlock, body: Buffer, limits: MailLimits): Promise<MailText> {
  const contentType = header.fields.get("content-type");
  const encoding = (header.fields.get("content-transfer-encoding") ?? "").trim().toLowerCase();
  const type = typeOf(contentType);
  const multipart = type.startsWith("multipart/");
  if (type === "multipart/encrypted") return { body: "", flowed: false, attachments: [], problem: "encrypted" };
  const encoded = encoding === "quoted-printable" || encoding === "base64";
  const plain = type === "text/plain" && !header.fields.has("content-disposition") && !/\bname\b/i.test(contentType ?? "");
  const bytes = !encoded ? body : plain ? transferDecoded(encoding, body) : null;
  if (!multipart && bytes !== null) {
    if (type === "text/html") return { body: "", flowed: false, attachments: [], problem: "HTML only: no plain text part" };
    const flowed = isFlowed(contentType);
    const deleteSpace = headerParameter(contentType, "delsp").toLowerCase() === "yes";
    const text = readText(bytes, headerParameter(contentType, "charset"), flowed, deleteSpace);
    return { body: stripPgp(text), flowed, attachments: [], problem: null };
  }
  const { readLeaves } = await import("./mime-leaves.ts");
  const result = await readLeaves(contentType ?? "text/plain", encoding, header.fields.get("content-disposition") ?? "", body, limits);
  if (typeof result === "string") return { body: "", flowed: false, attachments: [], problem: result };
  // A multipart without a usable boundary has no leaves; its bytes are still text to a person, and to us.
  if (result.length === 0) return { body: readText(body, "", false, false), flowed: false, attachments: [], problem: null };
  return gather(result, limits);
}
