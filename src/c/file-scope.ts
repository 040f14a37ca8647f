/** What a file says outside functions: records, tables of function pointers, variables. */
import { withoutTail } from "../util/ends.ts";
import type { OpsTable, RecordType } from "./ir.ts";
import type { UnitNames } from "./lowering.ts";
import { parse } from "./parse.ts";
import type { Item } from "./segment.ts";
import { childOf, childrenOf, namedChildren, type SyntaxNode } from "./syntax.ts";
import { declared, splitCommas } from "./type-text.ts";
import { lineAt, sourceOf, type UnitText } from "./unit-text.ts";

export interface FileScope {
  readonly names: UnitNames & { readonly variables: ReadonlyMap<string, string> };
  readonly records: readonly RecordType[];
  readonly opsTables: readonly OpsTable[];
}

interface Collected {
  readonly variables: Map<string, string>;
  readonly records: RecordType[];
  readonly opsTables: OpsTable[];
}

/** Types of the fields of `struct x { ... }`, with those of anonymous inner records as its own. */
function fieldsOf(unit: UnitText, list: SyntaxNode, fields: Map<string, string>): void {
  for (const node of namedChildren(list)) {
    if (node.kind.startsWith("preproc_")) {
      fieldsOf(unit, node, fields);
      continue;
    }
    if (node.kind !== "field_declaration" || node.broken) continue;
    const declarators = childrenOf(node, "declarator");
    const type = childOf(node, "type");
    const inner = type === null ? null : childOf(type, "body");
    if (declarators.length === 0 && inner !== null) fieldsOf(unit, inner, fields);
    for (const declarator of declarators) {
      const base = type === null ? "" : unit.masked.slice(node.start, inner?.start ?? declarators[0]!.start);
      const { name, type: text } = declared(`${base} ${unit.masked.slice(declarator.start, declarator.end)}`);
      if (name !== "") fields.set(name, text);
    }
  }
}

function collectRecords(unit: UnitText, node: SyntaxNode, found: Collected, depth: number): void {
  if (depth > 30) return;
  const body = childOf(node, "body");
  const name = childOf(node, "name");
  if ((node.kind === "struct_specifier" || node.kind === "union_specifier") && body !== null) {
    const fields = new Map<string, string>();
    fieldsOf(unit, body, fields);
    if (name !== null) found.records.push({ name: unit.masked.slice(name.start, name.end), fields });
  }
  for (const child of node.children) if (child.children.length > 0) collectRecords(unit, child, found, depth + 1);
}

function collectTypedef(unit: UnitText, root: SyntaxNode, found: Collected): void {
  for (const node of root.children) {
    const type = node.kind === "type_definition" ? childOf(node, "type") : null;
    const body = type === null ? null : childOf(type, "body");
    const name = childOf(node, "declarator");
    if (body === null || name === null || name.kind !== "type_identifier") continue;
    const fields = new Map<string, string>();
    fieldsOf(unit, body, fields);
    found.records.push({ name: unit.masked.slice(name.start, name.end), fields });
  }
}

/** `static const struct ops x = { .open = f, ... };` */
function collectTable(unit: UnitText, root: SyntaxNode, found: Collected): void {
  for (const node of root.children) {
    if (node.kind !== "declaration") continue;
    for (const declarator of childrenOf(node, "declarator")) {
      const core = childOf(declarator, "declarator");
      const list = childOf(declarator, "value");
      if (core === null || list?.kind !== "initializer_list") continue;
      const base = unit.masked.slice(node.start, childrenOf(node, "declarator")[0]!.start);
      const { name, type } = declared(`${base} ${unit.masked.slice(core.start, core.end)}`);
      const fields = new Map<string, string>();
      for (const pair of namedChildren(list)) {
        const value = childOf(pair, "value");
        const designator = childOf(pair, "designator");
        if (pair.kind !== "initializer_pair" || value === null || designator?.kind !== "field_designator") continue;
        fields.set(sourceOf(unit, designator.start, designator.end).replace(/^\./, ""), sourceOf(unit, value.start, value.end));
      }
      if (fields.size > 0) found.opsTables.push({ type, name, line: lineAt(unit.lineStarts, core.start), fields });
    }
  }
}

const notVariables = /^(?:typedef|EXPORT_|MODULE_|return|goto|struct\s+\w+$|union\s+\w+$|enum\s)/;

/** Names that `int a, *b = x;` declares; prototypes and macro calls declare none. */
function collectVariables(text: string, found: Collected): void {
  const solid = text.replace(/^[ \t]*#.*$/gm, "").replace(/;\s*$/, "").trim();
  if (solid === "" || notVariables.test(solid)) return;
  const [first = "", ...rest] = splitCommas(solid).map((part) => part.split("=")[0]!);
  if (first.includes("(") && !/\(\s*\*/.test(first)) return;
  const head = declared(first);
  if (head.name === "" || head.type === "") return;
  found.variables.set(head.name, head.type);
  const base = withoutTail(head.type.split("[", 1)[0]!, " \t\n*");
  for (const part of rest) {
    const { name, type } = declared(`${base} ${part}`);
    if (name !== "" && !part.includes("(")) found.variables.set(name, type);
  }
}

/** Reads all items that are no functions. */
export function readFileScope(unit: UnitText, items: readonly Item[]): FileScope {
  const found: Collected = { variables: new Map(), records: [], opsTables: [] };
  for (const item of items) {
    if (item.k === "function") continue;
    const text = unit.masked.slice(item.from, item.to);
    if (item.k === "text") {
      collectVariables(text, found);
      continue;
    }
    const root = parse(text, item.from);
    collectRecords(unit, root, found, 0);
    if (item.k === "record") collectTypedef(unit, root, found);
    else {
      collectTable(unit, root, found);
      collectVariables(text.slice(0, text.indexOf("=")), found);
    }
  }
  const records = new Map(found.records.map((record) => [record.name, record.fields]));
  return { names: { variables: found.variables, records }, records: found.records, opsTables: found.opsTables };
}
