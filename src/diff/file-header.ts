/**
 * Collects the header lines of one file section and turns them into the facts of a FilePatch. Mirrors git's apply.c
 * (parse_git_diff_header); for diffs without git headers GNU patch's pch.c (best_name).
 */
import type { FileChange, FilePatch } from "../core/diff.ts";
import type { HeaderLine } from "./header.ts";
import { hasEpochStamp, type NamePair, pathRefusal, plainName, splitGitNames, stripped, unquote, withoutBackup } from "./paths.ts";

/** Stands for the path of hunks that came without any file name. */
const unknownPath = "(unknown)";

/** What has been read of a file's header so far; undefined means "no such line". */
export interface FileHeader {
  git?: NamePair | null;
  old?: string | null;
  new?: string | null;
  oldIsEpoch?: boolean;
  newIsEpoch?: boolean;
  hint?: string;
  from?: string;
  to?: string;
  copied?: boolean;
  added?: string;
  deleted?: string;
  oldMode?: string;
  newMode?: string;
  similarity?: number;
  oldBlob?: string;
  newBlob?: string;
  binary?: boolean;
}

export type FileFacts = Omit<FilePatch, "hunks">;

/** Records one header line. Lines that say nothing about the file (rules, hunks) are ignored. */
export function take(header: FileHeader, line: HeaderLine): void {
  switch (line.kind) {
    case "git":
      header.git = splitGitNames(line.names);
      return;
    case "index-name":
      header.hint = line.name;
      return;
    case "old-name":
      header.old = plainName(line.name);
      header.oldIsEpoch = hasEpochStamp(line.name);
      return;
    case "new-name":
      header.new = plainName(line.name);
      header.newIsEpoch = hasEpochStamp(line.name);
      return;
    case "old-mode":
      header.oldMode = line.mode;
      return;
    case "new-mode":
      header.newMode = line.mode;
      return;
    case "added":
      header.added = line.mode;
      return;
    case "deleted":
      if (header.added === undefined) header.deleted = line.mode;
      return;
    case "similarity":
      if (line.percent !== null) header.similarity = line.percent;
      return;
    case "rename-from":
    case "copy-from":
      header.from = bare(line.name);
      header.copied = line.kind === "copy-from";
      return;
    case "rename-to":
    case "copy-to":
      header.to = bare(line.name);
      return;
    case "blobs":
      header.oldBlob = line.old;
      header.newBlob = line.new;
      if (line.mode !== "") header.oldMode = header.newMode = line.mode;
      return;
    case "binary-files":
      header.binary = true;
      takeBinaryNames(header, line.names);
      return;
    case "binary-patch":
      header.binary = true;
      return;
    case "command":
    case "combined":
    case "combined-hunk":
    case "rule":
    case "hunk":
      return;
  }
}

/** `Binary files a/x and b/x differ`; /dev/null stands for an absent side. */
function takeBinaryNames(header: FileHeader, names: string): void {
  const at = names.indexOf(" and ");
  if (at < 0) return;
  header.old ??= plainName(names.slice(0, at));
  header.new ??= plainName(names.slice(at + 5));
}

function bare(name: string): string {
  return name.startsWith('"') ? (unquote(name)?.name ?? name) : name;
}

/** The facts of the file, or why it is refused. `hunks` is "from-nothing" when the only one is "-0,0". */
export function factsOf(header: FileHeader, hunks: "none" | "some" | "from-nothing"): FileFacts | { readonly refusal: string } {
  const names = namesOf(header, hunks === "from-nothing");
  if ("refusal" in names) return names;
  const change = changeOf(header, names, hunks !== "none");
  return {
    oldPath: change === "add" ? null : names.old,
    newPath: change === "delete" ? null : names.new,
    change,
    oldMode: header.deleted ?? (change === "add" ? null : (header.oldMode ?? null)),
    newMode: header.added ?? (change === "delete" ? null : (header.newMode ?? null)),
    oldBlob: blob(header.oldBlob),
    newBlob: blob(header.newBlob),
    similarity: header.similarity ?? null,
    binary: header.binary ?? false,
    pathUnknown: names.old === unknownPath || names.new === unknownPath,
  };
}

function blob(id: string | undefined): string | null {
  return id === undefined || /^0+$/.test(id) ? null : id;
}

function namesOf(header: FileHeader, createsFromNothing: boolean): NamePair | { readonly refusal: string } {
  const pair = relativeNames(header);
  for (const name of [pair.old, pair.new]) {
    const refusal = name === null ? "" : pathRefusal(name);
    if (refusal !== "") return { refusal };
  }
  if (pair.old === null && pair.new === null) return { old: unknownPath, new: unknownPath };
  // A traditional diff has no mode lines: absence shows in the time stamp or the empty range.
  if (header.git === undefined && header.oldBlob === undefined) {
    if (header.oldIsEpoch && createsFromNothing) return { old: null, new: pair.new };
    if (header.newIsEpoch && pair.old !== null) return { old: pair.old, new: null };
    if (createsFromNothing && pair.new !== null) return { old: null, new: pair.new };
  }
  return pair;
}

/** In git's order of trust: rename lines, `---`/`+++`, the `diff --git` line, `Index:`. */
function relativeNames(header: FileHeader): NamePair {
  if (header.from !== undefined && header.to !== undefined) return { old: header.from, new: header.to };
  const git = header.git ? stripped(header.git) : null;
  if (header.old !== undefined || header.new !== undefined) {
    const given = { old: header.old ?? null, new: header.new ?? null };
    const pair = stripped(header.old !== undefined && header.new !== undefined ? withoutBackup(given) : given);
    return {
      old: header.old === undefined ? (git?.old ?? (header.added === undefined ? pair.new : null)) : pair.old,
      new: header.new === undefined ? (git?.new ?? (header.deleted === undefined ? pair.old : null)) : pair.new,
    };
  }
  if (git) {
    return { old: header.added === undefined ? git.old : null, new: header.deleted === undefined ? git.new : null };
  }
  return header.hint === undefined ? { old: null, new: null } : stripped({ old: header.hint, new: header.hint });
}

function changeOf(header: FileHeader, names: NamePair, hasHunks: boolean): FileChange {
  if (names.old === null) return "add";
  if (names.new === null) return "delete";
  if (header.added !== undefined) return "add";
  if (header.deleted !== undefined) return "delete";
  if (header.copied === true && header.from !== undefined) return "copy";
  if (names.old !== names.new) return "rename";
  const modes = header.oldMode !== undefined && header.newMode !== undefined && header.oldMode !== header.newMode;
  return modes && !hasHunks && header.oldBlob === undefined && header.binary !== true ? "mode" : "modify";
}
