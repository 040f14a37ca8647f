/** Mail header fields: one line each whatever is in the text, folded at 78 columns, other than ASCII encoded as RFC 2047 says. */

const widest = 78;
/** Bytes of UTF-8 in one encoded word, which may have 75 characters. */
const encodedBytes = 42;

/** "Name: text", folded. Nothing in `text` can start another field. */
export function unstructured(name: string, text: string): string {
  const words = text.replace(/\s+/g, " ").trim().split(" ").map((word) => (isAscii(word) && word.length < widest - 10 ? [word] : encodedWords(word)));
  return fold(name, words.flatMap((parts, index) => joined(parts, words[index - 1] ?? null)));
}

/** "To: Name <address>"; null when there is no address to be found in the text. */
export function addressee(name: string, author: string): string | null {
  const parts = /^([^<>]*)<([\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w.-]{1,190})>$/.exec(author.trim()) ?? /^()([\w.+-]{1,64}@[\w.-]{1,190})$/.exec(author.trim());
  if (parts === null) return null;
  const [, given = "", address] = parts;
  const phrase = unquoted(given.replace(/\s+/g, " ").trim()).trim();
  if (phrase === "") return `${name}: ${address}`;
  const words = isAscii(phrase) ? [`"${phrase.replace(/["\\]/g, (char) => `\\${char}`)}"`] : encodedWords(phrase);
  return fold(name, [...words, `<${address}>`]);
}

function unquoted(text: string): string {
  return text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}

/** "<id>" when the text can stand as a message id, else null. */
export function messageId(text: string): string | null {
  return /^[\x21-\x3b\x3d\x3f-\x7e]{1,250}$/.test(text) && text.includes("@") ? `<${text}>` : null;
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}

function encodedWords(text: string): string[] {
  const chunks: string[] = [];
  let chunk = "";
  for (const char of text) {
    if (Buffer.byteLength(chunk + char) > encodedBytes) {
      chunks.push(chunk);
      chunk = char;
    } else {
      chunk += char;
    }
  }
  return [...chunks, chunk].map((part) => `=?UTF-8?B?${Buffer.from(part).toString("base64")}?=`);
}

/** White space between two encoded words is not part of the text (RFC 2047, 6.2): it goes into the second one. */
function joined(parts: readonly string[], before: readonly string[] | null): readonly string[] {
  const isEncoded = (word: string | undefined): boolean => word?.startsWith("=?") ?? false;
  return isEncoded(parts[0]) && isEncoded(before?.at(-1)) ? ["=?UTF-8?B?IA==?=", ...parts] : parts;
}

function fold(name: string, words: readonly string[]): string {
  const lines: string[] = [];
  let line = `${name}:`;
  for (const word of words) {
    if (line.length + 1 + word.length > widest && line !== `${name}:` && line !== "") {
      lines.push(line);
      line = ` ${word}`;
    } else {
      line += ` ${word}`;
    }
  }
  return [...lines, line].join("\n");
}
