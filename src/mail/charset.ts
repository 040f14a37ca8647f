/**
 * Bytes to text. The declared charset is believed only where the bytes allow it: kernel mail often declares us-ascii or
 * iso-8859-1 and carries UTF-8, or declares UTF-8 and carries one Latin-1 name. Node's TextDecoder knows every charset
 * that is met there (WHATWG Encoding), so no conversion tables are needed.
 */
import { isAscii, isUtf8 } from "node:buffer";

/** Declarations that name no charset. */
const UNDECLARED = new Set(["", "ascii", "us-ascii", "ansi_x3.4-1968", "8bit", "7bit", "binary", "unknown", "unknown-8bit", "x-unknown", "default", "charset"]);
/** Charsets in which text may be valid ASCII or UTF-8 by accident and still mean something else. */
const MULTIBYTE = /^(?:iso-2022|hz-gb|gb|big5|euc|shift|sjis|ms_kanji|windows-31j|ks_c|korean|utf-16)/;

type Decoder = InstanceType<typeof TextDecoder>;

const decoders = new Map<string, Decoder>();

/** The decoder of a charset, or null for an unknown one. Labels come from mail, so only real ones are remembered. */
function decoderFor(label: string): Decoder | null {
  const known = decoders.get(label);
  if (known) return known;
  try {
    const decoder = new TextDecoder(label);
    decoders.set(label, decoder);
    return decoder;
  } catch {
    return null;
  }
}

/** Bytes 0x80 to 0x9f of windows-1252. Node's decoder of that name reads them as control characters (nodejs/node 56542). */
const CP1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

function latin(bytes: Buffer): string {
  return bytes.toString("latin1").replace(/[\u0080-\u009f]/g, (char) => CP1252[char.charCodeAt(0) - 0x80]!);
}

/** Text that is UTF-8 but for some lines: those lines are read as windows-1252, the usual second charset of old mailers. */
function decodeMixed(bytes: Buffer): string {
  const lines: string[] = [];
  for (let at = 0; at <= bytes.length; ) {
    const end = bytes.indexOf(10, at);
    const line = bytes.subarray(at, end < 0 ? bytes.length : end);
    lines.push(isUtf8(line) ? line.toString("utf8") : latin(line));
    if (end < 0) break;
    at = end + 1;
  }
  return lines.join("\n");
}

/** Decodes `bytes`; `declared` is the charset parameter, "" when there is none. Never throws. */
export function decodeText(bytes: Buffer, declared: string): string {
  const label = declared.trim().toLowerCase();
  const multibyte = MULTIBYTE.test(label);
  if (!multibyte && isAscii(bytes)) return bytes.toString("latin1");
  if (!multibyte && isUtf8(bytes)) return bytes.toString("utf8");
  const decoder = UNDECLARED.has(label) || label === "utf-8" || label === "utf8" ? null : decoderFor(label);
  if (decoder?.encoding === "windows-1252") return latin(bytes);
  return decoder ? decoder.decode(bytes) : decodeMixed(bytes);
}
