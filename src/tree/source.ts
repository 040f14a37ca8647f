/** Files of a tree as text. Kernel sources are UTF-8 with a few old files in Latin-1, sometimes both in one file. */
import { TextDecoder } from "node:util";
import type { SourceText } from "../diff/index.ts";

/** The largest source of Linux has some 30 MB (generated register headers under drivers/gpu); more is not a source. */
export const largestFile: number = 48 * 1024 * 1024;

/** Decodes line by line when the whole is not UTF-8, so that good lines stay comparable with those of a mail. */
export function decodeText(bytes: Uint8Array): string {
  const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  try {
    return strict.decode(bytes);
  } catch {
    return byLine(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), strict);
  }
}

function byLine(bytes: Buffer, strict: TextDecoder): string {
  const lines: string[] = [];
  for (let start = 0; start <= bytes.length; ) {
    const at = bytes.indexOf(10, start);
    const end = at < 0 ? bytes.length : at;
    const line = bytes.subarray(start, end);
    try {
      lines.push(strict.decode(line));
    } catch {
      lines.push(line.toString("latin1"));
    }
    start = end + 1;
  }
  return lines.join("\n");
}

export function sourceText(text: string): SourceText {
  if (text === "") return { lines: [], finalNewline: true };
  const lines = text.split("\n");
  const finalNewline = lines.at(-1) === "";
  if (finalNewline) lines.pop();
  return { lines, finalNewline };
}
