/**
 * Streaming gunzip that loses nothing: zlib streams drop what is buffered when they fail, so the output is collected by
 * hand here, and whatever was unpacked before a fault is passed on. Concatenated members are one stream (gzip(1)).
 */
import { createGunzip } from "node:zlib";
import { sizeInWords, type MailLimits } from "./limits.ts";

const FAULTS: Readonly<Record<string, string>> = {
  Z_BUF_ERROR: "the gzip data ends too early: the file was truncated",
  Z_DATA_ERROR: "the gzip data is corrupt",
};

/** Why unpacking has to stop, or null. */
function overLimit(packed: number, unpacked: number, limits: MailLimits): string | null {
  if (unpacked > limits.decompressedBytes) return `limit hit: the gzip data unpacks to more than ${sizeInWords(limits.decompressedBytes)}`;
  if (unpacked > limits.gzipRatioFrom && unpacked > packed * limits.gzipRatio) {
    return `limit hit: the gzip data unpacks to more than ${limits.gzipRatio} times its size, as a decompression bomb does`;
  }
  return null;
}

/** Yields the unpacked bytes of `chunks`. Faults and limits end the stream and are put into `troubles`. */
export async function* gunzipChunks(chunks: AsyncIterable<Buffer>, limits: MailLimits, troubles: string[]): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: 128 * 1024 });
  const ready: Buffer[] = [];
  let fault: string | null = null;
  gunzip.on("data", (chunk: Buffer) => ready.push(chunk));
  gunzip.on("error", (error: Error & { code?: string }) => {
    fault = FAULTS[error.code ?? ""] ?? `the gzip data cannot be unpacked (${error.message})`;
  });
  let packed = 0;
  let unpacked = 0;

  /** Writes one chunk (null: the end) and waits until all it yields has come out, or it failed. */
  const push = (chunk: Buffer | null): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        gunzip.off("error", done);
        resolve();
      };
      gunzip.once("error", done);
      if (chunk === null) gunzip.once("end", done).end();
      else gunzip.write(chunk, done);
    });

  try {
    for await (const whole of chunks) {
      // Small steps, so that a bomb shows itself before a whole chunk of it lies unpacked in memory.
      for (let at = 0; at < whole.length && fault === null; at += 16 * 1024) {
        const step = whole.subarray(at, at + 16 * 1024);
        packed += step.length;
        await push(step);
        for (const out of ready.splice(0)) {
          unpacked += out.length;
          yield out;
        }
        fault ??= overLimit(packed, unpacked, limits);
      }
      if (fault !== null) break;
    }
    if (fault === null) await push(null);
    yield* ready.splice(0);
    if (fault !== null) troubles.push(fault);
  } finally {
    gunzip.destroy();
  }
}
