/**
 * Our own litmus tests. Each says what must come out: `Result:` Never, Sometimes or Always, and `Flags:`; derived from
 * the kernel documents named in it.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { initC } from "../../c/index.ts";
import { packageRoot } from "../../util/package-root.ts";
import { sc } from "../memory/sc.ts";
import { runLitmus } from "./index.ts";
import { emitLitmus } from "./emit.ts";
import { parseLitmus } from "./parse.ts";

const folder = join(packageRoot(), "fixtures", "litmus");
const names = (within: string): string[] => readdirSync(join(folder, within)).filter((name) => name.endsWith(".litmus")).toSorted();
const textOf = (name: string): string => readFileSync(join(folder, name), "utf8");

beforeAll(async () => {
  await initC();
});

describe("fixtures", () => {
  it.each(names(""))("%s", (name) => {
    const text = textOf(name);
    const result = runLitmus(name, text);
    if (!("verdict" in result)) throw new Error(JSON.stringify(result));
    expect(result.observation).toBe(/Result: (\w+)/.exec(text)![1]);
    expect(result.flags.join(" ")).toBe(/Flags: (.*)/.exec(text)?.[1] ?? "");
    expect(`${result.name}.litmus`).toBe(name);
    const ok = { Allowed: result.observation !== "Never", Forbidden: result.observation === "Never", Required: result.observation === "Always" };
    expect(result.verdict).toBe(ok[result.kind] ? "Ok" : "No");
  });

  it.each(names(""))("%s allows under lkmm what it allows under sc", (name) => {
    const weak = runLitmus(name, textOf(name));
    const strong = runLitmus(name, textOf(name), { model: sc });
    if (!("verdict" in weak) || !("verdict" in strong)) throw new Error(name);
    expect(weak.states).toEqual(expect.arrayContaining([...strong.states]));
  });

  it.each(names(""))("%s says the same when it is written out and read again", (name) => {
    const test = parseLitmus(name, textOf(name));
    const again = runLitmus(name, emitLitmus(test.program, test.question));
    expect({ ...again, elapsedMs: 0 }).toEqual({ ...runLitmus(name, textOf(name)), elapsedMs: 0 });
  });
});

it("computes with 32-bit numbers, and prints those of a type without sign as herd7 does", () => {
  const text = `C t
{ x=2147483647; atomic_t y; }
P0(int *x, atomic_t *y)
{
	int r0;
	int r1;
	r0 = atomic_inc_return(x);
	r1 = READ_ONCE(*x) * 2;
	atomic_dec(y);
}
locations [x; y; 0:r0; 0:r1]
exists (0:r0=-2147483648 /\\ 0:r1=0 /\\ y=-1)
`;
  const states = ["0:r0=-2147483648; 0:r1=0; [x]=-2147483648; [y]=4294967295;"];
  expect(runLitmus("t", text)).toMatchObject({ states, observation: "Always", positive: 1, negative: 0 });
});

describe("malformed files", () => {
  const places: Readonly<Record<string, readonly [number, number]>> = {
    "bad-c.litmus": [7, 18], "bad-condition.litmus": [10, 16], "bad-initial.litmus": [4, 10], "empty.litmus": [1, 1],
    "no-closing-brace.litmus": [6, 1], "no-thread.litmus": [5, 1], "open-comment.litmus": [3, 1], "other-architecture.litmus": [1, 1],
    // As herd7 says, whose columns count from 0.
    "missing-semicolon.litmus": [15, 2], "stray-else.litmus": [15, 2], "two-registers.litmus": [14, 5], "odd-character.litmus": [15, 20],
    // herd7 refuses these without a place.
    "no-such-thread.litmus": [17, 19], "thread-numbers.litmus": [10, 1],
  };

  it.each(Object.entries(places))("%s names line and column", (name, [line, column]) => {
    expect(runLitmus(name, textOf(join("malformed", name)))).toMatchObject({ path: name, error: { line, column } });
  });

  it("tells a call that it does not know from a file that it can't read", () => {
    expect(runLitmus("u", textOf("malformed/unknown-call.litmus"))).toEqual({ path: "u", unsupported: "frobnicate() (line 7)" });
  });

  it("has a place for each file", () => {
    expect(names("malformed")).toEqual([...Object.keys(places), "unknown-call.litmus"].toSorted());
  });

  it("never throws, whatever is cut off", () => {
    const text = textOf("pt-free-ipi.litmus");
    for (let end = 0; end < text.length; end += 7) {
      const result = runLitmus("cut", text.slice(0, end));
      expect("verdict" in result || "error" in result || "unsupported" in result).toBe(true);
    }
  });
});

describe("more than can be decided", () => {
  const test = (threads: number, reads: number): string => {
    const bodies = Array.from({ length: threads }, (_, i) => `P${i}(int *x)\n{\n\tint r;\n${"\tr = READ_ONCE(*x);\n".repeat(reads)}}\n`);
    return `C many\n\n{}\n\n${bodies.join("\n")}\nexists (x=1)\n`;
  };

  // Relations take a bit for each two events, so that thousands of threads once took all memory there is.
  it("is refused before it is built", () => {
    expect(runLitmus("t", test(65, 1))).toEqual({ path: "t", unsupported: "more than 64 threads" });
    expect(runLitmus("t", test(5000, 1))).toEqual({ path: "t", unsupported: "more than 64 threads" });
    expect(runLitmus("t", test(9, 200))).toEqual({ path: "t", unsupported: "executions of more than 1024 events" });
    expect(runLitmus("t", test(64, 1))).toMatchObject({ verdict: "No" });
  });
});
