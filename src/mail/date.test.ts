import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseMailDate } from "./date.ts";

describe("parseMailDate", () => {
  // Right-hand sides were worked out by hand from the zone offsets.
  it.each([
    ["Fri, 11 Jun 2021 16:42:49 -0300", "2021-06-11T19:42:49.000Z"],
    ["Thu, 2 May 2019 18:28:28 +0300", "2019-05-02T15:28:28.000Z"],
    ["2 May 2019 18:28 GMT", "2019-05-02T18:28:00.000Z"],
    ["Tue, 3 Dec 2024 10:00:00 +0100 (CET)", "2024-12-03T09:00:00.000Z"],
    ["Fri, 01 Oct 99 08:00:00 EST", "1999-10-01T13:00:00.000Z"],
    ["Sat, 1 Jan 05 00:00:00 PST", "2005-01-01T08:00:00.000Z"],
    ["Fri Jun 11 2021 - 15:43:07 EST", "2021-06-11T20:43:07.000Z"],
    ["Thu Dec 10 2020 - 10:10:50 EST", "2020-12-10T15:10:50.000Z"],
    ["Fri Jun 11 15:43:07 2021", "2021-06-11T15:43:07.000Z"],
    ["Fri Jun 11 15:43:07 2021 +0530", "2021-06-11T10:13:07.000Z"],
    ["2021-06-11T16:42:49Z", "2021-06-11T16:42:49.000Z"],
    ["2021-06-11 16:42:49 +0200", "2021-06-11T14:42:49.000Z"],
    ["2021-06-11 16:42:49.123 +02:00", "2021-06-11T14:42:49.000Z"],
    ["Wed, 31 Dec 2025 23:59:60 +0000", "2026-01-01T00:00:00.000Z"],
  ])("%s", (text, expected) => {
    expect(parseMailDate(text)).toBe(expected);
  });

  it.each(["", "yesterday", "foo 1", "Thu, 31 Feb 2021 10:00:00 +0000", "Thu, 3 Foo 2021 10:00:00 +0000", "Thu, 3 Feb 2021 25:00:00 +0000", "12/03/2024", "Thu, 3 Feb 2921 10:00:00 +0000"])(
    "knows no date in %j",
    (text) => {
      expect(parseMailDate(text)).toBeNull();
    },
  );

  it("reads back what RFC 5322 writes", () => {
    const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    const pad = (n: number): string => String(n).padStart(2, "0");
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4_000_000_000 }), fc.integer({ min: -11 * 60, max: 13 * 60 }), (seconds, zone) => {
        const local = new Date((seconds + zone * 60) * 1000);
        const sign = zone < 0 ? "-" : "+";
        const offset = `${sign}${pad(Math.floor(Math.abs(zone) / 60))}${pad(Math.abs(zone) % 60)}`;
        const text = `${local.getUTCDate()} ${months[local.getUTCMonth()]} ${local.getUTCFullYear()} ${pad(local.getUTCHours())}:${pad(local.getUTCMinutes())}:${pad(local.getUTCSeconds())} ${offset}`;
        const expected = local.getUTCFullYear() >= 1970 ? new Date(seconds * 1000).toISOString() : null;
        expect(parseMailDate(text)).toBe(expected);
      }),
    );
  });
});
