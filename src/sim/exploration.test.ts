/** What a search of scenarios promises: the same answer each time and without reduction, bounds that are said, deadlocks and livelocks. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { initC } from "../c/index.ts";
import type { ScenarioResult } from "../core/sim-report.ts";
import type { SourceText } from "./library.ts";
import { simulate } from "./scenario-file.ts";
import { castsOf, play } from "./scenario.ts";

const root = join(import.meta.dirname, "../..");

function textsOf(folder: string): SourceText[] {
  return readdirSync(join(root, folder)).filter((name) => name.endsWith(".c")).toSorted()
    .map((name) => ({ path: `${folder}/${name}`, text: readFileSync(join(root, folder, name), "utf8") }));
}

const scenarios = textsOf("fixtures/scenarios");
const library = { models: textsOf("rules/models"), actors: textsOf("rules/actors"), kernel: null };

function header(name: string, threads: string): string {
  return `/*\n * scenario: ${name}\n * world: vma=anon pmd=table\n * threads: ${threads}\n */\n`;
}

/** Takes two locks in this order. */
function taker(name: string, first: string, second: string): string {
  return `void ${name}(struct mm_struct *mm, struct anon_vma *anon_vma)\n{\n\t${first}\n\t${second}\n\tanon_vma_unlock_write(anon_vma);\n\tmmap_write_unlock(mm);\n}\n`;
}

const mmap = "mmap_write_lock(mm);";
const rmap = "anon_vma_lock_write(anon_vma);";

function run(text: string, options: { readonly bound?: number; readonly cancelled?: () => boolean } = {}): ScenarioResult {
  return simulate("s.c", text, { ...library, bound: 10_000, ...options }).results[0]!;
}

/** Takes the entry away under its lock if it is there; `behind` comes behind the lock. */
function clearer(name: string, behind: string): string {
  return `void ${name}(struct mm_struct *mm, pmd_t *pmd, unsigned long addr)
{
	spinlock_t *ptl;
	pte_t *pte = pte_offset_map_lock(mm, pmd, addr, &ptl);

	if (!pte)
		return;
	if (!pte_none(ptep_get(pte)))
		ptep_get_and_clear(mm, addr, pte);
	pte_unmap_unlock(pte, ptl);
	${behind}
}
`;
}

/** Takes the table away under the lock if it is there, and frees it; `between` comes before that. */
function freer(name: string, between: string): string {
  return `void ${name}(struct mm_struct *mm, pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);
	pmd_t val = pmdp_get(pmd);

	if (!pmd_none(val))
		pmd_clear(pmd);
	spin_unlock(ptl);
	${between}
	if (!pmd_none(val)) {
		mm_dec_nr_ptes(mm);
		pte_free(mm, pmd_pgtable(val));
	}
}
`;
}

/** A thread that flushes may end what another one still had to flush for: whether it does must not hide that it came late. */
const flushes = "flush_tlb_mm(mm);";
const flushedByAnother: readonly (readonly [property: string, world: string, functions: string])[] = [
  ["unflushed-return", "pte=page,none", clearer("lazy", "") + clearer("thorough", flushes)],
  ["stale-walk", "pte=none,none", freer("lazy", "") + freer("thorough", flushes)],
];

/** Allocates a table when the other is ready, installs it with contents that nothing orders, and says so. */
const installer = `static atomic_t ready, there;
void install(struct mm_struct *mm, pmd_t *pmd)
{
	pgtable_t new;

	if (!atomic_read(&ready))
		return;
	new = pte_alloc_one(mm);
	mmap_read_lock(mm);
	mm_inc_nr_ptes(mm);
	if (pmd_none(READ_ONCE(*pmd)))
		pmd_populate(mm, pmd, new);
	atomic_inc(&there);
	mmap_read_unlock(mm);
}
`;

/** Reads from the table under a lock that was held and released before it was there; under one that its installer may still hold. */
const unorderedReaders: readonly (readonly [what: string, text: string])[] = [
  ["a lock released before it was allocated", "i_mmap_lock_write(mapping);\n\ti_mmap_unlock_write(mapping);\n\tatomic_inc(&ready);\n\tif (!atomic_read(&there))\n\t\treturn;\n\ti_mmap_lock_write(mapping);"],
  ["a lock that another reader may still hold", "atomic_inc(&ready);\n\tif (!atomic_read(&there))\n\t\treturn;\n\tmmap_read_lock(mm);"],
];

/** A thread alone that goes round so often, with so many variables, that its states are longer than what is kept; then it takes a lock twice. */
function longLoop(rounds: number): string {
  const names = Array.from({ length: 60 }, (_, n) => `v${n}`);
  return `${header("long", "a")}void a(struct mm_struct *mm)
{
	int i;
${names.map((name, n) => `	long ${name} = ${10n ** 18n + BigInt(n)};\n`).join("")}
	mmap_read_lock(mm);
	for (i = 0; i < ${rounds}; i++)
		cpu_relax();
	if (${names.join(" + ")} == 3)
		return;
	mmap_read_lock(mm);
}
`;
}

beforeAll(async () => {
  await initC();
});

describe("a search", () => {
  it("comes to the same answer, states and trace each time", () => {
    for (const { path, text } of scenarios.slice(0, 4)) {
      const once = (): unknown => simulate(path, text, { ...library, bound: 100_000, pictures: true }).results.map(({ elapsedMs: _differs, ...rest }) => rest);
      expect(once()).toEqual(once());
    }
  });

  it.each(scenarios.map((s) => [s.path, s] as const))("of %s comes to the same verdict when every interleaving is tried", (path, { text }) => {
    for (const cast of castsOf(path, text, library).filter((c) => c.scenario.memory === undefined)) {
      const [reduced, full] = [true, false].map((reduce) => play(cast, { bound: 200_000, reduce }));
      expect(`${cast.scenario.name}: ${reduced!.found === null} ${reduced!.complete}`).toBe(`${cast.scenario.name}: ${full!.found === null} true`);
      expect(reduced!.states).toBeLessThanOrEqual(full!.states + (full!.found === null ? 0 : full!.states));
    }
  });

  it.each(flushedByAnother)("finds %s though another thread's flush would end it, in both orders of the threads", (property, ptes, functions) => {
    for (const threads of ["lazy thorough", "thorough lazy"]) {
      const [cast] = castsOf("s.c", header("flushed by another", threads).replace("pmd=table", `pmd=table ${ptes}`) + functions, library);
      const found = [true, false].map((reduce) => play(cast!, { bound: 10_000, reduce }).found?.fault.property);
      expect(found).toEqual([property, property]);
    }
  });

  it.each(unorderedReaders)("does not take a table's contents for ordered by %s", (_, text) => {
    const reads = `void reads(struct mm_struct *mm, struct address_space *mapping, pmd_t *pmd)\n{\n\t${text}\n\tif (!pmd_none(READ_ONCE(*pmd)))\n\t\tREAD_ONCE(*world_first(READ_ONCE(*pmd)));\n\t${text.includes("mmap_read_lock") ? "mmap_read_unlock(mm)" : "i_mmap_unlock_write(mapping)"};\n}\n`;
    for (const threads of ["install reads", "reads install"]) {
      const [cast] = castsOf("s.c", header("unordered", threads).replace("pmd=table", "pmd=none") + installer + reads, library);
      const found = [true, false].map((reduce) => play(cast!, { bound: 10_000, reduce }).found?.fault.property);
      expect(found).toEqual(["uninitialised-table", "uninitialised-table"]);
    }
  });

  it("says that it left out the only way there is when its states grew too long", () => {
    expect(run(longLoop(10))).toMatchObject({ verdict: "violated", property: "no lock is taken twice by one thread" });
    expect(run(longLoop(3000))).toMatchObject({ verdict: "not-modelled", reason: "more than 2000000 characters of states in one step" });
  });

  it("finds a deadlock, and says who holds what", () => {
    const result = run(`${header("two orders", "a b")}${taker("a", mmap, rmap)}${taker("b", rmap, mmap)}`);
    expect(result).toMatchObject({ verdict: "violated", rule: "lock-order" });
    expect(result.trace!.steps.at(-1)!.effect).toContain("CPU0 holds mmap_lock; CPU1 holds anon_vma lock");
    expect(run(`${header("one order", "a a")}${taker("a", mmap, rmap)}`)).toMatchObject({ verdict: "holds", bounded: false });
  });

  it("finds a retry that can never succeed, and none where another thread ends it", () => {
    const waits = "void waits(struct mm_struct *mm, pmd_t *pmd)\n{\n\twhile (!pmd_none(READ_ONCE(*pmd)))\n\t\tcpu_relax();\n}\n";
    const clears = "void clears(struct mm_struct *mm, pmd_t *pmd)\n{\n\tpmd_t val = READ_ONCE(*pmd);\n\tspinlock_t *ptl = pmd_lock(mm, pmd);\n\n\tpmd_clear(pmd);\n\tspin_unlock(ptl);\n\tflush_tlb_mm(mm);\n\tmm_dec_nr_ptes(mm);\n\tpte_free(mm, pmd_pgtable(val));\n}\n";
    expect(run(`${header("alone", "waits waits")}${waits}`)).toMatchObject({ verdict: "violated", rule: "map-failure", property: "no endless retry" });
    const empty = header("ended", "waits clears").replace("pmd=table", "pmd=table pte=none,none notifiers=no");
    expect(run(`${empty}${waits}${clears}`)).toMatchObject({ verdict: "holds", property: null });
  });

  it("says that a bound ended it, and that it was cancelled", () => {
    const text = `${header("one order", "a a")}${taker("a", mmap, rmap)}`;
    expect(run(text, { bound: 3 })).toMatchObject({ verdict: "holds", bounded: true, bound: 3, states: 3 });
    expect(run(text, { cancelled: () => true })).toMatchObject({ bounded: true, states: 0 });
  });
});
