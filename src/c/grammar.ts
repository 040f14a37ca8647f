/**
 * What parse.ts needs of a C grammar. There are two, with the same core of tree-sitter and the same tables, so that a text gives
 * the same tree by both: native code (native-grammar.ts), where it is installed, and wasm (wasm-grammar.ts).
 */

/** A place in the parser's own tree: at one of its nodes. */
export interface Cursor {
  /** errorId for text that is not C. */
  readonly nodeTypeId: number;
  /** The grammar's name of the node; the same for all nodes of a type, as is whether they are named. */
  readonly nodeType: string;
  readonly nodeIsNamed: boolean;
  readonly nodeIsMissing: boolean;
  /** Offsets in UTF-16 units. */
  readonly startIndex: number;
  readonly endIndex: number;
  /** 0 or undefined: in no field of its parent. */
  readonly currentFieldId: number | undefined;
  gotoFirstChild(): boolean;
  gotoNextSibling(): boolean;
  gotoParent(): boolean;
}

export interface Grammar {
  /** Names of fields by id. */
  readonly fields: readonly (string | null)[];
  /** Parses `text` and gives what `read` makes of its tree, which is only there meanwhile; `sound`: all of it is C. null when the parser was given up on. */
  readonly parse: <T>(text: string, budget: Budget, read: (root: Cursor, sound: boolean) => T) => T | null;
}

/** The parser reports every hundred operations. */
export interface Budget {
  /** Reports in all. */
  readonly reports: number;
  /** Reports since there is an error on its best way: such operations go over what it has put aside, again and again. */
  readonly spoilt: number;
}

/** Counts the reports on one text: the answer to each says whether to give up. Counted, not timed, so that the same text always gives the same result. */
export class Reports {
  #left = 0;
  #spoilt = 0;

  begin({ reports, spoilt }: Budget): void {
    this.#left = reports;
    this.#spoilt = spoilt;
  }

  isEnough(hasError: boolean): boolean {
    if (hasError) this.#spoilt--;
    return --this.#left < 0 || this.#spoilt < 0;
  }
}

/** The id of ERROR nodes, which have no place in tables. */
export const errorId = 65535;
