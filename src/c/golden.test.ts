/**
 * Whole functions against graphs written down and checked by hand: fixtures/c/NAME.c lowers to fixtures/c/NAME.cfg.
 * The notation is printFunction()'s: block number, `*` for a loop head, `line: step`.
 */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText, printFunction } from "./index.ts";

const folder = join(import.meta.dirname, "../../fixtures/c");
const names = readdirSync(folder).filter((name) => name.endsWith(".c"));

beforeAll(() => initC());

describe("golden graphs", () => {
  it("sees the fixtures", () => {
    expect(names.length).toBeGreaterThanOrEqual(8);
  });

  it.each(names)("%s", (name) => {
    const unit = lowerText(name, readFileSync(join(folder, name), "utf8"));
    const expected = readFileSync(join(folder, name.replace(/\.c$/, ".cfg")), "utf8");
    expect(unit.functions.map(printFunction).join("\n")).toBe(expected);
  });
});
