import { describe, expect, it } from "vitest";
import { decodeWords } from "./encoded-words.ts";

describe("decodeWords", () => {
  // The examples of RFC 2047, section 8.
  it.each([
    ["=?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>", "Keith Moore <moore@cs.utk.edu>"],
    ["=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?= <keld@dkuug.dk>", "Keld Jørn Simonsen <keld@dkuug.dk>"],
    ["=?ISO-8859-1?Q?Andr=E9?= Pirard", "André Pirard"],
    ["=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?= =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=", "If you can read this you understand the example."],
    ["(=?ISO-8859-1?Q?a?=)", "(a)"],
    ["(=?ISO-8859-1?Q?a?= b)", "(a b)"],
    ["(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)"],
    ["(=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=)", "(ab)"],
    ["(=?ISO-8859-1?Q?a_b?=)", "(a b)"],
    ["(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)", "(a b)"],
  ])("%s", (raw, text) => {
    expect(decodeWords(raw)).toBe(text);
  });

  it("joins a character that a mailer cut in two", () => {
    // U+00E9 is c3 a9 in UTF-8.
    expect(decodeWords("=?utf-8?q?caf=C3?= =?utf-8?q?=A9?=")).toBe("café");
  });

  it("reads blanks within a word and a language tag, as some mailers write", () => {
    expect(decodeWords("=?utf-8?Q?a b=C3=A9?= c")).toBe("a bé c");
    expect(decodeWords("=?utf-8*en?Q?x?=")).toBe("x");
  });

  it("keeps text between words and what is no word", () => {
    expect(decodeWords("a =?utf-8?q?b?= c =?utf-8?q?d?= e")).toBe("a b c d e");
    expect(decodeWords("=?utf-8?x?b?= =?= ?=")).toBe("=?utf-8?x?b?= =?= ?=");
    expect(decodeWords("=?no-such-charset?q?caf=C3=A9?=")).toBe("café");
  });
});
