/** Puts the planned series together while the mails come by a second time. */
import type { MailPatch, Series, SkippedMessage } from "../core/message.ts";
import { digest } from "./diff-keys.ts";
import type { MailIndex } from "./mail-index.ts";
import type { Plan, PlannedSeries } from "./plan.ts";
import type { MessageEvent } from "./types.ts";

interface OpenSeries {
  readonly number: number;
  readonly found: (MailPatch | null)[];
  missing: number;
}

/** Where a patch of a mail goes. */
interface Place {
  /** Number of the patch in its mail. */
  readonly patch: number;
  readonly series: number;
  /** Its place in the series. */
  readonly at: number;
  /** The next patch of the same mail. A list would take twice the memory, and most mails have one patch. */
  readonly next: Place | null;
}

const CHANGED = "the input changed while it was read";

export class Assembly {
  readonly #mails: MailIndex;
  readonly #reasons: Plan["reasons"];
  /** Those to come: what is done with goes, so that an archive's plan gets shorter with its mails. */
  readonly #series: (PlannedSeries | null)[];
  /** Mail position -> the first of its patches' places. */
  readonly #places = new Map<number, Place>();
  readonly #open = new Map<number, OpenSeries>();
  readonly #covers = new Map<number, string>();
  readonly #coverAt: ReadonlySet<number>;

  constructor(plan: Plan, mails: MailIndex) {
    this.#mails = mails;
    this.#reasons = plan.reasons;
    this.#series = [...plan.series];
    this.#coverAt = new Set(plan.series.map((series) => series.cover).filter((at) => at !== null));
    for (let series = plan.series.length - 1; series >= 0; series--) {
      const { members } = plan.series[series]!;
      for (let place = members.length - 1; place >= 0; place--) {
        const { at, patch } = members[place]!;
        this.#places.set(at, { patch, series, at: place, next: this.#places.get(at) ?? null });
      }
    }
  }

  /** True when the mail at a position has a patch in a series. */
  isUsed(at: number): boolean {
    return this.#places.has(at);
  }

  /** Takes the mail at a position; gives back the series that it completes and, when none of its patches is used, why. */
  take(event: MessageEvent, at: number): { complete: { series: Series; notes: readonly string[] }[]; skipped: SkippedMessage | null } {
    if (this.#mails.idAt(at) !== digest(event.message.id)) return { complete: [], skipped: { message: event.message, reason: CHANGED } };
    if (this.#coverAt.has(at)) this.#covers.set(at, event.message.subject);
    const first = this.#places.get(at) ?? null;
    this.#places.delete(at);
    const complete: { series: Series; notes: readonly string[] }[] = [];
    for (let place = first; place !== null; place = place.next) {
      const open = this.#open.get(place.series) ?? this.#start(place.series);
      open.found[place.at] = event.patches[place.patch] ?? null;
      if (--open.missing === 0) complete.push(this.#finish(open));
    }
    const reason = this.#mails.reasonAt(at) ?? this.#reasons.get(at) ?? CHANGED;
    return { complete, skipped: first !== null ? null : { message: event.message, reason } };
  }

  /** Series of which some mails were not there any more at the second look. */
  rest(): { series: Series; notes: readonly string[] }[] {
    return Array.from(this.#open.values(), (open) => {
      const { series, notes } = this.#finish(open);
      return { series, notes: [...notes, `${CHANGED}: patches are missing`] };
    });
  }

  #start(number: number): OpenSeries {
    const size = this.#series[number]!.members.length;
    const open = { number, found: Array.from({ length: size }, () => null), missing: size };
    this.#open.set(number, open);
    return open;
  }

  #finish({ number, found }: OpenSeries): { series: Series; notes: readonly string[] } {
    this.#open.delete(number);
    const { revision, total, cover, baseCommit, notes } = this.#series[number]!;
    this.#series[number] = null;
    const patches = found.filter((patch) => patch !== null).map((patch) => ({ ...patch, baseCommit: patch.baseCommit ?? baseCommit }));
    const subject = (cover === null ? undefined : this.#covers.get(cover)) ?? patches[0]?.message.subject ?? "";
    if (cover !== null) this.#covers.delete(cover);
    return { series: { subject, revision, total, patches }, notes };
  }
}
