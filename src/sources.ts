/** Inputs -> series with their fate: what the mail stage yields, sorted into one report an input. */
import { InputError } from "./core/errors.ts";
import type { MailPatch, Series } from "./core/message.ts";
import type { InputReport } from "./core/report.ts";
import { type GroupedEvent, readSeries } from "./mail/index.ts";
import { isRevisionRange, revisionRange, type Tree } from "./tree/index.ts";

interface OpenInput {
  messages: number;
  patches: number;
  readonly skipped: { messageId: string; subject: string; reason: string }[];
  readonly troubles: string[];
  failed?: string;
}

export interface FoundSeries {
  readonly series: Series;
  readonly notes: readonly string[];
}

/** Collects what becomes of each input while its series are handed on. */
export class Inputs {
  readonly #open = new Map<string, OpenInput>();
  readonly #paths: readonly string[];
  readonly #tree: Tree | null;

  /** Paths as the user named them. What is no file may be a revision range of the tree. */
  constructor(paths: readonly string[], tree: Tree | null) {
    this.#paths = paths;
    this.#tree = tree;
    for (const path of paths) this.of(path);
  }

  of(path: string): OpenInput {
    const known = this.#open.get(path);
    if (known) return known;
    const made: OpenInput = { messages: 0, patches: 0, skipped: [], troubles: [] };
    this.#open.set(path, made);
    return made;
  }

  /** The series of all inputs. An input that can't be read becomes `failed`; the others still run. */
  async *series(): AsyncGenerator<FoundSeries> {
    const readable = [...this.#paths];
    while (readable.length > 0) {
      try {
        for await (const event of readSeries(readable)) {
          const found = this.#take(event);
          if (found) yield found;
        }
        return;
      } catch (error) {
        if (!(error instanceof InputError) || !readable.includes(error.path)) throw error;
        readable.splice(readable.indexOf(error.path), 1);
        const commits = this.#tree !== null && (await isRevisionRange(this.#tree, error.path));
        if (commits) yield await this.#range(error.path);
        else this.of(error.path).failed = error.message;
      }
    }
  }

  /** The commits of a range as one series. */
  async #range(range: string): Promise<FoundSeries> {
    const input = this.of(range);
    const patches: MailPatch[] = [];
    for await (const item of revisionRange(this.#tree!, range)) {
      input.messages++;
      if (item.kind === "patch") patches.push(item.patch);
      else input.skipped.push({ messageId: item.skipped.message.id, subject: item.skipped.message.subject, reason: item.skipped.reason });
    }
    input.patches += patches.length;
    return { series: { subject: range, revision: 1, total: patches.length, patches }, notes: [] };
  }

  #take(event: GroupedEvent): FoundSeries | null {
    const input = this.of(event.input);
    switch (event.kind) {
      case "series":
        return { series: event.series, notes: event.notes };
      case "skipped":
        input.skipped.push({ messageId: event.skipped.message.id, subject: event.skipped.message.subject, reason: event.skipped.reason });
        return null;
      case "trouble":
        input.troubles.push(event.text);
        return null;
      case "count":
        input.messages += event.messages;
        input.patches += event.patches;
        return null;
    }
  }

  reports(): InputReport[] {
    return Array.from(this.#open, ([path, input]) => ({ path, ...input }));
  }
}
