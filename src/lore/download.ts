/**
 * One address -> its bytes, within limits. A busy or broken server is tried again, with longer and longer pauses; one
 * that says no is believed at once. A redirect is followed on the same host only, so that an archive cannot send the
 * tool, which may run inside a company's network, to another machine.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { toolVersion } from "../util/tool-version.ts";
import type { FetchLimits } from "./limits.ts";

/** A failure in words; `again` when another attempt may help, after `afterMs` if the server said so. */
class Refusal extends Error {
  readonly again: boolean;
  readonly afterMs: number | null;
  constructor(message: string, again: boolean, afterMs: number | null = null) {
    super(message);
    this.again = again;
    this.afterMs = afterMs;
  }
}

/** `done` and `total` bytes; total is null when the server does not say. */
export type DownloadProgress = (done: number, total: number | null) => void;

/** The bytes at `url`, or why they can't be had, in words without the address. */
export async function download(url: URL, limits: FetchLimits, progress: DownloadProgress): Promise<Buffer | string> {
  const deadline = performance.now() + limits.totalMs;
  const left = (): number => Math.max(0, deadline - performance.now());
  let wait = limits.waitMs;
  for (let attempt = 1; ; attempt++) {
    try {
      return await attemptAt(url, left, limits, progress);
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal(reasonOf(error), true);
      const pause = Math.max(wait, refusal.afterMs ?? 0);
      const given = attempt === 1 ? "" : ` (${attempt} attempts)`;
      if (!refusal.again || attempt >= limits.attempts || pause >= left()) return `${refusal.message}${given}`;
      await sleep(pause);
      wait *= 2;
    }
  }
}

async function attemptAt(start: URL, left: () => number, limits: FetchLimits, progress: DownloadProgress): Promise<Buffer> {
  let url = start;
  for (let hop = 0; hop <= limits.redirects; hop++) {
    const control = new AbortController();
    const watch = new Watch(control, left, limits);
    try {
      const response = await fetch(url, {
        redirect: "manual",
        signal: control.signal,
        headers: { "user-agent": `mmreview/${toolVersion()}`, "accept-encoding": "identity" },
      });
      const next = redirectOf(response, url);
      if (next === null) return await bodyOf(checked(response), watch, limits, progress);
      url = next;
      await response.body?.cancel();
    } catch (error) {
      throw watch.reason === null ? error : new Refusal(watch.reason, watch.reason === watch.silent);
    } finally {
      watch.stop();
    }
  }
  throw new Refusal(`more than ${limits.redirects} redirects`, false);
}

/** Aborts when nothing comes for too long, or when the time of the input is used up. */
class Watch {
  readonly silent: string;
  reason: string | null = null;
  readonly #control: AbortController;
  readonly #left: () => number;
  readonly #limits: FetchLimits;
  #timer: NodeJS.Timeout | undefined;

  constructor(control: AbortController, left: () => number, limits: FetchLimits) {
    this.#control = control;
    this.#left = left;
    this.#limits = limits;
    this.silent = `no answer within ${limits.silentMs / 1000} s`;
    this.heard();
  }

  heard(): void {
    clearTimeout(this.#timer);
    const left = this.#left();
    const whole = left <= this.#limits.silentMs;
    this.#timer = setTimeout(() => {
      this.reason = whole ? `not complete after ${this.#limits.totalMs / 1000} s` : this.silent;
      this.#control.abort();
    }, Math.min(left, this.#limits.silentMs));
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

/** Where the answer points to, or null when it is none of the redirects. */
function redirectOf(response: Response, url: URL): URL | null {
  if (![301, 302, 303, 307, 308].includes(response.status)) return null;
  const location = response.headers.get("location") ?? "";
  const next = URL.canParse(location, url.href) ? new URL(location, url) : null;
  if (next === null) throw new Refusal("a redirect to nowhere", false);
  const stays = next.hostname === url.hostname && (next.host === url.host || (url.protocol === "http:" && next.protocol === "https:"));
  const safe = stays && ["http:", "https:"].includes(next.protocol) && !(url.protocol === "https:" && next.protocol === "http:");
  if (!safe) throw new Refusal(`a redirect to another place (${next.protocol}//${next.host}), which is not followed`, false);
  return next;
}

/** Statuses that say "later". */
const busy: readonly number[] = [408, 425, 429, 500, 502, 503, 504];

function checked(response: Response): Response {
  const { status } = response;
  if (status === 200) return response;
  if (status === 404 || status === 410 || status === 300) throw new Refusal(`the archive does not have it (${status})`, false);
  const seconds = Number(response.headers.get("retry-after") ?? "");
  throw new Refusal(`the server answers ${status}`, busy.includes(status), Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null);
}

async function bodyOf(response: Response, watch: Watch, limits: FetchLimits, progress: DownloadProgress): Promise<Buffer> {
  const length = Number(response.headers.get("content-length") ?? "");
  const total = Number.isInteger(length) && length > 0 ? length : null;
  const tooMuch = (): never => {
    throw new Refusal(`more than ${Math.round(limits.bytes / 1024 / 1024) || 1} MiB`, false);
  };
  if ((total ?? 0) > limits.bytes) tooMuch();
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    watch.heard();
    size += chunk.length;
    if (size > limits.bytes) tooMuch();
    parts.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    progress(size, total);
  }
  if (/^text\/html\b/i.test(response.headers.get("content-type") ?? "")) throw new Refusal("a web page came instead of mail", false);
  return Buffer.concat(parts);
}

const words: Readonly<Record<string, string>> = {
  ENOTFOUND: "there is no such host",
  EAI_AGAIN: "the host's address can't be found just now",
  ECONNREFUSED: "the host refuses the connection",
  ECONNRESET: "the connection broke",
  EHOSTUNREACH: "the host can't be reached",
  ENETUNREACH: "there is no network",
  ETIMEDOUT: "the connection timed out",
  UND_ERR_SOCKET: "the connection broke",
  UND_ERR_CONNECT_TIMEOUT: "the connection timed out",
};

/** fetch() hides what happened in `cause`. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const { code, message } = cause as { readonly code?: string; readonly message?: string };
  return words[code ?? ""] ?? message ?? String(cause);
}
