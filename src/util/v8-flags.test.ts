import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { preparations } from "./short-run.ts";
import { lastingFlags, optimiseSooner, roomGrows, roomHasToStay } from "./v8-flags.ts";

/** As V8 lists its flags: "no" in front and values behind are no part of the name. */
function nameOf(flag: string): string {
  return flag.replace(/^--(?:no-)?/, "").replace(/=.*/, "");
}

describe("flags of V8", () => {
  it("are all known to this one, which passes over others in silence or with a word on the terminal", () => {
    const listed = spawnSync(process.execPath, ["--v8-options"], { encoding: "utf8" }).stdout;
    const known = new Set(Array.from(listed.matchAll(/^ +--(?:no-)?([a-z0-9-]+)/gm), ([, name]) => name!));
    const v8 = Number.parseInt(process.versions.v8, 10);
    const told = lastingFlags.filter(({ from, to }) => from <= v8 && v8 <= (to ?? v8)).flatMap(({ flags }) => flags);
    const used = [...told, ...optimiseSooner, ...(roomHasToStay ? [roomGrows.flag] : []), ...Object.values(preparations).flatMap(({ off, on }) => [off, ...on])];
    expect(used.length).toBeGreaterThan(6);
    expect(used.map(nameOf).filter((name) => !known.has(name))).toEqual([]);
  });
});
