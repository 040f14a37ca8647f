/** Kept results: the same report with and without them, none that is no longer true, and no harm from a broken store. */
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { directory, kernelFiles, patchMail, removeFolders, reviewInputs, temporaryFolder } from "../fixtures/review/harness.ts";
import { scan, type Report, type ScanRequest } from "./index.ts";
import { sha1 } from "./util/digest.ts";
import { openStore } from "./util/result-store.ts";

afterEach(removeFolders);

const head = `#include "internal.h"\n\n`;
/** Whether pmd is locked in age_one() depends on the caller, whether the caller locks on the header. */
const files = {
  ...kernelFiles(6, 12),
  "mm/internal.h": "static inline spinlock_t *lock_table(struct mm_struct *mm, pmd_t *pmd)\n{\n\treturn pmd_lock(mm, pmd);\n}\n",
  "mm/age.c": "void age_one(struct mm_struct *mm, pmd_t *pmd, unsigned long addr)\n{\n\tset_pmd_at(mm, addr, pmd, pmd_mkold(pmdp_get(pmd)));\n}\n",
  "mm/walk.c": `${head}void walk_one(struct mm_struct *mm, pmd_t *pmd, unsigned long addr)\n{\n\tspinlock_t *ptl = lock_table(mm, pmd);\n\n\tage_one(mm, pmd, addr);\n\tspin_unlock(ptl);\n}\n`,
  "mm/leak.c": "int leak(struct mm_struct *mm, pmd_t *pmd, bool busy)\n{\n\tspinlock_t *ptl = pmd_lock(mm, pmd);\n\n\tif (busy)\n\t\treturn -EBUSY;\n\tspin_unlock(ptl);\n\treturn 0;\n}\n",
};

function request(tree: string, cache: string | null): ScanRequest {
  return { tree, paths: [], kernel: null, only: [], skip: [], rules: [], bound: null, jobs: 1, strict: false, cwd: tree, ...(cache === null ? {} : { cache }) };
}

function text(report: Report): string {
  return JSON.stringify({ ...report, summary: { ...report.summary, elapsedMs: 0 } });
}

async function scanned(tree: string, cache: string | null): Promise<string> {
  return text(await scan(request(tree, cache)));
}

function keptFiles(cache: string): string[] {
  return existsSync(cache) ? readdirSync(cache, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json")).map((name) => join(cache, name)) : [];
}

describe("a scan", () => {
  it("says the same with, without and from kept results", async () => {
    const tree = directory(files);
    const cache = join(temporaryFolder(), "cache");
    const plain = await scanned(tree, null);
    expect(plain).toContain("lock-balance");
    expect(await scanned(tree, cache)).toBe(plain);
    const kept = keptFiles(cache);
    expect(kept.length).toBe(4);
    // What is taken from there is taken, not made again: a result that says something else comes out.
    for (const path of kept) {
      const body = readFileSync(path, "utf8").slice(41).replaceAll("leak()", "kept()");
      writeFileSync(path, `${sha1(body)}\n${body}`);
    }
    expect(await scanned(tree, cache)).toBe(plain.replaceAll("leak()", "kept()"));
  });

  it.each([
    ["the file itself", "mm/leak.c", "\treturn -EBUSY;", "\t\tgoto out;\nout:"],
    ["a header that it includes", "mm/internal.h", "pmd_lock(", "pmd_lockptr("],
    ["a caller in another file", "mm/walk.c", "age_one(mm", "age_two(mm"],
  ])("notices a change of %s", async (_what, path, from, to) => {
    const tree = directory(files);
    const cache = join(temporaryFolder(), "cache");
    await scanned(tree, cache);
    const changed = files[path as keyof typeof files]!.replace(from, to);
    expect(changed).not.toBe(files[path as keyof typeof files]);
    writeFileSync(join(tree, path), changed);
    expect(await scanned(tree, cache)).toBe(await scanned(tree, null));
  });

  it("notices a caller in a new file, other options and another era", async () => {
    const tree = directory(files);
    const cache = join(temporaryFolder(), "cache");
    await scanned(tree, cache);
    writeFileSync(join(tree, "mm/more.c"), "void more(struct mm_struct *mm, pmd_t *pmd)\n{\n\tage_one(mm, pmd, 0);\n}\n");
    expect(await scanned(tree, cache)).toBe(await scanned(tree, null));
    const skipping: ScanRequest = { ...request(tree, cache), skip: ["lock-balance"] };
    expect(text(await scan(skipping))).not.toContain("returns with");
    const older: ScanRequest = { ...request(tree, cache), kernel: "5.10" };
    const { cache: _none, ...bare } = older;
    expect(text(await scan(older))).toBe(text(await scan(bare)));
  });

  it("takes a broken store for an empty one", async () => {
    const tree = directory(files);
    const cache = join(temporaryFolder(), "cache");
    const plain = await scanned(tree, cache);
    const [first, second, third, fourth] = keptFiles(cache) as [string, string, string, string];
    writeFileSync(first, "");
    writeFileSync(second, readFileSync(second, "utf8").slice(0, -9));
    writeFileSync(third, readFileSync(third, "utf8").replace("mm/", "mn/"));
    writeFileSync(fourth, `${sha1("null")}\nnull`);
    expect(await scanned(tree, cache)).toBe(plain);
    rmSync(cache, { recursive: true });
    writeFileSync(cache, "a file where the folder was");
    expect(await scanned(tree, cache)).toBe(plain);
  });

  it("keeps nothing within the tree", async () => {
    const tree = directory(files);
    await scanned(tree, join(tree, "cache"));
    expect(existsSync(join(tree, "cache"))).toBe(false);
    const beside = temporaryFolder();
    symlinkSync(tree, join(beside, "link"));
    await scanned(tree, join(beside, "link", "cache"));
    await scanned(tree, join(tree, "..cache"));
    expect(readdirSync(tree).toSorted()).toEqual(["Kbuild", "Makefile", "mm"]);
  });

  it("believes nothing in a folder that all users may write to", async () => {
    const tree = directory(files);
    const cache = join(temporaryFolder(), "cache");
    await scanned(tree, cache);
    expect(keptFiles(cache)).not.toEqual([]);
    for (const file of keptFiles(cache)) rmSync(file);
    chmodSync(cache, 0o777);
    await scanned(tree, cache);
    expect(keptFiles(cache)).toEqual([]);
    chmodSync(cache, 0o755);
    await scanned(tree, cache);
    expect(keptFiles(cache)).not.toEqual([]);
  });
});

describe("a review", () => {
  const before = { "mm/age.c": files["mm/age.c"] };
  const mail = patchMail(before, { "mm/age.c": files["mm/age.c"].replace("mkold", "mkclean") }, "mm: clean it");

  async function reviewed(tree: string, cache: string | null): Promise<string> {
    return text(await reviewInputs({ inputs: ["mail"], cwd: directory({ mail }), tree, ...(cache === null ? {} : { cache }) }));
  }

  it("says the same from kept results, and another thing when a caller in the tree changes", async () => {
    const walk = files["mm/walk.c"].replace("lock_table(mm", "pmd_lock(mm");
    const tree = directory({ ...files, "mm/walk.c": walk });
    const cache = join(temporaryFolder(), "cache");
    const plain = await reviewed(tree, null);
    expect(plain).toContain("set_pmd_at: pmd lock");
    expect(await reviewed(tree, cache)).toBe(plain);
    expect(keptFiles(cache)).toHaveLength(1);
    expect(await reviewed(tree, cache)).toBe(plain);
    writeFileSync(join(tree, "mm/walk.c"), walk.replace("pmd_lock(mm", "pmd_lockptr(mm"));
    const changed = await reviewed(tree, null);
    expect(changed).not.toBe(plain);
    expect(await reviewed(tree, cache)).toBe(changed);
  });
});

describe("a store", () => {
  it("drops the oldest results when it grows too large, and nothing before", () => {
    const folder = join(temporaryFolder(), "store");
    const store = openStore(folder, 10_000);
    const keys = ["a", "b", "c"].map((name) => sha1(name));
    for (const [age, key] of keys.entries()) {
      store.put(key, "x".repeat(3_000));
      const path = join(folder, key.slice(0, 2), `${key.slice(2)}.json`);
      expect(statSync(path).size).toBeGreaterThan(3_000);
      utimesSync(path, 1_000 + age, 1_000 + age);
    }
    store.trim();
    expect(keys.map((key) => store.get(key) !== undefined)).toEqual([true, true, true]);
    store.put(sha1("d"), "y".repeat(3_000));
    store.trim();
    expect([...keys, sha1("d")].map((key) => store.get(key) !== undefined)).toEqual([false, false, true, true]);
    const copy = `${folder}.copy`;
    cpSync(folder, copy, { recursive: true });
    expect(openStore(copy, 10_000).get(sha1("d"))).toBe("y".repeat(3_000));
    rmSync(copy, { recursive: true });
  });
});
