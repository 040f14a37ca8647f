/**
 * How much work one input may cause. Mail comes from strangers and is read in hooks and bots, so every loop whose
 * length a sender chooses has a bound here, and hitting one is a verdict that the user sees, never a silent cut.
 */

export interface MailLimits {
  /** Bytes of one mail (or bare diff) as stored; a larger one is skipped. */
  readonly messageBytes: number;
  /** Characters of one line of a body; no kernel patch comes near. */
  readonly lineChars: number;
  /** Nesting of MIME parts. */
  readonly mimeDepth: number;
  /** MIME parts of one mail. */
  readonly mimeParts: number;
  /** Bytes of one attachment after decompression. */
  readonly attachmentBytes: number;
  /** Separate diffs taken from one mail. */
  readonly diffsPerMessage: number;
  /** Bytes of a gzip input after decompression. */
  readonly decompressedBytes: number;
  /** The same for what came from an archive over the network. */
  readonly fetchedBytes: number;
  /** Decompressed bytes per compressed byte, once `gzipRatioFrom` bytes came out. Deflate's own ceiling is 1032. */
  readonly gzipRatio: number;
  readonly gzipRatioFrom: number;
  /** Characters of diffs of a stream that grouping keeps in memory, as it can't be read again; what comes after is left out. */
  readonly heldChars: number;
  /** The same of what can be read again, which it is when there is more. */
  readonly rereadChars: number;
}

const MEBI = 1024 * 1024;

export const defaultLimits: MailLimits = {
  messageBytes: 16 * MEBI,
  lineChars: MEBI,
  mimeDepth: 20,
  mimeParts: 100,
  attachmentBytes: 16 * MEBI,
  diffsPerMessage: 100,
  decompressedBytes: 64 * 1024 * MEBI,
  fetchedBytes: 1024 * MEBI,
  gzipRatio: 500,
  gzipRatioFrom: 64 * MEBI,
  heldChars: 32 * MEBI,
  rereadChars: 4 * MEBI,
};

/** "16 MiB", for messages to people. */
export function sizeInWords(bytes: number): string {
  for (const [unit, size] of [["GiB", 1024 * MEBI], ["MiB", MEBI], ["KiB", 1024]] as const) {
    if (bytes >= size) return `${Math.round(bytes / size)} ${unit}`;
  }
  return `${bytes} bytes`;
}
