import fc from "fast-check";
import { simpleParser } from "mailparser";
import { describe, expect, it } from "vitest";
import { addressee, messageId, unstructured } from "./mail-header.ts";

const anyText = fc.string({ unit: fc.constantFrom("a", "B", " ", "\n", "\r", "\t", "ä", "漢", "😀", ":", "=", "?", "=?UTF-8?B?YQ==?=", "-".repeat(30), '"', "\\", "<", ">", "@", ","), maxLength: 40 });

/** Every line but the first continues the field. */
function isOneField(field: string, name: string): boolean {
  const [first, ...rest] = field.split("\n");
  return first!.startsWith(`${name}:`) && rest.every((line) => line.startsWith(" ")) && !/[\r\0]/.test(field);
}

describe("unstructured", () => {
  it("folds at 78 columns", () => {
    expect(unstructured("Subject", `Re: [PATCH] ${"word ".repeat(20)}`).split("\n").map((line) => line.length)).toEqual([75, 45]);
  });

  it("is one field of short lines that a mail reader reads back", async () => {
    await fc.assert(
      fc.asyncProperty(anyText.filter((text) => !text.includes("=?")), async (text) => {
        const field = unstructured("Subject", text);
        expect(isOneField(field, "Subject")).toBe(true);
        expect(Math.max(...field.split("\n").map((line) => line.length))).toBeLessThanOrEqual(78);
        const mail = await simpleParser(`${field}\nMIME-Version: 1.0\n\nx`);
        expect(mail.subject ?? "").toBe(text.replace(/\s+/g, " ").trim());
      }),
      { numRuns: 60 },
    );
  });
});

describe("addressee", () => {
  it.each([
    ["Dev Eloper <dev@example.org>", 'To: "Dev Eloper" <dev@example.org>'],
    ["dev@example.org", "To: dev@example.org"],
    ["<dev@example.org>", "To: dev@example.org"],
    ['"Eloper, Dev" <dev@example.org>', 'To: "Eloper, Dev" <dev@example.org>'],
    ["Dév <dev@example.org>", "To: =?UTF-8?B?RMOpdg==?= <dev@example.org>"],
  ])("%s", (author, field) => {
    expect(addressee("To", author)).toBe(field);
  });

  it.each(["", "nobody", "a@x, b@y", "x <a@b\nBcc: c@d>", "</pre><script> <x@y> z", "a <b@c> <d@e>"])("refuses '%s'", (author) => {
    expect(addressee("To", author)).toBeNull();
  });

  it("names one address and starts no other field", async () => {
    await fc.assert(
      fc.asyncProperty(anyText, async (name) => {
        const field = addressee("To", `${name} <dev@example.org>`);
        if (field === null) return;
        expect(isOneField(field, "To")).toBe(true);
        const mail = await simpleParser(`${field}\nMIME-Version: 1.0\n\nx`);
        const to = Array.isArray(mail.to) ? mail.to[0] : mail.to;
        expect(to?.value.map((item) => item.address)).toEqual(["dev@example.org"]);
      }),
      { numRuns: 100 },
    );
  });
});

describe("messageId", () => {
  it("takes what can stand in angle brackets", () => {
    expect(messageId("20250102.1-x@example.org")).toBe("<20250102.1-x@example.org>");
    expect(messageId("a@b>\nBcc: c@d")).toBeNull();
    expect(messageId("a b@c")).toBeNull();
    expect(messageId("none")).toBeNull();
  });
});
