/**
 * States that differ in what is idle only: small random functions, replayed in the way of a patched one beside others, must come to the same worlds at
 * the end, the same deadlocks and the same faults whether such states are taken for one or not. IDLE_RUNS and IDLE_SEED for more of them.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText } from "../c/index.ts";
import type { FunctionIr } from "../c/ir.ts";
import { bindParameter } from "./bindings.ts";
import { type Library, libraryFor } from "./library.ts";
import { calleesOf, compiled } from "./run/callees.ts";
import { explore } from "./run/explore.ts";
import { needsOf } from "./run/idle.ts";
import { newSession } from "./run/session.ts";
import { type SimState, simulation } from "./run/simulation.ts";
import type { Outcome, System } from "./run/system.ts";
import { newThread } from "./run/thread.ts";
import { argumentsFor, sharedBy } from "./scenario.ts";
import { buildWorld } from "./world/build.ts";
import type { Fault } from "./world/property.ts";
import type { Value } from "./world/value.ts";

const root = join(import.meta.dirname, "../..");
const params = "struct mm_struct *mm, struct vm_area_struct *vma, struct page *page, pmd_t *pmd, pte_t *pte, unsigned long addr, struct given *given, int word";

let library: Library;
beforeAll(async () => {
  await initC();
  const folder = join(root, "rules/models");
  const models = readdirSync(folder).filter((name) => name.endsWith(".c")).map((name) => ({ path: name, text: readFileSync(join(folder, name), "utf8") }));
  library = libraryFor(models, [], "6.12");
});

/** Helpers that look through an address, keep one, and give back what they get. */
const helpers = `
struct held { int n; int *at; };
void lend(int *p) { if (left_word()) *p |= FLAG_LENT; }
int look(int *p) { return *p; }
void peek(int *p) { atomic_inc(&seen); if (*p) atomic_inc(&other); }
int *same(int *p) { return p; }
int twice(int n) { return n | FLAG_TWICE; }
int first(int n, int m) { return n; }
int asks(int n) { if (n & FLAG_A) return 1; return 0; }
void keeps(struct held *h, int *p) { h->at = p; }
`;

interface Statement {
  readonly text: string;
  readonly inside: readonly Statement[];
}

/** `{}` is the statements inside, `#` a number of its own. What a variable comes to shows in shared ones. */
const texts: readonly string[] = [
  "a = b;", "b = c;", "c = a;", "a = 0;", "b = 1;", "a |= FLAG_A;", "b |= FLAG_B;", "c = c | FLAG_C;", "a = a + b;", "c = word;", "b = word & FLAG_A;", "a = given->x;", "b = given->y;", "c = vma->vm_flags;",
  "a = left_a();", "b = left_b();", "left_out(a);", "left_out(b | c);", "left_out(&c);", "left_out(pte + a);", "c = left_of(a);", "lend(&a);", "lend(&b);", "b = look(&a);", "peek(&b);", "a = twice(b);", "c = first(a, b);", "a = asks(c);",
  "p = &a;", "p = &b;", "p = same(&c);", "*p = 1;", "*p |= FLAG_B;", "b = *p;", "h.at = &a;", "h.n = a;", "c = h.n;", "b = *h.at;", "keeps(&h, &b);", "left_out(&h);", "left_out(h.n);",
  "if (a) { {} }", "if (b) { {} }", "if (c) { {} } else { ready = ready; }", "if (a & FLAG_A) { {} }", "if (given->x) { {} }", "if (vma->vm_flags & FLAG_B) { {} }", "if (left_word()) { {} }", "if (word) { {} }", "if (*p) { {} }", "if (a == b) { {} }",
  "switch (c) { case 0: {} break; case 1: atomic_inc(&seen); break; }", "while (left_more()) { {} }", "for (n = 0; n < 2; n++) { {} }",
  "if (left_word()) a |= FLAG_A;", "if (left_word()) b = a | FLAG_B;", "if (given->x) c = b;", "if (left_word()) c = left_b();", "if (word & FLAG_B) a = 1;", "if (left_word()) a = vma->vm_flags;", "if (left_word()) p = &a;", "if (left_word()) b = first(a, c);",
  "atomic_inc(&seen);", "atomic_inc(&other);", "world_page_use(page);", "atomic_set(&ready, 1);", "if (atomic_read(&ready)) { {} }", "WRITE_ONCE(slot, a);", "WRITE_ONCE(slot, 1);", "c = READ_ONCE(slot);", "WRITE_ONCE(at, &b);", "q = READ_ONCE(at); if (q) c = *q;",
  "world_xchg(pte, __pte(0));", "if (pte_present(READ_ONCE(*pte))) { {} }", "{ pte_t old = world_xchg(pte, __pte(0)); if (pte_present(old)) { {} put_page(pte_page(old)); } }", "flush_tlb_mm(mm);",
  "spin_lock(&mm->page_table_lock); {} spin_unlock(&mm->page_table_lock);", "return a;", "world_page_use(page);",
];

const others: readonly string[] = [
  "atomic_set(&ready, 1);", "if (atomic_read(&seen)) { {} }", "world_xchg(pte, __pte(0));", "{ pte_t old = world_xchg(pte, __pte(0)); if (pte_present(old)) { flush_tlb_mm(mm); put_page(pte_page(old)); } }",
  "spin_lock(&mm->page_table_lock); {} spin_unlock(&mm->page_table_lock);", "atomic_inc(&other);", "WRITE_ONCE(slot, 0);",
];

function statements(from: readonly string[], depth: number, most: number): fc.Arbitrary<Statement[]> {
  const inside = depth === 0 ? fc.constant<Statement[]>([]) : statements(from, depth - 1, 2);
  return fc.array(fc.record({ text: fc.constantFrom(...from), inside }), { minLength: depth === 2 ? 5 : 0, maxLength: most });
}

interface Program {
  readonly own: readonly Statement[];
  readonly other: readonly Statement[];
}

/** Half of them do without addresses of variables. */
const program: fc.Arbitrary<Program> = fc.oneof(
  fc.record({ own: statements(texts.filter((text) => !/[*&(]p\b|\bp =|\bh\b|\bq\b|slot/.test(text)), 2, 10), other: statements(others, 1, 2) }),
  fc.record({ own: statements(texts, 2, 10), other: statements(others, 1, 2) }),
);

function textOf({ own, other }: Program): string {
  const written = ({ text, inside }: Statement): string => text.split("{}").join(inside.map(written).join("\n"));
  const caller = `void caller(${params})\n{\n${"tested(mm, vma, page, pmd, pte, addr, given, word);"}\n}\n`;
  const body = own.map(written).join("\n");
  const variables = `int a = 0, b = 0, c = 0, n = 0; ${/\bp\b/.test(body) ? "int *p = &c;" : ""} int *q; struct held h;`;
  return `${helpers}int tested(${params})\n{\n${variables}\n${body}\nreturn 0;\n}\nvoid beside(${params})\n{\n${other.map(written).join("\n")}\n}\n${caller}`;
}

interface Searched {
  readonly system: System<SimState, string>;
  readonly sharesTexts: () => boolean;
  /** Whether some way was not followed to its end. */
  readonly leavesOut: () => boolean;
}

/** Every end is told as a fault would be, by the world that it leaves. */
function told(each: Program, withoutIdle: boolean): Searched {
  const { functions } = lowerText("random.c", textOf(each));
  const named = new Map(functions.map((ir) => [ir.name, ir] as const));
  const world = buildWorld({ vma: "anon", pmd: "table", pte: "page,none" }, 2);
  const given = (ir: FunctionIr): Map<string, Value> => new Map([...argumentsFor(ir, (variable) => bindParameter(world, variable)), ["given", world.values.place("o:given")], ["word", world.values.unknown("word")]]);
  const threads = ["caller", "beside"].map((name) => newThread(compiled(named.get(name)!, "code"), given(named.get(name)!), new Map()));
  const code = { functions: named, models: library.models };
  const session = newSession({
    world, code, foreign: true, isShared: sharedBy(functions, library.models),
    needs: withoutIdle ? needsOf(threads[0]!, calleesOf(code, true)) : null,
  });
  const sim = simulation(session, threads.map((thread) => ({ begin: null, thread })), world.initial);
  const worded = ({ state, fault }: Outcome<SimState, Fault>): Outcome<SimState, string> => ({ state, fault: fault && `fault ${fault.property} ${fault.thread} ${fault.line}` });
  // Addresses and texts differ by what is idle only where they are shared, and there nothing is taken for one.
  const end = ({ data }: SimState): string => data.join();
  const system: System<SimState, string> = {
    threads: 2, initial: sim.initial.map(worded),
    pending: (state, thread) => sim.pending(state, thread), step: (state, thread) => sim.step(state, thread).map(worded), key: (state) => sim.key(state),
    atEnd: (state) => `end ${end(state)}`, atDeadlock: (state) => `deadlock ${end(state)}`, atLivelock: () => "fault livelock", faultKey: (fault) => fault,
  };
  return { system, sharesTexts: () => sim.sharesTexts, leavesOut: () => session.told.notModelled.size > 0 };
}

const one = (...lines: readonly string[]): Program => ({ own: [{ text: `{ ${lines.join(" ")} }`, inside: [] }], other: [] });

/** What has to be told apart, although nothing needs the variable that differs. */
const apart: readonly Program[] = [
  // As long as b has it, what was assumed of c is remembered, and c is made again.
  one("c = 0; c |= FLAG_A; if (left_word()) b = c; if (c & FLAG_B) atomic_inc(&seen); left_out(c); c = 0; world_xchg(pte, __pte(0)); c |= FLAG_A; if (c & FLAG_B) atomic_inc(&other); left_out(b);"),
  // What is set by the one name is read by the other.
  one("p = &a; if (left_word()) b = 1; world_xchg(pte, __pte(0)); a = b; if (*p) atomic_inc(&seen);"),
  one("if (left_word()) b = 1; atomic_set(&at, &b); world_xchg(pte, __pte(0)); q = atomic_read(&at); if (*q) atomic_inc(&seen);"),
  one("if (left_word()) b = 1; peek(&b);"),
  // Whether a sum is an address depends on whether a number is added.
  one("b = left_b(); if (left_word()) b = 0; world_xchg(pte, __pte(0)); left_out(pte + b); atomic_inc(&seen);"),
  // The same test comes up again.
  one("if (given->x) a = 1; world_xchg(pte, __pte(0)); if (given->x) atomic_inc(&seen);"),
  one("c = left_b(); if (c) a = 1; world_xchg(pte, __pte(0)); if (c) atomic_inc(&seen);"),
  // What is passed on is tested there, or comes back.
  one("if (left_word()) a = FLAG_A; world_xchg(pte, __pte(0)); if (asks(a)) atomic_inc(&seen);"),
  one("if (left_word()) a = 1; world_xchg(pte, __pte(0)); b = first(a, 0); if (b) atomic_inc(&seen);"),
];

describe("states that differ in what is idle", () => {
  it("come to the same ends, deadlocks and faults", () => {
    const runs = Number(process.env["IDLE_RUNS"] ?? 300);
    const seed = process.env["IDLE_SEED"];
    let [compared, fewer] = [0, 0];
    fc.assert(
      fc.property(program, (each) => {
        const [all, some, reduced] = [[false, false], [true, false], [true, true]].map(([withoutIdle, reduce]) => {
          const { system, sharesTexts, leavesOut } = told(each, withoutIdle!);
          const { complete, states, found } = explore(system, { states: 4000, faults: 100_000, reduce: reduce! });
          return { complete, states, found: found.map(({ fault }) => fault).toSorted(), sharesTexts: sharesTexts(), leavesOut: leavesOut() };
        });
        if (!all!.complete || some!.sharesTexts) return;
        compared++;
        if (some!.states < all!.states) fewer++;
        expect(some!.found, textOf(each)).toEqual(all!.found);
        // With the reduction not all faults are found (explore.ts), and nobody is called to go first by what is left out.
        if (all!.leavesOut) return;
        const faults = [all!, reduced!].map(({ found }) => found.filter((end) => end.startsWith("fault")));
        expect(faults[1]!.length > 0, textOf(each)).toBe(faults[0]!.length > 0);
        if (faults[0]!.length === 0) expect(reduced!.found, textOf(each)).toEqual(all!.found);
      }),
      { numRuns: runs, examples: apart.map((each): [Program] => [each]), ...(seed === undefined ? {} : { seed: Number(seed) }) },
    );
    expect(compared).toBeGreaterThan(runs / 2);
    expect(fewer).toBeGreaterThan(runs / 10);
  }, 600_000);
});
