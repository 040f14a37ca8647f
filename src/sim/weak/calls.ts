/**
 * What the machine's own operations (those that rules/models are written in) do under a memory model, one row each.
 *
 * An entry that points to a table holds the address of the table's entries, so that going down a level is following a
 * pointer, and predicates are comparisons with the numbers of `content`.
 */
import type { Expression } from "../memory/index.ts";
import { constant, content, equals, freshName, isInTable, levels, not, NotModelled, register, type Emit, type ThreadContext } from "./thread.ts";
import { highHalf } from "./values.ts";

export interface Call {
  readonly context: ThreadContext;
  readonly emit: Emit;
  readonly line: number;
  /** The value of an argument. Throws NotModelled. */
  readonly value: (index: number) => Expression;
}

/** Null: the call has no value. */
export type CallRow = (call: Call) => Expression | null;

const table = new Map<string, CallRow>();

function define(names: readonly string[], row: CallRow): void {
  for (const name of names) table.set(name, row);
}

const first: CallRow = ({ value }) => value(0);
const zero: CallRow = () => constant(0n);
const nothing: CallRow = () => null;

define(["likely", "unlikely", "world_first", "world_table", "world_table_of", "world_table_entry", "world_entries", "virt_to_page", "page_address"], first);
define(levels.flatMap((level) => [`__${level}`, `${level}_val`, `${level}_page`, `${level}_pgtable`, `${level}_page_vaddr`]), first);
define(levels.flatMap((level) => [`${level}_index`, `${level}_bad`, `${level}_devmap`, `${level}_protnone`]), zero);
define(levels.map((level) => `${level}_none`), ({ value }) => equals(value(0), constant(content.none)));
define(levels.map((level) => `${level}_present`), ({ value }) => not(equals(value(0), constant(content.none))));
define(levels.flatMap((level) => [`${level}_leaf`, `${level}_trans_huge`, `${level}_huge`]), ({ value }) => equals(value(0), constant(content.leaf)));
define(levels.map((level) => `${level}_same`), ({ value }) => equals(value(0), value(1)));
define(["pte_mkyoung", "pte_mkdirty", "pte_mkwrite", "pmd_mkhuge", "pmd_mkyoung"], first);
define(["mk_pte", "mk_pmd", "pfn_pte", "pfn_pmd"], () => constant(content.leaf));

/** Others may read beside a reader; that nobody writes is known because down_write() is not here. */
define(["down_read", "up_read", "might_sleep", "mm_inc_nr_ptes", "mm_dec_nr_ptes", "world_flush", "cond_resched", "flush_tlb_range", "flush_tlb_page", "flush_tlb_mm"], nothing);
define(["down_read_trylock"], () => constant(1n));
define(["world_config"], zero);

/** Whether the lock is that of an upper entry's table or of a PTE table: there is one of each. */
table.set("world_ptl", ({ value }) => {
  const of = value(0);
  const upper = of.k === "constant" && typeof of.value === "string" && levels.slice(1).includes(of.value);
  return constant(upper ? `${of.value}_ptl` : "pte_ptl");
});

table.set("world_table_alloc", ({ context, emit, line }) => {
  const name = `table${context.number}${context.fresh.length === 0 ? "" : String.fromCharCode(96 + context.fresh.length)}`;
  context.fresh.push(name);
  // clear_page() and the like: ordinary stores, which only a barrier behind them orders.
  emit({ k: "store", at: constant(name), value: constant(content.none), order: "plain", line });
  return constant(name);
});

table.set("world_table_free", ({ emit, value, line }) => {
  emit({ k: "store", at: value(0), value: constant(content.freed), order: "once", line });
  return null;
});

/** The callback runs behind a grace period; that the caller waits for it orders no more than a caller that is done. */
table.set("world_table_free_rcu", ({ emit, value, line }) => {
  const at = value(0);
  emit({ k: "fence", kind: "sync-rcu", line });
  emit({ k: "store", at, value: constant(content.freed), order: "once", line });
  return null;
});

/** Clearing an entry is a fully ordered exchange where the entry may change meanwhile (x86 native_ptep_get_and_clear()). */
table.set("world_xchg", ({ context, emit, value, line }) => {
  const name = freshName(context, "old");
  emit({ k: "set", register: name, value: { k: "exchange", at: value(0), value: value(1), order: "full", line } });
  context.observed.push({ register: name, line, inTable: isInTable(value(0)) });
  return register(name);
});

for (const half of ["low", "high"] as const) {
  table.set(`world_store_${half}`, ({ emit, value, line }) => {
    const entry = value(0);
    if (entry.k !== "constant") throw new NotModelled("half of an entry that a pointer in memory points to");
    emit({ k: "store", at: half === "low" ? entry : constant(highHalf(String(entry.value))), value: value(1), order: "once", line });
    return null;
  });
}

/**
 * An inter-processor interrupt: the sender waits for the answer of each thread that turns interrupts off, and such a
 * thread answers only where they are on. kernel/smp.c (6.12): the request is queued by an atomic operation and the answer
 * is csd_unlock(), a release that csd_lock_wait() acquires.
 */
function requestName(sender: number): string {
  return `ipi${sender}`;
}

function answerName(sender: number, receiver: number): string {
  return `ack${sender}${receiver}`;
}

table.set("world_send_ipi", ({ context, emit, line }) => {
  context.sending.add(context.number);
  emit({ k: "fence", kind: "mb", line });
  emit({ k: "store", at: constant(requestName(context.number)), value: constant(1n), order: "release", line });
  return null;
});

table.set("world_wait_ipi", ({ context, emit, line }) => {
  for (const receiver of context.answering) {
    if (receiver === context.number) continue;
    const name = freshName(context, "answered");
    emit({ k: "set", register: name, value: { k: "load", at: constant(answerName(context.number, receiver)), order: "acquire", line } });
    context.waits.push(name);
  }
  return null;
});

const answer: CallRow = ({ context, emit, line }) => {
  for (const sender of context.sending) {
    if (sender === context.number) continue;
    const name = freshName(context, "asked");
    emit({ k: "set", register: name, value: { k: "load", at: constant(requestName(sender)), order: "acquire", line } });
    emit({
      k: "if", condition: equals(register(name), constant(1n)),
      yes: [{ k: "store", at: constant(answerName(sender, context.number)), value: constant(1n), order: "release", line }], no: [],
    });
  }
  context.answering.add(context.number);
  return null;
};
define(["local_irq_save", "local_irq_restore", "local_irq_disable", "local_irq_enable"], answer);

export const weakCalls: ReadonlyMap<string, CallRow> = table;
