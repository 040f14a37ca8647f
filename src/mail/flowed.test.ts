import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { unflow } from "./flowed.ts";

describe("unflow", () => {
  it("joins lines that end in a blank, at equal quote depth only (RFC 3676, 4.5)", () => {
    expect(unflow("one \ntwo\n> three \n> four\n>> five \n> six", false)).toBe("one two\n> three four\n>> five \n> six");
  });

  it("drops the blank before the break when DelSp says so", () => {
    expect(unflow("one  \ntwo \nthree", true)).toBe("one twothree");
  });

  it("never joins the signature mark or lines of blanks", () => {
    expect(unflow("text\n-- \nname", false)).toBe("text\n-- \nname");
    expect(unflow("+a\n  \n+b", false)).toBe("+a\n \n+b");
  });

  it("takes stuffing off context lines; of a quoted line it is the blank behind the mark", () => {
    expect(unflow("@@ -1,2 +1,2 @@\n  \tfoo();\n+\tbar();", false)).toBe("@@ -1,2 +1,2 @@\n \tfoo();\n+\tbar();");
    expect(unflow(">  \tfoo();", false)).toBe(">  \tfoo();");
  });

  it("leaves context lines alone when they were not stuffed", () => {
    const diff = "@@ -1,2 +1,2 @@\n \tfoo();\n }\n+\tbar();";
    expect(unflow(diff, false)).toBe(diff);
  });

  it("gives back what a sender by the RFC wrote", () => {
    const word = fc.stringMatching(/^[a-z+>-]{1,12}$/);
    const line = fc.array(word, { minLength: 1, maxLength: 20 }).map((words) => words.join(" "));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const sent = lines.flatMap((text) => {
          const pieces: string[] = [];
          let rest = text;
          while (rest.length > 30 && rest.lastIndexOf(" ", 30) > 0) {
            const cut = rest.lastIndexOf(" ", 30) + 1;
            pieces.push(rest.slice(0, cut));
            rest = rest.slice(cut);
          }
          return [...pieces, rest].map((piece) => (/^[ >]/.test(piece) ? ` ${piece}` : piece));
        });
        expect(unflow(sent.join("\n"), false)).toBe(lines.join("\n"));
      }),
    );
  });
});
