import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readHeaders } from "./headers.ts";
import { defaultLimits, type MailLimits } from "./limits.ts";
import { isSeparator, splitMbox } from "./mbox.ts";
import { unquoteFrom, type RawMail } from "./raw.ts";

const folder = join(import.meta.dirname, "../../fixtures/mail/dialects");
const bodies = readFileSync(join(folder, "bodies.txt"), "utf8").split("\u0000");

async function* chunked(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function split(bytes: Buffer, size = 1 << 16, limits: MailLimits = defaultLimits): Promise<{ mails: RawMail[]; cut: boolean }> {
  const mails: RawMail[] = [];
  let cut = false;
  for await (const mail of splitMbox(chunked(bytes, size), limits, () => (cut = true))) mails.push(mail);
  return { mails, cut };
}

function bodyOf(mail: RawMail): string {
  const body = mail.bytes.subarray(readHeaders(mail.bytes).bodyAt).toString("utf8");
  return unquoteFrom(body.replaceAll("\r\n", "\n"), mail.quoting);
}

/** One mark off every marked line: what is left of a body in a dialect that doesn't say whether it put the mark there. */
function unmarked(body: string): string {
  return body.replace(/^>(>*From )/gm, "$1");
}

describe("isSeparator", () => {
  it.each([
    "From ada@example.org Tue Dec  3 09:00:00 2024\nSubject: x\n",
    "From mboxrd@z Thu Jan  1 00:00:00 1970\nX-Y: z\n",
    "From - Tue Dec 03 09:00:00 2024\nX-Mozilla-Status: 0001\n",
    "From 3f1c2aa03f1c2aa03f1c2aa03f1c2aa03f1c2aa0 Mon Sep 17 00:00:00 2001\nFrom: a\n",
    "From ada at example.org  Tue Dec  3 09:00:00 2024\nFrom: ada at example.org (Ada)\n",
    "From ada@example.org Tue Dec  3 09:00:00 GMT 2024\nSubject: x\n",
    "From ada@example.org Tue Dec  3 09:00 2024 +0100\r\nSubject: x\r\n",
  ])("%j", (text) => {
    expect(isSeparator(text)).toBe(true);
  });

  it.each([
    "From here on the table is stable.\nAnd more.\n",
    "From ada@example.org Tue Dec  3 09:00:00 2024\nand prose behind it\n",
    "From: ada@example.org Tue Dec  3 09:00:00 2024\nSubject: x\n",
    ">From ada@example.org Tue Dec  3 09:00:00 2024\nSubject: x\n",
    "From 2024 on, at 12:30, we\nTo: be\n",
  ])("not %j", (text) => {
    expect(isSeparator(text)).toBe(false);
  });
});

describe("splitMbox on fixtures", () => {
  it.each(["mboxrd.mbox", "public-inbox.mbox", "mboxcl.mbox", "mboxcl2.mbox", "crlf.mbox"])("%s gives the bodies back", async (name) => {
    for (const size of [7, 100, 1 << 16]) {
      const { mails, cut } = await split(readFileSync(join(folder, name)), size);
      expect(mails.map(bodyOf)).toEqual(bodies);
      expect(cut).toBe(false);
    }
  });

  it("mboxo gives back what that dialect can: a marked line is not known from a protected one", async () => {
    const { mails } = await split(readFileSync(join(folder, "mboxo.mbox")));
    expect(mails.map(bodyOf)).toEqual(bodies.map(unmarked));
  });

  it("numbers the lines at which mails start", async () => {
    const bytes = readFileSync(join(folder, "mboxrd.mbox"));
    const lines = bytes.toString("utf8").split("\n");
    const expected = lines.flatMap((line, i) => (line.startsWith("From ada@") ? [i + 1] : []));
    expect(expected).toHaveLength(3);
    expect((await split(bytes, 50)).mails.map((mail) => mail.line)).toEqual(expected);
  });
});

type Dialect = "mboxo" | "mboxrd" | "mboxcl" | "mboxcl2" | "public-inbox";

/** Writes a mailbox as the dialect's definition says (qmail's mbox.5, Jamie Zawinski's content-length page). */
function write(dialect: Dialect, mails: readonly string[]): string {
  const from = dialect === "public-inbox" ? "From mboxrd@z Thu Jan  1 00:00:00 1970\n" : "From a@b Tue Dec  3 09:00:00 2024\n";
  return mails
    .map((body, i) => {
      const protectedBody = dialect === "mboxo" ? body.replace(/^From /gm, ">From ") : dialect === "mboxcl2" ? body : body.replace(/^(>*From )/gm, ">$1");
      const length = dialect.startsWith("mboxcl") ? `Content-Length: ${Buffer.byteLength(protectedBody)}\n` : "";
      return `${from}Message-ID: <${i}@x>\nSubject: s\n${length}\n${protectedBody}\n`;
    })
    .join("");
}

const line = fc.oneof(
  fc.constantFrom("From a@b Tue Dec  3 09:00:00 2024", "From: nobody", ">From x", ">>From y", "From here", "", "Content-Length: 3", "-- ", "é", "diff --git a/x b/x"),
  fc.string({ maxLength: 40 }).map((text) => text.replace(/[\r\n]/g, "")),
);
const mailBody = fc.array(line, { maxLength: 12 }).map((lines) => lines.map((one) => `${one}\n`).join(""));

describe("splitting is the inverse of joining", () => {
  it.each<Dialect>(["mboxrd", "mboxcl", "mboxcl2", "public-inbox", "mboxo"])("%s", async (dialect) => {
    await fc.assert(
      fc.asyncProperty(fc.array(mailBody, { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 2000 }), async (mails, size) => {
        const { mails: found, cut } = await split(Buffer.from(write(dialect, mails)), size);
        // mboxcl2 is known from mboxcl by a body line that starts with "From ".
        const ambiguous = (body: string): boolean => dialect === "mboxo" || (dialect === "mboxcl2" && !/^From /m.test(body));
        expect(found.map(bodyOf)).toEqual(mails.map((body) => (ambiguous(body) ? unmarked(body) : body)));
        expect(cut).toBe(false);
      }),
      { numRuns: 150 },
    );
  });
});

describe("damaged mailboxes", () => {
  it("ignores lengths that point nowhere", async () => {
    const text = write("mboxrd", ["one\n", "two\n"]).replaceAll("Subject: s\n", "Subject: s\nContent-Length: 99999\n");
    expect((await split(Buffer.from(text))).mails.map(bodyOf)).toEqual(["one\n", "two\n"]);
  });

  it("says when the last mail ends in the middle of a line", async () => {
    const bytes = Buffer.from(write("mboxrd", ["one\n", "two two\n"]));
    const { mails, cut } = await split(bytes.subarray(0, bytes.length - 5));
    expect(mails).toHaveLength(2);
    expect(cut).toBe(true);
  });

  it("keeps only the beginning of a mail over the limit, and finds the next one", async () => {
    const limits = { ...defaultLimits, messageBytes: 4096 };
    const text = write("mboxrd", ["small\n", `${"x".repeat(1_000_000)}\n`, "last\n"]);
    const { mails } = await split(Buffer.from(text), 1000, limits);
    expect(mails.map((mail) => mail.limit)).toEqual([null, "limit hit: the mail is larger than 4 KiB", null]);
    expect(mails[1]!.bytes.length).toBeLessThan(140_000);
    expect(bodyOf(mails[2]!)).toBe("last\n");
  });

  it("does not slow down on a mailbox full of false lengths", async () => {
    const one = `From a@b Tue Dec  3 09:00:00 2024\nContent-Length: 15000000\n\nx\n\n`;
    expect((await split(Buffer.from(one.repeat(20_000)))).mails).toHaveLength(20_000);
    // Nor on mails without any blank line.
    expect((await split(Buffer.from("From a@b Tue Dec  3 09:00:00 2024\n".repeat(20_000)))).mails).toHaveLength(20_000);
  });
});
