/** The words of the initial state and of the question (herd7: lib/stateLexer.mll), with their offsets. */
import { syntaxError, type LitmusSyntaxError } from "./source.ts";

export interface Token {
  readonly text: string;
  readonly kind: "name" | "number" | "sign";
  readonly offset: number;
}

const pattern = /\s+|(-?0[xX][0-9a-fA-F]+|-?[0-9]+)|([A-Za-z_.$][A-Za-z0-9_.$]*)|(\/\\|\\\/|==|!=|<>|=>|[~()[\]{};:,=*&])/y;

export class Tokens {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  readonly #end: number;
  /** How many threads the test has, so that one that it doesn't have is noticed where it is named. */
  readonly threads: number;
  #at = 0;

  /** Reads text[from..to]. Throws LitmusSyntaxError on anything that is no token. */
  constructor(text: string, from: number, to: number, threads: number = Infinity) {
    const tokens: Token[] = [];
    let at = from;
    while (at < to) {
      pattern.lastIndex = at;
      const match = pattern.exec(text);
      if (!match || match[0].length === 0) throw syntaxError(text, at, `unexpected character '${text[at]}'`);
      const [whole, number, name, sign] = match;
      if (number !== undefined) tokens.push({ text: number, kind: "number", offset: at });
      else if (name !== undefined) tokens.push({ text: name, kind: "name", offset: at });
      else if (sign !== undefined) tokens.push({ text: sign, kind: "sign", offset: at });
      at += whole.length;
    }
    this.threads = threads;
    this.#text = text;
    this.#tokens = tokens;
    this.#end = to;
  }

  peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#at + ahead];
  }

  is(text: string, ahead = 0): boolean {
    return this.peek(ahead)?.text === text;
  }

  isKind(kind: Token["kind"], ahead = 0): boolean {
    return this.peek(ahead)?.kind === kind;
  }

  /** Takes the next token if it is `text`. */
  take(text: string): boolean {
    if (!this.is(text)) return false;
    this.#at++;
    return true;
  }

  expect(text: string): void {
    if (!this.take(text)) throw this.error(`expected '${text}'`);
  }

  next(kind: Token["kind"], what: string): string {
    const token = this.peek();
    if (token?.kind !== kind) throw this.error(`expected ${what}`);
    this.#at++;
    return token.text;
  }

  get done(): boolean {
    return this.#at >= this.#tokens.length;
  }

  /** An error at the next token. */
  error(message: string): LitmusSyntaxError {
    const token = this.peek();
    const found = token ? `, found '${token.text}'` : "";
    return syntaxError(this.#text, token?.offset ?? this.#end, message + found);
  }
}
