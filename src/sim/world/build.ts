/**
 * Builds the initial world from a short description ("pmd=table pte=page,none vma=file"). The description is what a
 * scenario's header says and what a replay varies.
 */
import { UsageError } from "../../core/errors.ts";
import { base, entriesPerTable, layoutOf, life, pmdSize, pudSize, type Layout, type Level } from "./layout.ts";
import { LockNames } from "./locks.ts";
import { pageLife } from "./pages.ts";
import { resourcesOf, type Resources } from "./resources.ts";
import { countTables } from "./table-accounts.ts";
import { everyCpu, fill } from "./tlb.ts";
import { translations } from "./translate.ts";
import type { Turn } from "./turn.ts";
import { flag, Values, type EntryKind, type EntryValue } from "./value.ts";

export type VmaKind = "anon" | "file" | "shmem" | "hugetlb" | "pfnmap";

export interface Vma {
  readonly mm: number;
  readonly start: bigint;
  readonly end: bigint;
  readonly kind: VmaKind;
}

export interface World {
  readonly layout: Layout;
  readonly resources: Resources;
  readonly values: Values;
  readonly locks: LockNames;
  readonly vmas: readonly Vma[];
  readonly options: WorldOptions;
  readonly initial: Int32Array;
  /** The page that the file's page cache holds, or -1. */
  readonly cachePage: number;
  readonly weakened: Weakened;
}

/**
 * What does not work in this world, to see whether anything depends on it. Names are those of locks, and "rcu", "irq",
 * "ipi", "flush", "barrier", "read-barrier", "notify"; each with the number of the thread in front: "1:mmap_lock".
 */
export interface Weakened {
  readonly ignored: ReadonlySet<string>;
  /** Tests that always go one way: "function:block" -> the way. */
  readonly forced: ReadonlyMap<string, boolean>;
  /**
   * Help that CPU0 gets: "barrier" orders a table before it becomes reachable, "flush" empties the TLBs before a page-table
   * lock is released, "grace" and "ipi" let lockless walkers leave before a table is freed or given away, "keep" leaves a huge
   * entry invalid where it would be cleared, "recheck" ends its way where it would use an entry that changed under its lock;
   * "sleep" lets it sleep anywhere.
   */
  readonly helped: ReadonlySet<string>;
  /** When not null, grows by each name that a thread used, and each test with the ways that it went. */
  readonly used: Set<string> | null;
}

export const sound: Weakened = { ignored: new Set(), forced: new Map(), helped: new Set(), used: null };

export interface WorldOptions {
  /** Locks of their own for PMD and PTE tables; without, everything is under page_table_lock. */
  readonly splitLocks: boolean;
  /** A TLB flush interrupts the other CPUs, and so waits for those that have interrupts off (x86 without paravirt). */
  readonly flushByIpi: boolean;
  /** Page tables of munmap() are freed after a grace period, not right after the flush. */
  readonly freeByRcu: boolean;
  /** The mm has secondary MMUs (KVM, IOMMU) that must be told. */
  readonly notifiers: boolean;
  /** The program may run on any CPU; without, only where world_run() says so. */
  readonly everywhere: boolean;
  /** Reclaim puts the flush of what it unmaps off, and flushes for many pages at once. */
  readonly batchedUnmap: boolean;
  /** The VMAs are registered with userfaultfd. */
  readonly uffd: boolean;
  /** The tables of mm0 belong to the kernel itself: there are no VMAs. */
  readonly kernel: boolean;
}

/** Settings by key, as written: `{pmd: "table", pte: "page,none"}`. Unknown keys and words are usage errors. */
export type Settings = Readonly<Record<string, string>>;

const known = new Set([
  "pud", "pmd", "pmd1", "pte", "pte1", "vma", "vma1", "mms", "deposit", "share", "split-locks", "flush", "unmap-flush", "free-tables", "runs",
  "notifiers", "spare-pte", "spare-pmd", "spare-pages", "users", "uffd", "anon-vma",
]);

const entryWords: Readonly<Record<string, readonly [EntryKind, number]>> = {
  none: ["none", 0],
  page: ["leaf", flag.write | flag.dirty | flag.young],
  "page-clean": ["leaf", flag.write | flag.young],
  "page-ro": ["leaf", flag.young],
  protnone: ["leaf", flag.young | flag.protnone],
  swap: ["swap", 0],
  migration: ["migration", 0],
  "device-private": ["device-private", 0],
  "device-exclusive": ["device-exclusive", 0],
  hwpoison: ["hwpoison", 0],
  marker: ["marker", 0],
  huge: ["leaf", flag.write | flag.dirty | flag.young],
  "huge-ro": ["leaf", flag.young],
  "huge-protnone": ["leaf", flag.young | flag.protnone],
};

export function buildWorld(settings: Settings, threads: number, weakened: Weakened = sound): World {
  for (const key of Object.keys(settings)) if (!known.has(key)) throw new UsageError(`unknown world setting "${key}"`, `known: ${[...known].join(" ")}`);
  const yes = (key: string, otherwise: boolean): boolean => (settings[key] === undefined ? otherwise : settings[key] === "yes");
  const count = (key: string, otherwise: number): number => Math.min(Number.parseInt(settings[key] ?? "", 10) || otherwise, 4);
  const mms = Math.min(count("mms", 1), 2);
  const kernel = settings["vma"] === "kernel";
  const cached = /^(?:file|shmem)$/.test(settings["vma"] ?? "");
  const maker = new Maker(settings, cached);
  const cachePage = cached ? 0 : -1;
  for (let mm = 0; mm < mms; mm++) maker.addMm(mm, yes("share", false));
  for (let i = 0; i < count("spare-pte", 3); i++) maker.table("pte");
  for (let i = 0; i < count("spare-pmd", 1); i++) maker.table("pmd");
  const vmas = kernel ? [] : vmasOf(settings, mms);
  const locks = 4 * mms + 3 * vmas.length + maker.levels.length + maker.pages.length + 12;
  const layout = layoutOf({
    threads, mms, levels: maker.levels, roots: maker.roots, pages: maker.pages.length + count("spare-pages", 2), vmas: Math.max(vmas.length, 1), locks, cells: 16,
  });
  const options: WorldOptions = {
    splitLocks: yes("split-locks", true), flushByIpi: settings["flush"] === "ipi", freeByRcu: settings["free-tables"] !== "now",
    notifiers: yes("notifiers", !kernel), uffd: yes("uffd", false), kernel,
    everywhere: settings["runs"] !== "nowhere", batchedUnmap: settings["unmap-flush"] === "batched",
  };
  const data = new Int32Array(layout.size);
  maker.fill(layout, data, options, yes("deposit", true));
  for (const [n, vma] of vmas.entries()) data[layout.vma + n] = vma.kind === "anon" || yes("anon-vma", false) ? 7 : 3;
  return {
    cachePage, weakened, layout, resources: resourcesOf(layout), values: maker.values, locks: new LockNames(locks), vmas, options, initial: data,
  };
}

function vmasOf(settings: Settings, mms: number): Vma[] {
  const kind = (key: string): VmaKind => {
    const word = settings[key] ?? "anon";
    if (word === "anon" || word === "file" || word === "shmem" || word === "hugetlb" || word === "pfnmap") return word;
    throw new UsageError(`unknown VMA kind "${word}"`, "known: anon file shmem hugetlb pfnmap kernel");
  };
  return Array.from({ length: mms }, (_, mm) => mm).flatMap((mm) => {
    if (settings["vma1"] === undefined) return [{ mm, start: base, end: base + pudSize, kind: kind("vma") }];
    return [
      { mm, start: base, end: base + pmdSize, kind: kind("vma") },
      { mm, start: base + pmdSize, end: base + pudSize, kind: kind("vma1") },
    ];
  });
}

/** Collects tables and pages while the entries are named, and writes them once the sizes are known. */
class Maker {
  readonly values: Values = new Values();
  readonly levels: Level[] = [];
  readonly roots: number[] = [];
  /** References of each page. */
  readonly pages: number[] = [];
  private readonly entries: { readonly table: number; readonly index: number; readonly value: EntryValue }[] = [];
  private readonly deposited: { readonly table: number; readonly pmdTable: number }[] = [];
  private readonly settings: Settings;
  private readonly cached: boolean;
  private shared = -1;

  /** `cached`: page 0 is the page cache's, and what the file's VMA maps. */
  constructor(settings: Settings, cached: boolean) {
    this.settings = settings;
    if (cached) this.pages.push(1);
    this.cached = cached;
  }

  table(level: Level): number {
    return this.levels.push(level) - 1;
  }

  addMm(mm: number, share: boolean): void {
    const pgd = this.table("pgd");
    const pud = this.table("pud");
    this.roots.push(pgd);
    this.set(pgd, 0, this.values.entry("table", pud));
    const word = this.settings["pud"] ?? "table";
    if (word !== "table") {
      this.set(pud, 0, this.leaf(word));
      return;
    }
    const pmd = share && mm > 0 ? this.shared : this.table("pmd");
    this.set(pud, 0, this.values.entry("table", pmd));
    if (share && mm > 0) return;
    this.shared = pmd;
    this.addPmd(pmd, 0, this.settings["pmd"] ?? "table", this.settings["pte"] ?? "page,none");
    this.addPmd(pmd, 1, this.settings["pmd1"] ?? "none", this.settings["pte1"] ?? "none,none");
  }

  private addPmd(pmd: number, index: number, word: string, ptes: string): void {
    if (word !== "table") {
      this.set(pmd, index, this.leaf(word));
      // Mappings of files need no deposited table, except on powerpc.
      if ((word.startsWith("huge") || word === "migration") && (this.settings["vma"] ?? "anon") === "anon") this.deposited.push({ table: this.table("pte"), pmdTable: pmd });
      return;
    }
    const pte = this.table("pte");
    this.set(pmd, index, this.values.entry("table", pte));
    ptes.split(",").slice(0, entriesPerTable).forEach((w, i) => this.set(pte, i, this.leaf(w)));
  }

  private set(table: number, index: number, value: EntryValue): void {
    this.entries.push({ table, index, value });
  }

  private leaf(word: string): EntryValue {
    const made = entryWords[word];
    if (made === undefined) throw new UsageError(`unknown entry "${word}"`, `known: table ${Object.keys(entryWords).join(" ")}`);
    const [kind, flags] = made;
    if (kind === "none" || kind === "marker" || kind === "swap") return this.values.entry(kind);
    if (this.cached && kind === "leaf") {
      this.pages[0]! += 1;
      return this.values.entry(kind, 0, flags);
    }
    return this.values.entry(kind, this.pages.push(1) - 1, flags);
  }

  fill(layout: Layout, data: Int32Array, options: WorldOptions, deposit: boolean): void {
    const everyone = (1 << layout.threads) - 1;
    for (let i = 0; i < layout.tables * entriesPerTable; i++) data[layout.entry + i] = this.values.none.id;
    for (const root of layout.roots) data[layout.life + root] = life.linked;
    for (const { table, index, value } of this.entries) {
      data[layout.entry + table * entriesPerTable + index] = value.id;
      data[layout.life + table] = life.linked;
      if (value.kind === "table") data[layout.links + value.target]! += 1;
    }
    for (let table = 0; table < layout.tables; table++) data[layout.ordered + table] = everyone;
    for (const { table, pmdTable } of deposit ? this.deposited : []) {
      data[layout.life + table] = life.deposited;
      data[layout.deposits + pmdTable]! |= 1 << table;
    }
    for (const [page, references] of this.pages.entries()) {
      data[layout.references + page] = references;
      data[layout.pageLife + page] = pageLife.used;
    }
    const turn: Turn = { layout, data, mine: data, values: this.values, thread: 0, fail: () => {} };
    for (let mm = 0; mm < layout.mms; mm++) {
      data[layout.runs + mm] = options.everywhere ? everyCpu(layout) : 0;
      data[layout.tablesCounted + mm] = countTables(turn, mm);
      if (!options.notifiers) data[layout.invalidating + mm] = 1;
    }
    for (let page = 0; page < layout.virtualPages.length; page++) {
      fill(turn, page, -1);
      if (options.notifiers) data[layout.secondary + page] = translations(turn, page);
    }
  }
}

/** Whether the protection does not work for the thread. Also notes that the thread uses it. */
export function isIgnored(world: World, thread: number, name: string): boolean {
  const { ignored, used } = world.weakened;
  used?.add(`${thread}:${name}`);
  return ignored.size > 0 && ignored.has(`${thread}:${name}`);
}

/** Whether the thread is CPU0 and gets this help. */
export function isHelped(world: World, thread: number, help: string): boolean {
  return thread === 0 && world.weakened.helped.has(help);
}
