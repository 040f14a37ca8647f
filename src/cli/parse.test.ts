import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UsageError } from "../core/errors.ts";
import { commandTable } from "./commands.ts";
import { optionsOf, optionTable } from "./options.ts";
import { parseArguments } from "./parse.ts";
import { plainWords } from "./plain-words.ts";
import { yargsWords } from "./yargs-words.ts";

async function parsed(line: string): Promise<object> {
  const { command, named, positionals, switches, values } = await parseArguments(line.split(" ").filter((word) => word !== ""));
  return { command, named, positionals, switches: Array.from(switches), values: Object.fromEntries(values) };
}

const nothing = { command: "review", named: false, positionals: [], switches: [], values: {} };

describe("parseArguments", () => {
  it.each<[string, object]>([
    ["", {}],
    ["a.mbox b.mbox", { positionals: ["a.mbox", "b.mbox"] }],
    ["review a", { named: true, positionals: ["a"] }],
    ["review scan", { named: true, positionals: ["scan"] }],
    ["-", { positionals: ["-"] }],
    ["- a.mbox", { positionals: ["-", "a.mbox"] }],
    ["HEAD~3..", { positionals: ["HEAD~3.."] }],
    ["12 1e3", { positionals: ["12", "1e3"] }],
    ["--format json a", { positionals: ["a"], values: { format: ["json"] } }],
    ["--format=json a", { positionals: ["a"], values: { format: ["json"] } }],
    ["-f json a", { positionals: ["a"], values: { format: ["json"] } }],
    ["-fjson a", { positionals: ["a"], values: { format: ["json"] } }],
    ["--format json --format text", { values: { format: ["text"] } }],
    ["--output - x", { positionals: ["x"], values: { output: ["-"] } }],
    ["-qv x", { positionals: ["x"], switches: ["quiet", "verbose"] }],
    ["--quiet --quiet", { switches: ["quiet"] }],
    ["--no-progress x", { positionals: ["x"], switches: ["no-progress"] }],
    ["--only a,b --only c x", { positionals: ["x"], values: { only: ["a", "b", "c"] } }],
    ["--tree x scan mm/", { command: "scan", named: true, positionals: ["mm/"], values: { tree: ["x"] } }],
    ["scan mm/ --tree x", { command: "scan", named: true, positionals: ["mm/"], values: { tree: ["x"] } }],
    ["--strict scan mm/", { command: "scan", named: true, positionals: ["mm/"], switches: ["strict"] }],
    ["rules show tlb-flush", { command: "rules", named: true, positionals: ["show", "tlb-flush"] }],
    ["-- --odd -x", { positionals: ["--odd", "-x"] }],
    ["-j2 -- -fjson", { positionals: ["-fjson"], values: { jobs: ["2"] } }],
  ])("%s", async (line, expected) => {
    expect(await parsed(line)).toEqual({ ...nothing, ...expected });
  });

  it.each([
    ["--fromat json", "unknown option --fromat", "Did you mean --format?"],
    ["--format", "option --format needs a value", ""],
    ["--format --quiet", "option --format needs a value", ""],
    ["-Z", "unknown option -Z", "`mmreview review --help` lists the options."],
    ["--progress", "unknown option --progress", "Did you mean --no-progress?"],
    ["scan --base x", "--base is not an option of scan", "It belongs to review."],
    ["--__proto__ x", "unknown option --__proto__", "`mmreview review --help` lists the options."],
    ["--toString x", "unknown option --toString", "`mmreview review --help` lists the options."],
  ])("refuses %s", async (line, message, hint) => {
    const error = await parseArguments(line.split(" ")).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ message, hint });
  });
});

describe("a plain line", () => {
  const plain = fc.constantFrom("a.mbox", "review", "scan", "rules", "show", "12", "1e3", "0x1", "x=y", "a,b", "HEAD~3..", ".", "é", "a b");
  const option = fc.constantFrom(...optionTable.flatMap(({ name, short }) => (short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`])));
  const odd = fc.constantFrom("true", "false", "-", "--", "'q'", '"q"', "", "-q1", "--tree=v", "--quiet=1", "-qv", "--no-such");
  const word = fc.oneof({ weight: 8, arbitrary: plain }, { weight: 4, arbitrary: option }, { weight: 1, arbitrary: odd });

  it("is split as yargs would", async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 7 }), async (line) => {
        const words = plainWords(line);
        if (words === null) return;
        taken++;
        expect(words).toEqual(await yargsWords(line));
      }),
      { numRuns: 3000 },
    );
    expect(taken).toBeGreaterThan(1000);
  });

  it.each([["-", "a.mbox"], ["a.mbox", "-"], ["--tree", "-"], ["--", "-q"], ["--quiet", "true"], ["-qv"], ["--tree=x"], ["--no-such"], ["--tree"]])("is not %s %s", (...line) => {
    expect(plainWords(line)).toBeNull();
  });

  it("is what people type", () => {
    for (const line of ["a.mbox", "review --tree linux a.mbox", "scan --kernel 6.12 -f json --no-cache mm fs", "rules show tlb-flush"]) expect(plainWords(line.split(" "))).not.toBeNull();
  });
});

describe("the option table", () => {
  it("names each option once and each letter once", () => {
    const names = optionTable.map((option) => option.name);
    const letters = optionTable.flatMap((option) => option.short ?? []);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(letters).size).toBe(letters.length);
  });

  it("speaks of commands that exist", () => {
    const known = commandTable.map((command) => command.name);
    expect(optionTable.flatMap((option) => option.commands).filter((name) => !known.includes(name))).toEqual([]);
  });

  it("has every option of the stable command line", () => {
    const stable = ["tree", "base", "kernel", "format", "output", "fail-on", "all", "only", "skip", "rules", "jobs", "bound", "color", "no-progress", "quiet", "strict"];
    const known = optionsOf("review").map((option) => option.name);
    expect(stable.filter((name) => !known.includes(name))).toEqual([]);
  });
});
