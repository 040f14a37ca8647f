/**
 * Trees of texts parsed lately: what a patch leaves alone is parsed before and after it, and again with the next patch of
 * a series. A node is plain data that nobody changes, so a tree at the same place is shared and one elsewhere is copied.
 */
import { Recent } from "../util/recent.ts";
import type { SyntaxNode } from "./syntax.ts";

interface Parsed {
  readonly root: SyntaxNode;
  /** What its offsets are counted from. */
  readonly offset: number;
}

/** Characters of which trees are kept, twice; there is a node for about every three. */
const mostCharacters = 100_000;

export class ParsedBefore {
  readonly #known = new Recent<Parsed>(mostCharacters);

  /** The tree of `text` with offsets counted from `offset`, by `parse` when it is not remembered. */
  rootOf(text: string, offset: number, parse: (text: string, offset: number) => SyntaxNode): SyntaxNode {
    const known = this.#known.find(text) ?? { root: parse(text, offset), offset };
    this.#known.keep(text, text.length, known);
    return known.offset === offset ? known.root : moved(known.root, offset - known.offset);
  }
}

/** The same tree, so many characters farther on. */
export function moved(node: SyntaxNode, by: number): SyntaxNode {
  const { kind, field, start, end, named, broken, children } = node;
  return { kind, field, start: start + by, end: end + by, named, broken, children: children.map((child) => moved(child, by)) };
}
