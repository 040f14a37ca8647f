/**
 * The known bugs, each in up to three settings: put back into a kernel tree, taken out of it again, and as the mail of
 * the fix alone, whose pre-image is the buggy version.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Finding } from "../../src/index.ts";
import { causesOf } from "./causes.ts";
import type { KnownBug } from "./entries.ts";
import { hasContract } from "./known-names.ts";
import { judge, type Judged, type View } from "./judge.ts";
import { reverseDiff } from "./reverse-diff.ts";
import { reviewOne } from "./reviewer.ts";
import { withPatch } from "./scratch-tree.ts";

/** What was reviewed: the put-back patch, its reverse, the fix mail on the buggy tree, the fix mail without a tree. */
export type Setting = "put back" | "taken out" | "fix on tree" | "fix alone";

export interface Measured {
  readonly bug: KnownBug;
  readonly setting: Setting;
  /** "6.12", or "" without a tree. */
  readonly tree: string;
  /** The buggy version was flagged under a right rule in a right function. */
  readonly flagged: boolean;
  /** Flagged, or an open question names the rule and the function. Questions are about the post-image, so this says something of "put back" only. */
  readonly asked: boolean;
  /** The fixed version has no such finding; true where the fixed version is not reviewed. */
  readonly clean: boolean;
  readonly view: View;
  /** The hunks could be placed on the tree. */
  readonly applied: boolean;
  /** Why it was not flagged; empty when it was. */
  readonly causes: readonly string[];
  /** Findings under a right rule that the fixed version still has. */
  readonly remaining: readonly Finding[];
  /** Findings of other kinds or in other places that the reviewed patch introduces or has fixed. */
  readonly others: readonly Finding[];
}

/** `tree` as the reviewer sees it; `scratch` is a writable copy of its files. */
export interface Trees {
  readonly version: string;
  readonly tree: string;
  readonly scratch: string;
}

/** All that can be measured of one bug on one tree. */
export async function measureOnTree(bug: KnownBug, trees: Trees): Promise<Measured[]> {
  const found: Measured[] = [];
  for (const { patch, tree } of bug.reintroduce) {
    if (tree !== trees.version) continue;
    const buggy = await reviewOne(patch, trees.tree);
    const put = judge(buggy, bug);
    found.push(measured({ bug, setting: "put back", tree, input: patch }, buggy, put, put.introduced.length > 0, []));
    await withPatch(trees.scratch, patch, async () => {
      found.push(await measureFix(bug, "taken out", reversedFile(patch, trees), tree, trees.scratch));
      if (bug.mail !== null) found.push(await measureFix(bug, "fix on tree", bug.mail, tree, trees.scratch));
    });
  }
  return found;
}

/** The mail of the fix without a tree; null when it is not stored. */
export async function measureAlone(bug: KnownBug): Promise<Measured | null> {
  return bug.mail === null ? null : measureFix(bug, "fix alone", bug.mail, "", null);
}

async function measureFix(bug: KnownBug, setting: Setting, input: string, tree: string, dir: string | null): Promise<Measured> {
  const patches = await reviewOne(input, dir);
  const judged = judge(patches, bug);
  return measured({ bug, setting, tree, input }, patches, judged, judged.fixed.length > 0, judged.remaining);
}

type What = Pick<Measured, "bug" | "setting" | "tree"> & { readonly input: string };

function measured({ bug, setting, tree, input }: What, patches: Awaited<ReturnType<typeof reviewOne>>, judged: Judged, flagged: boolean, remaining: readonly Finding[]): Measured {
  const others = judged.others.filter((finding) => finding.status !== "pre-existing");
  const causes = flagged ? [] : causesOf(patches, bug, readFileSync(input, "utf8"), hasContract);
  return { bug, setting, tree, flagged, asked: flagged || judged.asked.length > 0, clean: remaining.length === 0, view: judged.view, applied: isApplied(patches), causes, remaining, others };
}

/** Beside the tree, so that it goes when the tree goes. */
function reversedFile(patch: string, trees: Trees): string {
  const path = join(trees.scratch, "taken-out.diff");
  writeFileSync(path, reverseDiff(readFileSync(patch, "utf8")));
  return path;
}

function isApplied(patches: Awaited<ReturnType<typeof reviewOne>>): boolean {
  return patches.length > 0 && patches.every((patch) => patch.base.kind !== "none");
}
