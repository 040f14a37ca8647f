/** Fills docs/rule-packs.md: the example's files as they are, and the words of a contract from the types in schema.ts. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Project, type TypeAliasDeclaration, type TypeElementTypes, Node } from "ts-morph";

const schemaPath = "src/rulebook/schema.ts";

/** `page` has its generated parts between markers; what stands there is replaced. */
export function rulePacksPage(root: string, page: string): string {
  const file = (name: string): string => readFileSync(join(root, "fixtures/packs", name), "utf8").trimEnd();
  const filled = page.replaceAll(/(<!-- file: (\S+) -->\n```\w+\n)[\s\S]*?(\n```)/g, (_all, head: string, name: string, tail: string) => `${head}${file(name)}${tail}`);
  return filled.replace(/(<!-- words -->\n)[\s\S]*?(\n<!-- \/words -->)/, (_all, head: string, tail: string) => `${head}\n${words(root).join("\n")}\n${tail}`);
}

function words(root: string): string[] {
  const source = new Project({ useInMemoryFileSystem: true }).createSourceFile("schema.ts", readFileSync(join(root, schemaPath), "utf8"));
  const list = (title: string, name: string): string[] => [`${title}: ${literals(source.getTypeAliasOrThrow(name)).map((word) => `\`${word}\``).join(", ")}.`, ""];
  const table = (title: string, name: string, tag: string): string[] => [`| ${title} | with | says |`, "|---|---|---|", ...rows(source.getTypeAliasOrThrow(name), tag), ""];
  return [
    ...table("`effects`: do", "Effect", "do"),
    ...table("`requires`: need", "Requirement", "need"),
    ...list("Levels", "Level"),
    ...list("Kinds of an entry", "EntryKind"),
    ...list("Classes of locks", "LockClass"),
    "A lock is `{ class, of }`, the lock of that class that protects the argument `of` (null where there is only one), or",
    "`{ pointer }`, the lock that an argument points to. `when` says on which results an effect takes place: `nonzero` or `zero`.",
  ];
}

function literals(alias: TypeAliasDeclaration): string[] {
  return Array.from(alias.getTypeNodeOrThrow().getText().matchAll(/"([^"]+)"/g), (match) => match[1]!);
}

/** A row for each member of a union: its tag, its other words (those in brackets may be left away), its comment. */
function rows(alias: TypeAliasDeclaration, tag: string): string[] {
  const node = alias.getTypeNodeOrThrow();
  const members = Node.isUnionTypeNode(node) ? node.getTypeNodes() : [];
  const whole = alias.getSourceFile().getFullText();
  return members.filter((member) => Node.isTypeLiteral(member)).map((member, index) => {
    // A member's comment stands before its "|", which is no part of it.
    const gap = whole.slice(members[index - 1]?.getEnd() ?? node.getPos(), member.getStart());
    const comment = (/\/\*\*([\s\S]*?)\*\//.exec(gap)?.[1] ?? "").replaceAll(/\s+/g, " ").trim();
    const fields = member.getMembers().filter((member) => Node.isPropertySignature(member));
    const word = fields.find((field) => field.getName() === tag)!.getTypeNodeOrThrow().getText().replaceAll('"', "");
    return `| \`${word}\` | ${fields.filter((field) => field.getName() !== tag).map(fieldText).join(", ")} | ${comment.replaceAll("|", "\\|")} |`;
  });
}

function fieldText(field: TypeElementTypes): string {
  if (!Node.isPropertySignature(field)) return "";
  return field.hasQuestionToken() ? `(${field.getName()})` : field.getName();
}
