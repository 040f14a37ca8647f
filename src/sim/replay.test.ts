/** Beside whom a function is run: beside those that touch what it touches, whatever numbers that has in either's own runs. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText } from "../c/index.ts";
import { libraryFor, type SourceText } from "./library.ts";
import { replay, type ReplayResult } from "./replay.ts";

const root = join(import.meta.dirname, "../..");

function textsOf(folder: string): SourceText[] {
  return readdirSync(join(root, folder)).filter((name) => name.endsWith(".c")).toSorted()
    .map((name) => ({ path: `${folder}/${name}`, text: readFileSync(join(root, folder, name), "utf8") }));
}

const params = "struct mm_struct *mm, struct vm_area_struct *vma, struct address_space *mapping, struct anon_vma *anon_vma, pmd_t *pmd";

/** The function of these lines, called with nothing held, beside one actor of those. */
function beside(lines: readonly string[], other: readonly string[]): ReplayResult {
  const body = (name: string, list: readonly string[]): string => `void ${name}(${params})\n{\n${list.map((line) => `\t${line};\n`).join("")}}\n`;
  const unit = lowerText("mm/demo.c", body("demo", lines));
  const actor = { path: "rules/actors/other.c", text: `/*\n * actor: other\n * needs: users=live\n * context: its own\n */\n${body("other", other)}` };
  const library = libraryFor(textsOf("rules/models"), [actor], "6.12");
  return replay({ function: unit.functions[0]!, units: [unit], library, held: [], callersSeen: true, lines: new Map(), bound: 3000, work: 1_000_000 });
}

beforeAll(() => initC());

describe("replay", () => {
  it("runs a function beside an actor that takes the same locks, however many others either takes first", () => {
    // Numbered by first use, the function's two are what the actor takes for reading first, and the actor's last two are nobody's.
    const own = ["i_mmap_lock_read(mapping)", "mmap_read_lock(mm)", "mmap_read_unlock(mm)", "i_mmap_unlock_read(mapping)"];
    const opposite = ["down_read(&vma->own_lock)", "anon_vma_lock_read(anon_vma)", "mmap_write_lock(mm)", "i_mmap_lock_write(mapping)", "i_mmap_unlock_write(mapping)", "mmap_write_unlock(mm)", "anon_vma_unlock_read(anon_vma)", "up_read(&vma->own_lock)"];
    const { traces } = beside(own, opposite);
    expect(traces.map(({ rule, property, actor }) => ({ rule, property, actor }))).toEqual([{ rule: "lock-order", property: "deadlock", actor: "other" }]);
  });

  it("does not run it beside one that takes other locks, of which the first is everybody's first", () => {
    const own = ["mmap_write_lock(mm)", "mmap_write_unlock(mm)"];
    const idle = beside(own, []);
    const apart = beside(own, ["anon_vma_lock_write(anon_vma)", "anon_vma_unlock_write(anon_vma)"]);
    const together = beside(own, own);
    expect([idle, apart, together].map(({ verdict, bounded }) => `${verdict} ${bounded}`)).toEqual(["holds false", "holds false", "holds false"]);
    expect(apart.runs).toBe(idle.runs);
    expect(together.runs).toBeGreaterThan(idle.runs);
  });
});
