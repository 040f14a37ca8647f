/**
 * The language of rules/: typed literals that say what a kernel function needs, does and returns, and since when.
 *
 * Arguments are named by the contract's `params`; "return" is the call's result; "*name" is what an out-parameter
 * points to after the call. Versions are "X.Y"; `since` is the first version the statement holds for, `until` the last.
 */
import type { Reference, RuleId } from "../core/finding.ts";
import type { RulePage } from "../core/rule-page.ts";

export type Level = "pte" | "pmd" | "pud" | "p4d" | "pgd";

/** What an entry may hold. `devmap` is a present leaf that *_trans_huge() does not match. */
export type EntryKind =
  | "none"
  | "table"
  | "leaf"
  | "devmap"
  | "migration"
  | "swap"
  | "device-private"
  | "device-exclusive"
  | "hwpoison"
  | "marker"
  | "bad";

export type LockClass =
  | "mmap"
  | "vma"
  | "i_mmap"
  | "anon_vma"
  | "pte-ptl"
  | "pmd-ptl"
  | "pud-ptl"
  | "page_table_lock"
  | "hugetlb-vma"
  | "hugetlb-fault"
  | "folio"
  | "rcu"
  | "irq-off"
  | "spin"
  | "mutex"
  | "rwsem";

/**
 * A lock: the one that protects the entry or object `of` (class + object name it, so that two ways to reach the same
 * lock are equal; "&init_mm" is a global), or the one that argument `pointer` points to (its class follows from what the pointer came from).
 */
export type LockRef =
  | { readonly class: LockClass; readonly of: string | null }
  /** `kind`: what it is when the pointer does not say (a mutex, a semaphore); absent: a spinlock. */
  | { readonly pointer: string; readonly kind?: "mutex" | "rwsem" };

/** On which results an effect takes place; absent: always. */
export type When = "nonzero" | "zero";

export type Effect =
  /** `try`: gives up instead of waiting. `nested`: annotated as the second lock of its class (spin_lock_nested()). `plain`: leaves interrupts as they are. */
  | { readonly do: "acquire"; readonly lock: LockRef; readonly mode?: "read" | "write"; readonly when?: When; readonly try?: true; readonly nested?: true; readonly plain?: true }
  /** The call waits for a lock that it does not hold when it returns, or whose holder this tool does not follow. */
  | { readonly do: "wait-for"; readonly lock: LockRef }
  | { readonly do: "release"; readonly lock: LockRef; readonly when?: When }
  /** The call may release the lock, depending on what the contract language cannot say. `after`: only where that lock was taken under it by a plain call. */
  | { readonly do: "may-release"; readonly lock: LockRef; readonly when?: When; readonly after?: LockRef }
  /** The call asserts that the lock is held: whoever called us holds it. */
  | { readonly do: "assert"; readonly lock: LockRef; readonly mode?: "read" | "write" }
  /** The result (or what `out` points to) is the lock's address. */
  | { readonly do: "give-lock"; readonly to: string; readonly lock: LockRef; readonly when?: When }
  /** The result is a mapped pte pointer into the table of `of`; it has to be unmapped. */
  | { readonly do: "map"; readonly of: string; readonly when?: When }
  | { readonly do: "unmap"; readonly pointer: string }
  /** The result is the value of the entry. `locked`: a plain getter meant for use under the lock. */
  | { readonly do: "read"; readonly entry: string; readonly level: Level; readonly how: "lockless" | "locked"; readonly kinds?: readonly EntryKind[] }
  /** The entry changes. `to`: kinds it holds afterwards. `old`: the result is the former value, which is of one of `kinds`. */
  | { readonly do: "write"; readonly entry: string; readonly level: Level; readonly to?: readonly EntryKind[]; readonly old?: boolean; readonly kinds?: readonly EntryKind[] }
  /** What kinds the entry can be of from here on, as long as its lock is held. */
  | { readonly do: "settle"; readonly entry: string; readonly level: Level; readonly kinds: readonly EntryKind[]; readonly when?: When }
  /** The entry is made to point to `table`, which becomes reachable. */
  | { readonly do: "install"; readonly entry: string; readonly table: string; readonly level: Level }
  /** The result (or what an out-parameter points to) is a new table, zeroed by this CPU and seen by no other. */
  | { readonly do: "new-table"; readonly to: string }
  | { readonly do: "barrier"; readonly kind: "write" | "read" | "full" }
  /** Translations of the entry may still be cached: cleared, or made less permissive. `addr`: the address it maps. `open`: whether anything has to be flushed depends on the values. */
  | { readonly do: "owe-flush"; readonly entry: string; readonly level: Level; readonly addr?: string; readonly open?: boolean }
  /** Cached translations are gone when the call returns (`entry`: those of the entry that this very call changed; `table`: all below the table that it takes out), or (`gather`) are written down for a flush that comes for certain. */
  | { readonly do: "flush"; readonly what: "user" | "kernel" | "gather" | "table" | "entry"; readonly level?: Level }
  /** A flush that reclaim has put off is done, under the page-table lock that is held (flush_tlb_batched_pending()). */
  | { readonly do: "settle-batched" }
  /** What the out-parameter points to is a VMA, found under the mmap lock that is held. */
  | { readonly do: "give-vma"; readonly to: string; readonly when?: When }
  /** What the out-parameter points to is a pointer to an entry, or NULL. */
  | { readonly do: "give-entry"; readonly to: string }
  /** A state of the object is looked at that others change, unless a lock that keeps it is held: the field stands for it. */
  | { readonly do: "look-at"; readonly of: string; readonly field: string }
  /** The reverse mapping of a folio is turned to another VMA or offset: whoever gives up later has to turn it back. */
  | { readonly do: "change-rmap"; readonly folio: string }
  /** A page is marked dirty for an entry that goes; a mapping of a page is no longer known to rmap. */
  | { readonly do: "mark-dirty" }
  | { readonly do: "drop-rmap" }
  /** That is put off until TLBs are flushed, where this can be done. */
  | { readonly do: "delay-rmap" }
  /** The id under which TLBs keep the translations of a process is read; it may change at any time. */
  | { readonly do: "read-context-id" }
  /** Stores to page tables before are seen by the page-table walkers of all CPUs after, when the only argument is this name. */
  | { readonly do: "order-for-walkers"; readonly given: string }
  /** Others are told, from here or until here, that a flush is still to come (mm_tlb_flush_pending()). */
  | { readonly do: "announce-flush"; readonly begin: boolean }
  /** A section in which page-table stores may be held back; `pause`: only put off until it is resumed (`enter`), whether or not there is one. */
  | { readonly do: "lazy-mmu"; readonly enter: boolean; readonly pause?: true }
  /** Secondary MMUs are told of a range that changes: prepared, from here on, until here. */
  | { readonly do: "notifier"; readonly range: string; readonly step: "init" | "start" | "end"; readonly when?: When }
  /** The entry that pointed to a table is cleared; the result is its former value. Lockless walkers may still be in the table. */
  | { readonly do: "detach-table"; readonly entry: string; readonly level: Level }
  /** All lockless walkers that were under way have left. */
  | { readonly do: "sync-walkers" }
  /** The table is used for something else or freed: at once, or when lockless walkers have left it. */
  | { readonly do: "reuse-table"; readonly table: string; readonly how: "now" | "later" }
  /** Tables of this level that hang in (or are deposited with) the page tables of a process become one more or less, or the count of them does. */
  | { readonly do: "ledger"; readonly level: Level; readonly side: "tables" | "count"; readonly by: "one more" | "one less" }
  /** The memory that the argument describes or is the address of goes back to the allocator. */
  | { readonly do: "free-memory"; readonly of: string }
  /** The entry is dealt with as one of a hugetlb mapping, whose pointers lead to what only the huge_ptep_*() calls can read, or as one that maps a base page (rule hugetlb-entry). */
  | { readonly do: "treat-as"; readonly entry: string; readonly as: "hugetlb" | "base" }
  /** A present entry lets accesses of the user through that it did not before; only its lock keeps it so. */
  | { readonly do: "allow-access"; readonly entry: string }
  | { readonly do: "walk-start"; readonly walk: string; readonly when?: When }
  | { readonly do: "walk-end"; readonly walk: string; readonly when?: When };

export type Requirement =
  /** The page-table lock of the entry's level (rule entry-lock). */
  | { readonly need: "entry-lock"; readonly entry: string; readonly level: Level }
  /**
   * The entry was looked at under the lock that is now held, when that lock was taken in this function (rule stale-read). `result`: what
   * the call returns tells as well, and only a decision that was taken before the lock asks for it.
   */
  | { readonly need: "recheck"; readonly entry: string; readonly level: Level; readonly result?: true }
  /** The pointer is not NULL (rule map-failure for results of map calls). */
  | { readonly need: "mapped"; readonly pointer: string }
  /** The value (or the entry that a pointer designates) is of one of these kinds (rule entry-kind). */
  | { readonly need: "kind"; readonly value: string; readonly in: readonly EntryKind[] }
  /** One of these locks is held; the rule says what for (walk-context, hugetlb-share, ...). `kernelRead`: that of the kernel's own mm for reading at least. */
  | { readonly need: "held"; readonly rule: RuleId; readonly any: readonly LockRef[]; readonly mode?: "write"; readonly kernelRead?: true }
  /** The argument is not zero; `of`: only when this argument is one of `in` (rule says what for). */
  | { readonly need: "nonzero"; readonly rule: RuleId; readonly value: string; readonly of?: string; readonly in?: readonly string[]; readonly says: string }
  /** Addresses of `mm` were shown to lie in a VMA (rule walk-context). */
  | { readonly need: "vma"; readonly mm: string }
  /** A function that looks up a VMA of `mm` has found one before it walks: munmap() frees the tables of what it has taken out of the VMA tree under mmap_lock for reading, since 4.20 (rule walk-context). */
  | { readonly need: "vma-found"; readonly mm: string }
  /** The page is no page table: others take references to those as they like, so their count says nothing of sharing (rule hugetlb-share). */
  | { readonly need: "no-table-page"; readonly page: string }
  /** The caller of the call goes on to give up mmap_lock: all write locks of VMAs end with it, those that were taken further up included (rule lock-balance). */
  | { readonly need: "ends-mmap-lock" }
  /** The hugetlb VMA lock, which the call takes for writing where the VMA is one of hugetlb, is not held already (rule lock-order). */
  | { readonly need: "no-hugetlb-lock"; readonly vma: string }
  /** No rmap walk can be in the table, and vma->anon_vma was looked at under the locks that keep it (rule walk-context). */
  | { readonly need: "no-rmap-walkers"; readonly vma: string }
  /** Nothing of the folio was changed yet that a failure of this last check would have to undo (rule stale-read). */
  | { readonly need: "rmap-unchanged"; readonly folio: string }
  /** The counter of a process is that of the entries it is changed for: pages, or swap entries (rule pt-accounting). */
  | { readonly need: "counts-kind"; readonly member: string }
  /** A user address is used with page faults off: the lock of an entry that was made accessible for it is still held (rule stale-read). */
  | { readonly need: "access-kept" }
  /** The number of entries to look at does not lead past the table (rule batch-bounds). */
  | { readonly need: "within-table"; readonly count: string }
  /** All of the entries may get the permissions of `value` (rule batch-bounds). */
  | { readonly need: "uniform-batch"; readonly count: string; readonly value: string }
  /** The tables that a walk without locks starts at stay until it ends (rule table-free). */
  | { readonly need: "walkers-kept"; readonly tables: string }
  /** The stores that initialised the table are ordered before the install (rule publish-order). */
  | { readonly need: "ordered-table"; readonly table: string };

/** What the result says. */
export interface Returns {
  /** The result may be NULL since this version; absent: not a pointer that can fail. */
  readonly mayFailSince?: string;
  /** Kinds of the value (argument or entry) for which the result can be nonzero, and for which it can be zero. */
  readonly tests?: { readonly value: string; readonly nonzero: readonly EntryKind[]; readonly zero: readonly EntryKind[] };
  /** The result is whether this switch of the configuration is on. */
  readonly config?: string;
  /** Compares two entry values for identity: equal when nonzero. */
  readonly same?: readonly [string, string];
  /** The result is a pointer to an entry of this level below the table that `below` holds (`kernel`: in the kernel's own tables). */
  readonly entry?: { readonly level: Level; readonly below: string; readonly lockless?: boolean; readonly kernel?: boolean };
  /** The result points to an entry of a hugetlb mapping. */
  readonly hugetlb?: true;
  /** The result is a changed copy of this argument, of the same entry kind (pte_mkold() and friends). */
  readonly like?: string;
  /** The result is this argument in another type (pte_to_swp_entry(), pmd_val()): what is learnt of one holds for both. */
  readonly is?: string;
  /** The result is a number of entries that differ from the first in their pfn, and perhaps in whether they can be written: not where `respectsWrite` (flags) asks for it; `tellsWritable` points to what then says so. */
  readonly batch?: { readonly tellsWritable?: string; readonly respectsWrite?: string };
  /** The result lies in the table that the entry at this pointer points to. */
  readonly inTableOf?: string;
  /** The result is the table that this entry value points to. */
  readonly tableOf?: string;
  /** The result describes what this entry value maps: a page, or the page of a table. */
  readonly behind?: string;
  /** The result is an object that this task has just got hold of: its locks are not held for us by any caller. */
  readonly unlocked?: true;
  /** The result describes the memory at this address (struct page, struct ptdesc). */
  readonly pageOf?: string;
  /** The result is a VMA that stays valid while the mmap lock or its own lock is held. */
  readonly vma?: true;
  /** What kinds the entry behind the result may be of when the call succeeded. */
  readonly kinds?: readonly EntryKind[];
}

export interface Contract {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly since?: string;
  readonly until?: string;
  readonly params: readonly string[];
  readonly requires?: readonly Requirement[];
  readonly effects?: readonly Effect[];
  readonly returns?: Returns;
  readonly references: readonly Reference[];
}

/** Type of fields that rules need to know where the definition is not in view: "struct vm_fault" -> pmd -> "pmd_t *". */
export interface FieldTypes {
  readonly record: string;
  readonly fields: Readonly<Record<string, string>>;
  /** Fields that point to an mm of which only the structure is kept (mmgrab()): its page tables go with the last user (mmput()). */
  readonly grabbed?: readonly string[];
}

/** Locks held and entry kinds possible where a function starts. */
export interface EntryContext {
  /** Table field ("mm_walk_ops.pmd_entry") or function name the context belongs to. */
  readonly of: string;
  readonly since?: string;
  readonly until?: string;
  /** Lock pointers or classes held at entry, by parameter expression: "vmf->ptl", "pvmw->ptl"; class "pte-ptl". */
  readonly held: readonly { readonly class: LockClass; readonly pointer?: string; readonly mode?: "read" | "write" }[];
  /** Classes of locks that no caller holds here. */
  readonly free?: readonly LockClass[];
  /** Pointers of `held` whose lock the function has released when it returns. */
  readonly released?: readonly string[];
  /** The function may return with a mapped pte and its lock in the caller's fault structure. */
  readonly handsOver?: boolean;
  /** Positions of parameters that point to an entry that may be of any kind. */
  readonly anyKind?: readonly string[];
  /** Positions of parameters that point to an entry of a hugetlb mapping. */
  readonly hugetlb?: readonly string[];
  /** What is held is held where the mapping is of hugetlb; the callback comes to others as well, and perhaps to none of hugetlb (check/hugetlb-walks.ts). */
  readonly whereHugetlb?: true;
  /** The context is that of walks over tables of processes: callback tables of walks over the kernel's, by name, for those that are not seen handed to such a walk (check/kernel-walks.ts). */
  readonly exceptTables?: readonly string[];
  readonly references: readonly Reference[];
}

/** What comments call a lock; "entry" is the page-table lock of the entry that the function is given. */
export interface LockName {
  readonly lock: LockClass | "entry";
  /** In lower case. */
  readonly names: readonly string[];
}

/** A form of words by which the comment above a function says that its callers hold a lock. */
export interface ContextWording {
  /** In lower case, white space folded; {lock} stands for a name, "..." for any words of the sentence. */
  readonly says: string;
  /** How it is held by these words; absent: as words beside them tell, at least for reading. */
  readonly mode?: "write";
  readonly references: readonly Reference[];
}

/** A documented lock order: `outer` is taken before any of `inner`. */
export interface LockOrder {
  readonly outer: LockClass;
  readonly inner: readonly LockClass[];
  readonly since?: string;
  readonly until?: string;
  /** Files whose own order is another (hugetlb takes i_mmap before the folio lock). */
  readonly exceptFiles?: readonly string[];
  readonly references: readonly Reference[];
}

/** Functions that may sleep, beyond what their contracts say: nothing of the kind runs in atomic context. */
export interface Sleeper {
  readonly names: readonly string[];
  readonly since?: string;
  readonly until?: string;
  /** Position of the allocation flags that decide whether the call sleeps; absent: it may sleep whatever its arguments. */
  readonly flags?: number;
  readonly references: readonly Reference[];
}

export interface EraEntry {
  readonly version: string;
  /** YYYY-MM-DD */
  readonly released: string;
}

/** A name that only some kernels have. */
export interface EraMarker {
  readonly name: string;
  readonly since?: string;
  readonly until?: string;
  readonly references: readonly Reference[];
}

/** All of rules/, as compiled to dist/rules.json. */
export interface RuleData {
  readonly contracts: readonly Contract[];
  readonly fieldTypes: readonly FieldTypes[];
  readonly contexts: readonly EntryContext[];
  readonly lockNames: readonly LockName[];
  readonly wordings: readonly ContextWording[];
  readonly sleepers: readonly Sleeper[];
  readonly lockOrders: readonly LockOrder[];
  readonly catalogue: readonly RulePage[];
  readonly eras: readonly EraEntry[];
  readonly eraMarkers: readonly EraMarker[];
}
