/** Cut files on their way to a store and back: the same, and no harm from what somebody else has put there. */
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { cutText, initC, lowerCut, packCut, printFunction, unpackCut } from "./index.ts";

beforeAll(() => initC());

const text = [
  "/* A table of \"callbacks\". */",
  "struct pair { pmd_t *pmd; struct { int a, b; }; };",
  "static int count = 3, *where;",
  "static const struct mm_walk_ops ops = {",
  "\t.pmd_entry = one,",
  "};",
  "",
  "/** one - looks at \"it\" é */",
  "static int __must_check one(struct mm_struct *mm, pmd_t *pmd)",
  "{",
  "\tif (pmd_none(*pmd)",
  "#ifdef CONFIG_X",
  "\t\t|| busy(pmd)",
  "#endif",
  "\t   )",
  "\t\treturn 1; // gone",
  "\tlist_for_each_entry(x, &mm->list, node)",
  "\t\tprintk(\"x = %d\\n\", x->y);",
  "\treturn count;",
  "}",
  "",
  "SYSCALL_DEFINE2(two, int, fd, char *, name)",
  "{",
  "\treturn one(name, fd);",
  "}",
  "",
].join("\n");

const throughText = (path: string, source: string): unknown => unpackCut(JSON.parse(JSON.stringify(packCut(cutText(path, source)))), path, source);

describe("a packed cut", () => {
  it("is the same file again", () => {
    const cut = cutText("mm/one.c", text);
    expect(cut.functions.map(({ head }) => head.name)).toEqual(["one", "sys_two"]);
    expect(cut.choices).toHaveLength(1);
    expect(cut.variables.get("count")).toBe("int");
    expect(cut.records[0]!.fields.get("pmd")).toBe("pmd_t *");
    expect(cut.opsTables[0]!.fields.get("pmd_entry")).toBe("one");
    expect(throughText("mm/one.c", text)).toEqual(cut);
    const printed = (file: Parameters<typeof lowerCut>[0]): string => lowerCut(file).functions.map(printFunction).join("\n");
    expect(printed(throughText("mm/one.c", text) as typeof cut)).toBe(printed(cut));
  });

  it("holds less than the text, and none of its code", () => {
    const long = `${text}\n${"static int more(void)\n{\n\treturn secret_name() + 1;\n}\n\n".repeat(50)}`;
    const packed = JSON.stringify(packCut(cutText("mm/one.c", long)));
    expect(packed).not.toContain("secret_name");
  });

  it("is the same again whatever the text", () => {
    const piece = fc.oneof(fc.constantFrom("/*", "*/", '"', "\n", "{", "}", "(", ")", ";", "#if 1\n", "\n#endif\n", "int f(int a)", "struct s {", " = {", "list_for_each(a, b)", "'", "\\"), fc.string(), fc.string({ unit: "binary" }));
    fc.assert(
      fc.property(fc.array(piece), (parts) => {
        const source = parts.join("");
        expect(throughText("a.c", source)).toEqual(cutText("a.c", source));
      }),
    );
  });

  it("takes the limit on long lines along", () => {
    const source = `${text}int x = ${"1 + ".repeat(2000)}1;\n`;
    expect(throughText("a.c", source)).toEqual(cutText("a.c", source));
  });

  it.each([
    ["nothing", (): unknown => undefined],
    ["a list", (): unknown => []],
    ["a text", (): unknown => "cut"],
    ["no changes", (p: Packed): unknown => ({ ...p, plain: undefined })],
    ["changes out of order", (p: Packed): unknown => ({ ...p, masked: [9, "x", 3, "y"] })],
    ["a change behind the end", (p: Packed): unknown => ({ ...p, code: [text.length - 1, "xx"] })],
    ["a change that is no text", (p: Packed): unknown => ({ ...p, code: [1, { length: 1 }] })],
    ["a change without a text", (p: Packed): unknown => ({ ...p, code: [1] })],
    ["a function behind the end", (p: Packed): unknown => ({ ...p, functions: [{ ...p.functions[0], bodyTo: 1e9 }] })],
    ["a function that ends before it begins", (p: Packed): unknown => ({ ...p, functions: [{ ...p.functions[0], bodyTo: 0 }] })],
    ["an offset that is no number", (p: Packed): unknown => ({ ...p, functions: [{ ...p.functions[0], from: "0" }] })],
    ["half an offset", (p: Packed): unknown => ({ ...p, functions: [{ ...p.functions[0], from: 0.5 }] })],
    ["a name outside its head", (p: Packed): unknown => ({ ...p, functions: [{ ...p.functions[0], head: { ...p.functions[0]!.head, nameAt: 5000 } }] })],
    ["a head without a name", (p: Packed): unknown => ({ ...p, functions: [{ ...p.functions[0], head: { ...p.functions[0]!.head, name: null } }] })],
    ["parameters that are none", (p: Packed): unknown => ({ ...p, functions: [{ ...p.functions[0], head: { ...p.functions[0]!.head, params: [1] } }] })],
    ["a kind of choice that is none", (p: Packed): unknown => ({ ...p, choices: [{ ...p.choices[0], k: "toString" }] })],
    ["an entry too short", (p: Packed): unknown => ({ ...p, variables: [["count"]] })],
    ["fields that are no list", (p: Packed): unknown => ({ ...p, records: [{ name: "pair", fields: {} }] })],
    ["a table on no line", (p: Packed): unknown => ({ ...p, opsTables: [{ ...p.opsTables[0], line: -1 }] })],
    ["a stretch without a reason", (p: Packed): unknown => ({ ...p, unreadable: [{ from: 1, to: 1 }] })],
  ])("with %s is not used", (_what, spoil) => {
    const packed = packCut(cutText("mm/one.c", text));
    expect(unpackCut(packed, "mm/one.c", text)).not.toBe(null);
    expect(unpackCut(spoil(packed), "mm/one.c", text)).toBe(null);
  });

  it("of another text is not used, or can be lowered", () => {
    const packed = packCut(cutText("mm/one.c", text));
    expect(unpackCut(packed, "mm/one.c", text.slice(0, 40))).toBe(null);
    const other = unpackCut(packed, "mm/one.c", text.replaceAll(/[a-z]/g, "}"));
    for (const fn of lowerCut(other!).functions) expect(printFunction(fn)).toContain(fn.name);
  });
});

type Packed = ReturnType<typeof packCut>;
