/** Threads from an archive, by message id or web address. The only part of the tool that uses the network, and only for an input that asks for it. */
import { InputError } from "../core/errors.ts";
import type { EventSink } from "../core/events.ts";
import { archiveUrl } from "./address.ts";
import { download } from "./download.ts";
import { defaultFetchLimits } from "./limits.ts";

export { archiveBase, isArchiveInput } from "./address.ts";

/** The bytes (mbox, mostly gzipped) that `input` names. Throws InputError when they can't be had, UsageError for a wrong address. */
export async function fetchThread(input: string, archive: string, events?: EventSink): Promise<Buffer> {
  const url = archiveUrl(input, archive);
  const got = await download(url, defaultFetchLimits, (done, total) => events?.({ kind: "progress", phase: "fetch", done, total, what: url.href }));
  if (typeof got === "string") throw new InputError(input, `${input}: can't fetch ${url.href}: ${got}`);
  if (got.length === 0) throw new InputError(input, `${input}: ${url.href} is empty`);
  return got;
}
