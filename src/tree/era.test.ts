/** Which kernel a review is for, and how it says where it knows that from. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eraMarkers, eras } from "../../rules/eras.ts";
import { compareVersions } from "../util/version.ts";
import { eraOf, type EraQuestion, openTree, type Tree } from "./index.ts";

let dir = "";
let tree: Tree;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "mmreview-era-"));
  mkdirSync(join(dir, "mm"));
  writeFileSync(join(dir, "Makefile"), "# SPDX-License-Identifier: GPL-2.0\nVERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 192\nEXTRAVERSION =\n");
  tree = await openTree(dir);
});
afterAll(async () => {
  await tree.close();
  rmSync(dir, { recursive: true, force: true });
});

const tables = { eras, eraMarkers };
const ask = (more: Partial<EraQuestion>): ReturnType<typeof eraOf> =>
  eraOf({ tree: null, base: null, kernelOption: null, names: new Set(), date: null, ...more }, tables);

describe("eraOf", () => {
  it("obeys --kernel before everything else", async () => {
    expect(await ask({ tree, kernelOption: "6.12", date: "2020-12-10T15:10:50Z" })).toEqual({ version: "6.12", from: "--kernel" });
    for (const text of ["v6.12", "6.12.117", "6.12-rc3", " 6.12 "]) expect((await ask({ kernelOption: text })).version).toBe("6.12");
    for (const text of ["six", "6", "6.12; rm", "", "-6.1", "6.1234"]) await expect(ask({ kernelOption: text })).rejects.toThrow("not a kernel version");
  });

  it("reads the tree's Makefile", async () => {
    expect(await ask({ tree, names: new Set(["alloc_set_pte"]), date: "2020-12-10T15:10:50Z" })).toEqual({ version: "6.1", from: "tree Makefile" });
  });

  it("takes the release after the mail's date", async () => {
    expect(await ask({ date: "2020-12-10T15:10:50.000Z" })).toEqual({ version: "5.10", from: "mail date 2020-12-10" });
    expect((await ask({ date: "2020-12-14T00:00:00Z" })).version).toBe("5.11");
    expect((await ask({ date: "2002-01-01T00:00:00Z" })).version).toBe("4.18");
    expect((await ask({ date: "2026-11-20T00:00:00Z" })).version).toBe("7.3");
    expect((await ask({ date: "2099-01-01T00:00:00Z" })).version).toBe("7.3");
  });

  it("lets names correct the date", async () => {
    expect(await ask({ names: new Set(["alloc_set_pte"]), date: "2022-05-01T00:00:00Z" })).toEqual({
      version: "5.11", from: "uses alloc_set_pte, which is in kernels up to 5.11",
    });
    expect(await ask({ names: new Set(["pte_offset_map_rw_nolock", "ptep_get"]), date: "2024-09-30T00:00:00Z" })).toEqual({
      version: "6.13", from: "uses pte_offset_map_rw_nolock, which is in kernels since 6.13",
    });
    expect((await ask({ names: new Set(["alloc_set_pte"]), date: "2020-12-10T00:00:00Z" })).from).toBe("mail date 2020-12-10");
  });

  it("takes a patch that does away with the last use of a name to be for the kernel after", async () => {
    const names = new Set(["pmd_trans_unstable"]);
    expect(await ask({ names, removed: names, date: "2023-06-09T00:00:00Z" })).toMatchObject({ version: "6.5", from: expect.stringContaining("removes pmd_trans_unstable") as string });
    expect((await ask({ names, removed: new Set(), date: "2023-06-09T00:00:00Z" })).version).toBe("6.4");
    // Long before the name goes, its removal in one place says nothing.
    expect((await ask({ names, removed: names, date: "2022-06-09T00:00:00Z" })).version).toBe("5.19");
  });

  it("finds a version without a date, and a default without anything", async () => {
    expect((await ask({ names: new Set(["pmd_read_atomic"]) })).version).toBe("6.1");
    expect(await ask({})).toEqual({ version: "7.3", from: "default" });
    expect((await ask({ date: "yesterday" })).from).toBe("default");
  });

  it("ignores names that contradict one another", async () => {
    expect((await ask({ names: new Set(["mmap_sem", "softleaf_from_pte"]), date: "2023-01-01T00:00:00Z" })).version).toBe("6.2");
  });

  it("always answers within the bounds that the names give", async () => {
    const some = fc.subarray(eraMarkers.map((marker) => marker.name));
    const date = fc.option(fc.date({ min: new Date("2018-01-01"), max: new Date("2027-01-01"), noInvalidDate: true }).map((one) => one.toISOString()));
    await fc.assert(
      fc.asyncProperty(some, date, async (names, at) => {
        const since = eraMarkers.filter((one) => names.includes(one.name) && one.since !== undefined).map((one) => one.since!);
        const until = eraMarkers.filter((one) => names.includes(one.name) && one.until !== undefined).map((one) => one.until!);
        fc.pre(since.every((low) => until.every((high) => compareVersions(low, high) <= 0)));
        const { version, from } = await ask({ names: new Set(names), date: at });
        for (const low of since) expect(compareVersions(version, low)).toBeGreaterThanOrEqual(0);
        for (const high of until) expect(compareVersions(version, high)).toBeLessThanOrEqual(0);
        expect(from).not.toBe("");
      }),
    );
  });
});

describe("rules/eras.ts", () => {
  it("is in order, and only its last version may be unreleased", () => {
    for (const [at, era] of eras.entries()) {
      const next = eras[at + 1];
      if (next === undefined) continue;
      expect(compareVersions(era.version, next.version)).toBeLessThan(0);
      expect(era.released).toMatch(/^20\d\d-\d\d-\d\d$/);
      expect(next.released === "" || era.released < next.released).toBe(true);
    }
  });

  it("gives each marker a bound that is a version of the table, and a reference", () => {
    const versions = new Set(eras.map((era) => era.version));
    for (const marker of eraMarkers) {
      const bounds = [marker.since, marker.until].filter((one) => one !== undefined);
      expect(bounds.length).toBeGreaterThan(0);
      expect(bounds.every((one) => versions.has(one))).toBe(true);
      expect(marker.references.length).toBeGreaterThan(0);
    }
    expect(new Set(eraMarkers.map((marker) => marker.name)).size).toBe(eraMarkers.length);
  });
});

/** Kernel sources to look names up in, where the machine has them. */
const kernels = [
  { version: "6.12", root: process.env["MMREVIEW_TREE_6_12"] },
  { version: "6.1", root: process.env["MMREVIEW_TREE_6_1"] },
];
for (const { version, root } of kernels) {
  describe.skipIf(root === undefined)(`the sources of ${version} (skipped unless MMREVIEW_TREE_${version.replace(".", "_")} names them)`, () => {
    it("have the names that the markers give them, and lack the others", async () => {
      const sources = await openTree(root!);
      for (const marker of eraMarkers) {
        // Stable kernels take over some later helpers, so absence can only be asked of names that are gone.
        const [reference] = marker.references;
        const gone = marker.until !== undefined && compareVersions(version, marker.until) > 0;
        const there = (marker.since === undefined || compareVersions(version, marker.since) >= 0) && !gone;
        const { bytes } = await sources.readFile(reference!.file);
        const code = (bytes?.toString("latin1") ?? "").replace(/\/\*[^]*?\*\//g, "");
        const found = new RegExp(`\\b${marker.name}\\b`).test(code);
        if (gone) expect([marker.name, found]).toEqual([marker.name, false]);
        if (there) expect([marker.name, found]).toEqual([marker.name, true]);
      }
      await sources.close();
    });
  });
}
