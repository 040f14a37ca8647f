/** Whether a repair removes a trace: yes, no, and not told, which are three things. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText } from "../c/index.ts";
import { packageRoot } from "../util/package-root.ts";
import { atOnce } from "../util/slices.ts";
import { libraryFor, type SourceText } from "./library.ts";
import { repair, type Repair } from "./repair.ts";
import { replay, type ReplayRequest, type ReplayTrace } from "./replay.ts";

function textsOf(folder: string): SourceText[] {
  return readdirSync(join(packageRoot(), folder)).filter((name) => name.endsWith(".c")).map((name) => ({ path: `${folder}/${name}`, text: readFileSync(join(packageRoot(), folder, name), "utf8") }));
}

/** Makes a table of the kernel reachable before its contents are ordered. */
const text = `
void publish(pmd_t *pmd, unsigned long addr)
{
	pte_t *table = pte_alloc_one_kernel(&init_mm);

	if (!table)
		return;
	spin_lock(&init_mm.page_table_lock);
	if (pmd_none(*pmd)) {
		pmd_populate_kernel(&init_mm, pmd, table);
		table = NULL;
	}
	spin_unlock(&init_mm.page_table_lock);
	if (table)
		pte_free_kernel(&init_mm, table);
}
`;

beforeAll(async () => {
  await initC();
});

describe("a repair", () => {
  const request = (work: number): ReplayRequest => {
    const unit = lowerText("mm/publish.c", text);
    const library = libraryFor(textsOf("rules/models"), textsOf("rules/actors"), "6.12");
    return { function: unit.functions[0]!, units: [unit], library, held: [], callersSeen: false, lines: new Map(), bound: 6000, work };
  };

  const again = (asked: ReplayRequest, trace: ReplayTrace, left = Infinity): Repair | null => atOnce(repair(asked, trace, { left }));

  it("is confirmed, refuted or not told", () => {
    const trace = replay(request(1_000_000)).traces.find((t) => t.rule === "publish-order")!;
    expect(again(request(1_000_000), trace)).toMatchObject({ confirmed: true });
    // Waiting for walkers does not order the contents of a new table.
    expect(again(request(1_000_000), { ...trace, rule: "table-free" })).toMatchObject({ confirmed: false });
    expect(again(request(1), trace)).toMatchObject({ confirmed: null });
    expect(again(request(1_000_000), { ...trace, rule: "batch-bounds" })).toBeNull();
  });

  it("is not told when nothing is left for second looks, and what it takes is taken off", () => {
    const trace = replay(request(1_000_000)).traces.find((t) => t.rule === "publish-order")!;
    expect(again(request(1_000_000), trace, 0)).toMatchObject({ confirmed: null });
    const looks = { left: 1_000_000 };
    atOnce(repair(request(1_000_000), trace, looks));
    expect(looks.left).toBeLessThan(1_000_000);
  });
});
