/** What the build leaves of models and actors comes to what lowering them comes to. */
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText } from "../c/index.ts";
import { builtinRules } from "./builtin.ts";
import { builtFunctions, readFunctions } from "./lowered.ts";

beforeAll(() => initC());

const plain = ({ name, file, line, endLine, returnType, isStatic, attributes, comment, params, paramTypes, partial, headKnown, vars, blocks, unreadable }: ReturnType<typeof lowerText>["functions"][number]): unknown => ({
  name, file, line, endLine, returnType, isStatic, attributes, comment, params, paramTypes, partial, headKnown, vars: [...vars], blocks, unreadable,
});

describe("functions that were lowered at build time", () => {
  it("are those of all texts, bodies included", () => {
    const { models, actors } = builtinRules();
    const texts = [...models, ...actors];
    const read = readFunctions(Buffer.from(builtFunctions(texts)));
    expect(read.size).toBe(texts.length);
    for (const [n, functions] of [...read.values()].entries()) expect(functions.map(plain), texts[n]!.path).toEqual(lowerText(texts[n]!.path, texts[n]!.text).functions.map(plain));
  });

  it("are told apart by path and text, and keep what is beyond Latin-1", () => {
    const source = { path: "rules/models/a.c", text: "/* Größe ≤ 1 */\nint f(int a)\n{\n\treturn a + 1;\n}\n" };
    const read = readFunctions(Buffer.from(builtFunctions([source, { ...source, text: `${source.text}\n` }, { ...source, path: "b.c" }])));
    expect([...read.values()].map(([fn]) => [fn!.comment, fn!.blocks.length, fn!.blocks[0]!.end.k])).toEqual([1, 2, 3].map(() => ["Größe ≤ 1", 1, "return"]));
  });

  it("are not read from what another version of V8 has written, or nobody", () => {
    const bytes = Buffer.from(builtFunctions([{ path: "a.c", text: "int f(void)\n{\n\treturn 1;\n}\n" }]));
    const bodies = bytes.indexOf("\n") + 1;
    const newer = Buffer.from(bytes);
    newer[bodies + 1] = 0x7f;
    expect(() => readFunctions(newer)).toThrow();
    expect(() => readFunctions(Buffer.alloc(0))).toThrow();
  });
});
