import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { UsageError } from "../core/errors.ts";
import { checkWritable, writeWhole } from "./output.ts";

/** Some file systems let nobody change modes. */
const modes = vi.hoisted(() => ({ fixed: false }));
vi.mock("node:fs", async (original) => {
  const fs = await original<typeof import("node:fs")>();
  const fchmodSync: typeof fs.fchmodSync = (file, mode) => {
    if (modes.fixed) throw new Error("EPERM: no modes here");
    fs.fchmodSync(file, mode);
  };
  return { ...fs, fchmodSync };
});

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mmreview-output-"));
});
afterEach(() => {
  modes.fixed = false;
  rmSync(folder, { recursive: true, force: true });
});

describe("writeWhole", () => {
  it("creates and replaces", () => {
    writeWhole("a", folder, "one");
    writeWhole("a", folder, "two");
    expect(readFileSync(join(folder, "a"), "utf8")).toBe("two");
    expect(readdirSync(folder)).toEqual(["a"]);
  });

  it("follows a symbolic link and leaves it one", () => {
    writeFileSync(join(folder, "real"), "old");
    symlinkSync("real", join(folder, "link"));
    writeWhole("link", folder, "new");
    expect(readFileSync(join(folder, "real"), "utf8")).toBe("new");
    expect(lstatSync(join(folder, "link")).isSymbolicLink()).toBe(true);
  });

  it("keeps others from a file that they could not read before", () => {
    writeFileSync(join(folder, "own"), "old", { mode: 0o600 });
    writeWhole("own", folder, "new");
    expect(lstatSync(join(folder, "own")).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, "own"), "utf8")).toBe("new");
  });

  it.runIf(existsSync("/proc/self/fd"))("leaves no file open, and the old one as it was, when the new one can't be kept from others", () => {
    writeFileSync(join(folder, "own"), "old", { mode: 0o600 });
    modes.fixed = true;
    const open = (): number => readdirSync("/proc/self/fd").length;
    const before = open();
    for (let i = 0; i < 20; i++) expect(() => writeWhole("own", folder, "new")).toThrow("no modes here");
    expect(open()).toBeLessThan(before + 10);
    expect(readFileSync(join(folder, "own"), "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["own"]);
  });

  it("leaves nothing when it can't write beside the file", () => {
    const name = "x".repeat(250);
    expect(() => writeWhole(name, folder, "text")).toThrow(UsageError);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("keeps the old file when the new one can't take its place", () => {
    mkdirSync(join(folder, "busy"));
    writeFileSync(join(folder, "busy", "kept"), "");
    expect(() => writeWhole("busy", folder, "text")).toThrow(UsageError);
    expect(readdirSync(folder)).toEqual(["busy"]);
  });

  it.runIf(existsSync("/dev/full"))("says that the disk is full", () => {
    expect(() => writeWhole("/dev/full", folder, "text")).toThrow(/can't write.*ENOSPC/);
  });
});

describe("checkWritable", () => {
  it("refuses a missing folder and a folder as file", () => {
    expect(() => checkWritable("no/file", folder)).toThrow("there is no folder 'no'");
    expect(() => checkWritable(".", folder)).toThrow("is a folder");
    expect(() => checkWritable("file", folder)).not.toThrow();
  });
});
