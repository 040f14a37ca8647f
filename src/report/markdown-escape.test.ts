import fc from "fast-check";
import MarkdownIt from "markdown-it";
import { describe, expect, it } from "vitest";
import { codeSpan, escapeMarkdown, fence } from "./markdown-escape.ts";

const markdown = new MarkdownIt({ html: true, linkify: true });
/** Texts made of what Markdown and the sites look out for. */
const piece = fc.constantFrom(
  "<b>", "</p>", "<!--", "-->", "&lt;", "&", "*", "**", "_", "`", "``", "```", "[a](b)", "![a](b)", "# ", "- ", "+ ", "1. ", "1) ", "> ", "=", "--", "---", "|", "\\", "~~", "$x$",
  "@akpm", "#1", "GH-1", "!2", "%3", "&4", "http://e.org", "www.e.org", "a@e.org", "word", " ", "\n", "\n\n", "\t", "    ", ":::",
);
const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));

/** What a reader sees of the rendered HTML. */
function seen(html: string): string {
  return html
    .replace(/<[^>]*>/g, "")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, "&")
    .replace(/\u200b/g, "")
    .trim();
}

const flat = (value: string): string => value.replace(/\s+/g, " ").trim();

describe("escapeMarkdown", () => {
  it.each(["", "- ", "see: "])("shows a text as it is and as one paragraph, after '%s'", (before) => {
    fc.assert(
      fc.property(text, (value) => {
        const rendered = markdown.render(before + escapeMarkdown(value));
        const elements = Array.from(rendered.matchAll(/<(\w+)/g), (match) => match[1]);
        expect(elements).toEqual(flat(before + value) === "" ? [] : before === "- " ? ["ul", "li"] : ["p"]);
        expect(seen(rendered)).toBe(flat(before === "- " ? value : before + value));
      }),
      { numRuns: 500 },
    );
  });

  it("makes no rule of dashes with blanks between", () => {
    expect(markdown.render(`- ${escapeMarkdown("--    ---")}`)).not.toContain("<hr");
    expect(markdown.render(escapeMarkdown("- - -"))).not.toContain("<hr");
  });

  it("leaves no mention, reference or address in the rendered text", () => {
    fc.assert(
      fc.property(text, (value) => {
        const rendered = markdown.render(`x ${escapeMarkdown(value)}`).replace(/<[^>]*>/g, "").replace(/&(?:lt|gt|quot);/g, "<").replace(/&amp;/g, "&");
        expect(rendered).not.toMatch(/[@#!~%$&]\w|:\/\/|www\.|GH-\d/);
      }),
    );
  });
});

describe("codeSpan", () => {
  it("shows a text as it is, in one code element", () => {
    fc.assert(
      fc.property(text, (value) => {
        const rendered = markdown.render(`x ${codeSpan(value)}`);
        expect(Array.from(rendered.matchAll(/<(\w+)/g), (match) => match[1])).toEqual(["p", "code"]);
        expect(seen(rendered)).toBe(flat(`x ${value}`));
      }),
    );
  });
});

describe("fence", () => {
  it("holds any lines", () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), (lines) => {
        const rendered = markdown.render(`${fence("", lines).join("\n")}\n\nafter`);
        expect(Array.from(rendered.matchAll(/<(\w+)/g), (match) => match[1])).toEqual(["pre", "code", "p"]);
        expect(rendered.endsWith("<p>after</p>\n")).toBe(true);
      }),
    );
  });
});
