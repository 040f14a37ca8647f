/**
 * Functions of values alone: tests and builders of entries under the names that the kernel gives them at each level
 * (pte_none, pmd_none, ...). Mirrors include/linux/pgtable.h, include/linux/swapops.h and arch/x86/include/asm/pgtable.h
 * (6.12), where the answer differs between architectures the weaker promise is taken.
 */
import { base, entriesPerTable, pageSize, pmdSize, pudSize } from "../world/layout.ts";
import type { PropertyId } from "../world/property.ts";
import type { World } from "../world/build.ts";
import { entryName } from "../world/turn.ts";
import { flag, type EntryKind, type EntryValue, type Value } from "../world/value.ts";
import { swapTypeOf } from "./swap-types.ts";

/** What a pure function may do besides giving a value: say that a property is broken. */
export interface PureScope {
  readonly world: World;
  fail(property: PropertyId, text: string): void;
}

/** Undefined means: not decided for these arguments; the caller takes the result as unknown. */
export type Pure = (scope: PureScope, args: readonly Value[]) => Value | undefined;

const levels = ["pte", "pmd", "pud", "p4d", "pgd", "huge_pte"];
const table = new Map<string, Pure>();

/** Defines the function for every level: "none" makes pte_none, pmd_none, ... */
function each(suffix: string, make: (level: string) => Pure): void {
  for (const level of levels) table.set(`${level}_${suffix}`, make(level));
}

/** A test of one entry. Torn values answer as their low half does: that is where the flags are. */
function test(suffix: string, holds: (entry: EntryValue, level: string) => boolean): void {
  each(suffix, (level) => (scope, [arg]) => {
    const entry = arg?.k === "torn" ? arg.low : arg?.k === "half" ? arg.of : arg;
    return entry?.k === "entry" ? scope.world.values.bool(holds(entry, level)) : undefined;
  });
}

/** A new entry from one that is present: in any other the bits are part of a number. */
function changePresent(suffix: string, build: (entry: EntryValue) => { readonly kind?: EntryKind; readonly flags?: number }): void {
  change(suffix, build, (entry) => entry.kind === "swap" || withPage.has(entry.kind));
}

/** A new entry from one. `wrong` says for which entries it may not be made. */
function change(
  suffix: string, build: (entry: EntryValue, args: readonly Value[]) => { readonly kind?: EntryKind; readonly flags?: number },
  wrong: (entry: EntryValue) => boolean = () => false,
): void {
  each(suffix, (level) => (scope, args) => {
    const [entry] = args;
    if (entry?.k !== "entry") return undefined;
    if (wrong(entry)) scope.fail("wrong-kind", `${level}_${suffix}() of an entry that is ${entryName(entry)}`);
    const to = build(entry, args);
    return scope.world.values.entry(to.kind ?? entry.kind, entry.target, to.flags ?? entry.flags);
  });
}

const isLeaf = (e: EntryValue): boolean => e.kind === "leaf" || e.kind === "invalid";
const isPresent = (e: EntryValue): boolean => isLeaf(e) || e.kind === "table" || e.kind === "bad";
/** Swap-like kinds that carry the number of a page. */
const withPage: ReadonlySet<EntryKind> = new Set(["migration", "device-private", "device-exclusive", "hwpoison"]);

// Of a torn value one half is something.
each("none", () => (scope, [arg]) => {
  const entry = arg?.k === "half" ? arg.of : arg;
  if (entry?.k === "torn") return scope.world.values.zero;
  return entry?.k === "entry" ? scope.world.values.bool(entry.kind === "none") : undefined;
});
test("present", isPresent);
test("leaf", isLeaf);
test("huge", isLeaf);
test("trans_huge", (e) => isLeaf(e) && !(e.flags & flag.devmap));
test("devmap", (e) => isLeaf(e) && (e.flags & flag.devmap) !== 0);
test("bad", (e) => e.kind !== "table");
test("write", (e) => isLeaf(e) && (e.flags & flag.write) !== 0);
test("dirty", (e) => isLeaf(e) && (e.flags & flag.dirty) !== 0);
test("young", (e) => isLeaf(e) && (e.flags & flag.young) !== 0);
test("protnone", (e) => isLeaf(e) && (e.flags & flag.protnone) !== 0);
test("special", (e) => isLeaf(e) && (e.flags & flag.special) !== 0);
test("uffd_wp", (e) => (e.flags & flag.uffdWp) !== 0);
test("swp_uffd_wp", (e) => (e.flags & flag.uffdWp) !== 0);
test("soft_dirty", (e) => (e.flags & flag.softDirty) !== 0);
test("swp_soft_dirty", (e) => (e.flags & flag.softDirty) !== 0);
test("swp_exclusive", (e) => (e.flags & flag.exclusive) !== 0);
each("accessible", () => (scope, [, entry]) => (entry?.k === "entry" ? scope.world.values.bool(entry.kind === "leaf") : undefined));
each("same", () => (scope, [a, b]) => (a?.k === "entry" && b?.k === "entry" ? scope.world.values.bool(a.id === b.id) : undefined));
// The number of an entry is the entry: comparing it with 0 asks whether it is none.
each("val", () => (_, [a]) => a);

changePresent("mkwrite", (e) => ({ flags: e.flags | flag.write }));
changePresent("mkwrite_novma", (e) => ({ flags: e.flags | flag.write }));
changePresent("mkdirty", (e) => ({ flags: e.flags | flag.dirty }));
changePresent("mkyoung", (e) => ({ flags: e.flags | flag.young }));
changePresent("mkold", (e) => ({ flags: e.flags & ~flag.young }));
changePresent("mkclean", (e) => ({ flags: e.flags & ~flag.dirty }));
changePresent("wrprotect", (e) => ({ flags: e.flags & ~flag.write }));
changePresent("mkspecial", (e) => ({ flags: e.flags | flag.special }));
change("mkdevmap", (e) => ({ flags: e.flags | flag.devmap }));
change("mkhuge", () => ({}));
change("mkinvalid", (e) => ({ kind: e.kind === "leaf" ? "invalid" : e.kind }));
change("mksoft_dirty", (e) => ({ flags: e.flags | flag.softDirty }));
change("swp_mksoft_dirty", (e) => ({ flags: e.flags | flag.softDirty }));
change("clear_soft_dirty", (e) => ({ flags: e.flags & ~flag.softDirty }));
change("swp_clear_soft_dirty", (e) => ({ flags: e.flags & ~flag.softDirty }));
change("mkuffd_wp", (e) => ({ flags: (e.flags | flag.uffdWp) & ~flag.write }));
change("swp_mkuffd_wp", (e) => ({ flags: e.flags | flag.uffdWp }));
change("clear_uffd_wp", (e) => ({ flags: e.flags & ~flag.uffdWp }));
change("swp_clear_uffd_wp", (e) => ({ flags: e.flags & ~flag.uffdWp }));
change("swp_mkexclusive", (e) => ({ flags: e.flags | flag.exclusive }));
change("modify", (e, [, prot]) => {
  if (prot?.k !== "ref" || prot.object !== "prot") return { flags: e.flags & ~flag.protnone };
  const kept = e.flags & ~(flag.write | flag.protnone);
  return { flags: prot.n === 0 ? kept | flag.protnone : kept | (e.flags & flag.write) };
});

/** The page behind a present leaf; of anything else there is none to take. */
function pageOf(scope: PureScope, value: Value | undefined, how: string): number | undefined {
  if (value?.k === "torn") {
    scope.fail("torn-entry", `takes a page from an entry read in halves: ${entryName(value)}`);
    return undefined;
  }
  if (value?.k !== "entry") return undefined;
  if (isLeaf(value) && value.target >= 0) return value.target;
  scope.fail("wrong-kind", `${how} of an entry that is ${entryName(value)}`);
  return undefined;
}

for (const level of levels) {
  for (const [suffix, object] of [["page", "page"], ["folio", "page"], ["pfn", "pfn"]] as const) {
    table.set(`${level}_${suffix}`, (scope, [arg]) => {
      // pmd_page() of a table is the table's own page: pmd_pgtable() is written with it.
      if (arg?.k === "entry" && arg.kind === "table" && suffix !== "folio") return scope.world.values.ref("table", arg.target);
      const page = pageOf(scope, arg, `${level}_${suffix}()`);
      return page === undefined ? undefined : scope.world.values.ref(object, page);
    });
  }
  for (const suffix of ["pgtable", "ptdesc"]) {
    table.set(`${level}_${suffix}`, (scope, [arg]) => tableRef(scope, arg));
  }
}

function tableRef(scope: PureScope, arg: Value | undefined): Value | undefined {
  if (arg?.k === "torn") {
    scope.fail("torn-entry", `uses as a table what is ${entryName(arg)}`);
    return undefined;
  }
  if (arg?.k !== "entry") return undefined;
  if (arg.kind === "table") return scope.world.values.ref("table", arg.target);
  scope.fail("not-a-table", `uses as a table an entry that is ${entryName(arg)}`);
  return undefined;
}

/** First entry of the table that the value points to. */
table.set("world_first", (scope, [arg]) => {
  const ref = tableRef(scope, arg);
  return ref?.k === "ref" ? scope.world.values.slot(ref.n, 0) : undefined;
});
table.set("world_table", (scope, [arg]) => tableRef(scope, arg));
/** First entry of a table given as `pgtable_t`. */
table.set("world_entries", (scope, [arg]) => (arg?.k === "ref" && arg.object === "table" ? scope.world.values.slot(arg.n, 0) : undefined));
/** Table that an entry stands in. */
table.set("world_table_of", (scope, [arg]) => (arg?.k === "slot" ? scope.world.values.ref("table", arg.table) : undefined));
/** Lock in the descriptor of a table. */
table.set("world_ptl", (scope, [arg]) => (arg?.k === "ref" && arg.object === "table" ? scope.world.values.ref("ptl", arg.n) : undefined));
table.set("world_entry_of_page", (scope, [page]) =>
  page?.k === "ref" ? scope.world.values.entry("leaf", page.n, flag.young) : undefined);
table.set("world_table_entry", (scope, [ref]) =>
  ref?.k === "ref" && ref.object === "table" ? scope.world.values.entry("table", ref.n) : undefined);
table.set("world_low", (scope, [arg]) => (arg?.k === "entry" ? scope.world.values.half("low", arg) : undefined));
table.set("world_high", (scope, [arg]) => (arg?.k === "entry" ? scope.world.values.half("high", arg) : undefined));

for (const name of ["__pte", "__pmd", "__pud", "__p4d", "__pgd"]) {
  table.set(name, (scope, [arg]) => (arg?.k === "int" && arg.value === 0n ? scope.world.values.none : arg?.k === "entry" ? arg : undefined));
}

function makeLeaf(extra: number): Pure {
  return (scope, [page, prot]) => {
    if (page?.k !== "ref" || (page.object !== "page" && page.object !== "pfn")) return undefined;
    const protection = prot?.k === "ref" && prot.object === "prot" && prot.n === 0 ? flag.protnone : 0;
    return scope.world.values.entry("leaf", page.n, flag.young | protection | extra);
  };
}
for (const name of ["mk_pte", "mk_pmd", "mk_pud", "mk_huge_pmd", "mk_huge_pud", "folio_mk_pte", "folio_mk_pmd", "pfn_pte", "pfn_pmd", "pfn_pud"]) table.set(name, makeLeaf(0));

// Swap entries are the entries themselves; only their kind is asked for.
const swapTests: Readonly<Record<string, (e: EntryValue) => boolean>> = {
  is_migration_entry: (e) => e.kind === "migration",
  is_readable_migration_entry: (e) => e.kind === "migration" && !(e.flags & flag.write),
  is_writable_migration_entry: (e) => e.kind === "migration" && (e.flags & flag.write) !== 0,
  is_device_private_entry: (e) => e.kind === "device-private",
  is_writable_device_private_entry: (e) => e.kind === "device-private" && (e.flags & flag.write) !== 0,
  is_device_exclusive_entry: (e) => e.kind === "device-exclusive",
  is_writable_device_exclusive_entry: (e) => e.kind === "device-exclusive" && (e.flags & flag.write) !== 0,
  is_poisoned_swp_entry: () => false,
  is_hwpoison_entry: (e) => e.kind === "hwpoison",
  is_pte_marker_entry: (e) => e.kind === "marker",
  is_pte_marker: (e) => e.kind === "marker",
  non_swap_entry: (e) => e.kind !== "swap",
  is_pfn_swap_entry: (e) => withPage.has(e.kind),
  is_swap_pte: (e) => !isPresent(e) && e.kind !== "none",
  is_swap_pmd: (e) => !isPresent(e) && e.kind !== "none",
  is_pmd_migration_entry: (e) => e.kind === "migration",
  is_huge_zero_pmd: () => false,
};
for (const [name, holds] of Object.entries(swapTests)) {
  // The type of a swap entry is in the low half, like the flags.
  table.set(name, (scope, [arg]) => {
    const entry = arg?.k === "torn" ? arg.low : arg;
    return entry?.k === "entry" ? scope.world.values.bool(holds(entry)) : undefined;
  });
}

table.set("swp_type", (scope, [arg]) => {
  const entry = arg?.k === "torn" ? arg.low : arg;
  const type = entry?.k === "entry" ? swapTypeOf(entry) : undefined;
  return type === undefined ? undefined : scope.world.values.int(type);
});

for (const name of ["pte_to_swp_entry", "pmd_to_swp_entry"]) {
  table.set(name, (scope, [arg]) => {
    if (arg?.k === "torn") return arg;
    if (arg?.k !== "entry") return undefined;
    if (isPresent(arg) || arg.kind === "none") scope.fail("wrong-kind", `${name}() of an entry that is ${entryName(arg)}`);
    return arg;
  });
}
for (const name of ["swp_entry_to_pte", "swp_entry_to_pmd"]) table.set(name, (_, [arg]) => arg);
for (const [name, object] of [["pfn_swap_entry_to_page", "page"], ["pfn_swap_entry_folio", "page"], ["swp_offset_pfn", "pfn"], ["swp_offset", "pfn"]] as const) {
  table.set(name, (scope, [arg]) => {
    if (arg?.k === "torn") scope.fail("torn-entry", `${name}() of an entry read in halves: ${entryName(arg)}`);
    if (arg?.k !== "entry") return undefined;
    if (withPage.has(arg.kind)) return scope.world.values.ref(object, arg.target);
    if (name !== "swp_offset") scope.fail("wrong-kind", `${name}() of an entry that is ${entryName(arg)}`);
    return undefined;
  });
}
const builders: Readonly<Record<string, readonly [EntryKind, number]>> = {
  make_readable_migration_entry: ["migration", 0], make_writable_migration_entry: ["migration", flag.write],
  make_readable_exclusive_migration_entry: ["migration", 0],
  make_readable_device_private_entry: ["device-private", 0], make_writable_device_private_entry: ["device-private", flag.write],
  make_readable_device_exclusive_entry: ["device-exclusive", 0], make_writable_device_exclusive_entry: ["device-exclusive", flag.write],
  make_device_exclusive_entry: ["device-exclusive", flag.write],
};
for (const [name, [kind, flags]] of Object.entries(builders)) {
  table.set(name, (scope, [arg]) => (arg?.k === "ref" ? scope.world.values.entry(kind, arg.n, flags) : undefined));
}
for (const name of ["make_migration_entry_young", "make_migration_entry_dirty", "move_pte", "move_pmd", "move_pud", "arch_prepare_to_swap"]) table.set(name, (_, [arg]) => arg);
for (const [name, kind] of [["make_pte_marker", "marker"], ["make_pte_marker_entry", "marker"], ["make_poisoned_swp_entry", "marker"]] as const) {
  table.set(name, (scope) => scope.world.values.entry(kind));
}
table.set("make_hwpoison_entry", (scope, [arg]) => (arg?.k === "ref" ? scope.world.values.entry("hwpoison", arg.n) : undefined));
table.set("world_swap_entry", (scope) => scope.world.values.entry("swap"));

// Pages and folios are one thing here, and so are a table, its page and its descriptor.
for (const name of [
  "page_folio", "folio_page", "compound_head", "page_ptdesc", "ptdesc_page", "ptdesc_folio", "folio_file_page", "pfn_to_page", "pfn_folio",
  "nth_page", "likely", "unlikely", "READ_ONCE", "virt_to_page", "virt_to_ptdesc", "page_address", "__va", "__pa",
]) {
  table.set(name, (scope, [arg]) => (arg?.k === "ref" && arg.object === "pfn" ? scope.world.values.ref("page", arg.n) : arg));
}
for (const name of ["page_to_pfn", "folio_pfn"]) {
  table.set(name, (scope, [arg]) => (arg?.k === "ref" && arg.object === "page" ? scope.world.values.ref("pfn", arg.n) : undefined));
}

for (const name of ["is_zero_pfn", "is_huge_zero_folio", "is_huge_zero_page"]) table.set(name, (scope) => scope.world.values.zero);

/** Index of an address in the table of a level. */
function index(size: bigint, count: number): Pure {
  return (scope, [address]) => {
    // An address that is not known is taken for the one at hand.
    if (address?.k !== "int") return scope.world.values.zero;
    return scope.world.values.int(((address.value - base) / size) % BigInt(count));
  };
}
table.set("pte_index", index(pageSize, entriesPerTable));
table.set("pmd_index", index(pmdSize, entriesPerTable));
table.set("pud_index", index(pudSize, 1));
table.set("pgd_index", index(pudSize, 1));

for (const [level, size] of [["pte", pageSize], ["pmd", pmdSize], ["pud", pudSize], ["p4d", pudSize], ["pgd", pudSize]] as const) {
  table.set(`${level}_addr_end`, (scope, [address, end]) => {
    if (address?.k !== "int" || end?.k !== "int") return undefined;
    const boundary = (address.value / size + 1n) * size;
    return scope.world.values.int(boundary < end.value ? boundary : end.value);
  });
}
for (const name of ["min", "min_t", "max", "max_t"]) {
  table.set(name, (scope, args) => {
    const [a, b] = args.slice(-2);
    if (a?.k !== "int" || b?.k !== "int") return undefined;
    return scope.world.values.int((a.value < b.value) === name.startsWith("min") ? a.value : b.value);
  });
}
for (const name of ["userfaultfd_armed", "userfaultfd_missing"]) table.set(name, (scope) => scope.world.values.bool(scope.world.options.uffd));
/** A page that is mapped writable belongs to its mapping alone; of others it is not known. */
table.set("PageAnonExclusive", (scope, [arg]) => {
  if (arg?.k !== "ref" || arg.object !== "page") return undefined;
  if (scope.world.vmas[0]?.kind !== "anon") return scope.world.values.zero;
  const { world } = scope;
  const writable = world.initial.subarray(world.layout.entry, world.layout.entry + world.layout.tables * entriesPerTable)
    .some((id) => { const e = world.values.get(id); return e.k === "entry" && e.target === arg.n && e.kind !== "table" && (e.flags & flag.write) !== 0; });
  return writable ? world.values.one : undefined;
});
for (const name of ["folio_test_anon", "PageAnon"]) {
  table.set(name, (scope, [arg]) => {
    if (arg?.k !== "ref" || arg.object !== "page") return undefined;
    return scope.world.values.bool(arg.n !== scope.world.cachePage && scope.world.vmas[0]?.kind === "anon");
  });
}
for (const name of ["vma_is_anonymous", "vma_is_shmem", "is_vm_hugetlb_page"]) {
  const kind = { vma_is_anonymous: "anon", vma_is_shmem: "shmem", is_vm_hugetlb_page: "hugetlb" }[name];
  table.set(name, (scope, [arg]) => {
    const vma = arg?.k === "ref" && arg.object === "vma" ? scope.world.vmas[arg.n] : undefined;
    return vma && scope.world.values.bool(vma.kind === kind);
  });
}
table.set("world_cache_folio", (scope) => (scope.world.cachePage < 0 ? scope.world.values.zero : scope.world.values.ref("page", scope.world.cachePage)));
// Error pointers are small negative numbers; anything that is an address is none.
for (const name of ["ERR_PTR", "PTR_ERR", "ERR_CAST"]) table.set(name, (_, [arg]) => (arg?.k === "int" ? arg : undefined));
const isError: Pure = (scope, [arg]) => {
  if (arg === undefined || arg.k === "unknown") return undefined;
  return scope.world.values.bool(arg.k === "int" && arg.value < 0n && arg.value >= -4095n);
};
table.set("IS_ERR", isError);
table.set("IS_ERR_OR_NULL", (scope, [arg]) => (arg?.k === "int" && arg.value === 0n ? scope.world.values.one : isError(scope, arg === undefined ? [] : [arg])));
table.set("world_config", (scope, [name]) => {
  const option = name?.k === "name" ? name.text.replaceAll('"', "") : "";
  const { options } = scope.world;
  return Object.hasOwn(options, option) ? scope.world.values.bool(options[option as keyof typeof options]) : undefined;
});

/** What an architecture does to bits of an entry that are not kept here. */
const otherBits = /^(?:pte|pmd|pud|huge_pte)_(?:sw_mk|mk|clear_|swp_mk|swp_clear_|exclusive_|arch_)\w+$|^arch_make_\w+$/;
const unchanged: Pure = (_, [arg]) => (arg?.k === "entry" ? arg : undefined);

/** The pure function of this name, or undefined. */
export function pureOf(name: string): Pure | undefined {
  return table.get(name) ?? (otherBits.test(name) ? unchanged : undefined);
}
