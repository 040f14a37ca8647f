/**
 * What names a thread in an archive: a message id, or a page of a public-inbox server (lore.kernel.org and others). The
 * thread of a message is at ARCHIVE/MESSAGE-ID/t.mbox.gz (public-inbox, Documentation/design_www.txt).
 */
import { UsageError } from "../core/errors.ts";
import { withoutTail } from "../util/ends.ts";

/** Hosts of Link: trailers, which only point on to the archive. */
const pointers: readonly string[] = ["lkml.kernel.org", "msgid.link", "patch.msgid.link", "mid.mail-archive.com"];

/** A message id has no blank, no bracket, and something on both sides of its last "@"; "@{" is git's. */
const messageId = /^<?([^\s<>]{1,400}@[^\s<>{][^\s<>]{0,400})>?$/;

/** Whether the text, which is no file, can only be meant for an archive. */
export function isArchiveInput(text: string): boolean {
  return /^https?:\/\//i.test(text) || messageId.test(text);
}

/** Where the input can be fetched. Throws UsageError when that can't be told. */
export function archiveUrl(input: string, archive: string): URL {
  if (/^https?:\/\//i.test(input)) return pageUrl(input, archive);
  const id = messageId.exec(input)?.[1];
  if (id === undefined) throw new UsageError(`'${input}' is neither a file nor a message id`);
  return threadUrl(archiveBase(archive), id);
}

/** The base URL of `--archive`, without its last slash. Throws UsageError for what is no web address. */
export function archiveBase(archive: string): string {
  const url = webUrl(archive, "--archive");
  return `${url.origin}${withoutTail(url.pathname, "/")}`;
}

/** A page, a thread or a raw mail of an archive; other addresses are fetched as they are (a Patchwork mbox, a .patch). */
function pageUrl(input: string, archive: string): URL {
  const url = webUrl(input, "the address");
  const parts = url.pathname.split("/");
  const at = parts.findIndex((part) => messageId.test(decoded(part)));
  if (at < 0 || parts[at + 1] === "raw" || parts.at(-1)!.endsWith(".patch")) {
    url.hash = "";
    return url;
  }
  const id = messageId.exec(decoded(parts[at]!))![1]!;
  if (pointers.includes(url.hostname)) return threadUrl(archiveBase(archive), id);
  // lore's /r/ only points to the list that has the mail.
  const base = url.hostname === "lore.kernel.org" && parts[at - 1] === "r" ? "/all" : parts.slice(0, at).join("/");
  return threadUrl(`${url.origin}${base}`, id);
}

function threadUrl(base: string, id: string): URL {
  return new URL(`${base}/${encodeURIComponent(id).replaceAll("%40", "@")}/t.mbox.gz`);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}

function webUrl(text: string, what: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !["http:", "https:"].includes(url.protocol)) throw new UsageError(`${what} is not an http or https URL: '${text}'`);
  if (url.username !== "" || url.password !== "") throw new UsageError(`${what} must not hold a name or password`);
  return url;
}
