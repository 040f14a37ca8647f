import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { InputError } from "../core/errors.ts";
import type { MailLimits } from "./limits.ts";
import { readInput } from "./read.ts";
import type { MailEvent, MessageEvent } from "./types.ts";

const root = mkdtempSync(join(tmpdir(), "mmreview-mail-"));
const fixtures = join(import.meta.dirname, "../../fixtures/mail");
afterAll(() => {
  rmSync(root, { recursive: true });
});

let files = 0;
function file(content: string | Uint8Array, name = `f${files++}`): string {
  const path = join(root, name);
  writeFileSync(path, content);
  return path;
}

function folder(name: string, content: Readonly<Record<string, string>>): string {
  const path = join(root, name);
  for (const [file, text] of Object.entries(content)) {
    mkdirSync(join(path, file, ".."), { recursive: true });
    writeFileSync(join(path, file), text);
  }
  return path;
}

async function read(path: string, limits: Partial<MailLimits> = {}): Promise<{ mails: MessageEvent[]; troubles: string[]; events: MailEvent[] }> {
  const events: MailEvent[] = [];
  for await (const event of readInput(path, { limits })) events.push(event);
  return {
    mails: events.filter((event) => event.kind === "message"),
    troubles: events.filter((event) => event.kind === "trouble").map((event) => event.text),
    events,
  };
}

const diff = "diff --git a/mm/a.c b/mm/a.c\n--- a/mm/a.c\n+++ b/mm/a.c\n@@ -1,2 +1,2 @@\n-a\n+b\n c\n";
const mail = (id: string, body = `---\n${diff}`): string => `From: Ada <ada@example.org>\nSubject: [PATCH] ${id}\nMessage-ID: <${id}@x>\n\n${body}`;
const mbox = (...ids: string[]): string => ids.map((id) => `From a@b Tue Dec  3 09:00:00 2024\n${mail(id)}\n`).join("");

describe("unreadable input is an InputError with one sentence", () => {
  it.each<[string, () => string, RegExp]>([
    ["missing file", () => join(root, "nothing-here"), /nothing-here: no such file$/],
    ["empty file", () => file(""), /: is empty$/],
    ["blanks only", () => file("\n \n\t\n"), /: is empty but for blanks$/],
    ["binary file", () => file(Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 0])), /: is a binary file, neither mail nor diff$/],
    ["xz", () => file(Uint8Array.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 1])), /: is an xz file: unpack it first$/],
    ["zip", () => file("PK\u0003\u0004rest"), /: is a zip file: unpack it first$/],
    ["gzip of a binary", () => file(gzipSync(Buffer.from([1, 0, 2]))), /: is a binary file/],
    ["gzip of nothing", () => file(gzipSync("")), /: is empty$/],
    ["gzip cut in its header", () => file(gzipSync(mbox("a")).subarray(0, 8)), /the gzip data ends too early: the file was truncated$/],
    ["a path through a file", () => join(file("x"), "y"), /: no such file/],
    ["a folder without mail", () => folder("plain", { "README.txt": "x" }), /is a directory that is neither a Maildir nor holds/],
    ["an empty Maildir", () => folder("emptymaildir", { "cur/.keep": "", "new/.keep": "", "tmp/x": "" }), /is a Maildir without mails$/],
  ])("%s", async (_, make, message) => {
    const path = make();
    const error = await read(path).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).message).toMatch(message);
    expect((error as InputError).message).not.toContain("\n");
    expect((error as InputError).path).toBe(path);
  });
});

describe("shapes", () => {
  it("a single mail or a mailbox, with blank lines and a byte order mark before it", async () => {
    for (const text of [mail("one"), mbox("one")]) {
      const { mails } = await read(file(`\u{feff}\n\n${text}`));
      expect(mails.map((event) => [event.message.id, event.patches.length, event.message.origin.line])).toEqual([["one@x", 1, 3]]);
    }
  });

  it("a mailbox, plain and gzipped in any number of members", async () => {
    for (const bytes of [Buffer.from(mbox("a", "b")), gzipSync(mbox("a", "b")), Buffer.concat([gzipSync(mbox("a")), gzipSync(mbox("b"))])]) {
      const { mails, troubles } = await read(file(bytes));
      expect(mails.map((event) => event.message.id)).toEqual(["a@x", "b@x"]);
      expect(troubles).toEqual([]);
    }
    const two = await read(join(fixtures, "dialects/two-members.mbox.gz"));
    expect(two.mails.map((event) => event.patches[0]?.diff.split("\n")[0])).toEqual(["diff --git a/mm/one.c b/mm/one.c", "diff --git a/mm/two.c b/mm/two.c", "diff --git a/mm/three.c b/mm/three.c"]);
  });

  it("a raw mail of public-inbox", async () => {
    const { mails } = await read(file(`From mboxrd@z Thu Jan  1 00:00:00 1970\n${mail("raw")}`));
    expect(mails.map((event) => [event.message.id, event.message.origin.line])).toEqual([["raw@x", 1]]);
  });

  it.each([
    ["git", diff],
    ["plain", diff.replace("diff --git a/mm/a.c b/mm/a.c\n", "")],
    ["svn", `Index: mm/a.c\n${"=".repeat(67)}\n--- mm/a.c\t(revision 1)\n+++ mm/a.c\t(working copy)\n@@ -1,2 +1,2 @@\n-a\n+b\n c\n`],
    ["quilt", `--- linux.orig/mm/a.c\t2024-01-01 00:00:00.000000000 +0000\n+++ linux/mm/a.c\n@@ -1,2 +1,2 @@\n-a\n+b\n c\n`],
    ["hunk only", "@@ -1,2 +1,2 @@ int f(void)\n-a\n+b\n c\n"],
  ])("a bare %s diff", async (_, text) => {
    const path = file(text);
    const { mails } = await read(path);
    expect(mails[0]!.patches).toMatchObject([{ carrier: "bare", diff: text, line: 1, index: 1, total: 1, revision: 1 }]);
    expect(mails[0]!.message).toMatchObject({ id: `${path}:1@mmreview.invalid`, date: null, inReplyTo: null });
  });

  it("what git show prints", async () => {
    const text = `commit ${"3f1c2aa0".repeat(5)}\nAuthor: Ada <ada@example.org>\nDate:   Tue Dec 3 10:00:00 2024 +0100\n\n    mm: title\n    \n    Text.\n\n${diff}`;
    const { mails } = await read(file(text));
    expect(mails[0]!.message).toMatchObject({ subject: "mm: title", author: "Ada <ada@example.org>", date: "2024-12-03T09:00:00.000Z" });
    expect(mails[0]!.patches).toMatchObject([{ carrier: "bare", diff, line: 9 }]);
  });

  it("a page of a web archive saved as text", async () => {
    const text = `Re: [PATCH v2 1/3] mm: x\n\n[Date Prev][Date Next][Thread Prev]\n\nFrom: Ada Lind\nDate: Thu Dec 10 2020 - 10:10:50 EST\n\n\nLike this:\n\n${diff}`;
    const { mails } = await read(file(text));
    expect(mails[0]!.message).toMatchObject({ subject: "Re: [PATCH v2 1/3] mm: x", author: "Ada Lind", date: "2020-12-10T15:10:50.000Z" });
    expect(mails[0]!.patches).toMatchObject([{ carrier: "follow-up", diff, revision: 2 }]);
  });

  it("an archive page with escaped quote marks", async () => {
    const quoted = diff.trimEnd().split("\n").map((line) => `&gt; ${line.replaceAll("&", "&amp;")}`).join("\n");
    const { mails } = await read(file(`Re: mm: x\nFrom: Ada\nDate: 2020-12-10 10:00:00 +0000\n\n${quoted}\n`));
    expect(mails[0]!.patches).toMatchObject([{ carrier: "quoted", diff }]);
  });

  it("a mail whose line breaks were all lost", async () => {
    const { mails } = await read(join(fixtures, "folded.txt"));
    expect(mails).toHaveLength(1);
    expect(mails[0]!.message).toMatchObject({
      id: "folded@example.org",
      subject: "Re: [PATCH v3 2/4] mm: walk",
      author: "Ada Lind",
      date: "2024-12-03T09:00:00.000Z",
      inReplyTo: "parent@example.org",
    });
    expect(mails[0]!.skipped?.reason).toBe("reply without a diff");
    const withDiff = readFileSync(join(fixtures, "folded.txt"), "utf8") + ` ${diff.replaceAll("\n", " ")}`;
    expect((await read(file(withDiff))).mails[0]!.skipped?.reason).toBe("the line breaks of its diff are lost");
  });

  it("an HTML page is told as such", async () => {
    const { mails } = await read(file(`<!DOCTYPE html>\n<html><body><pre>${diff}</pre></body></html>\n`));
    expect(mails[0]!.skipped?.reason).toMatch(/^an HTML page/);
  });
});

describe("standard input", () => {
  it("is read like a file, packed or not", () => {
    const script = `import { readSeries } from ${JSON.stringify(join(import.meta.dirname, "group.ts"))};
      for await (const event of readSeries(["-"])) console.log(event.kind, event.input);`;
    for (const bytes of [Buffer.from(mbox("a", "b")), gzipSync(mbox("a", "b"))]) {
      const out = execFileSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], { input: bytes, encoding: "utf8" });
      expect(out).toBe("series -\nseries -\ncount -\n");
    }
  });
});

describe("where bytes come from", () => {
  it("may be told: a stream for standard input, a directory for relative paths", async () => {
    async function* stdin(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(mbox("a").slice(0, 50));
      yield Buffer.from(mbox("a").slice(50));
    }
    const events: MailEvent[] = [];
    for await (const event of readInput("-", { stdin: stdin() })) events.push(event);
    expect(events).toMatchObject([{ kind: "message", input: "-", message: { id: "a@x", origin: { path: "-", line: 1 } } }]);

    folder("elsewhere", { "a.patch": mail("a") });
    const relative: MailEvent[] = [];
    for (const path of ["elsewhere", "elsewhere/a.patch"]) for await (const event of readInput(path, { cwd: root })) relative.push(event);
    expect(relative).toMatchObject([{ input: "elsewhere", message: { origin: { path: "elsewhere/a.patch" } } }, { input: "elsewhere/a.patch" }]);
    await expect(read("elsewhere")).rejects.toThrow("elsewhere: no such file");
  });
});

describe("directories", () => {
  it("reads a Maildir, new and cur, in the order of delivery", async () => {
    const path = folder("maildir", { "cur/100.b:2,S": mail("second"), "new/050.a": mail("first"), "new/200.c": mail("third"), "tmp/300.d": mail("never") });
    const { mails } = await read(path);
    expect(mails.map((event) => event.message.id)).toEqual(["first@x", "second@x", "third@x"]);
    expect(mails[0]!.message.origin.path).toBe(join(path, "new/050.a"));
    expect(new Set(mails.map((event) => event.input))).toEqual(new Set([path]));
  });

  it("reads a folder of patches by name and leaves other files alone", async () => {
    const path = folder("patches", { "0002-b.patch": mail("b"), "0001-a.patch": mail("a"), "0000-cover.eml": mail("c", "text\n"), "notes.txt": "x", "x.mbox": mbox("d", "e") });
    expect((await read(path)).mails.map((event) => event.message.id)).toEqual(["c@x", "a@x", "b@x", "d@x", "e@x"]);
  });

  it("reads an MH folder by number", async () => {
    const path = folder("mh", { "10": mail("ten"), "9": mail("nine"), ".mh_sequences": "" });
    expect((await read(path)).mails.map((event) => event.message.id)).toEqual(["nine@x", "ten@x"]);
  });

  it("goes on behind a file that can't be read, and says so", async () => {
    const path = folder("mixed", { "a.patch": mail("a"), "b.patch": "\u0000binary", "c.patch": mail("c") });
    const { mails, troubles } = await read(path);
    expect(mails.map((event) => event.message.id)).toEqual(["a@x", "c@x"]);
    expect(troubles).toEqual([`${join(path, "b.patch")}: is a binary file, neither mail nor diff`]);
  });
});

describe("damaged input keeps what can be read", () => {
  // Noise in the bodies: what compresses well is lost whole when the archive is cut.
  const noise = Array.from({ length: 4000 }, (_, i) => `line ${(i * 2_654_435_761) % 4_294_967_291}`).join("\n");
  const big = `${mbox("a")}From a@b Tue Dec  3 09:00:00 2024\n${mail("b", `${noise}\n`)}\n${mbox("c")}`;

  it("truncated gzip", async () => {
    const packed = gzipSync(big);
    const { mails, troubles } = await read(file(packed.subarray(0, packed.length - 200)));
    expect(mails[0]!.message.id).toBe("a@x");
    expect(troubles).toEqual(["the gzip data ends too early: the file was truncated"]);
  });

  it("corrupt gzip", async () => {
    const packed = Buffer.from(gzipSync(big));
    packed.fill(0xff, packed.length - 400, packed.length - 100);
    const { mails, troubles } = await read(file(packed));
    expect(mails.length).toBeGreaterThan(0);
    expect(troubles).toEqual(["the gzip data is corrupt"]);
  });

  it("a mailbox cut in the middle", async () => {
    const text = mbox("a", "b");
    const line = await read(file(text.slice(0, text.length - 12)));
    expect(line.mails.map((event) => event.message.id)).toEqual(["a@x", "b@x"]);
    expect(line.troubles).toEqual(["the mailbox ends in the middle of a line: it may have been cut, and the last mail with it"]);
    const hunk = await read(file(text.slice(0, text.lastIndexOf("+b\n"))));
    expect(hunk.mails.map((event) => event.cut)).toEqual([false, true]);
    expect(hunk.troubles).toEqual(["the last mail ends in its header or within a hunk: the input may have been cut"]);
    const header = await read(file(text.slice(0, text.lastIndexOf("Message-ID"))));
    expect(header.troubles).toEqual(hunk.troubles);
  });
});

describe.skipIf(!existsSync("/proc/self/fd"))("files", () => {
  it("are closed after a refusal and when the reader stops early", async () => {
    const open = (): number => readdirSync("/proc/self/fd").length;
    const binary = file(Buffer.alloc(300_000));
    const packed = file(gzipSync(Buffer.alloc(300_000)));
    const long = file(mbox(...Array.from({ length: 3000 }, (_, i) => String(i))));
    const once = async (): Promise<void> => {
      await expect(read(binary)).rejects.toThrow(InputError);
      await expect(read(packed)).rejects.toThrow(InputError);
      for await (const event of readInput(long)) if (event.kind === "message") break;
    };
    await once();
    const before = open();
    for (let i = 0; i < 20; i++) await once();
    expect(open() - before).toBeLessThan(10);
  });
});

describe("limits are verdicts", () => {
  it("a decompression bomb stops with a trouble", async () => {
    const bomb = gzipSync(Buffer.concat([Buffer.from(mbox("a")), Buffer.alloc(3_000_000, "\n")]), { level: 9 });
    const { mails, troubles } = await read(file(bomb), { gzipRatioFrom: 100_000, gzipRatio: 200, messageBytes: 1_000_000 });
    expect(mails).toHaveLength(1);
    expect(troubles).toEqual(["limit hit: the gzip data unpacks to more than 200 times its size, as a decompression bomb does"]);
    const long = await read(file(gzipSync(mbox("a", "b", "c"))), { decompressedBytes: 200 });
    expect(long.troubles).toEqual(["limit hit: the gzip data unpacks to more than 200 bytes"]);
  });

  it("one line of many megabytes", async () => {
    const { mails } = await read(file("x".repeat(3_000_000)), { messageBytes: 1_000_000 });
    expect(mails[0]!.skipped?.reason).toBe("limit hit: the input is one mail or diff of more than 977 KiB in a single line");
    const inMail = await read(file(mail("long", `${"y".repeat(5000)}\n${diff}`)), { lineChars: 4096 });
    expect(inMail.mails[0]!.skipped?.reason).toBe("limit hit: a line of more than 4 KiB");
  });

  it("a mail over the size limit is skipped, its neighbours are not", async () => {
    const text = `${mbox("a")}From a@b Tue Dec  3 09:00:00 2024\n${mail("big", "z\n".repeat(5000))}\n${mbox("c")}`;
    const { mails } = await read(file(text), { messageBytes: 4096 });
    expect(mails.map((event) => [event.message.id, event.skipped?.reason ?? null])).toEqual([
      ["a@x", null],
      ["big@x", "limit hit: the mail is larger than 4 KiB"],
      ["c@x", null],
    ]);
  });

  it("MIME parts, nesting and compressed attachments", async () => {
    const part = (boundary: string, body: string): string => `Content-Type: multipart/mixed; boundary=${boundary}\n\n--${boundary}\n${body}\n--${boundary}--\n`;
    let nested = "Content-Type: text/plain\n\nhello";
    for (let i = 0; i < 10; i++) nested = part(`b${i}`, nested);
    const deep = await read(file(`From: a@b\nSubject: deep\n${nested}`), { mimeDepth: 5 });
    expect(deep.mails[0]!.skipped?.reason).toBe("limit hit: MIME parts nested more than 5 deep");
    const wide = await read(file(`From: a@b\nSubject: wide\n${part("w", Array.from({ length: 50 }, () => "\nx").join("\n--w\n"))}`), { mimeParts: 20 });
    expect(wide.mails[0]!.skipped?.reason).toMatch(/^limit hit: more than 20 MIME parts/);
    const attachment = `Content-Type: application/gzip; name=x.patch.gz\nContent-Disposition: attachment; filename=x.patch.gz\nContent-Transfer-Encoding: base64\n\n${gzipSync(Buffer.alloc(500_000)).toString("base64")}`;
    const bomb = await read(file(`From: a@b\nSubject: bomb\n${part("g", attachment)}`), { attachmentBytes: 100_000 });
    expect(bomb.mails[0]!.skipped?.reason).toBe("limit hit or unreadable: the compressed attachment x.patch.gz does not unpack within 98 KiB");
  });

  it("diffs in one mail", async () => {
    const versions = Array.from({ length: 6 }, () => `Or so:\n\n${diff}`).join("\n");
    const { mails } = await read(file(mail("many", versions)), { diffsPerMessage: 4 });
    expect(mails[0]!.patches).toHaveLength(4);
  });
});
