/** .mmreview.json: where it is found, what holds against what, and what a hostile one cannot do. */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { emptyReport, type Ran, runCli } from "../../fixtures/cli/harness.ts";
import type { ReviewRequest } from "../core/request.ts";
import { findConfig, settings } from "./config.ts";

const validate = new Ajv2020().compile(JSON.parse(readFileSync(join(import.meta.dirname, "../../schemas/config-1.json"), "utf8")) as object);

let home = "";
let repository = "";
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), "mmreview-config-")));
  repository = join(home, "src/linux");
  mkdirSync(join(repository, ".git"), { recursive: true });
  mkdirSync(join(repository, "mm"));
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

function config(text: string | object, folder = repository): string {
  const path = join(folder, ".mmreview.json");
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof text === "string" ? text : JSON.stringify(text));
  return path;
}

async function asked(words: string, cwd = repository): Promise<ReviewRequest> {
  let seen: ReviewRequest | null = null;
  const ran = await runCli(words.split(" "), { cwd, env: { HOME: home }, library: { review: async (request) => ((seen = request), emptyReport()) } });
  expect(ran.stderr).toBe("");
  return seen!;
}

function refused(): Promise<Ran> {
  return runCli(["x.mbox"], { cwd: repository, env: { HOME: home } });
}

describe("where it is found", () => {
  it("nearest first, up to the top of the repository", () => {
    config({}, join(home, "src"));
    expect(findConfig(join(repository, "mm"), join(home, "elsewhere"))).toBeNull();
    const top = config({});
    expect(findConfig(join(repository, "mm"), home)).toBe(top);
    const near = config({}, join(repository, "mm"));
    expect(findConfig(join(repository, "mm"), home)).toBe(near);
  });

  it("outside of a repository up to the home folder, and else only where one stands", () => {
    const between = config({}, join(home, "mail"));
    mkdirSync(join(home, "mail/in"));
    expect(findConfig(join(home, "mail/in"), home)).toBe(between);
    // A folder above that anyone may write to, as /tmp.
    expect(findConfig(join(home, "mail/in"), join(home, "other"))).toBeNull();
  });

  it("at last in the home folder itself", () => {
    const own = config({}, home);
    expect(findConfig(repository, home)).toBe(own);
  });
});

describe("what it says", () => {
  it("is what the command line would say", async () => {
    config({ $schema: "x", kernel: "6.6", only: ["tlb-flush", "map-balance"], rules: ["mm/pack.ts"], baseline: "known.json", tree: ".", bound: 7, jobs: 2, strict: true, all: false, archive: "https://inbox.example.org/mm" });
    expect(await asked("x.mbox")).toMatchObject({
      kernel: "6.6", only: ["tlb-flush", "map-balance"], rules: [join(repository, "mm/pack.ts")], baseline: join(repository, "known.json"),
      tree: repository, bound: 7, jobs: 2, strict: true, all: false, archive: "https://inbox.example.org/mm",
    });
  });

  it("gives way to the command line, and to --no-config", async () => {
    config({ kernel: "6.6", skip: ["tlb-flush"] });
    expect(await asked("--kernel 6.12 x.mbox")).toMatchObject({ kernel: "6.12", skip: ["tlb-flush"] });
    expect(await asked("--no-config x.mbox")).toMatchObject({ kernel: null, skip: [] });
  });

  it("says what each command understands and leaves the rest alone", async () => {
    config({ baseline: "known.json", "fail-on": "note", bound: 3 });
    let bound: number | null = null;
    const { code } = await runCli(["litmus", "x"], { cwd: repository, env: { HOME: home }, library: { litmus: async (request) => ((bound = request.bound), { schema: "mmreview/litmus@1", tool: { name: "mmreview", version: "0" }, tests: [] }) } });
    expect({ code, bound }).toEqual({ code: 0, bound: 3 });
  });
});

describe("what is refused", () => {
  it.each<readonly [string | object, RegExp]>([
    ["{", /:1:2: this is not JSON: /],
    ["[]", /:1:1: this is not a JSON object/],
    [{ kernal: "6.6" }, /there is no setting "kernal"\nDid you mean "kernel"\?/],
    [{ output: "/etc/passwd" }, /"output" can only be said on the command line/],
    [{ "write-baseline": "x" }, /"write-baseline" can only be said on the command line/],
    [{ kernel: 6.6 }, /"kernel" is a text/],
    [{ strict: "yes" }, /"strict" is true or false/],
    [{ only: "tlb-flush" }, /"only" is a list of texts/],
    [{ bound: "7" }, /"bound" is a whole number/],
    [{ archive: "http://inbox.example.org" }, /"archive" is an https address/],
  ])("%j", async (text, expected) => {
    const path = config(text);
    const { code, stderr } = await refused();
    expect(code).toBe(2);
    expect(stderr).toContain(path);
    expect(stderr).toMatch(expected);
    if (typeof text === "object") expect(validate(text)).toBe(false);
  });

  it.each(["../other.json", "/etc/passwd", "mm/../../x", "link/x.json", "link"])("a path that leads out: %s", async (path) => {
    symlinkSync(home, join(repository, "link"));
    writeFileSync(join(home, "x.json"), "{}");
    config({ baseline: path });
    expect(await refused()).toMatchObject({ code: 2, stderr: expect.stringContaining(`"baseline" leads out of the file's folder: '${path}'`) as string });
  });

  it("something that is no file", async () => {
    mkdirSync(join(repository, ".mmreview.json"));
    expect(await refused()).toMatchObject({ code: 2, stderr: expect.stringContaining("is not a file") as string });
  });
});

describe("the schema", () => {
  it("knows every setting, and takes what the reader takes", () => {
    const properties = Object.keys((validate.schema as { properties: object }).properties);
    expect(properties).toEqual(["$schema", ...settings.map(({ name }) => name)]);
    expect(validate({ kernel: "6.6", only: ["tlb-flush"], rules: ["pack.ts"], bound: 7, strict: true, "fail-on": "confirmed", color: "never" })).toBe(true);
    expect(validate({ only: ["no-such-rule"] })).toBe(false);
  });
});
