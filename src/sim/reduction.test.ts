/**
 * The reduction on the operations of the world: small random programs in C, searched with it and without, must come to the same ends and
 * deadlocks; where one of them breaks something, so must the other. What each thread saw is part of where it ends.
 * REDUCTION_RUNS and REDUCTION_SEED for more of them.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText } from "../c/index.ts";
import type { FunctionIr } from "../c/ir.ts";
import { bindParameter } from "./bindings.ts";
import { type Library, libraryFor, type SourceText } from "./library.ts";
import { compiled } from "./run/callees.ts";
import { explore } from "./run/explore.ts";
import { newSession } from "./run/session.ts";
import { type SimState, type Simulation, simulation } from "./run/simulation.ts";
import type { Outcome, System } from "./run/system.ts";
import { newThread } from "./run/thread.ts";
import { argumentsFor, sharedBy } from "./scenario.ts";
import { buildWorld, type Settings, type World } from "./world/build.ts";
import type { Fault } from "./world/property.ts";
import type { Value } from "./world/value.ts";

const root = join(import.meta.dirname, "../..");
const params = "struct mm_struct *mm, struct vm_area_struct *vma, struct address_space *mapping, struct page *page, pud_t *pud, pmd_t *pmd, pte_t *pte, unsigned long addr, struct out *out";

function textsOf(folder: string): SourceText[] {
  return readdirSync(join(root, folder)).filter((name) => name.endsWith(".c")).toSorted()
    .map((name) => ({ path: `${folder}/${name}`, text: readFileSync(join(root, folder, name), "utf8") }));
}

let library: Library;
beforeAll(async () => {
  await initC();
  library = libraryFor(textsOf("rules/models"), [], "6.12");
});

/** A statement: `#` becomes a number of its own, `{}` the statements inside. */
interface Statement {
  readonly text: string;
  readonly inside: readonly Statement[];
}

const ptl = "world_ptl(world_table_of(pte))";

/** What a program is about: statements that have something to do with each other. */
const themes: Readonly<Record<string, readonly string[]>> = {
  entries: [
    "out->r# = READ_ONCE(*pte);", "out->r# = READ_ONCE(*pmd);", "out->r# = world_xchg(pte, __pte(0));", "out->r# = world_rmw(pte, pte_wrprotect);",
    "{ pte_t old = READ_ONCE(*pte); out->r# = world_cmpxchg(pte, old, __pte(0)); }", "{ pte_t old = READ_ONCE(*pte); out->r# = world_hardware_update(pte, old); }",
    "{ pmd_t up = READ_ONCE(*pmd); if (pmd_present(up) && !pmd_leaf(up)) out->r# = READ_ONCE(*world_first(up)); }",
    `spin_lock(${ptl}); {} spin_unlock(${ptl});`, "out->r# = world_xchg(pte + 1, mk_pte(page, vma->vm_page_prot));",
  ],
  flushes: [
    "world_xchg(pte, __pte(0));", "flush_tlb_mm(mm);", "world_flush_local(mm, 0, ULONG_MAX);", "world_flush(mm, addr, addr + PAGE_SIZE); world_wait_ipi();", "world_ipi();",
    "local_irq_disable(); {} local_irq_enable();", "world_walk_begin(); {} world_walk_end();", "world_page_copy(page);",
    "{ pte_t old = world_xchg(pte, __pte(0)); if (pte_present(old)) { {} put_page(pte_page(old)); } }", "world_run(mm);", "world_leave(mm);", "out->r# = READ_ONCE(*pte);",
    "world_xchg(pte, mk_pte(page, vma->vm_page_prot));",
  ],
  gathers: [
    "{ pte_t old = world_xchg(pte, __pte(0)); if (pte_present(old)) { world_gather_page(pte_page(old)); world_gather_range(mm, addr, addr + PAGE_SIZE); } }",
    "{ struct page *first; if (world_gather_flush()) world_wait_ipi(); first = world_gather_take_page(); if (first) put_page(first); }",
    "world_xchg(pte, __pte(0)); world_batch(mm, addr, addr + PAGE_SIZE);", "if (world_batch_flush()) world_wait_ipi();",
    "world_invalidate_start(mm, 0, ULONG_MAX); {} world_invalidate_end(mm, 0, ULONG_MAX);", "world_mark(mm, 0, ULONG_MAX); {} world_unmapped(mm, 0, ULONG_MAX);",
    "{ pmd_t up = world_xchg(pmd, __pmd(0)); if (pmd_present(up)) world_gather_table(pmd_pgtable(up)); }", "{ pgtable_t table = world_gather_take_table(); flush_tlb_mm(mm); if (table) world_table_free_rcu(table); }",
    "local_irq_disable(); {} local_irq_enable();",
  ],
  tables: [
    "{ pmd_t up = world_xchg(pmd, __pmd(0)); if (pmd_present(up) && !pmd_leaf(up)) { {} world_table_free(pmd_pgtable(up)); } }",
    "{ pmd_t up = world_xchg(pmd, __pmd(0)); flush_tlb_mm(mm); if (pmd_present(up) && !pmd_leaf(up)) { {} world_table_free_rcu(pmd_pgtable(up)); } }",
    "{ pgtable_t table = world_table_alloc(\"pte\"); {} if (table && pmd_none(READ_ONCE(*pmd))) world_xchg(pmd, world_table_entry(table)); }",
    "{ pgtable_t table = world_table_alloc(\"pte\"); smp_wmb(); if (table && pmd_none(READ_ONCE(*pmd))) world_xchg(pmd, world_table_entry(table)); {} }",
    "rcu_read_lock(); {} rcu_read_unlock();", "local_irq_disable(); {} local_irq_enable();", "synchronize_rcu();",
    "{ pmd_t up = READ_ONCE(*pmd); if (pmd_present(up) && !pmd_leaf(up)) out->r# = READ_ONCE(*world_first(up)); }", "{ pmd_t up = READ_ONCE(*pmd); if (pmd_present(up) && !pmd_leaf(up)) out->r# = world_xchg(world_first(up), __pte(0)); }",
    "out->r# = world_xchg(pud, __pud(0));", "mmap_read_lock(mm); {} mmap_read_unlock(mm);", "flush_tlb_mm(mm);",
    "{ pgtable_t table = world_withdraw(pmd); {} if (table) world_deposit(pmd, table); }", "{ pgtable_t table = world_withdraw(pmd); if (table) { world_xchg(pmd, world_table_entry(table)); {} } }", "out->r# = world_xchg(pte, __pte(0));",
  ],
  locks: [
    "mmap_read_lock(mm); {} mmap_read_unlock(mm);", "mmap_write_lock(mm); {} mmap_write_unlock(mm);", "if (mmap_read_trylock(mm)) { out->r# = 1; {} mmap_read_unlock(mm); }",
    "if (mmap_write_trylock(mm)) { out->r# = 1; {} mmap_write_unlock(mm); }", "mmap_write_lock(mm); {} downgrade_write(&mm->mmap_lock); {} up_read(&mm->mmap_lock);",
    "i_mmap_lock_read(mapping); {} i_mmap_unlock_read(mapping);", "i_mmap_lock_write(mapping); {} i_mmap_unlock_write(mapping);", `if (spin_trylock(${ptl})) { out->r# = 1; {} spin_unlock(${ptl}); }`,
    `spin_lock(${ptl}); {} spin_unlock(${ptl});`, "out->r# = rwsem_is_locked(&mm->mmap_lock);", "out->r# = READ_ONCE(*pte);", "out->r# = world_xchg(pte, __pte(0));", "atomic_inc(&count);", "out->r# = atomic_read(&count);",
    "out->r# = world_vma_attached(vma);", "world_vma_detach(vma);", "out->r# = find_vma(mm, addr);", "vma_start_write(vma); {} world_vmas_end_write(mm);",
  ],
  counters: [
    "atomic_inc(&count);", "out->r# = atomic_read(&count);", "out->r# = atomic_dec_and_test(&count);", "out->r# = atomic_inc_not_zero(&count);", "out->r# = atomic_cmpxchg(&count, 0, 2);", "out->r# = atomic_xchg(&count, 1);",
    "if (atomic_read(&count)) { {} }", "atomic_inc(&mm->users);",
    "WRITE_ONCE(sequence, sequence + 1); {} WRITE_ONCE(sequence, sequence + 1);", "{ int before = READ_ONCE(sequence); out->r# = READ_ONCE(*pte); out->s# = READ_ONCE(sequence) == before; }",
    "out->r# = world_xchg(pte, __pte(0));", "world_page_get(page);", "out->r# = world_page_try_get(page);", "put_page(page);", "world_page_use(page);", "out->r# = world_page_references(page);", "world_page_ref_add(page, 1);",
    "rcu_read_lock(); {} rcu_read_unlock();", "synchronize_rcu();",
  ],
  halves: ["world_store_low(pmd, __pmd(0)); {} world_store_high(pmd, __pmd(0));", "out->r# = READ_ONCE(*pmd);", "out->r# = world_xchg(pmd, __pmd(0));", "mmap_read_lock(mm); {} mmap_read_unlock(mm);", "flush_tlb_mm(mm);", "out->r# = READ_ONCE(*pte);"],
};

const worlds: readonly Settings[] = [
  { pmd: "table", pte: "page,none" }, { pmd: "table", pte: "none,none" }, { pmd: "table", pte: "page,page", flush: "ipi" }, { pmd: "table", pte: "page,none", runs: "nowhere" },
  { pmd: "huge" }, { pmd: "none" }, { pmd: "table", pte: "page,none", "split-locks": "no" }, { pmd: "table", pte: "page,none", notifiers: "no", "unmap-flush": "batched" }, { pmd: "migration" },
];

interface Program {
  readonly world: Settings;
  readonly threads: readonly (readonly Statement[])[];
}

function statements(texts: readonly string[], depth: number): fc.Arbitrary<Statement[]> {
  const inside = depth === 0 ? fc.constant<Statement[]>([]) : statements(texts, depth - 1);
  return fc.array(fc.record({ text: fc.constantFrom(...texts), inside }), { minLength: depth === 2 ? 1 : 0, maxLength: depth + 1 });
}

const program = (more: readonly string[]): fc.Arbitrary<Program> => fc
  .record({ first: fc.constantFrom(...Object.keys(themes)), second: fc.constantFrom(...Object.keys(themes)), world: fc.constantFrom(...worlds), count: fc.constantFrom(2, 2, 2, 3) })
  .chain(({ first, second, world, count }) => {
    const thread = statements([...themes[first]!, ...themes[second]!, ...more], count === 2 ? 2 : 1);
    return fc.record({ world: fc.constant(world), threads: fc.array(thread, { minLength: count, maxLength: count }) });
  });

const one = (text: string, ...inside: Statement[]): Statement => ({ text, inside });
const populate = one('{ pgtable_t table = world_table_alloc("pte"); if (table) world_xchg(pmd, world_table_entry(table)); {} }');
const through = one("{ pmd_t up = READ_ONCE(*pmd); if (pmd_present(up)) out->r# = READ_ONCE(*world_first(up)); }");

/** What was lost once. */
const lost: readonly Program[] = [
  // Who looks whether a lock is held sees readers come and go.
  { world: { pmd: "table" }, threads: [[one("if (mmap_read_trylock(mm)) { {} mmap_read_unlock(mm); }")], [one("out->r# = rwsem_is_locked(&mm->mmap_lock);"), one("out->r# = rwsem_is_locked(&mm->mmap_lock);")]] },
  // A reader that takes the lock before another one releases it has not seen what that one did.
  { world: { pmd: "none" }, threads: [[one("mmap_read_lock(mm); {} mmap_read_unlock(mm);", populate, one("atomic_inc(&count);"))], [one("if (atomic_read(&count)) { {} }", one("mmap_read_lock(mm); {} mmap_read_unlock(mm);", through))]] },
  // What a lock has ordered of a table is over when the table is allocated, whoever takes it before or after.
  { world: { pmd: "table" }, threads: [[one("mmap_write_lock(mm); {} mmap_write_unlock(mm);")], [one("mmap_write_lock(mm); {} mmap_write_unlock(mm);"), one("out->r# = READ_ONCE(*pte);"), one('{ pgtable_t table = world_table_alloc("pte"); }'), one("out->r# = READ_ONCE(*pte);")]] },
  // An entry that is set below one that has gone two levels above gives no translation.
  { world: { pmd: "table", pte: "page,none" }, threads: [[one("out->r# = world_xchg(pud, __pud(0));")], [one("out->r# = world_rmw(pte, pte_wrprotect);")]] },
];

function textOf({ threads }: Program): string {
  let number = 0;
  const written = ({ text, inside }: Statement): string => {
    const halves = text.split("{}");
    const at = Math.min(1, halves.length - 1);
    const body = inside.map(written).join("\n");
    // What has no room for more has it behind.
    const whole = halves.map((half, i) => (i === at && at > 0 ? `${body}${half}` : half)).join(" ");
    return (at === 0 ? `${whole}\n${body}` : whole).replaceAll("#", () => `_${number++}`);
  };
  return threads.map((list, n) => `void t${n}(${params})\n{\n${list.map(written).join("\n")}\n}\n`).join("\n");
}

function running(each: Program): { readonly sim: Simulation; readonly world: World } {
  const { functions } = lowerText("random.c", textOf(each));
  const world = buildWorld({ vma: "anon", "spare-pte": "4", ...each.world }, functions.length);
  const session = newSession({ world, code: { functions: new Map(), models: library.models }, isShared: sharedBy(functions, library.models) });
  const given = (ir: FunctionIr): Map<string, Value> => new Map([...argumentsFor(ir, (variable) => bindParameter(world, variable)), ["out", world.values.place("o:out")]]);
  return { world, sim: simulation(session, functions.map((ir) => ({ begin: null, thread: newThread(compiled(ir, "code"), given(ir), new Map()) })), world.initial) };
}

/** The program's search, where every end is told as a fault would be, by all that there is at that end but what the next taker of a lock is sure to see. */
function told(each: Program): System<SimState, string> {
  const { sim, world: { layout } } = running(each);
  const end = ({ data, standings }: SimState): string => `${data.filter((_, at) => at < layout.lockSees || at >= layout.lockSeesAlone + layout.locks).join()} ${standings.map(({ id }) => id).join()}`;
  const worded = ({ state, fault }: Outcome<SimState, Fault>): Outcome<SimState, string> => ({ state, fault: fault && `fault ${fault.property}` });
  return {
    threads: sim.threads, initial: sim.initial.map(worded),
    pending: (state, thread) => sim.pending(state, thread), step: (state, thread) => sim.step(state, thread).map(worded), key: (state) => sim.key(state),
    atEnd: (state) => `end ${end(state)}`, atDeadlock: (state) => `deadlock ${end(state)}`, atLivelock: () => "fault livelock", faultKey: (fault) => fault,
  };
}

describe("the reduction", () => {
  it("comes to the same ends, deadlocks and faults as the search of everything, with all that the world can do", () => {
    const runs = Number(process.env["REDUCTION_RUNS"] ?? 400);
    const seed = process.env["REDUCTION_SEED"];
    let compared = 0;
    fc.assert(
      fc.property(program([]), (each) => {
        // One for both: what threads are known to do from the one search is known in the other, as in the runs of a replay.
        const system = told(each);
        const [full, reduced] = [false, true].map((reduce) => explore(system, { states: reduce ? 60_000 : 20_000, faults: 100_000, reduce }));
        if (!full!.complete) return;
        compared++;
        const [all, some] = [full!, reduced!].map(({ found }) => found.map(({ fault }) => fault).toSorted());
        const faults = [all!, some!].map((list) => list.some((fault) => fault.startsWith("fault")));
        expect(faults[1], textOf(each)).toBe(faults[0]);
        // Two that allocate get their tables in the order in which they come: ends that differ in that only.
        const allocating = each.threads.filter((list) => JSON.stringify(list).includes("world_table_alloc")).length;
        if (faults[0] === false && allocating < 2) expect(some, textOf(each)).toEqual(all);
      }),
      { numRuns: runs, examples: lost.map((each): [Program] => [each]), ...(seed === undefined ? {} : { seed: Number(seed) }) },
    );
    expect(compared).toBeGreaterThan(runs / 2);
  }, 600_000);
});

/** What nobody else notices, behind tests that nobody knows the outcome of and which meet again. */
const onTheWay: readonly string[] = [
  "if (guess#()) { {} }", "if (guess#()) world_gather_page(page); else mm_inc_nr_ptes(mm);", "if (guess#()) mm_inc_nr_ptes(mm); else mm_dec_nr_ptes(mm);", "if (guess#()) world_gather_page(page);",
  "{ struct page *first = world_gather_take_page(); if (first) out->r# = 1; {} }", "while (world_gather_take_table()) { {} }", "mm_inc_nr_ptes(mm);", "smp_wmb();",
  "{ struct page *fresh = world_page_alloc(); if (fresh) out->r# = 1; {} }", '{ pgtable_t table = world_table_alloc("pte"); if (table) world_gather_table(table); {} }', "if (world_holds(&mm->mmap_lock)) out->r# = 1;",
];

/** Two ways that meet where the page was collected before, and do not where it was not. */
const sometimesOne: Program = {
  world: { pmd: "table", pte: "page,none" },
  threads: [
    [one("{ pte_t old = READ_ONCE(*pte); if (pte_none(old)) world_gather_page(page); }"), one("out->r = READ_ONCE(*pmd);"), one("if (guess#()) world_gather_page(page); else smp_wmb();"), one("out->r = READ_ONCE(*pud);")],
    [one("world_xchg(pte, __pte(0));")],
  ],
};

describe("what is known of how threads go on", () => {
  it("leads to where interpreting the code leads, in every state", () => {
    let trails = 0;
    fc.assert(
      fc.property(program(onTheWay), (each) => {
        const { sim } = running(each);
        const shape = ({ state, fault }: Outcome<SimState, Fault>): string => `${fault?.property ?? ""} ${state.standings.map(({ id }) => id).join()} ${state.data.join()}`;
        const both: Simulation = {
          ...sim,
          step: (state, thread) => {
            trails += state.standings[thread]!.after.trails.size;
            const known = sim.step(state, thread);
            expect(known.map(shape), textOf(each)).toEqual(sim.steps(state, thread).map(shape));
            return known;
          },
        };
        explore(both, { states: 1000, faults: 100_000, reduce: false });
      }),
      { numRuns: Number(process.env["REDUCTION_RUNS"] ?? 200), examples: [[sometimesOne]] },
    );
    expect(trails).toBeGreaterThan(500);
  }, 600_000);
});
