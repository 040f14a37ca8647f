/** One mail as bytes, cut out of its input. */

/**
 * How `>From ` lines of a mail have to be read (they protect body lines that start with "From " from looking like
 * the next mail). mboxo: one mark was put before "From ". mboxrd: one before any number of marks. none: the mail was
 * not in such a mailbox, or its length was told by Content-Length (mboxcl2), or git wrote it without protection.
 */
export type FromQuoting = "mboxo" | "mboxrd" | "none";

export interface RawMail {
  readonly bytes: Buffer;
  /** 1-based line of the input at which the mail starts. */
  readonly line: number;
  readonly quoting: FromQuoting;
  /** Why `bytes` is only the beginning of the mail; null when it is whole. */
  readonly limit: string | null;
}
