/** What helpers come to, in the cache folder: reports do not depend on it being there, and a spoilt file is made anew. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { directory, kernelFiles, patchMail, removeFolders, reviewInputs, temporaryFolder } from "../fixtures/review/harness.ts";
import { sha1 } from "./util/digest.ts";

afterEach(removeFolders);

const filling = Array.from({ length: 120 }, (_none, i) => `static inline int unused_helper_${i}(void)\n{\n\treturn ${i};\n}\n`).join("\n");
/** The helper takes a lock that the patched functions leave held. */
const files = {
  ...kernelFiles(6, 12),
  "mm/internal.h": `${filling}\nstatic inline spinlock_t *lock_table(struct mm_struct *mm, pmd_t *pmd)\n{\n\treturn pmd_lock(mm, pmd);\n}\n`,
  "mm/one.c": `#include "internal.h"\n\nint one(struct mm_struct *mm, pmd_t *pmd, bool busy)\n{\n\tspinlock_t *ptl = lock_table(mm, pmd);\n\n\tspin_unlock(ptl);\n\treturn 0;\n}\n\nint two(struct mm_struct *mm, pmd_t *pmd, bool busy)\n{\n\tspinlock_t *ptl = lock_table(mm, pmd);\n\n\tspin_unlock(ptl);\n\treturn 0;\n}\n`,
};

function mailFor(name: "one" | "two"): string {
  const from = `int ${name}(struct mm_struct *mm, pmd_t *pmd, bool busy)\n{\n\tspinlock_t *ptl = lock_table(mm, pmd);\n\n`;
  const after = files["mm/one.c"].replace(from, `${from}\tif (busy)\n\t\treturn -EBUSY;\n`);
  return patchMail({ "mm/one.c": files["mm/one.c"] }, { "mm/one.c": after }, `mm: ${name}`);
}

/** Made once: the mails of one run have the same names. */
const mails = { one: mailFor("one"), two: mailFor("two") };

async function reviewed(tree: string, name: "one" | "two", cache: string | null): Promise<string> {
  const report = await reviewInputs({ inputs: ["mail"], cwd: directory({ mail: mails[name] }), tree, ...(cache === null ? {} : { cache }) });
  return JSON.stringify({ ...report, summary: { ...report.summary, elapsedMs: 0 } });
}

/** The kept files that hold this text. */
function keptWith(text: string, cache: string): string[] {
  if (!existsSync(cache)) return [];
  const all = readdirSync(cache, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json")).map((name) => join(cache, name));
  return all.filter((path) => readFileSync(path, "utf8").includes(text));
}

/** What is kept of mm/internal.h. */
function summariesIn(cache: string): string[] {
  return keptWith('"names":["pmd_lock"]', cache);
}

function rewrite(path: string, change: (body: string) => string): void {
  const body = change(readFileSync(path, "utf8").slice(41));
  writeFileSync(path, `${sha1(body)}\n${body}`);
}

describe("a helper's file", () => {
  it.each([
    ["cut short", (body: string): string => body.slice(0, -10)],
    ["of another make", (): string => `${sha1("{}")}\n{}`],
    ["with offsets of another text", (body: string): string => {
      const spoilt = body.slice(41).replace(/\[\[\d+/, "[[999999999");
      return `${sha1(spoilt)}\n${spoilt}`;
    }],
  ])("whose summary is %s is summed up anew", async (_what, spoil) => {
    const tree = directory(files);
    const cache = join(temporaryFolder(), "cache");
    const plain = await reviewed(tree, "two", null);
    await reviewed(tree, "one", cache);
    const [summaries] = summariesIn(cache);
    const whole = readFileSync(summaries!, "utf8");
    expect(spoil(whole)).not.toBe(whole);
    writeFileSync(summaries!, spoil(whole));
    expect(await reviewed(tree, "two", cache)).toBe(plain);
    expect(readFileSync(summaries!, "utf8")).toBe(whole);
  });

  it("is known by what its bodies come to, as far as a patch has asked", async () => {
    const tree = directory(files);
    const cache = join(temporaryFolder(), "cache");
    const plain = await reviewed(tree, "two", null);
    expect(plain).toContain("release of a held page-table lock");
    await reviewed(tree, "one", cache);
    const [summaries, ...more] = summariesIn(cache);
    expect(more).toEqual([]);
    const fresh = join(temporaryFolder(), "cache");
    await reviewed(tree, "one", fresh);
    expect(await reviewed(tree, "two", fresh)).toBe(plain);
    // What is there is taken, not made again: a helper that calls nothing is not run in place.
    rewrite(summaries!, (body) => body.replace("pmd_lock", "pmd_nothing"));
    expect(await reviewed(tree, "two", cache)).not.toBe(plain);
  });

  it("that changes is another file", async () => {
    const tree = directory(files);
    const cache = join(temporaryFolder(), "cache");
    await reviewed(tree, "one", cache);
    writeFileSync(join(tree, "mm/internal.h"), files["mm/internal.h"].replace("return pmd_lock(mm, pmd);", "return pmd_lockptr(mm, pmd);"));
    expect(await reviewed(tree, "two", cache)).toBe(await reviewed(tree, "two", null));
    expect(summariesIn(cache)).toHaveLength(1);
    expect(keptWith('"names":["pmd_lockptr"]', cache)).toHaveLength(1);
  });

  it("is not kept where results are not", async () => {
    const tree = directory(files);
    await reviewed(tree, "one", join(tree, "cache"));
    expect(existsSync(join(tree, "cache"))).toBe(false);
  });
});
