/** A stream of chunks as one growing and shrinking buffer: what a scanner needs that has to look ahead. */
export class Window {
  /** The bytes at hand, from the first not yet consumed. */
  buffer: Buffer = Buffer.alloc(0);
  /** True when the stream has no more. */
  ended = false;
  readonly #chunks: AsyncIterator<Buffer>;

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Reads until at least `bytes` bytes are at hand; fewer only at the end. */
  async fill(bytes: number): Promise<void> {
    const pieces = [this.buffer];
    let size = this.buffer.length;
    while (size < bytes && !this.ended) {
      const next = await this.#chunks.next();
      if (next.done) {
        this.ended = true;
        break;
      }
      pieces.push(next.value);
      size += next.value.length;
    }
    if (pieces.length > 1) this.buffer = Buffer.concat(pieces);
  }

  /** Takes `bytes` bytes off the front. */
  take(bytes: number): Buffer {
    const taken = this.buffer.subarray(0, bytes);
    this.buffer = this.buffer.subarray(bytes);
    return taken;
  }

  /** Gives up the rest of the stream. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}
