/** The same text gives the same tree by native code and by wasm, whole C or broken, and who has only wasm misses nothing. */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { nativeVersion, nativeGrammar } from "./native-grammar.ts";
import { parseBy, type Tables, tablesOf } from "./parse.ts";
import { wasmGrammar } from "./wasm-grammar.ts";

const root = join(import.meta.dirname, "../..");
const tree = process.env["MMREVIEW_TREE_6_12"] ?? "";
const found = nativeGrammar();

/** All .c files below a folder. */
function sourcesIn(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".c"));
  return names.map((name) => readFileSync(join(folder, name), "utf8"));
}

describe.skipIf(found === null)(`the native grammar${found === null ? " (not installed here: skipped)" : ""}`, () => {
  let native: Tables;
  let wasm: Tables;
  beforeAll(async () => {
    native = tablesOf(found!);
    wasm = tablesOf(await wasmGrammar());
  });

  /** Compared as text: it takes a tenth of the time, and says as much. */
  function expectSame(text: string): void {
    const [one, other] = [native, wasm].map((by) => JSON.stringify(parseBy(by, text, 7)));
    if (one !== other) expect(parseBy(native, text, 7)).toEqual(parseBy(wasm, text, 7));
  }

  const ours = [...sourcesIn(join(root, "fixtures")), ...sourcesIn(join(root, "rules"))];

  it("reads our own C as wasm does", () => {
    expect(ours.length).toBeGreaterThan(50);
    for (const text of ours) expectSame(text);
  });

  it("reads C that is cut up, spoilt and mixed with other text as wasm does", () => {
    const spoilt = fc.record({
      source: fc.constantFrom(...ours),
      from: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.nat(3000),
      changes: fc.array(fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), lose: fc.nat(12), put: fc.constantFrom("", "{", "}", "(", ")", ";", "#if X\n", "#else\n", "*/", '"', "'", "\\", "é", "\u{1f600}", "\u2028", "\ud800", "\0", "= {", "else") }), { maxLength: 8 }),
    });
    fc.assert(
      fc.property(spoilt, ({ source, from, length, changes }) => {
        const start = Math.floor(from * source.length);
        let text = source.slice(start, start + length);
        for (const { at, lose, put } of changes) {
          const place = Math.floor(at * text.length);
          text = text.slice(0, place) + put + text.slice(place + lose);
        }
        expectSame(text);
      }),
      { numRuns: 400 },
    );
  });

  it("reads any text as wasm does", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        expectSame(text);
      }),
      { numRuns: 300 },
    );
  });

  it("reads long texts, deep ones and none", () => {
    const long = ours.join("\n");
    expect(long.length).toBeGreaterThan(100_000);
    expectSame(long);
    expectSame(`/* \u{1f600}é */ ${long}`);
    expectSame(`int f(void) { return ${"(".repeat(2000)}1${")".repeat(2000)}; }`);
    expectSame("{".repeat(5000));
    expectSame("");
  });

  it("is given up on for the same texts, and reads the next as if nothing had been", () => {
    const endless = `void f(pte_t *${"a,".repeat(10_000)}`;
    expect(parseBy(native, endless, 0)).toEqual({ kind: "ERROR", field: "", start: 0, end: endless.length, named: true, broken: true, children: [] });
    expectSame(endless);
    expectSame("int f(void)\n{\n\treturn 1;\n}\n");
  });

  it("reports as often as wasm does", () => {
    for (const text of [...ours.slice(0, 20), `f(${"a,".repeat(1000)}`, "}{".repeat(500)]) {
      for (const kind of ["reports", "spoilt"] as const) {
        const reads = ({ grammar }: Tables, most: number): boolean => grammar.parse(text, { reports: 1e6, spoilt: 1e6, [kind]: most }, () => true) ?? false;
        let least = 0;
        while (!reads(native, least)) least++;
        expect([least === 0 || reads(wasm, least - 1), reads(wasm, least)]).toEqual([least === 0, true]);
      }
    }
  });

  it.skipIf(tree === "")("reads mm/, fs/ and kernel/ as wasm does", { timeout: 600_000 }, () => {
    for (const folder of ["mm", "fs", "kernel"]) for (const text of sourcesIn(join(tree, folder))) expectSame(text);
  });
});

describe("a native grammar that can't be used", () => {
  const load = createRequire(import.meta.url);

  it("is none: not installed, broken, or of another release, which would read broken C in another way", () => {
    const missing = (): never => {
      throw new Error("Cannot find module");
    };
    expect(nativeGrammar(missing)).toBeNull();
    expect(nativeGrammar((name) => (name.endsWith(".node") ? missing() : { version: nativeVersion }))).toBeNull();
    expect(nativeGrammar((name) => (name.endsWith(".node") ? {} : { version: nativeVersion }))).toBeNull();
    expect(nativeGrammar((name) => (name === "tree-sitter/package.json" ? { version: "0.22.4" } : load(name)))).toBeNull();
  });

  it("is looked for in the release that package.json asks for, beside the wasm of the same core", () => {
    const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Readonly<Record<string, Readonly<Record<string, string>>>>;
    expect(optionalDependencies?.["tree-sitter"]).toBe(nativeVersion);
    // What either package is built from was compared file by file: both hold lib/src of tree-sitter 0.25.10.
    expect([nativeVersion, dependencies?.["web-tree-sitter"]]).toEqual(["0.25.1", "0.25.10"]);
  });
});
