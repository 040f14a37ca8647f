/**
 * `--resume FILE`: reports of patches are kept as they come, and a later run of the same work takes them from there
 * instead of reviewing again. The work is the same when tool, rules and every option are; a patch is when its mail and
 * diff are. A tree that has changed is noticed by the patch's base only, so one that is edited wants a new file.
 */
import { resolve } from "node:path";
import { InputError, UsageError } from "./core/errors.ts";
import type { PatchReport } from "./core/report.ts";
import type { ReviewRequest } from "./core/request.ts";
import type { PreparedPatch } from "./prepare-patch.ts";
import type { CompiledRules } from "./rulebook/index.ts";
import { sha1 } from "./util/digest.ts";
import { type Journal, openJournal, type Place } from "./util/journal.ts";
import { toolVersion } from "./util/tool-version.ts";

interface Kept {
  readonly patch: string;
  readonly report: PatchReport;
}

export class Resumption {
  readonly #journal: Journal;
  /** Patches that earlier runs have reviewed. */
  readonly #known: ReadonlyMap<string, Place>;

  private constructor(journal: Journal, known: ReadonlyMap<string, Place>) {
    this.#journal = journal;
    this.#known = known;
  }

  /** null when the request does not ask for it. Throws UsageError for a file of other work, InputError for one that can't be used. */
  static of(request: ReviewRequest, rules: CompiledRules): Resumption | null {
    if (request.resume === undefined) return null;
    const { resume, kernel, only, skip, bound, strict, tree, base, all } = request;
    try {
      const work = sha1(JSON.stringify([toolVersion(), kernel, only, skip, bound, strict, tree, base, all, rules]));
      const known = new Map<string, Place>();
      const journal = openJournal(resolve(request.cwd, resume), work, (entry, place) => known.set((entry as Kept).patch, place));
      if (journal !== null) return new Resumption(journal, known);
    } catch (error) {
      throw new InputError(resume, `--resume: can't use ${resume}: ${error instanceof Error ? error.message : String(error)}`);
    }
    throw new UsageError(`--resume: ${resume} was not made by this version with these options`, "Remove it or name another file.");
  }

  /** The report of an earlier run, or null. */
  find(patch: PreparedPatch): PatchReport | null {
    const place = this.#known.get(keyOf(patch));
    return place === undefined ? null : (this.#journal.read(place) as Kept).report;
  }

  keep(patch: PreparedPatch, report: PatchReport): void {
    const key = keyOf(patch);
    if (this.#known.has(key)) return;
    try {
      this.#journal.add({ patch: key, report } satisfies Kept);
    } catch (error) {
      throw new UsageError(`--resume: can't write: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  close(): void {
    this.#journal.close();
  }
}

function keyOf({ patch, notes, base, era }: PreparedPatch): string {
  // Where a mail stands in its mailbox says nothing of it.
  return sha1(JSON.stringify([{ ...patch, message: { ...patch.message, origin: null } }, notes, base, era]));
}
