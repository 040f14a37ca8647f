/**
 * Reads git objects through two long-lived processes, `git cat-file --batch-check` and `--batch`, each started when it
 * is first needed. Names go in on standard input, one a line, so that none can be taken for an option.
 */
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { complaintOf, GitFailure, spawnGit, startFailure } from "./git.ts";

export interface ObjectInfo {
  readonly id: string;
  readonly type: string;
  readonly size: number;
}

/** Answer of git to one name: what it is, or why there is none. */
export type Lookup = { readonly found: ObjectInfo } | { readonly found: null; readonly reason: "missing" | "ambiguous" };

/** A repository on a stuck disk must not hang the review. */
const patience = 30_000;

interface Waiting {
  readonly done: (answer: Answer) => void;
  readonly fail: (error: GitFailure) => void;
}

interface Answer {
  readonly lookup: Lookup;
  readonly content: Buffer;
}

export class GitObjects {
  readonly #checker: Channel;
  readonly #reader: Channel;

  constructor(gitDir: string) {
    this.#checker = new Channel(gitDir, "--batch-check");
    this.#reader = new Channel(gitDir, "--batch");
  }

  /** What `name` (an id, a revision, `commit:path`) stands for. */
  async look(name: string): Promise<Lookup> {
    return (await this.#checker.ask(name)).lookup;
  }

  /** Content of the object with this full id, which must exist. */
  async content(id: string): Promise<Buffer> {
    const answer = await this.#reader.ask(id);
    if (answer.lookup.found === null) throw new GitFailure(`object ${id} is gone`);
    return answer.content;
  }

  /** Ends both processes; pending questions fail. */
  async close(): Promise<void> {
    await Promise.all([this.#checker.close(), this.#reader.close()]);
  }
}

/** One cat-file process and the questions that it has not answered yet, in order. */
class Channel {
  readonly #gitDir: string;
  readonly #mode: "--batch" | "--batch-check";
  readonly #waiting: Waiting[] = [];
  #child: ChildProcessWithoutNullStreams | null = null;
  #ended: Promise<void> = Promise.resolve();
  #chunks: Buffer[] = [];
  #held = 0;
  /** Bytes needed before reading on makes sense; 0 when only a line is missing. */
  #needed = 0;
  #complaint = "";

  constructor(gitDir: string, mode: "--batch" | "--batch-check") {
    this.#gitDir = gitDir;
    this.#mode = mode;
  }

  ask(name: string): Promise<Answer> {
    if (/[\n\0]/.test(name)) return Promise.resolve({ lookup: { found: null, reason: "missing" }, content: Buffer.alloc(0) });
    const child = (this.#child ??= this.#start());
    return new Promise((done, fail) => {
      const clock = setTimeout(() => this.#stop(new GitFailure("limit hit: git cat-file gave no answer for 30 s")), patience);
      clock.unref();
      const settle = <T>(call: (value: T) => void) => (value: T): void => {
        clearTimeout(clock);
        call(value);
      };
      this.#waiting.push({ done: settle(done), fail: settle(fail) });
      child.stdin.write(`${name}\n`);
    });
  }

  async close(): Promise<void> {
    this.#child?.stdin.end();
    if (this.#waiting.length > 0) this.#stop(new GitFailure("closed"));
    await this.#ended;
  }

  #start(): ChildProcessWithoutNullStreams {
    this.#complaint = "";
    const child = spawnGit(this.#gitDir, ["cat-file", this.#mode]);
    child.stdout.on("data", (chunk: Buffer) => this.#take(chunk));
    child.stderr.on("data", (chunk: Buffer) => {
      if (this.#complaint.length < 1000) this.#complaint += chunk.toString("utf8");
    });
    child.stdin.on("error", () => undefined);
    child.on("error", (error: NodeJS.ErrnoException) => this.#stop(startFailure(error)));
    this.#ended = new Promise((done) => {
      child.on("close", () => {
        this.#stop(new GitFailure(complaintOf(this.#complaint, "git cat-file ended early")));
        done();
      });
      child.on("error", () => done());
    });
    return child;
  }

  #stop(error: GitFailure): void {
    this.#child?.kill("SIGKILL");
    this.#child = null;
    this.#chunks = [];
    this.#held = 0;
    this.#needed = 0;
    for (const one of this.#waiting.splice(0)) one.fail(error);
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    if (this.#held < this.#needed) return;
    let buffer = Buffer.concat(this.#chunks);
    for (;;) {
      const answer = this.#parse(buffer);
      if (answer === null) break;
      buffer = buffer.subarray(answer.length);
      this.#waiting.shift()?.done(answer);
    }
    this.#chunks = [buffer];
    this.#held = buffer.length;
  }

  /** The first answer in `buffer`: `<id> <type> <size>` and with --batch the content, or `<name> missing|ambiguous`. */
  #parse(buffer: Buffer): (Answer & { readonly length: number }) | null {
    this.#needed = 0;
    const end = buffer.indexOf(10);
    if (end < 0) return null;
    const line = buffer.toString("utf8", 0, end);
    const found = /^([0-9a-f]{40,64}) (blob|tree|commit|tag) (\d+)$/.exec(line);
    if (!found) {
      const reason = line.endsWith(" ambiguous") ? "ambiguous" : "missing";
      return { lookup: { found: null, reason }, content: Buffer.alloc(0), length: end + 1 };
    }
    const size = Number(found[3]);
    const lookup: Lookup = { found: { id: found[1]!, type: found[2]!, size } };
    if (this.#mode === "--batch-check") return { lookup, content: Buffer.alloc(0), length: end + 1 };
    this.#needed = end + 1 + size + 1;
    if (buffer.length < this.#needed) return null;
    return { lookup, content: Buffer.from(buffer.subarray(end + 1, end + 1 + size)), length: this.#needed };
  }
}
