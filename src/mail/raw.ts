/** One mail as bytes, cut out of its input. */

/**
 * How `>From ` lines of a mail have to be read (they protect body lines that start with "From " from looking like the
 * next mail). marked: one mark was put before them, as mboxrd does; mboxo can't be told from it and differs only for
 * lines that began with ">>From " already. none: the mail was in no such mailbox, or in one that tells lengths and
 * protects nothing (mboxcl2), or git wrote it.
 */
export type FromQuoting = "marked" | "none";

export interface RawMail {
  readonly bytes: Buffer;
  /** 1-based line of the input at which the mail starts. */
  readonly line: number;
  readonly quoting: FromQuoting;
  /** Why `bytes` is only the beginning of the mail; null when it is whole. */
  readonly limit: string | null;
}

/** Takes the mark off protected "From " lines. */
export function unquoteFrom(body: string, quoting: FromQuoting): string {
  return quoting === "marked" && body.includes(">From ") ? body.replace(/^>(?=>*From )/gm, "") : body;
}
