import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DiffCarrier } from "../core/message.ts";
import { extractDiffs, type Extraction } from "./extract.ts";

const one = `diff --git a/mm/one.c b/mm/one.c
index 3f1c2aa..9b0d4e1 100644
--- a/mm/one.c
+++ b/mm/one.c
@@ -10,7 +10,8 @@ static int one_fill(struct mm_struct *mm, pmd_t *pmd)
 	spinlock_t *ptl;
 
 	ptl = pmd_lock(mm, pmd);
-	pmd_populate(mm, pmd, table);
+	if (pmd_none(*pmd))
+		pmd_populate(mm, pmd, table);
 	spin_unlock(ptl);
 	return 0;
 }
`;
const two = one.replaceAll("one", "two");

function extract(body: string, own: DiffCarrier = "follow-up", flowed = false): Extraction {
  return extractDiffs(body, { own, flowed, maxDiffs: 20 });
}

function found(body: string, own: DiffCarrier = "follow-up", flowed = false): (readonly [DiffCarrier, string])[] {
  return extract(body, own, flowed).diffs.map((diff) => [diff.carrier, diff.diff] as const);
}

function quote(text: string, mark = "> "): string {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => `${mark}${line}\n`)
    .join("");
}

describe("a patch mail", () => {
  it("yields the diff after the separator, without the signature", () => {
    const body = `Text.\n\nSigned-off-by: Ada <a@b>\n---\n mm/one.c | 3 ++-\n 1 file changed\n\n${one}-- \n2.39.5\n`;
    const { diffs } = extract(body, "patch");
    expect(diffs).toEqual([{ carrier: "patch", diff: one, line: 8 }]);
  });

  it("is not misled by diffs in its commit text, indented, quoted or plain", () => {
    for (const copy of [two.replace(/^/gm, "    "), quote(two), two]) {
      expect(found(`Before:\n\n${copy}\nafter.\n---\n\n${one}-- \n2.39.5\n`, "patch")).toEqual([["patch", one]]);
    }
  });

  it("is taken as it stands when it has no separator", () => {
    expect(found(`Like this.\n\n${one}`, "patch")).toEqual([["patch", one]]);
  });

  it("may hold several files, with remarks between them", () => {
    expect(found(`---\n${one}\nAnd the other half:\n\n${two}`, "patch")).toEqual([["patch", one + two]]);
  });

  it("keeps renames, modes, new and empty files, and binary data", () => {
    const odd = `diff --git a/mm/old.c b/mm/new.c
similarity index 100%
rename from mm/old.c
rename to mm/new.c
diff --git a/run.sh b/run.sh
old mode 100644
new mode 100755
diff --git a/empty b/empty
new file mode 100644
index 000000000000..e69de29bb2d1
diff --git a/logo.png b/logo.png
index 1111111..2222222 100644
GIT binary patch
literal 5
Mc$@(3uy)sX0Du4h2LJ#7

literal 4
LcmZQzfB@|=00aO5

`;
    expect(found(`---\n${odd}${one}`, "patch")).toEqual([["patch", odd.replace(/\n\n$/, "\n") + one]]);
  });

  it("keeps the mark of a missing last newline", () => {
    const last = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n";
    expect(found(`---\n${last}-- \n2.39.5\n`, "patch")).toEqual([["patch", last]]);
  });
});

describe("a reply with a diff of its own", () => {
  it("inline, between prose", () => {
    expect(found(`> why?\n\nLike so:\n\n${one}\nWhat do you think?\n\nAda\n`)).toEqual([["follow-up", one]]);
  });

  it("after scissors, with a commit text, and a line of dashes behind", () => {
    expect(found(`Sure.\n\n---8<---\nSubject: [PATCH] x\n\nText.\n---\n mm/one.c | 3 ++-\n\n${one}---\n\nCheers,\nAda\n\n> more\n`)).toEqual([["follow-up", one]]);
  });

  it("beside the one it quotes", () => {
    expect(found(`${quote(one)}\nRather this:\n\n${two}`)).toEqual([
      ["quoted", one],
      ["follow-up", two],
    ]);
  });

  it("as two versions of one change, which stay apart", () => {
    const other = one.replace("if (pmd_none(*pmd))", "if (likely(pmd_none(*pmd)))");
    expect(found(`Either\n\n${one}\nor\n\n${other}`)).toEqual([
      ["follow-up", one],
      ["follow-up", other],
    ]);
  });

  it("below a copy of the mail it answers: that copy counts as quoted", () => {
    expect(found(`Please do\n\n${two}\n-----Original Message-----\nFrom: Kim\n\n${one}`)).toEqual([
      ["follow-up", two],
      ["quoted", one],
    ]);
  });

  it("trimmed by hand: the prose behind it is not swallowed", () => {
    const trimmed = one.split("\n").slice(0, 11).join("\n");
    expect(found(`Maybe\n\n${trimmed}\n\nThis is not tested at all.\nAda\n`)).toEqual([["follow-up", `${trimmed}\n`]]);
  });

  it("with counts that lie: the lines behind them are kept", () => {
    const lying = one.replace("-10,7 +10,8", "-10,3 +10,3");
    expect(found(`Maybe\n\n${lying}\nAda\n`)[0]![1]).toContain("+\t\tpmd_populate(mm, pmd, table);");
  });

  it("with a hunk header cut down to its mark", () => {
    const sketch = "--- a/mm/one.c\n+++ b/mm/one.c\n@@ one_fill()\n \tfoo();\n-\tbar();\n+\tbaz();\n";
    expect(found(`So:\n\n${sketch}\nRight?\n`)).toEqual([["follow-up", sketch]]);
  });
});

describe("a quoted diff", () => {
  it.each(["> ", ">> ", "> > ", "> >> ", ">", ">>", "JG> "])("at mark %j", (mark) => {
    expect(found(`On Monday, Kim wrote:\n${quote(one, mark)}\nWhy?\n`)).toEqual([["quoted", one]]);
  });

  it("has its blank context lines whether or not the mailer stripped them", () => {
    expect(found(quote(one).replaceAll("> \n", ">\n").replaceAll(">  \n", ">\n"))).toEqual([["quoted", one.replace("\n \n", "\n\n")]]);
  });

  it("is joined over comments, in the middle of a hunk as well", () => {
    const lines = quote(one).split("\n");
    const broken = [...lines.slice(0, 8), "", "Is this the right lock?", "", ...lines.slice(8)].join("\n");
    expect(found(`${broken}\nAnd here:\n\n${quote(two)}\n`)).toEqual([["quoted", one + two]]);
  });

  it("is not mixed with what deeper and shallower levels say", () => {
    const lines = quote(one, "> > ").split("\n");
    const broken = [...lines.slice(0, 9), "> ", "> I doubt it.", "> ", "No, it is fine:", "", ...lines.slice(9)].join("\n");
    expect(found(`> > > An older remark\n${broken}`)).toEqual([["quoted", one]]);
  });

  it("ends with its hunk, not with the quote", () => {
    expect(found(`${quote(`Some text.\n\n${one}\nThat was the right thing to do.\n+1 from me\n`)}\nYes.\n`)).toEqual([["quoted", one]]);
  });

  it("leaves out the marks of trimmed lines", () => {
    const lines = quote(one).split("\n");
    const text = [...lines.slice(0, 7), "> [...]", ...lines.slice(7, 10), "> <snip>", ""].join("\n");
    expect(found(`${text}\nfine\n`)[0]![1]).toBe(one.split("\n").slice(0, 10).join("\n") + "\n");
  });

  it("keeps the tail of a line that the mailer wrapped, also where it lost its mark", () => {
    const long = one.replace("pmd_t *pmd)\n", "pmd_t *pmd, unsigned long\n");
    const marked = quote(long).replace("unsigned long\n", "unsigned long\n> addr)\n");
    const unmarked = quote(long).replace("unsigned long\n", "unsigned long\naddr)\n");
    const expected = long.replace("unsigned long\n", "unsigned long\naddr)\n");
    expect(found(marked)).toEqual([["quoted", expected]]);
    expect(found(unmarked)).toEqual([["quoted", expected]]);
  });

  it("is known by a hunk header alone, and by a lost --- line", () => {
    const hunk = one.slice(one.indexOf("@@"));
    expect(found(quote(`the hunk that\n\n${hunk}\nwas right`))).toEqual([["quoted", hunk]]);
    const noOld = one.replace("--- a/mm/one.c\n", "");
    expect(found(quote(noOld))).toEqual([["quoted", noOld]]);
    const noGit = noOld.slice(noOld.indexOf("+++"));
    expect(found(quote(noGit))).toEqual([["quoted", noGit]]);
  });

  it("may have lost all leading blanks; then the counts decide", () => {
    const lost = one.replace(/^[ \t]+/gm, "").replace(/^([+-])[ \t]+/gm, "$1 ");
    expect(found(`${quote(lost)}\nno\n\n${quote("If I recall this right, it is\nnot needed.")}`)).toEqual([["quoted", lost]]);
  });

  it("with some context lines dropped ends where the quote is interrupted", () => {
    const lost = one.replace(/^[ \t]+/gm, "").replace("\n\n", "\n");
    expect(found(`${quote(lost)}\nno\n\n${quote("If I recall this right, it is\nnot needed.")}`)).toEqual([["quoted", lost]]);
  });

  it("without any change is none", () => {
    expect(extract(quote(one.split("\n").slice(0, 8).join("\n"))).diffs).toEqual([]);
    expect(extract(quote(one.split("\n").slice(0, 5).join("\n"))).diffs).toEqual([]);
  });

  it("from a stuffed mail loses the blank that stuffing left", () => {
    const stuffed = one.replace(/^ /gm, "  ");
    expect(found(quote(stuffed))).toEqual([["quoted", one]]);
    expect(found(quote(one.replaceAll("\t", "        ").replace(/^ /gm, "  ")), "follow-up", true)[0]![1]).toBe(one.replaceAll("\t", "        "));
  });

  it("has no-break spaces turned into blanks", () => {
    const nbsp = one.replaceAll("\t", "\u00a0\u00a0\u00a0 ");
    expect(found(quote(nbsp))).toEqual([["quoted", one.replaceAll("\t", "    ")]]);
  });
});

describe("what can't be reviewed", () => {
  it("a combined diff", () => {
    const merge = "diff --cc mm/a.c\nindex 1,2..3\n--- a/mm/a.c\n+++ b/mm/a.c\n@@@ -1,2 -1,2 +1,3 @@@\n  a\n++b\n";
    expect(extract(`---\n${merge}`, "patch")).toEqual({ diffs: [], refused: "a combined diff (merge) cannot be reviewed" });
  });

  it("a context diff", () => {
    const context = "*** a/mm/a.c\n--- b/mm/a.c\n***************\n*** 1,2 ****\n! a\n--- 1,2 ----\n! b\n";
    expect(extract(`So:\n\n${context}`).refused).toMatch(/^a context diff/);
  });

  it("lines that only look like a diff", () => {
    for (const text of ["--- heading ---\n\ntext", "+++ more\n", "diff -u old new shows it\n", "@@ what?\n", "- a list\n+ of things\n", "Index: 3\n", "the @@ -1,2 +3,4 @@ header"]) {
      expect(extract(text)).toEqual({ diffs: [], refused: null });
    }
  });
});

describe("whatever a reviewer writes between the lines", () => {
  const code = fc.stringMatching(/^\t{0,3}[a-z_(),;*&]{1,30}$/);
  const mark = fc.constantFrom(" ", " ", "+", "-");
  const hunk = fc.tuple(fc.array(fc.tuple(mark, code), { minLength: 1, maxLength: 14 }), fc.integer({ min: 1, max: 9 }), fc.boolean()).map(([lines, gap, plus]) => {
    // Context at both ends and one change at least, as diff(1) makes them.
    const all = [[" ", "first();"], ...lines, [plus ? "+" : "-", "change();"], [" ", "last();"]] as const;
    return { lines: all.map(([sign, text]) => sign + text), gap, old: all.filter(([sign]) => sign !== "+").length, added: all.filter(([sign]) => sign !== "-").length };
  });
  const fileDiff = fc.tuple(fc.constantFrom("mm/a.c", "mm/b.c", "fs/proc/c.c"), fc.array(hunk, { minLength: 1, maxLength: 4 })).map(([path, hunks]) => {
    let old = 1;
    let now = 1;
    const body = hunks.map((one) => {
      old += one.gap;
      now += one.gap;
      const text = `@@ -${old},${one.old} +${now},${one.added} @@ fn()\n${one.lines.join("\n")}\n`;
      old += one.old;
      now += one.added;
      return text;
    });
    return `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n${body.join("")}`;
  });
  const prose = fc.array(fc.stringMatching(/^[A-Z][a-z ,.?]{3,50}$/), { minLength: 1, maxLength: 3 });

  it("the quoted diff comes out whole", () => {
    fc.assert(
      fc.property(fileDiff, fc.constantFrom("> ", "> > ", ">> ", ">"), fc.array(fc.tuple(fc.nat(), prose), { maxLength: 6 }), (diff, quoteMark, comments) => {
        const lines = quote(diff, quoteMark).trimEnd().split("\n");
        const at = new Map(comments.map(([where, text]) => [where % (lines.length + 1), text]));
        const body = ["Hi,", "", ...lines.flatMap((line, i) => [...(at.has(i) ? ["", ...at.get(i)!, ""] : []), line]), "", "Ada"].join("\n");
        expect(found(body)).toEqual([["quoted", diff]]);
      }),
      { numRuns: 300 },
    );
  });

  it("an own diff comes out whole, wherever it stands", () => {
    fc.assert(
      fc.property(fileDiff, prose, prose, (diff, before, after) => {
        expect(found(`${before.join("\n")}\n\n${diff}\n${after.join("\n")}\n`)).toEqual([["follow-up", diff]]);
        expect(found(`${before.join("\n")}\n---\n\n${diff}-- \n2.39.5\n`, "patch")).toEqual([["patch", diff]]);
      }),
      { numRuns: 300 },
    );
  });
});
