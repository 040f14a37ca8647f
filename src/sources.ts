/** Inputs -> series with their fate: what the mail stage yields, sorted into one report an input. */
import { InputError } from "./core/errors.ts";
import type { MailPatch, Series, SkippedMessage } from "./core/message.ts";
import type { InputView, PatchReport, SkippedReport } from "./core/report.ts";
import type { EventSink } from "./core/events.ts";
import type { ReviewRequest } from "./core/request.ts";
import { archiveBase, fetchThread, isArchiveInput } from "./lore/index.ts";
import { type GroupedEvent, parseSubject, readSeries } from "./mail/index.ts";
import { isRevisionRange, revisionRange, type Tree } from "./tree/index.ts";
import { Spool } from "./util/spool.ts";

/** Skipped messages of an input that stay in memory; those of an archive lie in a temporary file. */
const mostInMemory = 64;

export type SpooledInput = InputView & { readonly skipped: Spool<SkippedReport> };

interface OpenInput {
  messages: number;
  patches: number;
  readonly skipped: Spool<SkippedReport>;
  /** Reason of the first skipped mail that promises a patch and has none to read; null where there is none. */
  promised: string | null;
  readonly troubles: string[];
  /** Patches of which no file could be reviewed, and why it was so with the first of them. */
  refused: number;
  refusal: string;
  failed?: string;
}

export interface FoundSeries {
  /** The input it came from, as the user named it. */
  readonly input: string;
  readonly series: Series;
  readonly notes: readonly string[];
}

type InputRequest = Pick<ReviewRequest, "inputs" | "cwd" | "stdin" | "archive">;

/** Collects what becomes of each input while its series are handed on. */
export class Inputs {
  readonly #open = new Map<string, OpenInput>();
  readonly #request: InputRequest;
  readonly #tree: Tree | null;
  readonly #fetched = new Map<string, Uint8Array>();

  /** Inputs as the user named them. What is no file may be a revision range of the tree. */
  constructor(request: InputRequest, tree: Tree | null) {
    if (request.archive !== undefined) archiveBase(request.archive);
    this.#request = request;
    this.#tree = tree;
    for (const path of request.inputs) this.of(path);
  }

  of(path: string): OpenInput {
    const known = this.#open.get(path);
    if (known) return known;
    const made: OpenInput = { messages: 0, patches: 0, skipped: new Spool(mostInMemory), promised: null, troubles: [], refused: 0, refusal: "" };
    this.#open.set(path, made);
    return made;
  }

  /**
   * The series of all inputs. An input that can't be read becomes `failed`; the others still run. `patchesSeen` is told
   * how many patches were found, before the first series is there.
   */
  async *series(patchesSeen: (patches: number) => void, events?: EventSink): AsyncGenerator<FoundSeries> {
    const { inputs } = this.#request;
    const unread: InputError[] = [];
    yield* this.#read(Array.from(new Set(inputs)), unread, patchesSeen);
    const fetched: string[] = [];
    for (const error of unread) {
      if (await this.#fetch(error.path, events)) fetched.push(error.path);
      else if (this.of(error.path).failed === undefined) {
        const commits = this.#tree !== null && (await isRevisionRange(this.#tree, error.path));
        if (commits) yield await this.#range(error.path);
        else this.of(error.path).failed = this.#lacksTree(error.path) ? "no such file; a range of revisions needs a kernel tree with git: run it in one or use --tree DIR" : withoutPath(error);
      }
    }
    const lost: InputError[] = [];
    yield* this.#read(fetched, lost, patchesSeen);
    for (const error of lost) this.of(error.path).failed = withoutPath(error);
  }

  /** `HEAD~3..`, where there are no revisions; `../0001-x.patch` is none. */
  #lacksTree(input: string): boolean {
    return (this.#tree === null || this.#tree.git === null) && /(?:^|[^./])\.{2,3}(?:$|[^./])/.test(input.slice(0, 2000));
  }

  /** The series of inputs that are files, streams or fetched already; the others go to `unread`. */
  async *#read(paths: readonly string[], unread: InputError[], patchesSeen: (patches: number) => void): AsyncGenerator<FoundSeries> {
    const { cwd, stdin } = this.#request;
    const options = { cwd, fetched: this.#fetched, ...(stdin ? { stdin } : {}), unreadable: (error: InputError) => void unread.push(error), patchesSeen };
    for await (const event of readSeries(paths, options)) {
      const found = this.#take(event);
      if (found) yield found;
    }
  }

  /** Gets what is no file from the archive. False when it is not of an archive, or `failed`. */
  async #fetch(input: string, events?: EventSink): Promise<boolean> {
    const { archive } = this.#request;
    if (archive === undefined || this.#fetched.has(input) || !isArchiveInput(input)) return false;
    try {
      this.#fetched.set(input, await fetchThread(input, archive, events));
      return true;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.of(input).failed = withoutPath(error);
      return false;
    }
  }

  /** The commits of a range as one series. */
  async #range(range: string): Promise<FoundSeries> {
    const input = this.of(range);
    const patches: MailPatch[] = [];
    for await (const item of revisionRange(this.#tree!, range)) {
      input.messages++;
      if (item.kind === "patch") patches.push(item.patch);
      else skip(input, item.skipped);
    }
    input.patches += patches.length;
    return { input: range, series: { subject: range, revision: 1, total: patches.length, patches }, notes: [] };
  }

  #take(event: GroupedEvent): FoundSeries | null {
    const input = this.of(event.input);
    switch (event.kind) {
      case "series":
        return { input: event.input, series: event.series, notes: event.notes };
      case "skipped":
        skip(input, event.skipped);
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

  /** Takes note of a patch of which nothing could be reviewed. */
  reviewed(input: string, patch: PatchReport): void {
    if (patch.files.length > 0) return;
    const open = this.of(input);
    if (open.refused++ === 0) open.refusal = patch.notes.at(-1) ?? "its diff changes no file";
  }

  reports(): SpooledInput[] {
    return Array.from(this.#open, ([path, input]) => {
      const failed = input.failed ?? incomplete(input);
      const { messages, patches, skipped, troubles } = input;
      return { path, messages, patches, skipped, troubles, ...(failed === undefined ? {} : { failed }) };
    });
  }

  /** To be called when nobody goes through the skipped messages any more. */
  close(): void {
    for (const { skipped } of this.#open.values()) skipped.close();
  }
}

function skip(input: OpenInput, { message: { id, subject }, reason }: SkippedMessage): void {
  const skipped = { messageId: id, subject, reason };
  if (input.promised === null && isPromise(skipped)) input.promised = reason;
  input.skipped.add(skipped);
}

/** The path stands before the message wherever it is shown. */
function withoutPath({ path, message }: InputError): string {
  return message.startsWith(`${path}: `) ? message.slice(path.length + 2) : message;
}

/** How the mail stage words a suspicion: the end looks odd, yet all may be there. */
const suspicion = /\bmay have been cut\b/;
/** How it words mails that promise a patch and have none to read; an empty one promises by its subject. */
const promise = /^(?:marked as a patch|limit hit)/;

function isPromise({ subject, reason }: SkippedReport): boolean {
  if (reason !== "empty message") return promise.test(reason);
  const { patch, index, reply } = parseSubject(subject);
  return patch && index !== 0 && !reply;
}

/** Why an input that could be opened still counts as unreadable: a part of it is lost, or a promised patch is not there. */
function incomplete(input: OpenInput): string | undefined {
  const lost = input.troubles.find((text) => !suspicion.test(text));
  if (lost !== undefined) return lost;
  const nothing = input.patches === input.refused;
  if (input.promised !== null && (nothing || input.troubles.length > 0)) return `no patch to review where one was promised: ${input.promised}`;
  return nothing && input.refused > 0 ? `no file of its patches can be reviewed: ${input.refusal}` : undefined;
}
