/**
 * Transfer encodings of a mail of one part, which a sixth of kernel mail has: to load a MIME parser takes longer than the rest of a
 * review. It takes these bytes to be the same (transfer.test.ts); what is not plainly base64 is left to it.
 */

/** Bytes of a quoted-printable body (RFC 2045, 6.7); "=" before anything but two hex digits stays. */
function fromQuotedPrintable(body: Buffer): Buffer {
  const text = withoutLastBlanks(body.toString("latin1")).replace(/=(?:\r?\n|$)/g, "");
  return Buffer.from(text.replace(/=([\da-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))), "latin1");
}

/** Blanks at the end of a line were added on the way. */
function withoutLastBlanks(text: string): string {
  if (!/[\t ](?:[\r\n]|$)/.test(text)) return text;
  return text.replace(/[\t ]+/g, (blanks, at: number) => (/[^\r\n]/.test(text.charAt(at + blanks.length)) ? blanks : ""));
}

/** null for what has other characters in it, or padding before its end. */
function fromBase64(body: Buffer): Buffer | null {
  const text = body.toString("latin1").replace(/[\r\n]+/g, "");
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text) ? Buffer.from(text, "base64") : null;
}

/** The bytes of `body`, or null for an encoding that a MIME parser has to look at. */
export function transferDecoded(encoding: string, body: Buffer): Buffer | null {
  if (encoding === "quoted-printable") return fromQuotedPrintable(body);
  return encoding === "base64" ? fromBase64(body) : null;
}
