/**
 * Runs git as a reader of objects only. The repository is a stranger's: its config, attributes, hooks and environment
 * must not make git run a program, ask a remote or write a file. So only plumbing commands are used, the repository is
 * named outright (no discovery upwards), every GIT_ variable of the caller is dropped, and what config could start is
 * switched off (gitcli(7), git-config(1): fsmonitor, hooks, pager, external diff, textconv, signatures, lazy fetch).
 */
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";

/** Something git could not do, in words for people. Callers turn it into a note or an error of the user's. */
export class GitFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = "GitFailure";
  }
}

const hardening: readonly string[] = [
  "core.fsmonitor=false",
  "core.hooksPath=/dev/null",
  "core.attributesFile=/dev/null",
  "core.pager=cat",
  "core.alternateRefsCommand=false",
  "protocol.allow=never",
  "log.showSignature=false",
  "diff.external=",
  "diff.suppressBlankEmpty=false",
  "diff.submodule=short",
  "color.ui=false",
  "gc.auto=0",
  "maintenance.auto=false",
];

/** The environment of every git process: the caller's without its GIT_ variables, plus ours. */
export function gitEnvironment(parent: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(parent).filter(([name]) => !name.startsWith("GIT_"));
  return {
    ...Object.fromEntries(kept),
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_NO_LAZY_FETCH: "1",
    GIT_NO_REPLACE_OBJECTS: "1",
    // A list of transports that holds none: neither a partial clone nor its config can reach out.
    GIT_ALLOW_PROTOCOL: "none",
    GIT_TERMINAL_PROMPT: "0",
    GIT_LITERAL_PATHSPECS: "1",
    LC_ALL: "C",
    LANGUAGE: "",
  };
}

/** Starts git on the repository at `gitDir`. `args` come from us alone: text of users goes to standard input. */
export function spawnGit(gitDir: string, args: readonly string[]): ChildProcessWithoutNullStreams {
  const settings = hardening.flatMap((setting) => ["-c", setting]);
  return spawn("git", [`--git-dir=${gitDir}`, "--no-pager", "--no-optional-locks", ...settings, ...args], {
    cwd: gitDir,
    env: gitEnvironment(process.env),
    stdio: ["pipe", "pipe", "pipe"],
    windowsHide: true,
  });
}

export interface RunLimits {
  readonly bytes: number;
  readonly milliseconds: number;
}

/** Output of one git command. Throws GitFailure when git is missing, fails, or a limit is hit. */
export function runGit(gitDir: string, args: readonly string[], limits: RunLimits): Promise<Buffer> {
  return new Promise((done, fail) => {
    const child = spawnGit(gitDir, args);
    const chunks: Buffer[] = [];
    let size = 0;
    let complaint = "";
    let limit = "";
    const stop = (reason: string): void => {
      limit = reason;
      child.kill("SIGKILL");
    };
    const clock = setTimeout(() => stop(`took longer than ${limits.milliseconds / 1000} s`), limits.milliseconds);
    child.stdout.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > limits.bytes) stop(`gave more than ${limits.bytes} bytes`);
      else chunks.push(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      if (complaint.length < 1000) complaint += chunk.toString("utf8");
    });
    child.stdin.on("error", () => undefined);
    child.stdin.end();
    child.on("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(clock);
      fail(startFailure(error));
    });
    child.on("close", (code) => {
      clearTimeout(clock);
      if (limit !== "") fail(new GitFailure(`limit hit: git ${args[0]} ${limit}`));
      else if (code === 0) done(Buffer.concat(chunks));
      else fail(new GitFailure(complaintOf(complaint, `git ${args[0]} failed`)));
    });
  });
}

export function startFailure(error: NodeJS.ErrnoException): GitFailure {
  return new GitFailure(error.code === "ENOENT" ? "git is not installed" : `git could not be started: ${error.code ?? error.message}`);
}

/** What git died of, from its standard error, in one line without control characters. */
export function complaintOf(text: string, otherwise: string): string {
  const lines = text.split("\n");
  const line = (lines.find((one) => /^(?:fatal|error): /.test(one)) ?? lines[0]!).replace(/[\p{Cc}\p{Cf}]/gu, "?").slice(0, 200);
  return line === "" ? otherwise : line.replace(/^(?:fatal|error): /, "git: ");
}
