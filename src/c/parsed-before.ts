/**
 * Trees of texts parsed lately: what a patch leaves alone is parsed before and after it, and again with the next patch of
 * a series. A node is plain data that nobody changes, so a tree at the same place is shared and one elsewhere is copied.
 */
import type { SyntaxNode } from "./syntax.ts";

interface Parsed {
  readonly root: SyntaxNode;
  /** What its offsets are counted from. */
  readonly offset: number;
}

/** Characters of one half; there is a node for about every three. */
const mostCharacters = 100_000;

/** Two halves: when the younger is full it becomes the elder, and the texts of that one are forgotten. */
export class ParsedBefore {
  #young = new Map<string, Parsed>();
  #old = new Map<string, Parsed>();
  #room = mostCharacters;

  /** The tree of `text` with offsets counted from `offset`, by `parse` when it is not remembered. */
  rootOf(text: string, offset: number, parse: (text: string, offset: number) => SyntaxNode): SyntaxNode {
    const young = this.#young.get(text);
    const known = young ?? this.#old.get(text) ?? { root: parse(text, offset), offset };
    if (young === undefined) this.#keep(text, known);
    return known.offset === offset ? known.root : moved(known.root, offset - known.offset);
  }

  #keep(text: string, parsed: Parsed): void {
    if (text.length > mostCharacters) return;
    if (text.length > this.#room) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#room = mostCharacters;
    }
    this.#room -= text.length;
    this.#young.set(text, parsed);
  }
}

function moved(node: SyntaxNode, by: number): SyntaxNode {
  const { kind, field, start, end, named, broken, children } = node;
  return { kind, field, start: start + by, end: end + by, named, broken, children: children.map((child) => moved(child, by)) };
}
