/** Sentences that kernel developers write above functions, in our own words, and what they say of locks held at entry. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { compileRules } from "../rulebook/compile.ts";
import { rulebookFor } from "../rulebook/rulebook.ts";
import { packageRoot } from "../util/package-root.ts";
import { toldLocks } from "./wording.ts";

const { wording } = rulebookFor(compileRules(join(packageRoot(), "rules")), "6.12");

function told(comment: string): string[] {
  return toldLocks(comment, wording).map(({ lock, mode }) => `${lock} ${mode}`);
}

it.each([
  ["Must be called with mmap_lock held for writing.", ["mmap write"]],
  ["Called with vma->vm_mm->mmap_lock held.", ["mmap read"]],
  ["The mmap_lock must be held in write mode.", ["mmap write"]],
  ["Called with the mmap_lock held for reading or writing.", ["mmap read"]],
  ["Callers must hold the write side of mm->mmap_lock.", ["mmap write"]],
  ["The caller must hold a WRITE lock on the\nmm_struct->mmap_lock.", ["mmap write"]],
  ["The caller needs to hold the page table lock, and the folio is locked.", ["entry read"]],
  ["age_one - make it old\n@pte: the entry\n\nContext: Called with pte lock held.\nReturn: whether it was young.", ["entry read"]],
  ["Context: The caller is holding the PTL.", ["entry read"]],
  ["This must be called under the PTL.", ["entry read"]],
  ["Caller must hold rcu_read_lock().", ["rcu read"]],
  ["mapping->i_mmap_rwsem must be held.", ["i_mmap read"]],
  ["Called with mmap_sem held for write and with the page table lock held.", ["mmap write"]],
])("%s", (comment, locks) => {
  expect(told(comment)).toEqual(locks);
});

it.each([
  "Called with either the VMA lock or mmap_lock held.",
  "Called without mmap_lock held.",
  "Must not be called with the mmap_lock held.",
  "May be called under rcu_read_lock().",
  "Caller must hold mmap_lock if vma is not NULL.",
  "Must be called with mmap_lock held. It may be released.",
  "mmap_lock must be held. If it's released, *locked is cleared.",
  "Takes the page table lock and returns with it held.",
  "This drops the mmap_lock, so whoever must hold the mmap_lock takes it again.",
  "The mmap_lock protects the list.",
  "Walks what the page_table_lock_count must hold.",
  "",
])("says nothing certain: %s", (comment) => {
  expect(told(comment)).toEqual([]);
});

it("answers at once whatever the comment holds", () => {
  // With backtracking this would not come back before the test's time is over.
  for (const part of ["must hold the ", "a->", "the a an at least ", "context: ", "mmap_lock "]) expect(told(part.repeat(8000 / part.length))).toEqual([]);
});
