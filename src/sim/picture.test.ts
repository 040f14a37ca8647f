/** Pictures of a run: one more than steps, and what they show is what the trace says. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { initC } from "../c/index.ts";
import type { WorldPicture } from "../core/picture.ts";
import type { SourceText } from "./library.ts";
import { simulate } from "./scenario-file.ts";

const root = join(import.meta.dirname, "../..");
const models: SourceText[] = readdirSync(join(root, "rules/models")).toSorted()
  .map((name) => ({ path: `rules/models/${name}`, text: readFileSync(join(root, "rules/models", name), "utf8") }));

const options = { models, actors: [], kernel: null, bound: 10_000 };

/** One thread frees the PTE table behind a grace period, under RCU itself, then reads from it when its section is over. */
const scenario = `/*
 * scenario: a table is used after its grace period
 * kernel: 6.12
 * world: vma=anon pmd=table pte=none,none notifiers=no
 * threads: alone
 */
void alone(struct mm_struct *mm, pmd_t *pmd, unsigned long addr)
{
	pmd_t val = READ_ONCE(*pmd);
	spinlock_t *ptl = pmd_lock(mm, pmd);

	rcu_read_lock();
	pmd_clear(pmd);
	spin_unlock(ptl);
	world_flush(mm, addr, addr + PMD_SIZE);
	world_table_free_rcu(pmd_pgtable(val));
	rcu_read_unlock();
	READ_ONCE(*(world_first(val) + pte_index(addr)));
}
`;

function picturesOf(pictures: boolean): { readonly steps: string[]; readonly pictures: readonly WorldPicture[] | undefined } {
  const [result] = simulate("s.c", scenario, { ...options, pictures }).results;
  return { steps: result!.trace!.steps.map((s) => s.text), pictures: result!.trace!.pictures };
}

beforeAll(async () => {
  await initC();
});

describe("pictures of a trace", () => {
  it("are not taken unless asked for", () => {
    expect(picturesOf(false).pictures).toBeUndefined();
  });

  it("follow the table through its life", () => {
    const { steps, pictures } = picturesOf(true);
    expect(pictures).toHaveLength(steps.length + 1);
    const at = (text: string): WorldPicture => pictures![steps.findIndex((s) => s.includes(text)) + 1]!;
    const table = (picture: WorldPicture): string => picture.tables.filter((t) => t.name === "T3").map((t) => `${t.state} ${t.note}`).join();
    expect(pictures![0]!.tables.slice(0, 4).map((t) => `${t.level} ${t.name}: ${t.entries.map((e) => e.text).join(" | ")}`)).toEqual([
      "pgd T0: table T1", "pud T1: table T2", "pmd T2: table T3 | none", "pte T3: none | none",
    ]);
    expect(table(pictures![0]!)).toBe("reachable ");
    expect(at("pmd_lock").cpus).toEqual([{ cpu: 0, holds: ["the pmd lock of T2"] }]);
    expect(at("pmd_clear").cpus[0]!.holds).toEqual(["the pmd lock of T2", "RCU read section"]);
    expect(table(at("pmd_clear"))).toBe("unlinked taken out by CPU0");
    expect(table(at("world_table_free_rcu"))).toBe("waiting taken out, freed after a grace period");
    expect(table(at("rcu_read_unlock"))).toBe("freed freed");
  });

  it("show translations that outlive their entry until the flush", () => {
    const text = scenario.replace("pte=none,none", "pte=page,none");
    const [result] = simulate("s.c", text, { ...options, pictures: true }).results;
    const { steps, pictures } = result!.trace!;
    const stale = (name: string): string[] => pictures![steps.findIndex((s) => s.text.includes(name)) + 1]!.stale.map((s) => `${s.address} ${s.page}`);
    expect(stale("pmd_lock")).toEqual([]);
    expect(stale("pmd_clear")).toEqual(["0x100000 P0 (writable)"]);
    expect(stale("world_flush")).toEqual([]);
  });
});
