/** Input from strangers: whatever the bytes, every mail is accounted for and nothing but InputError is thrown. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { InputError } from "../core/errors.ts";
import { readSeries } from "./group.ts";
import { readInput } from "./read.ts";

const scratch = mkdtempSync(join(tmpdir(), "mmreview-hostile-"));
const path = join(scratch, "input");
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

// oxlint-disable-next-line no-control-regex -- what must not come out
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
const limits = { messageBytes: 200_000, heldChars: 100_000, rereadChars: 100_000 };

/** Reads an input twice, mail by mail and as series, and checks the books. Returns the number of mails. */
async function audit(bytes: Buffer): Promise<number> {
  writeFileSync(path, bytes);
  let mails = 0;
  try {
    for await (const event of readInput(path, { limits })) {
      if (event.kind === "trouble") continue;
      mails++;
      expect(event.patches.length > 0).toBe(event.skipped === null);
      if (event.skipped !== null) expect(event.skipped.reason).not.toBe("");
      expect(event.message.id).not.toBe("");
      for (const text of [event.message.subject, event.message.author, event.message.id]) expect(text).not.toMatch(CONTROL);
      for (const patch of event.patches) {
        expect(patch.diff.endsWith("\n")).toBe(true);
        expect(patch.line).toBeGreaterThan(0);
        expect(patch.index).toBeGreaterThan(0);
      }
    }
    let counted = 0;
    const inSeries = new Set<string>();
    let skipped = 0;
    for await (const event of readSeries([path], { limits })) {
      if (event.kind === "series") for (const patch of event.series.patches) inSeries.add(`${patch.message.origin.line}`);
      else if (event.kind === "skipped") skipped++;
      else if (event.kind === "count") counted = event.messages;
    }
    expect(counted).toBe(mails);
    expect(inSeries.size + skipped).toBe(mails);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    expect(error.message).not.toContain("\n");
  }
  return mails;
}

const fixtures = join(import.meta.dirname, "../../fixtures/mail");
const samples = readdirSync(fixtures, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.(?:eml|mbox|diff|txt|gz)$/.test(name))
  .toSorted()
  .map((name) => readFileSync(join(fixtures, name)))
  .map((bytes) => (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes));

/** What tends to break readers of mail, diffs and MIME. */
const tokens = [
  "\n", "\r\n", "\r", "\u0000", "\n\n", "From ", "\nFrom a@b Tue Dec  3 09:00:00 2024\n", "\n>From ", "\n--=_tiny_1\n", "\n--=_tiny_1--\n",
  "Content-Type: multipart/mixed; boundary=\n", "Content-Type: multipart/mixed; boundary=b\n\n--b\n", "Content-Type: message/rfc822\n\n",
  "Content-Transfer-Encoding: base64\n", "Content-Transfer-Encoding: quoted-printable\n", "Content-Length: 5\n", "Content-Length: 99999999\n", "charset=utf-16", "charset=x", "charset=iso-2022-kr",
  "Subject: [PATCH 2/2] x\n", "In-Reply-To: <d1@example.org>\n", "References: <a@b> <a@b>\n", "Message-ID: <d1@example.org>\n", "format=flowed; delsp=yes", "\n@@ -1,9999 +1,9999 @@\n", "\n@@ -0,0 +0,0 @@\n", "\n@@\n",
  "\ndiff --git a/x b/x\n", "\n--- a/x\n+++ b/x\n", "\n+++ b/x\n@@ -1 +1 @@\n", "\n> > ", "\n>", "\n+", "\n-", "\n ", "\n-- \n", "\n---8<---\n", "=?utf-8?b?/////w==?=", "=?x?q?=", "=", "=3D", "\u202e", "\u001b[2J", "ÿ",
  "Index: x\n=====================\n", "GIT binary patch\nliteral 9\n", "*** a\n--- b\n", "diff --cc x\n", "Content-Type: application/gzip; name=a.patch.gz\n",
];

const mutation = fc.oneof(
  fc.record({ kind: fc.constant("flip" as const), at: fc.nat(), bit: fc.nat({ max: 7 }) }),
  fc.record({ kind: fc.constant("cut" as const), at: fc.nat(), size: fc.nat({ max: 400 }) }),
  fc.record({ kind: fc.constant("end" as const), at: fc.nat() }),
  fc.record({ kind: fc.constant("token" as const), at: fc.nat(), token: fc.constantFrom(...tokens) }),
  fc.record({ kind: fc.constant("copy" as const), at: fc.nat(), from: fc.nat(), size: fc.nat({ max: 1000 }) }),
  fc.record({ kind: fc.constant("join" as const), sample: fc.nat() }),
);
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

function mutate(bytes: Buffer, change: Mutation): Buffer {
  const at = "at" in change && bytes.length > 0 ? change.at % bytes.length : 0;
  switch (change.kind) {
    case "flip": {
      const copy = Buffer.from(bytes);
      if (copy.length > 0) copy[at] = copy[at]! ^ (1 << change.bit);
      return copy;
    }
    case "cut":
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + change.size)]);
    case "end":
      return bytes.subarray(0, at);
    case "token":
      return Buffer.concat([bytes.subarray(0, at), Buffer.from(change.token), bytes.subarray(at)]);
    case "copy": {
      const from = bytes.length > 0 ? change.from % bytes.length : 0;
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(from, from + change.size), bytes.subarray(at)]);
    }
    case "join":
      return Buffer.concat([bytes, samples[change.sample % samples.length]!]);
  }
}

describe("hostile input", () => {
  it("random bytes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), async (bytes) => {
        await audit(Buffer.from(bytes));
      }),
      { numRuns: 150 },
    );
  });

  it("random pieces of mail", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(fc.constantFrom(...tokens), fc.string({ maxLength: 20 })), { maxLength: 60 }), async (pieces) => {
        await audit(Buffer.from(pieces.join("")));
      }),
      { numRuns: 300 },
    );
  });

  it("mutated fixtures, packed or not", async () => {
    expect(samples.length).toBeGreaterThan(40);
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(mutation, { minLength: 1, maxLength: 12 }), fc.boolean(), async (sample, changes, packed) => {
        const bytes = changes.reduce(mutate, samples[sample % samples.length]!);
        await audit(packed ? gzipSync(bytes, { level: 1 }) : bytes);
      }),
      { numRuns: 400 },
    );
  });

  it("long runs of one thing", async () => {
    const runs = ["@@ -1 +1 @@\n", "@@ -1,9 +1,9 @@\n x\n", "> ".repeat(40), ">\n", "diff --git a/x b/x\n", "--- a/x\n+++ b/x\n", "+++ b/x\n@@ -1 +1 @@\n-a\n\nprose\n\n", "+a\n", "From a@b Tue Dec  3 09:00:00 2024\n", "Subject: x\n", " \n", "=?utf-8?q?a?= ", "[x] ", "<a@b> ", "\u00a0", "8< ", "*** a\n--- b\n", "Index: x\n"];
    for (const run of runs) {
      const body = run.repeat(Math.ceil(150_000 / run.length));
      await audit(Buffer.from(body));
      await audit(Buffer.from(`From: a@b\nSubject: Re: x\n\n${body}`));
      await audit(Buffer.from(`From: a@b\nSubject: ${body}`));
    }
  });
});
