/**
 * Mails -> series. Which revision is the newest, and whether a quoted patch is in the input, is known at its end only,
 * so the mails are seen twice: first for a plan (numbers, see record.ts), then for the patches themselves. Mails are
 * held in memory for the second look as long as they are few; a larger input is read again, so that memory doesn't grow
 * with it. A stream that can't be read again is held up to the limit, and what comes after is left out with a reason.
 */
import { InputError } from "../core/errors.ts";
import { Spool } from "../util/spool.ts";
import { Assembly } from "./assembly.ts";
import { digest, type HunkKeys } from "./diff-keys.ts";
import { defaultLimits, sizeInWords, type MailLimits } from "./limits.ts";
import { MailIndex } from "./mail-index.ts";
import { planSeries, type Seen } from "./plan.ts";
import { readInput } from "./read.ts";
import { toRecord, type MailRecord } from "./record.ts";
import { statInput } from "./source.ts";
import type { GroupedEvent, MailEvent, MailOptions, MessageEvent } from "./types.ts";

export interface GroupOptions extends MailOptions {
  /** Told of each input that can't be read, once; the others are still read. Without it the first one is thrown. */
  readonly unreadable?: (error: InputError) => void;
  /** Told how many patches the first look has found so far, some of which may turn out to be old or quoted. */
  readonly patchesSeen?: (patches: number) => void;
  /** "newest" (the default) leaves out revisions that a newer one in the input replaces. */
  readonly revisions?: "newest" | "all";
}

/** Fixed cost of a held mail besides its diffs, in characters. */
const HELD_OVERHEAD = 1000;

function heldSize(event: MailEvent): number {
  if (event.kind === "trouble") return HELD_OVERHEAD;
  return event.patches.reduce((sum, patch) => sum + patch.diff.length, HELD_OVERHEAD);
}

/** Opens the mails; the argument is `wanted` of MailOptions. */
export type OpenMails = (wanted?: (position: number) => boolean) => AsyncIterable<MailEvent>;

/** Diffs whose hunks are remembered in memory; for more of them that lies in a temporary file. */
const keysInMemory = 256;

interface FirstLook {
  readonly seen: Seen;
  /** All events, or null when they were too many to hold. */
  readonly held: readonly MailEvent[] | null;
}

/** A message whose patches don't fit in memory: it stays a message of the input, with a reason. */
function withoutPatches(event: MessageEvent, limits: MailLimits): MessageEvent {
  const reason = `limit hit: standard input holds more than ${sizeInWords(limits.heldChars)} of patches; save it to a file`;
  return event.patches.length === 0 ? event : { ...event, patches: [], skipped: { message: event.message, reason } };
}

async function firstLook(events: AsyncIterable<MailEvent>, keys: Spool<HunkKeys>, repeatable: boolean, limits: MailLimits, patchesSeen: GroupOptions["patchesSeen"]): Promise<FirstLook> {
  const mails = new MailIndex();
  const records: MailRecord[] = [];
  const most = repeatable ? limits.rereadChars : limits.heldChars;
  let held: MailEvent[] | null = [];
  let size = 0;
  let patches = 0;
  for await (const event of events) {
    const full: boolean = size > most;
    if (full && repeatable) held = null;
    const kept = full && !repeatable && event.kind === "message" ? withoutPatches(event, limits) : event;
    if (kept.kind === "message") {
      const record = toRecord(kept, mails.length, keys);
      if (record !== null) records.push(record);
      mails.add(digest(kept.message.id), kept.skipped?.reason ?? null);
      if (kept.patches.length > 0) patchesSeen?.((patches += kept.patches.length));
    }
    held?.push(kept);
    size += heldSize(kept);
  }
  return { seen: { mails, records, keys }, held };
}

/** What of the first look the second one needs. The records of the mails are not. */
async function afterFirstLook(open: OpenMails, repeatable: boolean, limits: MailLimits, { revisions, patchesSeen }: GroupOptions): Promise<{ readonly assembly: Assembly; readonly held: FirstLook["held"] }> {
  const keys = new Spool<HunkKeys>(keysInMemory);
  try {
    const { seen, held } = await firstLook(open(), keys, repeatable, limits, patchesSeen);
    return { assembly: new Assembly(planSeries(seen, revisions !== "all"), seen.mails), held };
  } finally {
    keys.close();
  }
}

async function* secondLook(events: AsyncIterable<MailEvent> | Iterable<MailEvent>, assembly: Assembly): AsyncGenerator<GroupedEvent> {
  const counts = new Map<string, { messages: number; patches: number }>();
  let at = 0;
  let last = "";
  for await (const event of events) {
    const count = counts.get(event.input) ?? { messages: 0, patches: 0 };
    counts.set(event.input, count);
    if (event.kind === "trouble") {
      yield event;
      continue;
    }
    count.messages++;
    const { complete, skipped } = assembly.take(event, at++);
    for (const { series, notes } of complete) {
      count.patches += series.patches.length;
      yield { kind: "series", input: event.input, series, notes };
    }
    if (skipped) yield { kind: "skipped", input: event.input, skipped };
    last = event.input;
  }
  for (const { series, notes } of assembly.rest()) {
    counts.get(last)!.patches += series.patches.length;
    yield { kind: "series", input: last, series, notes };
  }
  for (const [input, { messages, patches }] of counts) yield { kind: "count", input, messages, patches };
}

/**
 * Groups the mails that `open` yields. `repeatable` says that `open` may be called a second time. Series come in the
 * order in which their last patch stands in the input; each message is in a series or skipped, never both, never neither.
 */
export async function* groupSeries(open: OpenMails, repeatable: boolean, options: GroupOptions = {}): AsyncGenerator<GroupedEvent> {
  const limits: MailLimits = { ...defaultLimits, ...options.limits };
  const { assembly, held } = await afterFirstLook(open, repeatable, limits, options);
  yield* secondLook(held ?? open((position) => assembly.isUsed(position)), assembly);
}

/**
 * Reads inputs and groups what is in them, all together: a series may be spread over files, as `git format-patch` writes it.
 *
 * @throws InputError when an input can't be read at all, unless `unreadable` is told.
 */
export async function* readSeries(paths: readonly string[], options: GroupOptions = {}): AsyncGenerator<GroupedEvent> {
  const told = new Set<string>();
  const refuse = (path: string, error: unknown): void => {
    if (!(error instanceof InputError) || options.unreadable === undefined) throw error;
    if (!told.has(path)) options.unreadable(error);
    told.add(path);
  };
  let repeatable = true;
  for (const path of paths) {
    if (options.fetched?.has(path)) continue;
    try {
      const kind = path === "-" ? null : await statInput(path, options);
      if (kind === null || !(kind.isFile() || kind.isDirectory())) repeatable = false;
    } catch (error) {
      refuse(path, error);
    }
  }
  async function* open(wanted?: (position: number) => boolean): AsyncGenerator<MailEvent> {
    let position = 0;
    const counted = wanted && ((): boolean => wanted(position++));
    for (const path of paths) {
      try {
        yield* readInput(path, counted ? { ...options, wanted: counted } : options);
      } catch (error) {
        refuse(path, error);
      }
    }
  }
  yield* groupSeries(open, repeatable, options);
}
