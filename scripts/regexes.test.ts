/**
 * Every regular expression of the sources is linear, or at least no text makes it worse: scslre decides it from the
 * expression alone (two quantifiers that can trade characters, one that can restart within what it has seen). Expressions
 * are found by the compiler's parser, those that are put together by loading the modules that do so.
 */
import { join } from "node:path";
import { Project, SyntaxKind } from "ts-morph";
import { analyse } from "scslre";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");

/** How it can be slow, one word each; nothing when it can't. */
function faultsOf(source: string, flags: string): string[] {
  return analyse({ source, flags }).reports.map(({ type, exponential }) => (exponential ? `${type}, exponential` : type));
}

const project = new Project({ skipAddingFilesFromTsConfig: true, compilerOptions: { allowJs: true } });
project.addSourceFilesAtPaths([join(root, "src/**/*.ts"), join(root, "rules/**/*.ts"), join(root, "bin/*.js"), `!${join(root, "**/*.test.ts")}`]);

/** Modules that make expressions of parts when they are loaded. */
const puttingTogether = ["src/mail/date.ts", "src/mail/archive.ts", "src/check/mentions.ts", "src/check/hugetlb-entries.ts"];

/** Others that make one when they run, of a name (letters, digits, "_") or of words of the rules, and why that is linear. */
const madeOfNames: readonly string[] = [
  "src/check/told-locks.ts: a name and an anchor",
  "src/check/wording.ts: words of rules/wording.ts between a name and fixed words, tried on one comment of bounded length",
  "src/check/page-table-steps.ts: words of the rules, one of them whole",
];

describe("regular expressions", () => {
  it("are told apart by the referee", () => {
    expect(faultsOf("(a+)+$", "")).toContainEqual(expect.stringContaining("exponential"));
    expect(faultsOf("\\s+$", "")).not.toEqual([]);
    expect(faultsOf("^\\s*\\w*\\s*$", "")).not.toEqual([]);
    expect(faultsOf("^a+b", "")).toEqual([]);
  });

  it("are linear where they are written", () => {
    const slow: string[] = [];
    let seen = 0;
    for (const file of project.getSourceFiles()) {
      for (const literal of file.getDescendantsOfKind(SyntaxKind.RegularExpressionLiteral)) {
        seen++;
        const text = literal.getText();
        const end = text.lastIndexOf("/");
        const faults = faultsOf(text.slice(1, end), text.slice(end + 1));
        if (faults.length > 0) slow.push(`${file.getFilePath().slice(root.length + 1)}:${literal.getStartLineNumber()} ${text}: ${faults.join(", ")}`);
      }
    }
    expect(slow).toEqual([]);
    expect(seen).toBeGreaterThan(500);
  });

  it("are linear where they are put together", async () => {
    const made: [string, string][] = [];
    const Plain = RegExp;
    globalThis.RegExp = new Proxy(Plain, {
      construct: (target, [source, flags]: [string | RegExp, string?]) => {
        const expression = new target(source, flags);
        made.push([expression.source, expression.flags]);
        return expression;
      },
    });
    try {
      for (const path of puttingTogether) await import(join(root, path));
    } finally {
      globalThis.RegExp = Plain;
    }
    expect(made.length).toBeGreaterThan(3);
    expect(made.filter(([source, flags]) => faultsOf(source, flags).length > 0)).toEqual([]);
  });

  it("are put together nowhere else", () => {
    const places = project.getSourceFiles().filter((file) => file.getDescendantsOfKind(SyntaxKind.Identifier).some((name) => name.getText() === "RegExp" && name.getParentIfKind(SyntaxKind.NewExpression) !== undefined));
    const known = [...puttingTogether, ...madeOfNames.map((line) => line.slice(0, line.indexOf(":")))];
    expect(places.map((file) => file.getFilePath().slice(root.length + 1)).toSorted()).toEqual(known.toSorted());
  });
});
