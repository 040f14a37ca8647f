/**
 * The header block of a mail, read by hand: a thousand mails a second need no parser object per header, and only a
 * dozen fields matter here. Values stay raw (Latin-1, unfolded) until `headerText` decodes one.
 */
import { decodeText } from "./charset.ts";
import { decodeWords } from "./encoded-words.ts";

export interface HeaderBlock {
  /** Lower-case name -> raw value of the first field of that name. */
  readonly fields: ReadonlyMap<string, string>;
  /** Offset of the body's first byte. */
  readonly bodyAt: number;
  /** False when the block ended without the blank line that closes it. */
  readonly closed: boolean;
}

const KEPT = new Set([
  "from", "subject", "date", "message-id", "in-reply-to", "references", "to", "mime-version", "content-type",
  "content-transfer-encoding", "content-disposition", "content-length", "received", "return-path",
]);

/** A field's name may be any printable ASCII but ":" (RFC 5322, 2.2). */
const FIELD = /^([!-9;-~]{1,76})[ \t]{0,8}:/;
const LF = 10;
const MAX_VALUE = 64 * 1024;

/**
 * Reads the header at the start of `bytes`. Leading mbox lines ("From x", ">From x") are passed over. A line that is
 * neither field nor continuation ends the header, as mailers do with broken ones.
 */
export function readHeaders(bytes: Buffer): HeaderBlock {
  const fields = new Map<string, string>();
  let at = 0;
  let open: string | null = null;
  while (at < bytes.length) {
    const newline = bytes.indexOf(LF, at);
    const end = newline < 0 ? bytes.length : newline;
    const bare = end > at && bytes[end - 1] === 13 ? end - 1 : end;
    const next = newline < 0 ? end : end + 1;
    if (bare === at) return { fields, bodyAt: next, closed: newline >= 0 };
    const first = bytes[at]!;
    if (first === 32 || first === 9) {
      if (open !== null) append(fields, open, bytes.toString("latin1", at, Math.min(bare, at + MAX_VALUE)));
      at = next;
      continue;
    }
    const head = bytes.toString("latin1", at, Math.min(bare, at + 90));
    const field = FIELD.exec(head);
    if (field) {
      const name = field[1]!.toLowerCase();
      open = KEPT.has(name) && !fields.has(name) ? name : null;
      if (open !== null) fields.set(open, bytes.toString("latin1", at + field[0].length, Math.min(bare, at + MAX_VALUE)).trim());
    } else if (!/^>?From /.test(head)) {
      return { fields, bodyAt: at, closed: false };
    }
    at = next;
  }
  return { fields, bodyAt: bytes.length, closed: false };
}

function append(fields: Map<string, string>, name: string, continuation: string): void {
  const sofar = fields.get(name)!;
  if (sofar.length < MAX_VALUE) fields.set(name, `${sofar} ${continuation.trim()}`);
}

/** Control and direction-changing characters, which have no business in a subject or a name. */
// oxlint-disable-next-line no-control-regex -- these are what has to go
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/g;

/** One line of readable text, at most 500 characters, without control characters. */
export function cleanText(text: string): string {
  return text.replace(CONTROLS, " ").replace(/\s+/g, " ").trim().slice(0, 500);
}

/** The readable text of a raw header value; "" when the field is absent. */
export function headerText(raw: string | undefined): string {
  if (!raw) return "";
  // oxlint-disable-next-line no-control-regex -- tells 7-bit values
  const unicode = /^[\u0000-\u007f]*$/.test(raw) ? raw : decodeText(Buffer.from(raw, "latin1"), "");
  return cleanText(decodeWords(unicode.slice(0, 8000)));
}

/** A parameter of a structured header value (`charset`, `format`), lower-cased name, unquoted value; "" when absent. */
export function headerParameter(raw: string | undefined, name: string): string {
  for (const piece of (raw ?? "").slice(0, 4000).split(";").slice(1)) {
    const equals = piece.indexOf("=");
    if (equals < 0 || piece.slice(0, equals).trim().toLowerCase() !== name) continue;
    return piece.slice(equals + 1).trim().replace(/^"|"$/g, "");
  }
  return "";
}

/** Message ids in angle brackets, in order, without the brackets. A hostile list keeps its ends: the root and the near parents. */
export function messageIds(raw: string | undefined): string[] {
  const ids = Array.from((raw ?? "").matchAll(/<([^<>\s]{1,500})>/g), (m) => cleanText(m[1]!));
  return ids.length > 256 ? [...ids.slice(0, 16), ...ids.slice(-240)] : ids;
}
