import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Series } from "../core/message.ts";
import { groupSeries, readSeries, type GroupOptions } from "./group.ts";
import { defaultLimits } from "./limits.ts";
import { readMessage } from "./message.ts";
import type { GroupedEvent, MailEvent } from "./types.ts";

const fixtures = join(import.meta.dirname, "../../fixtures/mail");

/** A diff of one hunk; `change` makes different diffs at the same place. */
function diff(file: string, change = "b"): string {
  return `diff --git a/mm/${file}.c b/mm/${file}.c\n--- a/mm/${file}.c\n+++ b/mm/${file}.c\n@@ -10,3 +10,3 @@ int ${file}(void)\n x\n-a\n+${change}\n y\n`;
}

interface Draft {
  readonly id?: string;
  readonly subject: string;
  readonly parent?: string;
  readonly root?: string;
  readonly from?: string;
  readonly date?: string;
  readonly body?: string;
}

function quote(text: string): string {
  return text.trimEnd().split("\n").map((line) => `> ${line}\n`).join("");
}

async function toEvent(draft: Draft, at: number): Promise<MailEvent> {
  const references = [draft.root, draft.parent].filter((id) => id !== undefined).map((id) => `<${id}@x>`);
  const headers = [
    `From: ${draft.from ?? "Ada <ada@example.org>"}`,
    `Subject: ${draft.subject}`,
    draft.id ? `Message-ID: <${draft.id}@x>` : null,
    draft.date ? `Date: ${draft.date}` : null,
    draft.parent ? `In-Reply-To: <${draft.parent}@x>` : null,
    references.length > 0 ? `References: ${references.join(" ")}` : null,
  ];
  const bytes = Buffer.from(`${headers.filter((line) => line !== null).join("\n")}\n\n${draft.body ?? "text\n"}`);
  return readMessage({ bytes, line: at + 1, quoting: "none", limit: null }, "mail", { input: "in", path: "in" }, defaultLimits);
}

interface Grouped {
  /** "title of series vN: index,index (note)" */
  readonly series: string[];
  /** "subject: reason" */
  readonly skipped: string[];
  readonly raw: Series[];
  readonly events: GroupedEvent[];
}

async function group(drafts: readonly Draft[], options: GroupOptions = {}, repeatable = true): Promise<Grouped> {
  const events: GroupedEvent[] = [];
  const mails = await Promise.all(drafts.map(toEvent));
  async function* open(): AsyncGenerator<MailEvent> {
    yield* mails;
  }
  for await (const event of groupSeries(open, repeatable, options)) events.push(event);
  const series = events.filter((event) => event.kind === "series");
  const skipped = events.filter((event) => event.kind === "skipped").map((event) => event.skipped);
  const counts = events.filter((event) => event.kind === "count");
  // Nothing is lost and nothing is counted twice.
  const seen = new Set([...series.flatMap((event) => event.series.patches.map((patch) => patch.message.origin.line)), ...skipped.map(({ message }) => message.origin.line)]);
  expect(seen.size).toBe(drafts.length);
  const messagesInSeries = new Set(series.flatMap((event) => event.series.patches.map((patch) => patch.message.origin.line)));
  expect(messagesInSeries.size + skipped.length).toBe(drafts.length);
  expect(counts.map(({ messages, patches }) => [messages, patches])).toEqual([[drafts.length, series.reduce((sum, event) => sum + event.series.patches.length, 0)]]);
  return {
    series: series.map(({ series: one, notes }) => `${one.subject} v${one.revision}/${one.total}: ${one.patches.map((patch) => patch.index).join()}${notes.map((note) => ` (${note})`).join("")}`),
    skipped: skipped.map(({ message, reason }) => `${message.subject}: ${reason}`),
    raw: series.map((event) => event.series),
    events,
  };
}

const patch = (file: string, change?: string): string => `text\n---\n${diff(file, change)}`;

describe("putting a series together", () => {
  it("by its cover letter, in the order of its numbers", async () => {
    const { series, skipped, raw } = await group([
      { id: "p2", subject: "[PATCH 2/2] b", parent: "c", body: patch("b") },
      { id: "c", subject: "[PATCH 0/2] topic", body: "Hi\n\nbase-commit: 0123456789abcdef0123456789abcdef01234567\n" },
      { id: "p1", subject: "[PATCH 1/2] a", parent: "c", body: patch("a") },
    ]);
    expect(series).toEqual(["[PATCH 0/2] topic v1/2: 1,2"]);
    expect(skipped).toEqual(["[PATCH 0/2] topic: cover letter of a series"]);
    expect(raw[0]!.patches.map((one) => one.baseCommit)).toEqual(Array.from({ length: 2 }, () => "0123456789abcdef0123456789abcdef01234567"));
  });

  it("by a cover letter that is not in the input, by the first patch, and by a chain of replies", async () => {
    for (const parents of [["c", "c", "c"], [undefined, "p1", "p1"], [undefined, "p1", "p2"]]) {
      const { series } = await group([1, 2, 3].map((n) => ({ id: `p${n}`, subject: `[PATCH ${n}/3] t${n}`, body: patch(`f${n}`), ...(parents[n - 1] ? { parent: parents[n - 1]! } : {}) })));
      expect(series).toEqual(["[PATCH 1/3] t1 v1/3: 1,2,3"]);
    }
  });

  it("tells how many patches it has seen before the first series is there", async () => {
    const told: number[] = [];
    const drafts = ["a", "b", "c"].map((name) => ({ id: name, subject: `[PATCH] ${name}`, body: patch(name) }));
    const mails = await Promise.all([...drafts.slice(0, 2), { id: "talk", subject: "Re: talk" }, drafts[2]!].map(toEvent));
    async function* open(): AsyncGenerator<MailEvent> {
      yield* mails;
    }
    const first = await groupSeries(open, true, { patchesSeen: (patches) => void told.push(patches) }).next();
    expect(first.value).toMatchObject({ kind: "series" });
    expect(told).toEqual([1, 2, 3]);
  });

  it("without threading, as git format-patch writes files, two series of one author apart", async () => {
    const { series } = await group(
      ["a", "b"].flatMap((name) => [1, 2].map((n) => ({ subject: `[PATCH ${n}/2] ${name}${n}`, body: patch(`${name}${n}`) }))),
    );
    expect(series).toEqual(["[PATCH 1/2] a1 v1/2: 1,2", "[PATCH 1/2] b1 v1/2: 1,2"]);
  });

  it("says which numbers are missing", async () => {
    const { series } = await group([2, 4].map((n) => ({ id: `p${n}`, subject: `[PATCH ${n}/5] t${n}`, parent: "c", body: patch(`f${n}`) })));
    expect(series).toEqual(["[PATCH 2/5] t2 v1/5: 2,4 (not in the input: patches 1, 3, 5 of 5)"]);
  });

  it("keeps two series of two authors in one thread apart", async () => {
    const { series } = await group([
      { id: "a1", subject: "[PATCH 1/2] a1", parent: "root", body: patch("a1") },
      { id: "b1", subject: "[PATCH 1/2] b1", parent: "root", from: "Kim <kim@example.org>", body: patch("b1") },
      { id: "a2", subject: "[PATCH 2/2] a2", parent: "root", body: patch("a2") },
      { id: "b2", subject: "[PATCH 2/2] b2", parent: "root", from: "Kim <kim@example.org>", body: patch("b2") },
    ]);
    expect(series).toEqual(["[PATCH 1/2] a1 v1/2: 1,2", "[PATCH 1/2] b1 v1/2: 1,2"]);
  });

  it("takes the later of two mails with one number", async () => {
    const { series, skipped } = await group([
      { id: "p1", subject: "[PATCH 1/2] a", parent: "c", date: "Tue, 3 Dec 2024 10:00:00 +0000", body: patch("a") },
      { id: "p2", subject: "[PATCH 2/2] b", parent: "c", date: "Tue, 3 Dec 2024 10:00:01 +0000", body: patch("b") },
      { id: "p2n", subject: "[PATCH 2/2] b, fixed", parent: "p2", root: "c", date: "Tue, 3 Dec 2024 11:00:00 +0000", body: patch("b", "z") },
    ]);
    expect(series).toEqual(["[PATCH 1/2] a v1/2: 1,2"]);
    expect(skipped).toEqual(["[PATCH 2/2] b: superseded by a later mail with the same number in this input"]);
  });

  it("counts the same message once", async () => {
    const { series, skipped } = await group([
      { id: "p", subject: "[PATCH] a", body: patch("a") },
      { id: "p", subject: "[PATCH] a", body: `${patch("a")}\n-- \nlist footer\n` },
    ]);
    expect(series).toEqual(["[PATCH] a v1/1: 1"]);
    expect(skipped).toEqual(["[PATCH] a: the same message is in the input already"]);
  });

  it("lets everything else stand for itself", async () => {
    const { series } = await group([
      { id: "r", subject: "Re: mm: x", parent: "gone", body: `So:\n\n${diff("a")}` },
      { id: "q", subject: "Re: mm: y", parent: "gone2", body: quote(diff("b")) },
    ]);
    expect(series).toEqual(["Re: mm: x v1/1: 1", "Re: mm: y v1/1: 1"]);
  });
});

describe("revisions", () => {
  it("the newest of a topic is taken, by its cover, whatever the order", async () => {
    for (const order of [[1, 2, 3], [3, 1, 2]]) {
      const { series, skipped } = await group(
        order.flatMap((v) => {
          const tag = v === 1 ? "PATCH" : `PATCH v${v}`;
          return [
            { id: `c${v}`, subject: `[${tag} 0/1] topic`, body: "cover\n" },
            { id: `p${v}`, subject: `[${tag} 1/1] title of v${v}`, parent: `c${v}`, body: patch("a", `v${v}`) },
          ];
        }),
      );
      expect(series).toEqual(["[PATCH v3 0/1] topic v3/1: 1"]);
      expect(skipped.filter((line) => !line.includes("cover letter")).toSorted()).toEqual(["[PATCH 1/1] title of v1: superseded by v3 in this input", "[PATCH v2 1/1] title of v2: superseded by v3 in this input"]);
    }
  });

  it("of a single patch are known by the title, or by thread and file", async () => {
    const byTitle = await group([
      { id: "a", subject: "[PATCH] mm: same title", body: patch("a") },
      { id: "b", subject: "[PATCH v2] mm: Same title.", body: patch("b") },
    ]);
    expect(byTitle.series).toEqual(["[PATCH v2] mm: Same title. v2/1: 1"]);
    const byThread = await group([
      { id: "a", subject: "[PATCH] mm: one title", body: patch("a") },
      { id: "b", subject: "[PATCH v2] mm: another title", parent: "a", body: patch("a", "z") },
      { id: "c", subject: "[PATCH v2] mm: something else", parent: "a", body: patch("c") },
    ]);
    expect(byThread.series).toEqual(["[PATCH v2] mm: another title v2/1: 1", "[PATCH v2] mm: something else v2/1: 1"]);
  });

  it("of different senders or topics are none of each other", async () => {
    const { series } = await group([
      { id: "a", subject: "[PATCH] mm: title", body: patch("a") },
      { id: "b", subject: "[PATCH v2] mm: title", from: "Kim <kim@example.org>", body: patch("b") },
      { id: "c", subject: "[PATCH v3] mm: other", body: patch("c") },
    ]);
    expect(series).toHaveLength(3);
  });

  it("an RFC gives way to the patch, a mail to its RESEND, v1 to the same once more", async () => {
    const rfc = await group([
      { id: "a", subject: "[RFC PATCH v4] mm: title", date: "Tue, 3 Dec 2024 10:00:00 +0000", body: patch("a") },
      { id: "b", subject: "[PATCH] mm: title", date: "Tue, 10 Dec 2024 10:00:00 +0000", body: patch("a", "z") },
    ]);
    expect(rfc.skipped).toEqual(["[RFC PATCH v4] mm: title: superseded by a later posting without RFC in this input"]);
    const resend = await group([
      { id: "b", subject: "[PATCH RESEND v2] mm: title", body: patch("a") },
      { id: "a", subject: "[PATCH v2] mm: title", body: patch("a") },
    ]);
    expect(resend.skipped).toEqual(["[PATCH v2] mm: title: superseded by its RESEND in this input"]);
  });

  it("are all taken when asked for", async () => {
    const drafts = [1, 2].map((v) => ({ id: `p${v}`, subject: `[PATCH v${v}] mm: title`, body: patch("a", `v${v}`) }));
    expect((await group(drafts, { revisions: "all" })).series).toHaveLength(2);
    expect((await group(drafts)).series).toHaveLength(1);
  });

  it("a part sent again is completed from the revision it belongs to", async () => {
    const { series, skipped } = await group([
      ...[1, 2, 3].map((n) => ({ id: `p${n}`, subject: `[PATCH ${n}/3] t${n}`, parent: "c", body: patch(`f${n}`) })),
      { id: "n2", subject: "[PATCH v2 2/3] t2", parent: "p2", root: "c", body: patch("f2", "z") },
    ]);
    expect(series).toEqual(["[PATCH 1/3] t1 v2/3: 1,2,3 (only a part was sent again: taken from v1: 1, 3 of 3)"]);
    expect(skipped).toEqual(["[PATCH 2/3] t2: superseded by v2 in this input"]);
  });
});

describe("quotes", () => {
  const original: Draft = { id: "p", subject: "[PATCH] mm: a", body: patch("a") };

  it("of a patch of the input are left out, before it and after it, at any depth", async () => {
    const { series, skipped } = await group([
      { id: "r0", subject: "Re: [PATCH] mm: a", parent: "gone", body: quote(quote(diff("a"))) },
      original,
      { id: "r1", subject: "Re: [PATCH] mm: a", parent: "p", body: quote(diff("a")) },
    ]);
    expect(series).toEqual(["[PATCH] mm: a v1/1: 1"]);
    expect(skipped.map((line) => line.split(": ").at(-1))).toEqual(["quotes a patch that is in the input", "quotes a patch that is in the input"]);
  });

  it("trimmed and mangled ones are known by the mail they answer and the place", async () => {
    const trimmed = diff("a").replace("-a\n", "").replace("+b", "+ b  ");
    const { skipped } = await group([original, { id: "r", subject: "Re: [PATCH] mm: a", parent: "p", body: quote(trimmed) }]);
    expect(skipped).toEqual(["Re: [PATCH] mm: a: quotes a patch that is in the input"]);
  });

  it("of something else in a reply to a patch of the input are kept", async () => {
    const { series } = await group([original, { id: "r", subject: "Re: [PATCH] mm: a", parent: "p", body: `commit abc did:\n\n${quote(diff("other"))}` }]);
    expect(series).toEqual(["[PATCH] mm: a v1/1: 1", "Re: [PATCH] mm: a v1/1: 1"]);
  });

  it("of a patch that is not in the input are kept once, from the mail that quotes most", async () => {
    const more = diff("a") + diff("b");
    const { series, skipped } = await group([
      { id: "r1", subject: "Re: [PATCH] mm: gone", parent: "gone", body: quote(diff("a")) },
      { id: "r2", subject: "Re: [PATCH] mm: gone", parent: "gone", body: quote(more) },
      { id: "r3", subject: "Re: [PATCH] mm: gone", parent: "r2", root: "gone", body: quote(quote(more)) },
    ]);
    expect(series).toHaveLength(1);
    expect(skipped.map((line) => line.split(": ").at(-1))).toEqual(["quotes a patch that another mail of the input quotes more fully", "quotes a patch that another mail of the input quotes more fully"]);
  });

  it("of a version that is outdated in the input are left out", async () => {
    const { skipped } = await group([
      { id: "n", subject: "[PATCH v3] mm: a", body: patch("a", "v3") },
      { id: "r", subject: "Re: [PATCH v2] mm: a", parent: "gone", body: quote(diff("a", "v2")) },
    ]);
    expect(skipped).toEqual(["Re: [PATCH v2] mm: a: quotes a patch that is superseded by v3 in this input"]);
  });

  it("leave a follow-up beside them in place", async () => {
    const { raw } = await group([original, { id: "r", subject: "Re: [PATCH] mm: a", parent: "p", body: `${quote(diff("a"))}\nRather:\n\n${diff("a", "c")}` }]);
    expect(raw.map((series) => series.patches.map((one) => one.carrier))).toEqual([["patch"], ["follow-up"]]);
  });
});

describe("memory", () => {
  const drafts = Array.from({ length: 8 }, (_, i) => ({ id: `p${i}`, subject: `[PATCH v${i % 2 === 0 ? 1 : 2}] mm: title ${i >> 1}`, body: patch(`f${i}`) }));

  it("an input too large to hold gives the same series at the second look", async () => {
    const held = await group(drafts);
    const reread = await group(drafts, { limits: { rereadChars: 10 } });
    expect(reread.events).toEqual(held.events);
    expect(held.series).toHaveLength(4);
  });

  it("a stream too large to hold loses its end with a reason", async () => {
    const { series, skipped } = await group(drafts, { limits: { heldChars: 2000 } }, false);
    expect(series).toHaveLength(1);
    expect(skipped.at(-1)).toBe("[PATCH v2] mm: title 3: limit hit: standard input holds more than 2 KiB of patches; save it to a file");
  });
});

describe("an input that changes between the two looks", () => {
  const drafts: Draft[] = [1, 2, 3].map((n) => ({ id: `p${n}`, root: "p1", subject: `[PATCH ${n}/3] mm: step ${n}`, body: `text\n---\n${diff(`f${n}`)}` }));

  async function changed(second: readonly Draft[]): Promise<GroupedEvent[]> {
    const looks = [await Promise.all(drafts.map(toEvent)), await Promise.all(second.map(toEvent))];
    async function* open(): AsyncGenerator<MailEvent> {
      yield* looks.shift()!;
    }
    const events: GroupedEvent[] = [];
    for await (const event of groupSeries(open, true, { limits: { rereadChars: 1 } })) events.push(event);
    return events;
  }

  it("gives the part of a series that is left, and says so", async () => {
    const events = await changed(drafts.slice(0, 2));
    expect(events).toMatchObject([
      { kind: "series", series: { patches: [{ index: 1 }, { index: 2 }] }, notes: ["the input changed while it was read: patches are missing"] },
      { kind: "count", messages: 2, patches: 2 },
    ]);
  });

  it("leaves out a mail that was another one before", async () => {
    const events = await changed([drafts[0]!, { ...drafts[1]!, id: "other" }, drafts[2]!]);
    expect(events).toMatchObject([
      { kind: "skipped", skipped: { message: { id: "other@x" }, reason: "the input changed while it was read" } },
      { kind: "series", series: { patches: [{ index: 1 }, { index: 3 }] } },
      { kind: "count", messages: 3, patches: 2 },
    ]);
  });
});

describe("readSeries on the shipped fixtures", () => {
  async function summary(...names: string[]): Promise<string[]> {
    const lines: string[] = [];
    for await (const event of readSeries(names.map((name) => join(fixtures, name)))) {
      if (event.kind === "series") lines.push(`${event.series.subject} ${event.series.patches.map((one) => `${one.index} ${one.carrier}`).join()}`);
      else if (event.kind === "skipped") lines.push(`- ${event.skipped.reason}`);
      else if (event.kind === "count") lines.push(`= ${event.messages} ${event.patches}`);
    }
    return lines;
  }

  it("a thread with cover, two patches and a review", async () => {
    expect(await summary("prefill-v1.mbox")).toEqual([
      "- cover letter of a series",
      "[PATCH 0/2] mm: prefill page tables of a range 1 patch,2 patch",
      "- quotes a patch that is in the input",
      "= 4 2",
    ]);
  });

  it("two revisions in two files", async () => {
    expect(await summary("prefill-v1.mbox", "prefill-v2.mbox")).toEqual([
      "- cover letter of a series",
      "- superseded by v2 in this input",
      "- superseded by v2 in this input",
      "- quotes a patch that is in the input",
      "- cover letter of a series",
      "[PATCH v2 0/2] mm: prefill page tables of a range 1 patch,2 patch",
      "= 4 0",
      "= 3 2",
    ]);
  });

  it("the review alone: the quoted patch is all there is", async () => {
    expect(await summary("prefill-review.eml")).toEqual(["Re: [PATCH 1/2] mm: prefill: allocate the page table before faulting 1 quoted", "= 1 1"]);
  });
});
