/** The files in docs/ci: well-formed for who reads them, and their commands run against the built tool. */
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { directory, git, kernelFiles, removeFolders, repository, temporaryFolder } from "../fixtures/review/harness.ts";
import { readBaseline } from "../src/baseline.ts";

const root = join(import.meta.dirname, "..");
const ci = join(root, "docs/ci");
const tool = `${process.execPath} ${join(root, "bin/mmreview.js")}`;
const haveJq = spawnSync("jq", ["--version"]).status === 0;
const haveCurl = spawnSync("curl", ["--version"]).status === 0;

const good = "#include <linux/mm.h>\n\nint count_ptes(struct mm_struct *mm, pmd_t *pmd, unsigned long addr)\n{\n\treturn 0;\n}\n";
const bad = good.replace("\treturn 0;\n", "\tspinlock_t *ptl;\n\tpte_t *pte;\n\tint n;\n\n\tpte = pte_offset_map_lock(mm, pmd, addr, &ptl);\n\tn = !pte_none(ptep_get(pte));\n\tpte_unmap_unlock(pte, ptl);\n\treturn n;\n");

let tree = "";
let out = "";
beforeEach(() => {
  out = temporaryFolder();
});
afterEach(removeFolders);

/** A kernel tree with one commit that uses pte_offset_map_lock() without a test for NULL. */
function badTree(): string {
  tree = repository([{ subject: "base", files: { ...kernelFiles(6, 12), "mm/count.c": good } }, { subject: "mm: count: count", files: { "mm/count.c": bad } }]);
  return tree;
}

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function bash(words: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}, input = ""): Ran {
  const { status, stdout, stderr } = spawnSync("bash", words, { cwd, encoding: "utf8", input, env: { PATH: process.env["PATH"], HOME: out, MMREVIEW: tool, ...env } });
  return { status, stdout, stderr };
}

/** A program of that name at the head of the PATH. */
function stub(name: string, body: string): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, name), `#!/usr/bin/env bash\n${body}\n`);
  chmodSync(join(folder, name), 0o755);
  return `${folder}:${process.env["PATH"]}`;
}

type Yaml = { readonly [key: string]: Yaml } & readonly Yaml[] & string;

function yaml(name: string): Yaml {
  return parse(readFileSync(join(ci, name), "utf8"), { strict: true }) as Yaml;
}

describe("all files", () => {
  const scripts = readdirSync(ci, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".sh"));

  it.each(scripts)("%s parses and is executable", (name) => {
    expect(bash(["-n", join(ci, name)], root)).toMatchObject({ status: 0, stderr: "" });
    expect(git(root, "ls-files", "--stage", `docs/ci/${name}`)).toMatch(/^100755 /);
  });

  it("are named in docs/ci.md, which names no other", () => {
    const page = readFileSync(join(root, "docs/ci.md"), "utf8");
    const links = Array.from(page.matchAll(/\]\((ci\/[^)]*)\)/g), (match) => match[1]!);
    expect(links.filter((link) => !existsSync(join(root, "docs", link)))).toEqual([]);
    const files = readdirSync(ci, { recursive: true, encoding: "utf8" }).filter((name) => /\.\w+$/.test(name));
    expect(files.filter((name) => !links.some((link) => `ci/${name}`.startsWith(link)))).toEqual([]);
  });

  it("the baseline in docs/ci.md is one", async () => {
    const page = readFileSync(join(root, "docs/ci.md"), "utf8");
    const folder = directory({ "known.json": /```json\n([\s\S]*?)```/.exec(page)![1]! });
    expect(await readBaseline("known.json", folder)).toHaveLength(1);
  });
});

describe("GitHub Actions", () => {
  const workflow = yaml("github/mm-review.yml");
  const steps = workflow["jobs"]!["review"]!["steps"] as unknown as readonly { readonly name: string; readonly run?: string; readonly uses?: string }[];

  it("runs on pull requests with the rights of a stranger", () => {
    expect(Object.keys(workflow["on"]!)).toEqual(["pull_request"]);
    expect(workflow["permissions"]).toEqual({ contents: "read", "pull-requests": "write" });
  });

  it("puts nothing that a stranger chose into a script's text, and calls scripts that there are", () => {
    const runs = steps.flatMap(({ run }) => run ?? []);
    expect(runs.length).toBeGreaterThan(3);
    expect(runs.filter((run) => run.includes("${{"))).toEqual([]);
    const called = runs.flatMap((run) => Array.from(run.matchAll(/\.github\/scripts\/(\S+)/g), (match) => match[1]!));
    expect(called).toEqual(["run-mmreview.sh", "sticky-comment.sh"]);
    expect(called.filter((name) => !existsSync(join(ci, "github", name)))).toEqual([]);
  });

  it("fetches as many commits as it reviews, and one more", () => {
    const copy = temporaryFolder();
    const origin = badTree();
    const sha = git(origin, "rev-parse", "HEAD").trim();
    git(origin, "config", "uploadpack.allowAnySHA1InWant", "true");
    git(copy, "init", "--quiet");
    git(copy, "remote", "add", "origin", `file://${origin}`);
    const fetch = steps.find(({ run }) => run?.startsWith("git fetch"))!.run!;
    expect(bash(["-c", fetch], copy, { COMMITS: "1", HEAD_SHA: sha }).status).toBe(0);
    git(copy, "checkout", "--quiet", sha);
    const review = steps.find(({ name }) => name === "review")!.run!.replace(".github/scripts", join(ci, "github"));
    const { status, stdout } = bash(["-c", review], copy, { COMMITS: "1", HEAD_SHA: sha, RUNNER_TEMP: out });
    expect(stdout).toMatch(/^::error file=mm\/count\.c,line=10,endLine=10,col=\d+,title=map-failure::/m);
    expect(status === 0 || status === 1).toBe(true);
  });

  it("writes all reports and the job's summary", () => {
    const summary = join(out, "summary.md");
    bash([join(ci, "github/run-mmreview.sh"), "HEAD~1..HEAD", join(out, "reports")], badTree(), { GITHUB_STEP_SUMMARY: summary });
    expect(readdirSync(join(out, "reports")).toSorted()).toEqual(["comment.md", "mmreview.sarif", "report.html", "report.json"]);
    expect(readFileSync(summary, "utf8")).toContain("map-failure");
    const report = JSON.parse(readFileSync(join(out, "reports/report.json"), "utf8")) as { patches: { findings: { rule: string }[] }[] };
    expect(report.patches[0]!.findings.map(({ rule }) => rule)).toEqual(["map-failure"]);
  });

  it.each([[0, 0], [1, 1], [2, 2], [3, 0], [4, 0]])("exit code %i of mmreview ends the job with %i", (given, expected) => {
    const ran = bash([join(ci, "github/run-mmreview.sh"), "HEAD~1..HEAD", out], out, { MMREVIEW: "mmreview", PATH: stub("mmreview", `exit ${given}`) });
    expect(ran.status).toBe(expected);
    expect(ran.stdout).toBe(given > 2 ? `::warning title=mmreview::mmreview did not review this (exit code ${given})\n` : "");
  });

  describe.runIf(haveJq)("the comment (skipped without jq)", () => {
    const marker = "<!-- mmreview:report -->";

    /** What the script asks of GitHub, when these comments are there. */
    function calls(report: string, comments: readonly object[]): string[] {
      writeFileSync(join(out, "comment.md"), report);
      writeFileSync(join(out, "comments.json"), JSON.stringify(comments));
      const path = stub("gh", `if [ "$2" = --paginate ]; then cat ${join(out, "comments.json")}; else echo "$* $(jq -c .)" >> ${join(out, "calls")}; fi`);
      writeFileSync(join(out, "calls"), "");
      expect(bash([join(ci, "github/sticky-comment.sh"), join(out, "comment.md")], out, { PATH: path, REPOSITORY: "o/r", NUMBER: "7" })).toEqual({ status: 0, stdout: "", stderr: "" });
      return readFileSync(join(out, "calls"), "utf8").split("\n").filter((line) => line !== "");
    }

    const found = `${marker}\n**mmreview**: 1 error\n\n#### error: x\n`;
    const clean = `${marker}\n**mmreview**: no finding\n`;
    const theirs = { id: 5, user: { type: "User" }, body: `${marker}\nfake` };
    const ours = { id: 6, user: { type: "Bot" }, body: `${marker}\nold` };

    it("is posted once and then edited, and a person's comment is left alone", () => {
      expect(calls(found, [theirs])).toEqual([`api --method POST repos/o/r/issues/7/comments --input - ${JSON.stringify({ body: found })}`]);
      expect(calls(found, [theirs, ours])).toEqual([`api --method PATCH repos/o/r/issues/comments/6 --input - ${JSON.stringify({ body: found })}`]);
    });

    it("is not made for a clean report, but an old one is brought up to date", () => {
      expect(calls(clean, [theirs])).toEqual([]);
      expect(calls(clean, [ours])).toEqual([`api --method PATCH repos/o/r/issues/comments/6 --input - ${JSON.stringify({ body: clean })}`]);
    });
  });
});

describe("GitLab CI", () => {
  const job = yaml("gitlab/mmreview.gitlab-ci.yml")["mmreview"]!;

  it("writes the artifacts that it names", () => {
    const folder = badTree();
    const [base, head] = git(folder, "rev-parse", "HEAD~1", "HEAD").trim().split("\n");
    const script = (job["script"] as unknown as readonly string[]).join("\n");
    const { status, stdout } = bash(["-c", script], folder, { CI_MERGE_REQUEST_DIFF_BASE_SHA: base!, CI_COMMIT_SHA: head! });
    expect(status === 0 || status === 1).toBe(true);
    expect(stdout).toContain("[map-failure]");
    const { codequality, junit } = job["artifacts"]!["reports"] as unknown as { readonly codequality: string; readonly junit: string };
    const issues = JSON.parse(readFileSync(join(folder, codequality), "utf8")) as { check_name: string }[];
    expect(issues.map(({ check_name }) => check_name)).toEqual(["map-failure"]);
    expect(readFileSync(join(folder, junit), "utf8")).toContain('name="count_ptes()"');
    expect((job["artifacts"]!["paths"] as unknown as readonly string[]).filter((path) => !existsSync(join(folder, path)))).toEqual([]);
  });
});

describe("NIPA", () => {
  it("runs as NIPA runs it: exit code, and one line on DESC_FD", async () => {
    const place = join(out, "tests/patch/mmreview");
    mkdirSync(dirname(place), { recursive: true });
    cpSync(join(ci, "nipa/mmreview"), place, { recursive: true });
    const { run } = JSON.parse(readFileSync(join(place, "info.json"), "utf8")) as { run: readonly string[] };
    const child = spawn(join(place, run[0]!), run.slice(1), { cwd: badTree(), env: { PATH: process.env["PATH"], HOME: out, MMREVIEW: tool, DESC_FD: "3" }, stdio: ["ignore", "ignore", "pipe", "pipe"] });
    let said = "";
    (child.stdio[3] as NodeJS.ReadableStream).on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    const code = await new Promise((done) => {
      child.on("close", done);
    });
    expect({ code, said }).toEqual({ code: 1, said: expect.stringMatching(/^1 error in 1 patch; [^\n]*\n$/) as string });
  });
});

describe("Kernel Patches Daemon", () => {
  it("has what the daemon's configuration needs", () => {
    const config = JSON.parse(readFileSync(join(ci, "kpd/kpd.json"), "utf8")) as { version: number; patchwork: object; branches: Record<string, object>; tag_to_branch_mapping: Record<string, string[]> };
    expect(config.version).toBe(3);
    expect(config.patchwork).toMatchObject({ server: expect.any(String) as string, project: "linux-mm", search_patterns: [{}], lookback: expect.any(Number) as number });
    expect(config.tag_to_branch_mapping["__DEFAULT__"]).toEqual(Object.keys(config.branches));
    for (const branch of Object.values(config.branches)) expect(Object.keys(branch)).toEqual(["repo", "upstream", "upstream_branch", "ci_repo", "ci_branch", "github_oauth_token"]);
  });
});

describe.runIf(haveJq && haveCurl)("Patchwork (skipped without jq and curl)", () => {
  it("posts a check on each patch that the server knows", async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => {
        body += chunk.toString();
      });
      request.on("end", () => {
        asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? "-"} ${body}`);
        const known = request.url!.includes("msgid=20241118081000.4711-2-");
        response.writeHead(request.method === "POST" ? 201 : 200, { "content-type": "application/json" });
        response.end(request.method === "GET" ? JSON.stringify(known ? [{ id: 42 }] : []) : "{}");
      });
    });
    await new Promise<void>((done) => {
      server.listen(0, "127.0.0.1", done);
    });
    writeFileSync(join(out, "token"), "s3cret\n");
    const checks = spawnSync(process.execPath, [join(root, "bin/mmreview.js"), "--format", "patchwork", join(root, "fixtures/mail/prefill-v1.mbox")], { encoding: "utf8" }).stdout;
    const env = { PATH: process.env["PATH"], PATCHWORK: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, PROJECT: "linux-mm", TOKEN_FILE: join(out, "token"), TARGET_URL: "https://ci.example.org/1" };
    const child = spawn("bash", [join(ci, "patchwork/post-checks.sh")], { env, stdio: ["pipe", "ignore", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.stdin.end(checks);
    const code = await new Promise((done) => {
      child.on("close", done);
    });
    server.close();
    expect({ code, stderr }).toEqual({ code: 1, stderr: "no patch <20241118081000.4711-3-robin.castell@example.org> in linux-mm\n" });
    const id = "20241118081000.4711-2-robin.castell%40example.org";
    expect(asked[0]).toBe(`GET /api/1.3/patches/?msgid=${id}&project=linux-mm - `);
    expect(asked[1]).toMatch(/^POST \/api\/1\.3\/patches\/42\/checks\/ Token s3cret /);
    expect(JSON.parse(asked[1]!.slice(asked[1]!.indexOf("{")))).toEqual({ state: "fail", context: "mmreview", description: expect.stringContaining("1 error in 1 patch") as string, target_url: "https://ci.example.org/1" });
    expect(asked).toHaveLength(3);
  });
});
