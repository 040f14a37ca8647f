/** The C grammar as wasm: runs everywhere, and in a box of its own. Only this file talks to web-tree-sitter; trees lie in wasm memory and are freed here. */
import { createRequire } from "node:module";
import { Language, Parser } from "web-tree-sitter";
import { compileWasmQuickly } from "../util/short-run.ts";
import { type Budget, type Cursor, type Grammar, Reports } from "./grammar.ts";

export async function wasmGrammar(): Promise<Grammar> {
  compileWasmQuickly();
  const { resolve } = createRequire(import.meta.url);
  await Parser.init({ locateFile: () => resolve("web-tree-sitter/tree-sitter.wasm") });
  const language = await Language.load(resolve("tree-sitter-c/tree-sitter-c.wasm"));
  const parser = new Parser();
  parser.setLanguage(language);
  const reports = new Reports();
  return {
    fields: language.fields,
    parse: <T>(text: string, budget: Budget, read: (root: Cursor, sound: boolean) => T): T | null => {
      reports.begin(budget);
      const tree = parser.parse(text, null, { progressCallback: ({ hasError }) => reports.isEnough(hasError) });
      if (tree === null) {
        parser.reset();
        return null;
      }
      const cursor = tree.walk();
      try {
        return read(cursor, !tree.rootNode.hasError);
      } finally {
        cursor.delete();
        tree.delete();
      }
    },
  };
}
