/**
 * The kernel version that a review is for. The user's word comes first, then the tree; without either, names that only
 * some kernels have bound it and the date of the mail picks within the bounds. The origin always goes along.
 */
import { UsageError } from "../core/errors.ts";
import type { Base, Era } from "../core/image.ts";
import { compareVersions } from "../util/version.ts";
import { gitReason } from "./objects.ts";
import { textAtBase } from "./read-at.ts";
import { makefileVersion, type Tree } from "./tree.ts";

/** A kernel version, oldest first in its table. `released` is "YYYY-MM-DD", or "" while it is in development. */
export interface EraRow {
  readonly version: string;
  readonly released: string;
}

/** A name that only some kernels have; both bounds inclusive. */
export interface MarkerRow {
  readonly name: string;
  readonly since?: string;
  readonly until?: string;
}

export interface EraTables {
  readonly eras: readonly EraRow[];
  readonly eraMarkers: readonly MarkerRow[];
}

export interface EraQuestion {
  readonly tree: Tree | null;
  /** State of the tree that the patch applies to. */
  readonly base: Base | null;
  /** Value of --kernel, or null. */
  readonly kernelOption: string | null;
  /** Identifiers of the old code: context and removed lines, not what the patch adds. */
  readonly names: ReadonlySet<string>;
  /** Those of them that the patch leaves nowhere in view. */
  readonly removed?: ReadonlySet<string>;
  /** ISO 8601 date of the mail, or null. */
  readonly date: string | null;
}

/** Throws UsageError when --kernel is no version. */
export async function eraOf(question: EraQuestion, tables: EraTables): Promise<Era> {
  if (question.kernelOption !== null) return { version: kernelVersion(question.kernelOption), from: "--kernel" };
  const fromTree = await treeVersion(question.tree, question.base);
  if (fromTree !== null) return { version: fromTree, from: "tree Makefile" };
  return eraWithoutTree(question.names, question.date, tables, question.removed);
}

/** "6.12" from "6.12", "v6.12", "6.12.117" or "6.12-rc3". */
function kernelVersion(text: string): string {
  const found = /^v?(\d{1,3})\.(\d{1,3})(?:[.-][\w.+-]{0,60})?$/.exec(text.trim());
  if (!found) throw new UsageError(`--kernel ${text}: not a kernel version`, "write it as 6.12");
  return `${Number(found[1])}.${Number(found[2])}`;
}

async function treeVersion(tree: Tree | null, base: Base | null): Promise<string | null> {
  if (tree === null) return null;
  try {
    const makefile = await textAtBase(tree, base ?? { kind: "none", id: "" }, "Makefile");
    return makefile === null ? null : makefileVersion(makefile);
  } catch (error) {
    gitReason(error);
    return null;
  }
}

/** Bounds by names, then the date within them; a date outside them yields to the names. */
function eraWithoutTree(names: ReadonlySet<string>, date: string | null, tables: EraTables, removed: ReadonlySet<string> = new Set()): Era {
  const newest = tables.eras.at(-1)!.version;
  const { since, until } = boundsOf(names, tables.eraMarkers);
  const byDate = date === null ? null : versionAt(date, tables.eras);
  const guess = byDate ?? newest;
  if (until?.until !== undefined && compareVersions(guess, until.until) > 0) {
    return { version: until.until, from: `uses ${until.name}, which is in kernels up to ${until.until}` };
  }
  if (since?.since !== undefined && compareVersions(guess, since.since) < 0) {
    return { version: since.since, from: `uses ${since.name}, which is in kernels since ${since.since}` };
  }
  // The last kernel with a name was in development, and the patch does away with it: it is for the one after.
  const last = tables.eraMarkers.find((marker) => marker.until === byDate && removed.has(marker.name));
  const next = last === undefined ? undefined : tables.eras[tables.eras.findIndex((era) => era.version === byDate) + 1];
  if (last && next) return { version: next.version, from: `mail date ${date!.slice(0, 10)}, and removes ${last.name}, which is in kernels up to ${byDate}` };
  return byDate === null ? { version: newest, from: "default" } : { version: byDate, from: `mail date ${date!.slice(0, 10)}` };
}

/**
 * The tightest bounds that the names give. Names that contradict one another (a patch that carries its own copy of an old
 * name, or a backport) give none.
 */
function boundsOf(names: ReadonlySet<string>, markers: readonly MarkerRow[]): { readonly since: MarkerRow | null; readonly until: MarkerRow | null } {
  let since: MarkerRow | null = null;
  let until: MarkerRow | null = null;
  for (const marker of markers) {
    if (!names.has(marker.name)) continue;
    if (marker.since !== undefined && (since === null || compareVersions(marker.since, since.since!) > 0)) since = marker;
    if (marker.until !== undefined && (until === null || compareVersions(marker.until, until.until!) < 0)) until = marker;
  }
  if (since !== null && until !== null && compareVersions(since.since!, until.until!) > 0) return { since: null, until: null };
  return { since, until };
}

/** The version in development at a date: the next one to be released, the newest known after the last release; null for no date. */
function versionAt(date: string, eras: readonly EraRow[]): string | null {
  const day = date.slice(0, 10);
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) return null;
  return (eras.find((era) => era.released === "" || era.released >= day) ?? eras.at(-1)!).version;
}
