/** The hook in real repositories, run by real git; with real `git send-email` where it is installed. */
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { buildSync } from "esbuild";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runCli } from "../../../fixtures/cli/harness.ts";
import { gitCanSend } from "../../../fixtures/review/harness.ts";
import { installIn, uninstallFrom } from "./install.ts";
import { hookName, keptName, type ScriptFacts } from "./script.ts";
import { seriesFiles } from "./series.ts";

const root = join(import.meta.dirname, "../../..");
let built = "";
let folder = "";
let repository = "";
let log = "";
let environment: NodeJS.ProcessEnv = {};
let facts: ScriptFacts = { launcher: [], options: [], strict: false };

beforeAll(() => {
  built = mkdtempSync(join(tmpdir(), "mmreview-hook-program-"));
  const banner = { js: 'import { createRequire as require_ } from "node:module"; const require = require_(import.meta.url);' };
  const entryPoints = [join(root, "fixtures/cli/hook-program.ts")];
  buildSync({ entryPoints, outfile: join(built, "program.mjs"), bundle: true, platform: "node", format: "esm", target: "node20", banner, logLevel: "error" });
});
afterAll(() => {
  rmSync(built, { recursive: true, force: true });
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mmreview-hook-"));
  repository = join(folder, "linux");
  log = join(folder, "log");
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_"));
  environment = { ...Object.fromEntries(inherited), HOME: folder, XDG_CONFIG_HOME: join(folder, "config"), GIT_CONFIG_NOSYSTEM: "1", REVIEW_LOG: log, RACE_REPORT: join(root, "fixtures/report/race.json") };
  const launcher = script(join(folder, "mm review"), `exec '${process.execPath}' '${join(built, "program.mjs")}' "$@"`);
  facts = { launcher: [launcher], options: [], strict: false };
  mkdirSync(repository);
  writeFileSync(join(folder, ".gitconfig"), "[user]\n\tname = Dev\n\temail = dev@example.org\n[init]\n\tdefaultBranch = main\n");
  git("init", "-q");
  git("commit", "-q", "--allow-empty", "-m", "first");
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function script(path: string, body: string): string {
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

function run(command: string, words: readonly string[], cwd = repository, env: NodeJS.ProcessEnv = {}): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(command, words, { cwd, encoding: "utf8", env: { ...environment, ...env } });
  return { status, stdout, stderr };
}

function git(...words: readonly string[]): string {
  const { status, stdout, stderr } = run("git", words);
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
}

function mail(name: string, body: string): string {
  const path = join(folder, name);
  writeFileSync(path, `From: Dev <dev@example.org>\nSubject: [PATCH] mm: x\n\n${body}\n`);
  return path;
}

/** The hook as git runs it. */
function sending(file: string, env: NodeJS.ProcessEnv = {}, cwd = repository): { status: number | null; stderr: string } {
  const { status, stderr } = run("git", ["hook", "run", hookName, "--", file], cwd, env);
  return { status, stderr };
}

const hooks = (): string => join(repository, ".git/hooks");
const reviewed = (): string[] => (existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : []);

describe("one mail", () => {
  beforeEach(() => {
    installIn(hooks(), facts);
  });

  it("goes out when nothing is wrong", () => {
    expect(sending(mail("a", "fine"))).toEqual({ status: 0, stderr: "" });
    expect(reviewed()).toEqual(["a"]);
  });

  it("is held back for a confirmed error, with the finding and the way round", () => {
    const { status, stderr } = sending(mail("a", "BUG"));
    expect(status).not.toBe(0);
    expect(stderr).toContain("mm/demo_walk.c:45:9: error:");
    expect(stderr).toContain("MMREVIEW_SKIP=1");
  });

  it("goes out with a likely error, which is shown", () => {
    const { status, stderr } = sending(mail("a", "DOUBT"));
    expect(status).toBe(0);
    expect(stderr).toContain("[stale-read]");
  });

  it("goes out when the variable says so", () => {
    expect(sending(mail("a", "BUG"), { MMREVIEW_SKIP: "1" })).toEqual({ status: 0, stderr: "" });
    expect(reviewed()).toEqual([]);
  });

  it("goes out when mmreview fails, and says so", () => {
    expect(sending(mail("a", "CRASH"))).toEqual({ status: 0, stderr: "mmreview: a failure of the tool: mail goes out without a review\n" });
  });

  it("goes out when mmreview is gone, and says so", () => {
    rmSync(facts.launcher[0]!);
    expect(sending(mail("a", "BUG"), { PATH: "/usr/bin:/bin" })).toEqual({ status: 0, stderr: "mmreview is gone: this mail was not reviewed\n" });
  });
});

describe("strict", () => {
  it("holds back what could not be reviewed", () => {
    installIn(hooks(), { ...facts, options: ["--strict"], strict: true });
    expect(sending(mail("a", "CRASH")).status).not.toBe(0);
    rmSync(facts.launcher[0]!);
    expect(sending(mail("a", "fine"), { PATH: "/usr/bin:/bin" }).status).not.toBe(0);
  });
});

describe("a series", () => {
  const counted = (counter: number, total: number): NodeJS.ProcessEnv => ({
    GIT_SENDEMAIL_FILE_COUNTER: String(counter),
    GIT_SENDEMAIL_FILE_TOTAL: String(total),
  });

  it("is reviewed once, as a whole, with its last mail", () => {
    installIn(hooks(), facts);
    expect(sending(mail("1", "BUG"), counted(1, 3)).status).toBe(0);
    expect(sending(mail("2", "fine"), counted(2, 3)).status).toBe(0);
    expect(sending(mail("3", "fine"), counted(3, 3)).status).not.toBe(0);
    expect(reviewed()).toEqual(["1 2 3"]);
    expect(readdirSync(join(repository, ".git/mmreview"))).toEqual([]);
  });

  it("starts anew when one was broken off", () => {
    installIn(hooks(), facts);
    sending(mail("1", "BUG"), counted(1, 3));
    sending(mail("2", "fine"), counted(1, 2));
    expect(sending(mail("3", "fine"), counted(2, 2)).status).toBe(0);
    expect(reviewed()).toEqual(["2 3"]);
  });

  it("does not mix two that are sent at the same time", () => {
    const env = (counter: number): NodeJS.ProcessEnv => counted(counter, 2);
    expect(seriesFiles("a1", env(1), folder, "10")).toBeNull();
    expect(seriesFiles("b1", env(1), folder, "11")).toBeNull();
    expect(seriesFiles("a2", env(2), folder, "10")).toEqual(["a1", "a2"]);
    expect(seriesFiles("b2", env(2), folder, "11")).toEqual(["b1", "b2"]);
  });

  it("from an old git takes the patches before it along", () => {
    for (const name of ["0001-a.patch", "0002-b.patch", "0003-c.patch", "v2-0001-d.patch", "notes.patch"]) mail(name, "");
    const names = (file: string): string[] => seriesFiles(join(folder, file), {}, folder, "1")!.map((path) => basename(path));
    expect(names("0002-b.patch")).toEqual(["0001-a.patch", "0002-b.patch"]);
    expect(names("v2-0001-d.patch")).toEqual(["v2-0001-d.patch"]);
    expect(names("notes.patch")).toEqual(["notes.patch"]);
  });
});

describe("install and uninstall", () => {
  const at = (words: string, cwd: string): ReturnType<typeof runCli> => runCli(words.split(" "), { cwd, env: environment as Record<string, string> });

  it("keeps the hook that was there, runs it first, and puts it back", () => {
    const before = script(join(hooks(), hookName), `echo "before $1" >&2; grep -q STOP "$1" && exit 3; exit 0`);
    const text = readFileSync(before, "utf8");
    expect(installIn(hooks(), facts).join("\n")).toContain(keptName);
    expect(installIn(hooks(), facts)).toEqual([`wrote ${join(hooks(), hookName)}`]);
    const bug = mail("a", "BUG");
    expect(sending(bug).stderr).toMatch(new RegExp(`^before ${bug}\\nmm/demo_walk`));
    expect(sending(mail("b", "STOP")).status).not.toBe(0);
    expect(reviewed()).toEqual(["a"]);
    uninstallFrom(hooks());
    expect(readFileSync(before, "utf8")).toBe(text);
    expect(existsSync(join(hooks(), keptName))).toBe(false);
  });

  it("by command, in a worktree for the repository as a whole", async () => {
    const worktree = join(folder, "worktree");
    git("worktree", "add", "-q", worktree);
    const ran = await at("hook install --tree .", worktree);
    expect(ran).toEqual({ code: 0, stdout: `wrote ${join(hooks(), hookName)}\n`, stderr: "" });
    expect(readFileSync(join(hooks(), hookName), "utf8")).toContain(`hook run '--tree' '${worktree}' -- "$@"`);
    expect((await at("hook uninstall", repository)).code).toBe(0);
    expect(existsSync(join(hooks(), hookName))).toBe(false);
    expect(await at("hook uninstall", repository)).toMatchObject({ code: 2 });
  });

  it("honours core.hooksPath", async () => {
    git("config", "core.hooksPath", "my-hooks");
    await at("hook install", repository);
    expect(readdirSync(join(repository, "my-hooks"))).toEqual([hookName]);
  });

  it("outside a repository says so", async () => {
    expect(await at("hook install", folder)).toEqual({
      code: 2, stdout: "", stderr: "mmreview: there is no git repository here\n`mmreview hook install --global` is for all of yours.\n",
    });
  });

  it("globally, without taking a repository's own hooks away", async () => {
    script(join(hooks(), "pre-commit"), "echo own pre-commit >&2");
    script(join(hooks(), hookName), "echo own validate >&2");
    expect((await at("hook install --global", folder)).code).toBe(0);
    installIn(join(folder, "config/git/hooks"), facts);
    expect(git("config", "--global", "core.hooksPath")).toBe(join(folder, "config/git/hooks"));
    expect(run("git", ["commit", "--allow-empty", "-m", "x"]).stderr).toBe("own pre-commit\n");
    expect(sending(mail("a", "fine"), { MMREVIEW_SKIP: "1" }).stderr).toBe("own validate\n");
    expect((await at("hook uninstall --global", folder)).stdout).toContain("unset core.hooksPath");
    expect(run("git", ["config", "--global", "core.hooksPath"]).stdout).toBe("");
    expect(readdirSync(join(folder, "config/git/hooks"))).toEqual([]);
  });
});

describe.runIf(gitCanSend())("git send-email", () => {
  let sink: Server;
  let received = "";
  let port = 0;

  beforeEach(async () => {
    received = "";
    sink = createServer((socket) => {
      let inData = false;
      socket.write("220 sink\r\n");
      socket.on("error", () => {});
      socket.on("data", (chunk) => {
        for (const line of chunk.toString().split("\r\n").slice(0, -1)) {
          if (inData) {
            received += `${line}\n`;
            if (line === ".") socket.write("250 ok\r\n");
            inData = line !== ".";
          } else if (line === "DATA") {
            inData = true;
            socket.write("354 go on\r\n");
          } else if (line === "QUIT") socket.end("221 bye\r\n");
          else socket.write("250 ok\r\n");
        }
      });
    });
    await new Promise<void>((done) => {
      sink.listen(0, "127.0.0.1", done);
    });
    const address = sink.address();
    port = typeof address === "object" && address !== null ? address.port : 0;
    for (const [file, text] of [["a", "fine"], ["b", "more"]] as const) {
      writeFileSync(join(repository, file), text);
      git("add", file);
      git("commit", "-q", "-m", `mm: add ${file}`);
    }
    installIn(hooks(), facts);
  });
  afterEach(async () => {
    await new Promise((done) => {
      sink.close(done);
    });
  });

  function send(env: NodeJS.ProcessEnv = {}, ...options: readonly string[]): Promise<{ code: number | null; stderr: string }> {
    const words = ["send-email", "--to=list@example.org", "--smtp-server=127.0.0.1", `--smtp-server-port=${port}`, "--confirm=never", "--quiet", ...options, "HEAD~2"];
    const child = spawn("git", words, { cwd: repository, env: { ...environment, ...env }, stdio: ["ignore", "ignore", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    return new Promise((done) => {
      child.on("close", (code) => {
        done({ code, stderr });
      });
    });
  }

  it("sends a good series", async () => {
    expect(await send()).toMatchObject({ code: 0 });
    expect(received.match(/^Subject: .*/gm)).toEqual(["Subject: [PATCH 1/2] mm: add a", "Subject: [PATCH 2/2] mm: add b"]);
    expect(reviewed().at(-1)).toBe("0001-mm-add-a.patch 0002-mm-add-b.patch");
  });

  it("sends nothing of a bad one, and all of it when told to", async () => {
    writeFileSync(join(repository, "b"), "BUG");
    git("commit", "-q", "-a", "--amend", "--no-edit");
    const { code, stderr } = await send();
    expect(code).not.toBe(0);
    expect(stderr).toContain("mmreview: 1 confirmed error: held back.");
    expect(received).toBe("");
    expect(await send({}, "--no-validate")).toMatchObject({ code: 0 });
    expect(await send({ MMREVIEW_SKIP: "1" })).toMatchObject({ code: 0 });
    expect(received.match(/^Subject: /gm)).toHaveLength(4);
  });
});

describe("settings", () => {
  it("of the repository hold in the hook; a mistake in them lets the mail go", () => {
    installIn(hooks(), facts);
    writeFileSync(join(repository, ".mmreview.json"), '{"kernel": "6.6"');
    const { status, stderr } = sending(mail("a", "BUG"));
    expect({ status, last: stderr.split(":").at(-1) }).toEqual({ status: 0, last: " mail goes out without a review\n" });
    expect(stderr).toContain("this is not JSON");
    writeFileSync(join(repository, ".mmreview.json"), '{"kernel": "6.6"}');
    expect(sending(mail("b", "BUG")).status).not.toBe(0);
    expect(reviewed()).toEqual(["b"]);
  });

  it("of `install` are those of each run", async () => {
    const ran = await runCli("hook install --baseline known.json --skip tlb-flush --no-config".split(" "), { cwd: repository, env: environment as Record<string, string> });
    expect(ran.code).toBe(0);
    expect(readFileSync(join(hooks(), hookName), "utf8")).toContain(`hook run '--baseline' '${join(repository, "known.json")}' '--skip' 'tlb-flush' '--no-config' -- "$@"`);
  });
});
