/**
 * Reads the exported constants of a rule file as data, without running it.
 *
 * A rule pack comes from strangers and is read in hooks and bots, so the file is parsed with ts-morph and only
 * literals are taken: objects, arrays, strings, numbers, booleans, null, `as const`, `satisfies T`, and names and
 * spreads of other constants of the same file. Anything else (a call, an import used as a value, a template with
 * holes) is refused with its place.
 */
import { Node, Project, SyntaxKind, type SourceFile } from "ts-morph";
import { UsageError } from "../core/errors.ts";

export type Literal = string | number | boolean | null | Literal[] | { [key: string]: Literal };

/** A place in the file, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Where each object and list of the file stands, and each value in it. */
export class Places {
  readonly #whole = new WeakMap<object, Place>();
  readonly #parts = new WeakMap<object, Map<string | number, Place>>();

  note(of: object, key: string | number | null, node: Node): void {
    const place = node.getSourceFile().getLineAndColumnAtPos(node.getStart());
    if (key === null) this.#whole.set(of, place);
    else this.#parts.set(of, (this.#parts.get(of) ?? new Map<string | number, Place>()).set(key, place));
  }

  /** The place of the value of `key`, or of `of` itself. */
  of(of: object, key: string | number | null): Place {
    return (key === null ? undefined : this.#parts.get(of)?.get(key)) ?? this.#whole.get(of) ?? { line: 1, column: 1 };
  }
}

/** name -> value of every exported `const`. Throws UsageError with `file:line:column` for anything that is not a literal. */
export function readLiterals(path: string, text: string, places: Places = new Places()): Map<string, Literal> {
  const project = new Project({ useInMemoryFileSystem: true, skipLoadingLibFiles: true });
  const file = project.createSourceFile("pack.ts", text);
  refuseCode(path, file);
  const values = new Map<string, Literal>();
  for (const declaration of file.getVariableDeclarations()) {
    if (!declaration.isExported()) continue;
    const initializer = declaration.getInitializer();
    if (initializer) values.set(declaration.getName(), valueOf({ path, file, places }, initializer, 0));
  }
  return values;
}

/** Statements other than type imports and constant declarations would be code: refuse them even if nothing refers to them. */
function refuseCode(path: string, file: SourceFile): void {
  for (const statement of file.getStatements()) {
    if (Node.isImportDeclaration(statement) && statement.isTypeOnly()) continue;
    if (Node.isTypeAliasDeclaration(statement) || Node.isInterfaceDeclaration(statement)) continue;
    if (Node.isVariableStatement(statement) && statement.getDeclarationKind() === "const") {
      if (statement.getDeclarations().every((d) => Node.isIdentifier(d.getNameNode()))) continue;
    }
    refuse(path, statement, "a rule file holds only type imports and const literals");
  }
}

function refuse(path: string, node: Node, reason: string): never {
  const { line, column } = node.getSourceFile().getLineAndColumnAtPos(node.getStart());
  throw new UsageError(`${path}:${line}:${column}: ${reason}`, "see `mmreview rules check FILE`");
}

const maxDepth = 64;

interface Reading {
  readonly path: string;
  readonly file: SourceFile;
  readonly places: Places;
}

function valueOf(reading: Reading, node: Node, depth: number): Literal {
  if (depth > maxDepth) refuse(reading.path, node, "nested too deeply, or a constant that refers to itself");
  if (Node.isAsExpression(node) || Node.isSatisfiesExpression(node) || Node.isParenthesizedExpression(node)) {
    return valueOf(reading, node.getExpression(), depth + 1);
  }
  if (Node.isStringLiteral(node) || Node.isNoSubstitutionTemplateLiteral(node)) return node.getLiteralText();
  if (Node.isNumericLiteral(node)) return Number(node.getText().replaceAll("_", ""));
  if (Node.isTrueLiteral(node)) return true;
  if (Node.isFalseLiteral(node)) return false;
  if (Node.isNullLiteral(node)) return null;
  if (Node.isPrefixUnaryExpression(node) && node.getOperatorToken() === SyntaxKind.MinusToken) {
    const value = valueOf(reading, node.getOperand(), depth + 1);
    if (typeof value === "number") return -value;
  }
  if (Node.isIdentifier(node)) return constantOf(reading, node, depth);
  if (Node.isArrayLiteralExpression(node)) return placed(reading, node, arrayOf(reading, node.getElements(), depth));
  if (Node.isObjectLiteralExpression(node)) return placed(reading, node, objectOf(reading, node.getProperties(), depth));
  return refuse(reading.path, node, `not a literal: ${node.getKindName()}`);
}

function placed({ places }: Reading, node: Node, value: Literal): Literal {
  if (typeof value === "object" && value !== null) places.note(value, null, node);
  return value;
}

function constantOf(reading: Reading, node: Node, depth: number): Literal {
  const initializer = reading.file.getVariableDeclaration(node.getText())?.getInitializer();
  if (!initializer) return refuse(reading.path, node, `${node.getText()} is not a constant of this file`);
  return valueOf(reading, initializer, depth + 1);
}

function arrayOf(reading: Reading, elements: readonly Node[], depth: number): Literal[] {
  const list: Literal[] = [];
  for (const element of elements) {
    const spread = Node.isSpreadElement(element) ? valueOf(reading, element.getExpression(), depth + 1) : null;
    if (Node.isSpreadElement(element) && !Array.isArray(spread)) refuse(reading.path, element, "spread of something that is not an array");
    for (const item of Array.isArray(spread) && Node.isSpreadElement(element) ? spread : [valueOf(reading, element, depth + 1)]) {
      reading.places.note(list, list.length, element);
      list.push(item);
    }
  }
  return list;
}

function objectOf(reading: Reading, properties: readonly Node[], depth: number): Literal {
  const value: { [key: string]: Literal } = Object.create(null) as { [key: string]: Literal };
  for (const property of properties) {
    if (Node.isPropertyAssignment(property)) {
      const name = property.getNameNode();
      if (Node.isComputedPropertyName(name)) refuse(reading.path, property, "computed property name");
      const key = Node.isStringLiteral(name) ? name.getLiteralText() : name.getText();
      reading.places.note(value, key, property);
      value[key] = valueOf(reading, property.getInitializerOrThrow(), depth + 1);
    } else if (Node.isShorthandPropertyAssignment(property)) {
      reading.places.note(value, property.getName(), property);
      value[property.getName()] = constantOf(reading, property.getNameNode(), depth);
    } else if (Node.isSpreadAssignment(property)) {
      const spread = valueOf(reading, property.getExpression(), depth + 1);
      if (spread === null || typeof spread !== "object" || Array.isArray(spread)) refuse(reading.path, property, "spread of something that is not an object");
      Object.assign(value, spread);
      for (const key of Object.keys(spread)) reading.places.note(value, key, property);
    } else {
      refuse(reading.path, property, `not a literal: ${property.getKindName()}`);
    }
  }
  return value;
}
