/**
 * One small patch in every encoding. The fixtures were made with Python's email package, an encoder that shares nothing
 * with this code, so that each must give back the same diff, byte for byte.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readInput } from "./read.ts";
import type { MessageEvent } from "./types.ts";

const folder = join(import.meta.dirname, "../../fixtures/mail/encodings");
const template = readFileSync(join(folder, "expected.diff.txt"), "utf8");

async function readOne(name: string): Promise<MessageEvent> {
  const events = [];
  for await (const event of readInput(join(folder, name))) events.push(event);
  expect(events).toHaveLength(1);
  expect(events[0]!.kind).toBe("message");
  return events[0] as MessageEvent;
}

const unicode = "Größe 表";
const bodies: Readonly<Record<string, string>> = {
  "utf-8-8bit.eml": unicode,
  "utf-8-quoted-printable.eml": unicode,
  "utf-8-base64.eml": unicode,
  "utf-8-base64-crlf.eml": unicode,
  "iso-8859-1-8bit.eml": "Größe",
  "iso-8859-1-quoted-printable.eml": "Größe",
  "windows-1252-8bit.eml": "“Größe”",
  "koi8-r-8bit.eml": "Размер",
  "koi8-r-base64.eml": "Размер",
  "gb2312-8bit.eml": "大小",
  "iso-2022-jp-8bit.eml": "大きさ",
  "shift_jis-8bit.eml": "大きさ",
  "iso-8859-2-8bit.eml": "Wielkość",
  "big5-8bit.eml": "大小",
  "euc-kr-8bit.eml": "크기",
  "windows-1251-8bit.eml": "Размер",
  "undeclared-utf-8.eml": unicode,
  "undeclared-latin-1.eml": "Größe",
  "says-ascii-is-utf-8.eml": unicode,
  "says-utf-8-is-latin-1.eml": "Größe",
  "says-latin-1-is-utf-8.eml": unicode,
  "unknown-charset.eml": unicode,
  "unknown-transfer-encoding.eml": unicode,
  "crlf.eml": unicode,
  "flowed.eml": unicode,
  "flowed-delsp.eml": unicode,
  "flowed-unstuffed.eml": unicode,
  "flowed-quoted-printable.eml": unicode,
  "multipart-alternative.eml": unicode,
  "multipart-signed.eml": unicode,
  "pgp-inline.eml": unicode,
  "encoded-headers.eml": unicode,
};

describe("a patch in the text of a mail", () => {
  it.each(Object.entries(bodies))("%s", async (name, word) => {
    const { patches, skipped } = await readOne(name);
    expect(skipped).toBeNull();
    expect(patches).toHaveLength(1);
    expect(patches[0]!.carrier).toBe("patch");
    expect(patches[0]!.diff.trimEnd()).toBe(template.replace("@WORD@", word).trimEnd());
  });
});

describe("a patch as an attachment", () => {
  const files = ["attachment-x-patch.eml", "attachment-octet-stream.eml", "attachment-gzip.eml", "attachment-text-plain.eml", "attachment-rfc822.eml"];
  it.each(files)("%s", async (name) => {
    const { patches } = await readOne(name);
    expect(patches.map((patch) => patch.carrier)).toEqual(["attachment"]);
    expect(patches[0]!.diff.trimEnd()).toBe(template.replace("@WORD@", unicode).trimEnd());
  });
});

describe("a bare diff with a byte order mark", () => {
  it.each(["bom-utf-8.diff", "utf-16le.diff", "utf-16be.diff"])("%s", async (name) => {
    const { patches } = await readOne(name);
    expect(patches.map((patch) => [patch.carrier, patch.line])).toEqual([["bare", 1]]);
    expect(patches[0]!.diff.trimEnd()).toBe(template.replace("@WORD@", unicode).trimEnd());
  });
});

describe("mails without readable text", () => {
  it.each([
    ["html-only.eml", "HTML only: no plain text part"],
    ["html-only-multipart.eml", "HTML only: no plain text part"],
    ["encrypted.eml", "encrypted"],
  ])("%s", async (name, reason) => {
    const { patches, skipped } = await readOne(name);
    expect(patches).toEqual([]);
    expect(skipped?.reason).toBe(reason);
  });
});

describe("headers", () => {
  it("are unfolded and decoded, whatever the case of their names", async () => {
    const { message, subject, sender } = await readOne("encoded-headers.eml");
    expect(message.subject).toBe("[PATCH v2 1/3] mm: Größe der Tabelle über die Sperre hinweg prüfen und 表 ändern");
    expect(message.author).toBe("Łukasz Größer <lukasz@example.org>");
    expect(sender).toBe("lukasz@example.org");
    expect(message.date).toBe("2024-12-03T09:00:00.000Z");
    expect(message.inReplyTo).toBe("a@example.org");
    expect(message.references).toEqual(["root@example.org", "a@example.org"]);
    expect(subject).toMatchObject({ patch: true, reply: false, index: 1, total: 3, revision: 2 });
  });
});
