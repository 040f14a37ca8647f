/** A commit object as a message: the raw form that `git cat-file commit` gives. */
import type { MessageInfo } from "../core/message.ts";
import { decodeText } from "./source.ts";

export interface Commit {
  readonly id: string;
  readonly parents: readonly string[];
  readonly message: MessageInfo;
}

/** Reads a commit. A damaged one gives empty fields rather than an error: git itself has accepted it. */
export function parseCommit(id: string, content: Uint8Array, origin: string): Commit {
  const text = decodeText(content);
  const split = text.indexOf("\n\n");
  const head = (split < 0 ? text : text.slice(0, split)).split("\n");
  const body = split < 0 ? "" : text.slice(split + 2);
  const author = /^author (.{0,1000}) (\d{1,12}) [+-]\d{4}$/.exec(head.find((line) => line.startsWith("author ")) ?? "");
  return {
    id,
    parents: head.filter((line) => line.startsWith("parent ")).map((line) => line.slice(7)),
    message: {
      id: `${id}@mmreview.invalid`,
      subject: subjectOf(body),
      author: author?.[1] ?? "",
      date: author ? isoDate(Number(author[2])) : null,
      inReplyTo: null,
      references: [],
      origin: { path: origin, line: 0 },
    },
  };
}

/** The first paragraph in one line, as git shows it. */
function subjectOf(body: string): string {
  const start = body.replace(/^\n+/, "").slice(0, 10_000);
  return start.split("\n\n", 1)[0]!.split("\n").map((line) => line.trim()).join(" ").trim();
}

function isoDate(seconds: number): string | null {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
