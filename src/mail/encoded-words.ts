/** RFC 2047: the text of header values, with the liberties that mailers take (spaces inside words, split characters). */
import { decodeText } from "./charset.ts";

const WORD = /=\?([^?\s]{1,60})\?([bBqQ])\?([^?]{0,2000})\?=/g;

function wordBytes(encoding: string, payload: string): Buffer {
  if (encoding === "B" || encoding === "b") return Buffer.from(payload, "base64");
  const plain = payload.replace(/_/g, " ").replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(plain, "latin1");
}

/**
 * Decodes encoded words. Blanks between two words are dropped, and adjacent words of one charset are joined before
 * decoding, because some mailers cut a multi-byte character in two.
 */
export function decodeWords(value: string): string {
  if (!value.includes("=?")) return value;
  let out = "";
  let at = 0;
  let charset = "";
  let held: Buffer[] = [];
  const flush = (): void => {
    if (held.length > 0) out += decodeText(Buffer.concat(held), charset);
    held = [];
  };
  for (const match of value.matchAll(WORD)) {
    const between = value.slice(at, match.index);
    // RFC 2231 adds a language to the charset: "utf-8*en".
    const label = match[1]!.split("*")[0]!.toLowerCase();
    if (held.length === 0 || between.trim() !== "" || label !== charset) {
      flush();
      if (at === 0 || between.trim() !== "") out += between;
    }
    charset = label;
    held.push(wordBytes(match[2]!, match[3]!));
    at = match.index + match[0].length;
  }
  flush();
  return out + value.slice(at);
}
