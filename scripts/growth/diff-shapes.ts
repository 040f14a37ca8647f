/** Shapes of diffs, alone and on a tree whose files make it hard to say where a hunk belongs. */
import { times } from "./c-shapes.ts";
import type { Input, Shape } from "./input.ts";
import { added } from "./patches.ts";

const header = "diff --git a/mm/x.c b/mm/x.c\n--- a/mm/x.c\n+++ b/mm/x.c\n";

function hunk(at: number, lines: readonly string[]): string {
  const old = lines.filter((line) => !line.startsWith("+")).length;
  const post = lines.filter((line) => !line.startsWith("-")).length;
  return `@@ -${at},${old} +${at},${post} @@\n${lines.map((line) => `${line}\n`).join("")}`;
}

const small = [" \ta = 1;", "+\tb = 2;", " \tc = 3;"];
const named = (name: string): string => `diff --git a/${name} b/${name}\n--- a/${name}\n+++ b/${name}\n`;

const texts: Readonly<Record<string, (n: number) => string>> = {
  "hunks": (n) => header + times(n, (i) => hunk(10 * i + 1, small)).join(""),
  "hunks in one place": (n) => header + times(n, () => hunk(1, small)).join(""),
  "hunks backwards": (n) => header + times(n, (i) => hunk(10 * (n - i), small)).join(""),
  "hunks far apart": (n) => header + times(n, (i) => hunk(i * Math.max(1, Math.floor(900_000 / n)) + 1, small)).join(""),
  "hunks far apart in files of their own": (n) => times(n, (i) => named(`mm/x${i}.c`) + hunk(1, small) + hunk(50_000, small)).join(""),
  "comments begun in each hunk": (n) => header + times(n, (i) => hunk(10 * i + 1, [" \ta = 1;", "+\t/* b = 2;", " \tc = 3;"])).join(""),
  "strings begun in each hunk": (n) => header + times(n, (i) => hunk(10 * i + 1, [" \ta = 1;", '+\tb = "2;', " \tc = 3;"])).join(""),
  "files": (n) => times(n, (i) => named(`mm/x${i}.c`) + hunk(1, small)).join(""),
  "one file many times": (n) => times(n, (i) => named("mm/x.c") + hunk(10 * i + 1, small)).join(""),
  "files without hunks": (n) => times(n, (i) => named(`mm/x${i}.c`)).join(""),
  "renames": (n) => times(n, (i) => `diff --git a/mm/x${i}.c b/mm/y${i}.c\nsimilarity index 100%\nrename from mm/x${i}.c\nrename to mm/y${i}.c\n`).join(""),
  "renames in a chain": (n) => times(n, (i) => `diff --git a/mm/x${i}.c b/mm/x${i + 1}.c\nsimilarity index 90%\nrename from mm/x${i}.c\nrename to mm/x${i + 1}.c\n--- a/mm/x${i}.c\n+++ b/mm/x${i + 1}.c\n${hunk(1, small)}`).join(""),
  "binary files": (n) => times(n, (i) => `diff --git a/x${i}.png b/x${i}.png\nBinary files a/x${i}.png and b/x${i}.png differ\n`).join(""),
  "one binary": (n) => `diff --git a/x.png b/x.png\nGIT binary patch\nliteral 9\n${"zcmV;a\n".repeat(n)}`,
  "one long hunk": (n) => header + hunk(1, times(n, (i) => `${"+ -"[i % 3]}\ta${i} = ${i};`)),
  "a hunk of one line": (n) => header + hunk(1, times(n, () => " \ta = 1;")),
  "removed, then added": (n) => header + hunk(1, [...times(n, (i) => `-\ta = ${i};`), ...times(n, (i) => `+\tb = ${i};`)]),
  "counts too small": (n) => header + times(n, (i) => `@@ -${10 * i + 1},1 +${10 * i + 1},1 @@\n${small.join("\n")}\n`).join(""),
  "counts too large": (n) => header + times(n, (i) => `@@ -${10 * i + 1},90 +${10 * i + 1},90 @@\n${small.join("\n")}\n`).join(""),
  "one count too large": (n) => `${header}@@ -1,${9 * n} +1,${9 * n} @@\n${" \ta = 1;\n".repeat(n)}`,
  "no numbers": (n) => header + `@@ @@\n${small.join("\n")}\n`.repeat(n),
  "lost blanks": (n) => header + hunk(1, times(n, (i) => `${i % 3 === 0 ? "+" : ""}a = ${i};`)),
  "empty lines in a hunk": (n) => `${header}@@ -1,${n} +1,${n} @@\n${"\n".repeat(n)}`,
  "wrapped lines": (n) => header + times(n, (i) => `@@ -${20 * i + 1},3 +${20 * i + 1},4 @@\n \ta = call_with_a_long_name(first_argument, second_argument,\nthird_argument);\n+\tb = 2;\n \tc = 3;\n \td = 4;\n`).join(""),
  "hunks without a file": (n) => times(n, (i) => hunk(10 * i + 1, small)).join(""),
  "minus lines": (n) => `${"--- a/mm/x.c\n".repeat(n)}`,
  "plus lines": (n) => `--- a/mm/x.c\n${"+++ b/mm/x.c\n".repeat(n)}`,
  "minus and plus lines in a hunk": (n) => header + hunk(1, times(n, (i) => (i % 2 === 0 ? "--- a/mm/y.c" : "+++ b/mm/y.c"))),
  "no newline marks": (n) => header + hunk(1, small) + "\\ No newline at end of file\n".repeat(n),
  "heads of hunks": (n) => header + times(n, (i) => `@@ -${10 * i + 1},2 +${10 * i + 1},3 @@ static int g${i}(pte_t *pte)\n${small.join("\n")}\n`).join(""),
  "one long head": (n) => `${header}@@ -1,2 +1,3 @@ ${"f(".repeat(n)}\n${small.join("\n")}\n`,
  "long paths": (n) => named(`mm/${"a/".repeat(n)}x.c`) + hunk(1, small),
  "quoted paths": (n) => named(`"mm/${"\\303\\244".repeat(n)}.c"`) + hunk(1, small),
  "extended headers": (n) => `diff --git a/mm/x.c b/mm/x.c\n${"index 123..456 100644\nold mode 100644\n".repeat(n)}--- a/mm/x.c\n+++ b/mm/x.c\n${hunk(1, small)}`,
  "one long added line": (n) => header + hunk(1, [" \ta = 1;", `+\t${"b".repeat(n)};`]),
};

/** The patch beside a tree with this mm/x.c. */
const onTree: Readonly<Record<string, (n: number) => Omit<Extract<Input, { kind: "tree" }>, "kind">>> = {
  "hunks that fit everywhere": (n) => ({ files: { "mm/x.c": "\ta = 1;\n".repeat(3 * n) }, text: header + times(n, (i) => hunk(3 * i + 2, [" \ta = 1;", "+\tb = 2;", " \ta = 1;"])).join("") }),
  "hunks that fit everywhere and say elsewhere": (n) => ({ files: { "mm/x.c": "\ta = 1;\n".repeat(3 * n) }, text: header + times(n, (i) => hunk(100_000 + 3 * i, [" \ta = 1;", "+\tb = 2;", " \ta = 1;"])).join("") }),
  "hunks that nearly fit": (n) => ({ files: { "mm/x.c": "\ta = 1;\n\ta = 1;\n\ta = 1;\n\tb = 1;\n".repeat(n) }, text: header + times(n, (i) => hunk(4 * i + 1, [" \ta = 1;", " \ta = 1;", " \ta = 1;", "+\tb = 2;", " \ta = 1;"])).join("") }),
  "one long hunk that nearly fits": (n) => ({ files: { "mm/x.c": "\ta = 1;\n".repeat(4 * n) }, text: header + hunk(n, [...times(n, () => " \ta = 1;"), "-\tc = 1;", "+\td = 1;"]) }),
  "hunks that fit nowhere": (n) => ({ files: { "mm/x.c": times(n, (i) => `\ta${i} = 1;\n`).join("") }, text: header + times(n, (i) => hunk(4 * i + 1, [` \tz${i} = 1;`, "+\tb = 2;", ` \ty${i} = 1;`])).join("") }),
  "hunks a line off": (n) => ({ files: { "mm/x.c": times(4 * n, (i) => `\ta${i} = 1;\n`).join("") }, text: header + times(n, (i) => hunk(4 * i + 3, [` \ta${4 * i} = 1;`, "+\tb = 2;", ` \ta${4 * i + 1} = 1;`])).join("") }),
  "prototypes of what a header defines": (n) => ({ files: { "include/linux/h.h": times(n, (i) => `static inline void g${i}(void) { }\n`).join("") }, text: added(["#include <linux/h.h>", ...times(n, (i) => `void g${i}(void);`), "void f(pte_t *pte)", "{", "\tset_pte(pte, *pte);", "}"]) }),
  "other files": (n) => ({ files: Object.fromEntries(times(Math.min(n, 400), (i) => [`mm/y${i}.c`, `void g${i}(pte_t *pte)\n{\n\tf(pte);\n\tset_pte(pte, *pte);\n}\n`])), text: `--- /dev/null\n+++ b/mm/z.c\n@@ -0,0 +1,${4 * n} @@\n${times(n, (i) => `+void f${i}(pte_t *pte)\n+{\n+\tg${i}(pte);\n+}\n`).join("")}` }),
};

export const diffShapes: readonly Shape[] = [
  ...Object.entries(texts).map(([name, text]): Shape => ({ name: `diff: ${name}`, make: (n) => ({ kind: "mails", text: text(n) }) })),
  ...Object.entries(onTree).map(([name, make]): Shape => ({ name: `diff on a tree: ${name}`, make: (n) => ({ kind: "tree", ...make(n) }) })),
];
