/**
 * The language of rule packs as data, read from the types in schema.ts: a pack is not compiled, so what tsc would say of
 * it is said by shape-check.ts, and nothing about the language is written twice.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Node, Project, SyntaxKind, type TypeElementTypes, type TypeNode } from "ts-morph";
import { packageRoot } from "../util/package-root.ts";

export type Shape =
  | { readonly kind: "text" | "number" | "boolean" | "null" }
  | { readonly kind: "word"; readonly word: string | boolean }
  | { readonly kind: "list"; readonly of: Shape }
  | { readonly kind: "tuple"; readonly of: readonly Shape[] }
  | { readonly kind: "record"; readonly fields: ReadonlyMap<string, Field> }
  /** Any keys, values of one shape. */
  | { readonly kind: "map"; readonly of: Shape }
  | { readonly kind: "one-of"; readonly of: readonly Shape[] }
  | { readonly kind: "named"; readonly name: string };

export interface Field {
  readonly shape: Shape;
  readonly optional: boolean;
}

export type Shapes = ReadonlyMap<string, Shape>;

/** The types of schema.ts and those that it takes from src/core, by name. */
export function readShapes(): Shapes {
  const project = new Project({ useInMemoryFileSystem: true, skipLoadingLibFiles: true });
  const shapes = new Map<string, Shape>();
  for (const name of ["core/finding", "core/rule-page", "rulebook/schema"]) {
    const file = project.createSourceFile(`${name}.ts`, typesOf(name));
    for (const alias of file.getTypeAliases()) shapes.set(alias.getName(), shapeOf(alias.getTypeNodeOrThrow()));
    for (const type of file.getInterfaces()) shapes.set(type.getName(), recordOf(type.getMembers()));
  }
  return shapes;
}

/** The source where there is one, else the declarations that the build leaves beside the code. */
function typesOf(name: string): string {
  const paths = [join(packageRoot(), "src", `${name}.ts`), join(packageRoot(), "dist", `${name}.d.ts`)];
  return readFileSync(paths.find((path) => existsSync(path)) ?? paths[0]!, "utf8");
}

function shapeOf(node: TypeNode): Shape {
  if (Node.isUnionTypeNode(node)) return { kind: "one-of", of: node.getTypeNodes().map(shapeOf) };
  if (Node.isArrayTypeNode(node)) return { kind: "list", of: shapeOf(node.getElementTypeNode()) };
  if (Node.isTupleTypeNode(node)) return { kind: "tuple", of: node.getElements().map(shapeOf) };
  if (Node.isTypeOperatorTypeNode(node)) return shapeOf(node.getTypeNode());
  if (Node.isParenthesizedTypeNode(node)) return shapeOf(node.getTypeNode());
  if (Node.isTypeLiteral(node)) return recordOf(node.getMembers());
  if (Node.isLiteralTypeNode(node)) return literalOf(node.getLiteral());
  if (Node.isTypeReference(node)) return referenceOf(node.getTypeName().getText(), node.getTypeArguments());
  switch (node.getKind()) {
    case SyntaxKind.StringKeyword:
      return { kind: "text" };
    case SyntaxKind.NumberKeyword:
      return { kind: "number" };
    case SyntaxKind.BooleanKeyword:
      return { kind: "boolean" };
    default:
      throw new Error(`schema.ts: ${node.getText()} is more than a rule pack can say`);
  }
}

function literalOf(node: Node): Shape {
  if (Node.isStringLiteral(node)) return { kind: "word", word: node.getLiteralText() };
  return node.getKind() === SyntaxKind.NullKeyword ? { kind: "null" } : { kind: "word", word: node.getKind() === SyntaxKind.TrueKeyword };
}

function referenceOf(name: string, types: readonly TypeNode[]): Shape {
  if (name === "Readonly" || name === "Partial") return shapeOf(types[0]!);
  if (name === "Record") return { kind: "map", of: shapeOf(types[1]!) };
  if (name === "ReadonlyArray" || name === "Array") return { kind: "list", of: shapeOf(types[0]!) };
  return { kind: "named", name };
}

function recordOf(members: readonly TypeElementTypes[]): Shape {
  const fields = members.filter((member) => Node.isPropertySignature(member)).map((member) => {
    const name = member.getNameNode();
    const key = Node.isStringLiteral(name) ? name.getLiteralText() : name.getText();
    return [key, { shape: shapeOf(member.getTypeNodeOrThrow()), optional: member.hasQuestionToken() }] as const;
  });
  return { kind: "record", fields: new Map(fields) };
}
