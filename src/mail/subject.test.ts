import { describe, expect, it } from "vitest";
import { parseSubject, titleKey, type SubjectInfo } from "./subject.ts";

const cases: readonly (readonly [string, Partial<SubjectInfo>])[] = [
  ["[PATCH] mm: x", { patch: true, reply: false, index: null, total: 1, revision: 1, tags: [], title: "mm: x" }],
  ["[PATCH v3 02/10] mm: x", { index: 2, total: 10, revision: 3, title: "mm: x" }],
  ["[PATCH V3 00/34] New API", { index: 0, total: 34, revision: 3 }],
  ["[PATCHv5 2/3] mm: x", { patch: true, index: 2, total: 3, revision: 5 }],
  ["[patch RFC 07/15] mm: x", { patch: true, index: 7, total: 15, tags: ["RFC"] }],
  ["[RFC PATCH v2 1/2] mm: x", { patch: true, revision: 2, tags: ["RFC"] }],
  ["[RFC][PATCH] mm: x", { patch: true, tags: ["RFC"], title: "mm: x" }],
  ["[PATCH RESEND 3/3] mm: x", { tags: ["RESEND"], index: 3 }],
  ["[PATCH mm-unstable v8 21/31] a: b", { tags: ["MM-UNSTABLE"], revision: 8, index: 21, total: 31 }],
  ["Re: [PATCH 1/2] mm: x", { reply: true, patch: true, index: 1, title: "mm: x" }],
  ["RE: Re: AW: [PATCH 1/2] mm: x", { reply: true, title: "mm: x" }],
  ["Re[2]: mm: x", { reply: true, title: "mm: x" }],
  ["回复：[PATCH] mm: x", { reply: true, patch: true }],
  ["[linux-mm] Re: [PATCH] x", { reply: true, patch: true, tags: ["LINUX-MM"] }],
  ["[PATCH [RFC] 1/2] nested", { patch: true, tags: ["RFC"], index: 1, title: "nested" }],
  ["[PATCH 8/7] one more", { index: null, total: 1, tags: ["8/7"] }],
  ["[PATCH 1/0] odd", { index: null, tags: ["1/0"] }],
  ["[PATCH,v2,3/4] commas", { patch: true, revision: 2, index: 3, total: 4 }],
  ["[PATCH] [media] x", { tags: ["MEDIA"], title: "x" }],
  ["mm: array[3] is not a tag", { patch: false, tags: [], title: "mm: array[3] is not a tag" }],
  ["[unclosed mm: x", { tags: [], title: "[unclosed mm: x" }],
  ["", { title: "", reply: false, patch: false }],
];

describe("parseSubject", () => {
  it.each(cases)("%s", (subject, expected) => {
    expect(parseSubject(subject)).toMatchObject(expected);
  });

  it("is not misled by a word that starts like a prefix", () => {
    expect(parseSubject("Revert: mm").reply).toBe(false);
    expect(parseSubject("rework: mm").reply).toBe(false);
  });
});

describe("titleKey", () => {
  it("ignores case, blanks and a full stop", () => {
    expect(titleKey("mm:  Do it. ")).toBe(titleKey("MM: do it"));
    expect(titleKey("mm: do it")).not.toBe(titleKey("mm: do that"));
  });
});
