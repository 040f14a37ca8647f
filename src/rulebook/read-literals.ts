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

/** name -> value of every exported `const`. Throws UsageError with `file:line:column` for anything that is not a literal. */
export function readLiterals(path: string, text: string): Map<string, Literal> {
  const project = new Project({ useInMemoryFileSystem: true, skipLoadingLibFiles: true });
  const file = project.createSourceFile("pack.ts", text);
  refuseCode(path, file);
  const values = new Map<string, Literal>();
  for (const declaration of file.getVariableDeclarations()) {
    if (!declaration.isExported()) continue;
    const initializer = declaration.getInitializer();
    if (initializer) values.set(declaration.getName(), valueOf(path, file, initializer, 0));
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

function valueOf(path: string, file: SourceFile, node: Node, depth: number): Literal {
  if (depth > maxDepth) refuse(path, node, "nested too deeply, or a constant that refers to itself");
  if (Node.isAsExpression(node) || Node.isSatisfiesExpression(node) || Node.isParenthesizedExpression(node)) {
    return valueOf(path, file, node.getExpression(), depth + 1);
  }
  if (Node.isStringLiteral(node) || Node.isNoSubstitutionTemplateLiteral(node)) return node.getLiteralText();
  if (Node.isNumericLiteral(node)) return Number(node.getText().replaceAll("_", ""));
  if (Node.isTrueLiteral(node)) return true;
  if (Node.isFalseLiteral(node)) return false;
  if (Node.isNullLiteral(node)) return null;
  if (Node.isPrefixUnaryExpression(node) && node.getOperatorToken() === SyntaxKind.MinusToken) {
    const value = valueOf(path, file, node.getOperand(), depth + 1);
    if (typeof value === "number") return -value;
  }
  if (Node.isIdentifier(node)) return constantOf(path, file, node, depth);
  if (Node.isArrayLiteralExpression(node)) return arrayOf(path, file, node.getElements(), depth);
  if (Node.isObjectLiteralExpression(node)) return objectOf(path, file, node.getProperties(), depth);
  return refuse(path, node, `not a literal: ${node.getKindName()}`);
}

function constantOf(path: string, file: SourceFile, node: Node, depth: number): Literal {
  const initializer = file.getVariableDeclaration(node.getText())?.getInitializer();
  if (!initializer) return refuse(path, node, `${node.getText()} is not a constant of this file`);
  return valueOf(path, file, initializer, depth + 1);
}

function arrayOf(path: string, file: SourceFile, elements: readonly Node[], depth: number): Literal[] {
  return elements.flatMap((element) => {
    if (!Node.isSpreadElement(element)) return [valueOf(path, file, element, depth + 1)];
    const spread = valueOf(path, file, element.getExpression(), depth + 1);
    return Array.isArray(spread) ? spread : refuse(path, element, "spread of something that is not an array");
  });
}

function objectOf(path: string, file: SourceFile, properties: readonly Node[], depth: number): Literal {
  const value: { [key: string]: Literal } = Object.create(null) as { [key: string]: Literal };
  for (const property of properties) {
    if (Node.isPropertyAssignment(property)) {
      const name = property.getNameNode();
      if (Node.isComputedPropertyName(name)) refuse(path, property, "computed property name");
      const key = Node.isStringLiteral(name) ? name.getLiteralText() : name.getText();
      value[key] = valueOf(path, file, property.getInitializerOrThrow(), depth + 1);
    } else if (Node.isShorthandPropertyAssignment(property)) {
      value[property.getName()] = constantOf(path, file, property.getNameNode(), depth);
    } else if (Node.isSpreadAssignment(property)) {
      const spread = valueOf(path, file, property.getExpression(), depth + 1);
      if (spread === null || typeof spread !== "object" || Array.isArray(spread)) refuse(path, property, "spread of something that is not an object");
      Object.assign(value, spread);
    } else {
      refuse(path, property, `not a literal: ${property.getKindName()}`);
    }
  }
  return value;
}
