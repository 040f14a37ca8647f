/** How much an archive may cost. An archive is someone else's machine: it may be slow, gone, wrong or hostile. */

export interface FetchLimits {
  /** Bytes of one answer as it comes over the wire. */
  readonly bytes: number;
  /** Milliseconds for one input, all attempts and waits together. */
  readonly totalMs: number;
  /** Milliseconds without a byte. */
  readonly silentMs: number;
  readonly attempts: number;
  /** Milliseconds before the second attempt; doubled before each further one. */
  readonly waitMs: number;
  readonly redirects: number;
}

export const defaultFetchLimits: FetchLimits = {
  bytes: 64 * 1024 * 1024,
  totalMs: 120_000,
  silentMs: 30_000,
  attempts: 4,
  waitMs: 1000,
  redirects: 5,
};
