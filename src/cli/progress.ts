/** One line on standard error that is drawn over itself, only on a terminal and only when the work takes a while. */
import type { EventSink, ProgressEvent } from "../core/events.ts";
import { sanitize } from "../report/sanitize.ts";
import { clip, oneLine } from "../report/wrap.ts";
import type { Context } from "./context.ts";

const firstAfterMs = 500;
const everyMs = 100;
const barLength = 10;
export const eraseLine = "\r\u001b[K";

export interface Progress {
  readonly sink: EventSink;
  /** Takes the line away; to be called before anything else is printed and at the end. */
  readonly clear: () => void;
}

/** b4 takes every line on standard error for a failed check. */
const silentFormats: readonly string[] = ["b4", "b4-json"];

export function progressFor({ args, streams }: Context, format: string, now: () => number = Date.now): Progress {
  const { stderr } = streams;
  const quiet = args.switches.has("quiet") || silentFormats.includes(format);
  const drawing = stderr.isTTY === true && !quiet && !args.switches.has("no-progress");
  let next = now() + firstAfterMs;
  let shown = false;
  const put = (text: string): void => {
    stderr.write(text, () => {});
  };
  const clear = (): void => {
    if (shown) put(eraseLine);
    shown = false;
  };
  const sink: EventSink = (event) => {
    if (event.kind === "warning") {
      clear();
      if (!quiet) put(`mmreview: warning: ${oneLine(sanitize(event.text))}\n`);
    } else if (drawing && now() >= next) {
      next = now() + everyMs;
      shown = true;
      put(eraseLine + clip(progressText(event), (stderr.columns ?? 80) - 1));
    }
  };
  return { sink, clear };
}

/** "scan [####......] 4/10 mm/memory.c"; without a bar while nobody knows how much there is. */
function progressText({ phase, done, total, what }: Extract<ProgressEvent, { kind: "progress" }>): string {
  const number = phase === "fetch" ? kibibytes : String;
  const amount = total === null ? number(done) : `${bar(done, total)} ${number(done)}/${number(total)}`;
  return `${phase} ${amount} ${oneLine(sanitize(what))}`;
}

function bar(done: number, total: number): string {
  const full = Math.min(barLength, Math.max(0, Math.floor((done / Math.max(1, total)) * barLength)));
  return `[${"#".repeat(full)}${".".repeat(barLength - full)}]`;
}

/** Fetching counts bytes. */
function kibibytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} KiB`;
}
