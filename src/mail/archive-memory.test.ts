/** Grouping of archives: what is kept of a mail is small, and still mails that stand far apart are told to belong together. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { groupSeries } from "./group.ts";
import { defaultLimits } from "./limits.ts";
import { MailIndex } from "./mail-index.ts";
import { readMessage } from "./message.ts";
import type { GroupedEvent, MailEvent } from "./types.ts";

/** Nothing is held from the first look to the second. */
const limits = { rereadChars: 0 };

function mail(id: string, subject: string, body: string, answered: readonly string[] = []): string {
  const thread = answered.length === 0 ? "" : `In-Reply-To: <${answered.at(-1)!}>\nReferences: ${answered.map((one) => `<${one}>`).join("\n\t")}\n`;
  return `From: Ada <ada@example.org>\nDate: Tue, 3 Dec 2024 09:00:00 +0000\nSubject: ${subject}\nMessage-ID: <${id}>\n${thread}\n${body}`;
}

/** `hunks` of a file that no other number has. */
function diff(n: number, hunks: number): string {
  const texts = Array.from({ length: hunks }, (_none, i) => `@@ -${20 * i + 1},3 +${20 * i + 1},3 @@ int walk_${n}(void)\n x\n-a${i}\n+b${i}\n y\n`);
  return `diff --git a/mm/f${n}.c b/mm/f${n}.c\n--- a/mm/f${n}.c\n+++ b/mm/f${n}.c\n${texts.join("")}`;
}

const posting = (n: number, hunks = 12): string => mail(`p${n}@example.org`, `[PATCH] mm: change walk ${n}`, `Because.\n\n---\n${diff(n, hunks)}`);
const talk = (n: number): string => mail(`t${n}.a.long.message.id.as.mailers.make@mail.example.org`, `Re: [PATCH] mm: change walk ${n}`, "This looks fine to me.\n".repeat(40), [`p${n}@example.org`, `q${n}@example.org`, `r${n}@example.org`]);

async function* grouped(count: number, textOf: (n: number) => string): AsyncGenerator<GroupedEvent> {
  async function* open(): AsyncGenerator<MailEvent> {
    for (let n = 0; n < count; n++) yield readMessage({ bytes: Buffer.from(textOf(n)), line: n + 1, quoting: "none", limit: null }, "mail", { input: "in", path: "in" }, defaultLimits);
  }
  yield* groupSeries(open, true, { limits });
}

/** Bytes that are alive when the input was seen once. */
async function liveAfterFirstLook(count: number, textOf: (n: number) => string): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  let live = 0;
  for await (const _event of grouped(count, textOf)) {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    live = heapUsed + arrayBuffers;
    break;
  }
  return live;
}

/** Bytes for each further mail. The least of some tries for each size: what else lives in the process comes and goes. */
async function grownBy(more: number, textOf: (n: number) => string): Promise<number> {
  const least = async (count: number): Promise<number> => {
    const tries: number[] = [];
    for (let n = 0; n < 3; n++) tries.push(await liveAfterFirstLook(count, textOf));
    return Math.min(...tries);
  };
  // In this order: what only the first run leaves is not counted as growth.
  const many = await least(400 + more);
  return (many - (await least(400))) / more;
}

describe("what is alive after the first look at an archive", () => {
  it("grows by less than a hundred bytes for a mail without patch", async () => {
    expect(await grownBy(16_000, talk)).toBeLessThan(100);
  });

  it("grows by a few hundred bytes for a patch of sixty hunks, which are kept elsewhere", async () => {
    // The numbers of its hunks alone would be 2,400.
    expect(await grownBy(1200, (n) => posting(n, 60))).toBeLessThan(1000);
  });
});

describe("mails thousands apart", () => {
  const last = 3000;
  /** A first version, its second one, an answer that quotes what a patch in between changes, and one that came before. */
  const textOf = (n: number): string => {
    const subject = (version: string, part: string): string => `[PATCH${version} ${part}] mm: long awaited`;
    switch (n) {
      case 0:
        return mail("v1-1@x", subject("", "1/2"), `One.\n---\n${diff(9001, 3)}`);
      case 1:
        return mail("v1-2@x", subject("", "2/2"), `Two.\n---\n${diff(9002, 3)}`, ["v1-1@x"]);
      case last - 4:
        return mail("v2-1@x", subject(" v2", "1/2"), `One.\n---\n${diff(9001, 3)}`);
      case last - 3:
        return mail("v2-2@x", subject(" v2", "2/2"), `Two.\n---\n${diff(9002, 3)}`, ["v2-1@x"]);
      case last - 2:
        return mail("late@x", "Re: an old change", `Why so?\n\n${diff(10, 2).replace(/^/gm, "> ")}`);
      case last - 1:
        return posting(24, 2);
      default:
        return n % 8 === 4 ? talk(n) : posting(n, 2);
    }
  };

  it("are versions, quotes and copies of each other", async () => {
    const series: string[] = [];
    const skipped = new Map<string, string>();
    for await (const event of grouped(last, textOf)) {
      if (event.kind === "series") series.push(`${event.series.subject} v${event.series.revision}: ${event.series.patches.length}`);
      if (event.kind === "skipped") skipped.set(event.skipped.message.id, event.skipped.reason);
    }
    expect(series.filter((one) => one.includes("long awaited"))).toEqual(["[PATCH v2 1/2] mm: long awaited v2: 2"]);
    expect(skipped.get("v1-1@x")).toBe("superseded by v2 in this input");
    expect(skipped.get("v1-2@x")).toBe("superseded by v2 in this input");
    expect(skipped.get("late@x")).toBe("quotes a patch that is in the input");
    expect(skipped.get("p24@example.org")).toBe("the same message is in the input already");
    expect(skipped.get("t4.a.long.message.id.as.mailers.make@mail.example.org")).toBe("reply without a diff");
    // Of 3,000 mails 6 are those above (4 patches, 2 of them outdated), n % 8 === 4 are talk, the rest are one patch each.
    const between = Array.from({ length: last }, (_none, n) => n).filter((n) => n > 1 && n < last - 4 && n % 8 !== 4).length;
    expect(series).toHaveLength(between + 1);
    expect(skipped.size).toBe(last - between - 2);
  });
});

describe("the index of mails", () => {
  it("gives back what came, and where an id came first", () => {
    const index = new MailIndex();
    for (let n = 0; n < 1000; n++) index.add(n % 700, n % 3 === 0 ? null : `reason ${n % 5}`);
    expect(index.length).toBe(1000);
    expect([index.idAt(699), index.idAt(700), index.idAt(999), index.idAt(1000)]).toEqual([699, 0, 299, undefined]);
    expect([index.reasonAt(0), index.reasonAt(1), index.reasonAt(998), index.reasonAt(1000)]).toEqual([undefined, "reason 1", "reason 3", undefined]);
    expect(index.firstPlaces([299, 0, 5000])).toEqual(new Map([[0, 0], [299, 299]]));
  });
});
