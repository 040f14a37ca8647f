/** What runs of one function in one world know from each other changes nothing that they say. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText } from "../c/index.ts";
import { libraryFor, type Library, type SourceText } from "./library.ts";
import { runReplay, type RunResult, type Subject } from "./replay-run.ts";
import { subjectOf } from "./replay.ts";
import { sound } from "./world/build.ts";

const root = join(import.meta.dirname, "../..");

function textsOf(folder: string): SourceText[] {
  return readdirSync(join(root, folder)).filter((name) => name.endsWith(".c")).toSorted()
    .map((name) => ({ path: `${folder}/${name}`, text: readFileSync(join(root, folder, name), "utf8") }));
}

/** Puts back under the lock what it saw before, and calls what is not modelled. */
const text = `static int demo(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, int how)
{
	spinlock_t *ptl;
	pte_t *pte = pte_offset_map(pmd, addr);
	pte_t old;

	if (!pte)
		return -EAGAIN;
	old = ptep_get(pte);
	pte_unmap(pte);
	if (how && pte_present(old))
		note_something(how);
	pte = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (!pte)
		return -EAGAIN;
	set_pte_at(vma->vm_mm, addr, pte, old);
	pte_unmap_unlock(pte, ptl);
	return 0;
}
`;

const settings = { vma: "anon", pmd: "table", pte: "page,none" };

let library: Library;

beforeAll(async () => {
  await initC();
  library = libraryFor(textsOf("rules/models"), textsOf("rules/actors"), "6.12");
});

function subject(): Subject {
  const unit = lowerText("mm/demo.c", text);
  return subjectOf({ function: unit.functions[0]!, units: [unit], library, held: [], callersSeen: true, lines: new Map(), bound: 3000, work: 1_000_000 }, sound);
}

function told({ found, trace, states, executions, complete, notModelled, skipped, reached, rest, wanted, touched }: RunResult): unknown {
  return { found, trace, states, executions, complete, notModelled, skipped, reached: [...reached].toSorted((a, b) => a - b), rest, wanted, touched: [...touched().keys()].length };
}

describe("runReplay", () => {
  it("says the same, for the same work, whatever was run in the world before", () => {
    const used = subject();
    const alone = runReplay(used, settings, null);
    expect(alone.skipped).toContain("note_something()");
    let faults = 0;
    for (const actor of library.actors.slice(0, 6)) {
      const fresh = subject();
      const before = used.work.left;
      const [first, again] = [runReplay(fresh, settings, actor), runReplay(used, settings, actor)];
      expect(told(again)).toEqual(told(first));
      expect(before - used.work.left).toBe(1_000_000 - fresh.work.left);
      faults += first.found === null ? 0 : 1;
    }
    expect(faults).toBeGreaterThan(0);
  });
});
