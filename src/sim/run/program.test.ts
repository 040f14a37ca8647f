/** Programs by themselves: what names them in the keys of states. */
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText } from "../../c/index.ts";
import { programOf } from "./program.ts";
import { newThread, threadKey } from "./thread.ts";

beforeAll(() => initC());

describe("programOf", () => {
  it("gives each a name of its own and keys of one length, by which states are charged, however many there were before", () => {
    const [ir] = lowerText("mm/demo.c", "void demo(void) { }").functions;
    const keys = Array.from({ length: 2000 }, () => threadKey(newThread(programOf(ir!, "code"), new Map(), new Map())));
    expect(new Set(keys).size).toBe(keys.length);
    expect(new Set(keys.map((key) => key.length)).size).toBe(1);
  });
});
