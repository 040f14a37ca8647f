/** Drawings of the page tables: what they show, and that nothing in them becomes markup. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { WorldPicture } from "../core/picture.ts";
import type { Report } from "../core/report.ts";
import { renderReport } from "./formats.ts";
import { pictureSvg } from "./picture-svg.ts";
import { pictureText, samePicture } from "./picture-text.ts";

const before: WorldPicture = {
  tables: [
    { name: "T0", level: "pgd", state: "reachable", note: "", entries: [{ kind: "table", text: "table T1", target: "T1" }] },
    { name: "T1", level: "pud", state: "reachable", note: "", entries: [{ kind: "table", text: "table T2", target: "T2" }] },
    {
      name: "T2", level: "pmd", state: "reachable", note: "",
      entries: [{ kind: "table", text: "table T3", target: "T3" }, { kind: "none", text: "none", target: "" }],
    },
    {
      name: "T3", level: "pte", state: "reachable", note: "",
      entries: [{ kind: "page", text: "page P0 (writable, dirty)", target: "" }, { kind: "not-present", text: "swap", target: "" }],
    },
  ],
  cpus: [{ cpu: 0, holds: ["RCU read section"] }, { cpu: 1, holds: ["mmap_lock", "the pmd lock of T2"] }],
  stale: [],
};

/** The PMD entry is cleared, its table waits for the grace period, its translation has not been flushed. */
const after: WorldPicture = {
  ...before,
  tables: before.tables.map((t) =>
    t.name === "T2" ? { ...t, entries: [{ kind: "none", text: "none", target: "" }, t.entries[1]!] }
    : t.name === "T3" ? { ...t, state: "waiting", note: "taken out, freed after a grace period" }
    : t),
  stale: [{ address: "0x100000", page: "P0 (writable)" }],
};

/** Elements with their attributes, as a parser of well-formed XML sees them; throws where tags do not nest. */
function elements(xml: string): { readonly name: string; readonly text: string }[] {
  const open: { name: string; text: string }[] = [];
  const all: { name: string; text: string }[] = [];
  let rest = xml;
  while (rest !== "") {
    const tag = /^<(\/?)([a-z]+)((?: [a-zA-Z-]+="[^"<>]*")*)(\/?)>/.exec(rest);
    if (tag === null) {
      const text = /^[^<]+/.exec(rest)?.[0] ?? "";
      if (text === "") throw new Error(`not well-formed: ${rest.slice(0, 40)}`);
      for (const element of open) element.text += text;
      rest = rest.slice(text.length);
      continue;
    }
    rest = rest.slice(tag[0].length);
    if (tag[1] === "/") {
      if (open.pop()?.name !== tag[2]) throw new Error(`</${tag[2]}> closes another element`);
      continue;
    }
    const element = { name: tag[2]!, text: "" };
    all.push(element);
    if (tag[4] !== "/") open.push(element);
  }
  if (open.length > 0) throw new Error(`${open[0]!.name} is not closed`);
  return all;
}

describe("as text", () => {
  it("sets tables in by level, names what is apart, and marks what changed", () => {
    expect(pictureText(after, before, 100)).toEqual([
      "pgd T0 [ table T1 ]",
      "  pud T1 [ table T2 ]",
      "    pmd T2 [ *none | none ]",
      "pte T3 [ page P0 (writable, dirty) | swap ] taken out, freed after a grace period",
      "CPU0 holds RCU read section",
      "CPU1 holds mmap_lock, the pmd lock of T2",
      "some TLB may still map 0x100000 to P0 (writable)",
    ]);
    expect(pictureText(before, null, 100)[3]).toBe("      pte T3 [ page P0 (writable, dirty) | swap ]");
  });

  it("keeps to the width", () => {
    expect(pictureText(after, before, 30).filter((line) => line.length > 30)).toEqual([]);
  });

  it("is the same for equal worlds only", () => {
    expect(samePicture(before, structuredClone(before))).toBe(true);
    expect(samePicture(before, after)).toBe(false);
  });
});

describe("in the HTML report", () => {
  it("stands behind the trace, each picture under a name of its own: the start, a step before and after, and one that changes nothing", async () => {
    const race = JSON.parse(readFileSync(join(import.meta.dirname, "../../fixtures/report/race.json"), "utf8")) as Report;
    const finding = race.patches[0]!.findings.find((f) => f.trace !== null)!;
    const steps = finding.trace!.steps.slice(0, 2);
    const findings = [{ ...finding, trace: { ...finding.trace!, steps, pictures: [before, after, after] } }];
    const page = await renderReport("html", { ...race, patches: [{ ...race.patches[0]!, findings }] }, { colour: false, width: 80, verbose: false, quiet: false, rules: [] });
    expect(page.match(/<svg [^>]*aria-labelledby="[^"]*"/g)).toHaveLength(1 + 2 + 1);
    const ids = Array.from(page.matchAll(/ id="([^"]*)"/g), (m) => m[1]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(page).toContain("Page tables, unchanged by this step");
  });
});

describe("as SVG", () => {
  const svg = pictureSvg(after, before, "p1f1-s3", "After step 3").text;

  it("is well-formed and has a box for each table, a row for each entry and an arrow for each link", () => {
    const names = elements(svg).map((e) => e.name);
    const count = (name: string): number => names.filter((n) => n === name).length;
    expect(count("g")).toBe(4);
    expect(count("rect")).toBe(4 + 6);
    expect(count("path")).toBe(2);
  });

  it("says in words what it shows", () => {
    const [title, description] = ["title", "desc"].map((name) => elements(svg).find((e) => e.name === name)!.text);
    expect(title).toBe("After step 3");
    expect(description).toContain("pmd T2 [ *none | none ]; pte T3");
    expect(svg).toContain('role="img" aria-labelledby="p1f1-s3-title p1f1-s3-desc"');
  });

  it("tells a change by more than colour", () => {
    expect(svg).toContain('stroke-width="3"/><text fill="currentColor"');
    expect(elements(svg).map((e) => e.text)).toContain("* none");
  });

  it("takes no text for markup", () => {
    const evil = `"><script>alert(1)</script><a href='x'>&amp;`;
    const hostile: WorldPicture = {
      tables: [{ name: evil, level: "pte", state: "private", note: evil, entries: [{ kind: "page", text: evil, target: evil }] }],
      cpus: [{ cpu: 0, holds: [evil] }], stale: [{ address: evil, page: evil }],
    };
    const drawn = pictureSvg(hostile, null, "x", evil).text;
    expect(Array.from(new Set(elements(drawn).map((e) => e.name)))).toEqual(["svg", "title", "desc", "g", "rect", "text", "path"]);
    expect(drawn).not.toContain(evil);
  });

  it("draws a table that points to itself once, and a world without tables", () => {
    const loop: WorldPicture = { tables: [{ ...before.tables[0]!, entries: [{ kind: "table", text: "table T0", target: "T0" }] }], cpus: [], stale: [] };
    expect(elements(pictureSvg(loop, null, "x", "t").text).filter((e) => e.name === "path")).toHaveLength(1);
    expect(elements(pictureSvg({ tables: [], cpus: [], stale: [] }, null, "x", "t").text).map((e) => e.name)).toEqual(["svg", "title", "desc"]);
  });
});
