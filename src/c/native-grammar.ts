/**
 * The C grammar as native code, from the optional package tree-sitter: a twentieth of what wasm takes to start, a fifth of it for a large
 * file. Only this file talks to it. Its binding is loaded by itself: the package's own JavaScript makes a class of each node type
 * first, which takes longer than a review's parsing.
 */
import { createRequire } from "node:module";
import { type Cursor, type Grammar, Reports } from "./grammar.ts";

/** The release of the package that holds the core of tree-sitter 0.25.10, as web-tree-sitter 0.25.10 does. Other cores recover from errors in other ways. */
export const nativeVersion = "0.25.1";

/** What of the binding is used. Its `parse` takes reader, former tree, room for text in UTF-16 units with one to spare, ranges, progress. */
interface Binding {
  readonly Parser: new () => {
    setLanguage(language: unknown): void;
    parse(read: (offset: number) => string, former: null, room: number, ranges: undefined, stop: (offset: number, hasError: boolean) => boolean): Tree | null;
    reset(): void;
  };
  readonly NodeMethods: { walk(tree: Tree): Cursor & { tree?: Tree }; hasError(tree: Tree): boolean };
  getNodeFieldNamesById(language: unknown): readonly (string | null)[];
}

interface Tree {
  /** Puts the root where NodeMethods look for their node. */
  rootNode(): unknown;
}

type Load = (name: string) => unknown;

/** The first that is there and fits this machine: what was compiled when the package was installed, or what came with it. */
function firstThatLoads(load: Load, names: readonly string[]): unknown {
  for (const name of names) {
    try {
      return load(name);
    } catch {
      // Not there, or for another libc: the next one.
    }
  }
  throw new Error(`none of ${names.join(", ")} can be loaded`);
}

/** null when it is not installed or not for this machine. `load`: takes modules of packages by name. */
export function nativeGrammar(load: Load = createRequire(import.meta.url)): Grammar | null {
  try {
    return grammarBy(load);
  } catch {
    return null;
  }
}

function grammarBy(load: Load): Grammar {
  const { version } = load("tree-sitter/package.json") as { readonly version: string };
  if (version !== nativeVersion) throw new Error(`tree-sitter is ${version}`);
  const machine = `${process.platform}-${process.arch}`;
  const binding = firstThatLoads(load, ["tree-sitter/build/Release/tree_sitter_runtime_binding.node", `tree-sitter/prebuilds/${machine}/tree-sitter.node`]) as Binding;
  const language = firstThatLoads(load, ["tree-sitter-c/build/Release/tree_sitter_c_binding.node", `tree-sitter-c/prebuilds/${machine}/tree-sitter-c.node`]);
  const parser = new binding.Parser();
  parser.setLanguage(language);
  const reports = new Reports();
  // One function for all texts: the binding never lets go of one that it was given.
  const stop = (_offset: number, hasError: boolean): boolean => reports.isEnough(hasError);
  return {
    fields: binding.getNodeFieldNamesById(language),
    parse: (text, budget, read) => {
      reports.begin(budget);
      const tree = parser.parse((offset) => text.slice(offset), null, text.length + 1, undefined, stop);
      if (tree === null) {
        parser.reset();
        return null;
      }
      tree.rootNode();
      const sound = !binding.NodeMethods.hasError(tree);
      const cursor = binding.NodeMethods.walk(tree);
      // The cursor points into the tree, which goes with the last that knows of it.
      cursor.tree = tree;
      return read(cursor, sound);
    },
  };
}
