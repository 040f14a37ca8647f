/**
 * What a litmus test asks: `locations`, `filter`, and a proposition over final values under exists, ~exists or forall
 * (herd7: lib/stateParser.mly, rule constraints; lib/constrGen.ml). Precedence as there: \/ binds weakest, then /\,
 * then =>, then ~.
 */
import { printValue, type Value } from "../memory/value.ts";
import { elementName, parseValue, threadPrefix } from "./initial.ts";
import type { Tokens } from "./tokens.ts";

/** Something with a final value. */
export type Observable =
  | { readonly k: "register"; readonly thread: number; readonly name: string }
  | { readonly k: "location"; readonly name: string };

export type Proposition =
  | { readonly k: "value"; readonly of: Observable; readonly is: Value }
  | { readonly k: "equal"; readonly left: Observable; readonly right: Observable }
  | { readonly k: "not"; readonly of: Proposition }
  | { readonly k: "and" | "or"; readonly parts: readonly Proposition[] }
  | { readonly k: "implies"; readonly left: Proposition; readonly right: Proposition };

export type Quantifier = "exists" | "~exists" | "forall";

export interface Question {
  readonly locations: readonly Observable[];
  readonly filter: Proposition | null;
  readonly quantifier: Quantifier;
  readonly proposition: Proposition;
}

export function parseQuestion(tokens: Tokens): Question {
  const locations = parseLocations(tokens);
  const filter = tokens.take("filter") ? parseOr(tokens) : null;
  const quantifier = parseQuantifier(tokens);
  const proposition: Proposition = quantifier ? parseOr(tokens) : { k: "and", parts: [] };
  tokens.take(";");
  if (!tokens.done) throw tokens.error("expected the end of the file");
  return { locations, filter, quantifier: quantifier ?? "forall", proposition };
}

/** null when nothing is asked, which herd7 takes as `forall (true)`. */
function parseQuantifier(tokens: Tokens): Quantifier | null {
  if (tokens.done) return null;
  if (tokens.take("exists") || tokens.take("final") || tokens.is("(")) return "exists";
  if (tokens.take("forall")) return "forall";
  if (tokens.take("~") || tokens.take("not")) {
    tokens.expect("exists");
    return "~exists";
  }
  throw tokens.error("expected exists, ~exists or forall");
}

function parseLocations(tokens: Tokens): Observable[] {
  const found: Observable[] = [];
  if (!tokens.take("locations")) return found;
  tokens.expect("[");
  while (!tokens.take("]")) {
    found.push(parseObservable(tokens));
    while (tokens.take("*") || (isTypeName(tokens) && tokens.take(tokens.peek()!.text)));
    if (!tokens.is("]")) tokens.expect(";");
  }
  return found;
}

function isTypeName(tokens: Tokens): boolean {
  return tokens.isKind("name") && !["exists", "forall", "filter", "locations", "not"].some((word) => tokens.is(word));
}

function parseObservable(tokens: Tokens): Observable {
  tokens.take("*");
  const thread = threadPrefix(tokens);
  if (thread !== null) return { k: "register", thread, name: tokens.next("name", "a register") };
  if (tokens.take("[")) {
    const name = tokens.next("name", "a location");
    tokens.expect("]");
    return { k: "location", name };
  }
  const name = tokens.next("name", "a location or <thread>:<register>");
  if (!tokens.is("[") || !tokens.isKind("number", 1)) return { k: "location", name };
  tokens.expect("[");
  const index = Number(tokens.next("number", "an index"));
  tokens.expect("]");
  return { k: "location", name: elementName(name, index) };
}

type Parser = (tokens: Tokens) => Proposition;

function chainOf(k: "and" | "or", sign: string, operand: Parser): Parser {
  return (tokens) => {
    const parts = [operand(tokens)];
    while (tokens.take(sign)) parts.push(operand(tokens));
    return parts.length === 1 ? parts[0]! : { k, parts };
  };
}

const parseAnd: Parser = chainOf("and", "/\\", parseImplies);
const parseOr: Parser = chainOf("or", "\\/", parseAnd);

function parseImplies(tokens: Tokens): Proposition {
  const left = parseNot(tokens);
  return tokens.take("=>") ? { k: "implies", left, right: parseImplies(tokens) } : left;
}

function parseNot(tokens: Tokens): Proposition {
  if (tokens.take("~") || tokens.take("not")) return { k: "not", of: parseNot(tokens) };
  if (tokens.take("true")) return { k: "and", parts: [] };
  if (tokens.take("false")) return { k: "or", parts: [] };
  if (!tokens.take("(")) return parseAtom(tokens);
  const inner = parseOr(tokens);
  tokens.expect(")");
  return inner;
}

function parseAtom(tokens: Tokens): Proposition {
  const left = parseObservable(tokens);
  const differs = tokens.take("!=") || tokens.take("<>");
  if (!differs && !tokens.take("==")) tokens.expect("=");
  const atom: Proposition = isObservable(tokens)
    ? { k: "equal", left, right: parseObservable(tokens) }
    : { k: "value", of: left, is: parseValue(tokens) };
  return differs ? { k: "not", of: atom } : atom;
}

/** After `=`: <thread>:<register>, *x or [x]; a name alone is the address of a location. */
function isObservable(tokens: Tokens): boolean {
  return tokens.is("[") || tokens.is("*") || tokens.is(":", 1);
}

export type Lookup = (observable: Observable) => Value | undefined;

/** Whether a proposition holds; undefined while it hangs on values that are open. */
export function holds(proposition: Proposition, lookup: Lookup): boolean | undefined {
  switch (proposition.k) {
    case "value": return same(lookup(proposition.of), proposition.is);
    case "equal": return same(lookup(proposition.left), lookup(proposition.right));
    case "not": return negate(holds(proposition.of, lookup));
    case "and": return all(proposition.parts, (part) => holds(part, lookup));
    case "or": return negate(all(proposition.parts, (part) => negate(holds(part, lookup))));
    case "implies": return negate(all([proposition.left, proposition.right], (part) => {
      return part === proposition.left ? holds(part, lookup) : negate(holds(part, lookup));
    }));
  }
}

function same(a: Value | undefined, b: Value | undefined): boolean | undefined {
  return a === undefined || b === undefined ? undefined : a === b;
}

function negate(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value;
}

function all<T>(items: readonly T[], test: (item: T) => boolean | undefined): boolean | undefined {
  let open = false;
  for (const item of items) {
    const result = test(item);
    if (result === false) return false;
    if (result === undefined) open = true;
  }
  return open ? undefined : true;
}

/** Every register and location that is mentioned. */
export function observablesOf(proposition: Proposition): readonly Observable[] {
  switch (proposition.k) {
    case "value": return [proposition.of];
    case "equal": return [proposition.left, proposition.right];
    case "not": return observablesOf(proposition.of);
    case "and":
    case "or": return proposition.parts.flatMap(observablesOf);
    case "implies": return [...observablesOf(proposition.left), ...observablesOf(proposition.right)];
  }
}

/** "1:r0", "[x]" or "x[1]". */
export function printObservable(observable: Observable): string {
  if (observable.k === "register") return `${observable.thread}:${observable.name}`;
  return observable.name.endsWith("]") ? observable.name : `[${observable.name}]`;
}

/** In herd7's words, without the outer parentheses: `1:r0=1 /\ not ([x]=2)`. */
export function printProposition(proposition: Proposition, above: Proposition["k"] | "top" = "top"): string {
  switch (proposition.k) {
    case "value": return `${printObservable(proposition.of)}=${printValue(proposition.is)}`;
    case "equal": return `${printObservable(proposition.left)}=${printObservable(proposition.right)}`;
    case "not": return `not (${printProposition(proposition.of)})`;
    case "and":
    case "or": {
      if (proposition.parts.length === 0) return proposition.k === "and" ? "true" : "false";
      const text = proposition.parts.map((part) => printProposition(part, proposition.k)).join(proposition.k === "and" ? " /\\ " : " \\/ ");
      const bare = above === "top" || above === proposition.k || above === "or";
      return bare ? text : `(${text})`;
    }
    case "implies": {
      // herd7 leaves the parentheses of the left side out, and its text then reads differently.
      const left = printProposition(proposition.left, "implies");
      const text = `${proposition.left.k === "implies" ? `(${left})` : left} => ${printProposition(proposition.right, "implies")}`;
      return above === "top" || above === "implies" ? text : `(${text})`;
    }
  }
}
