/**
 * Declared types of expressions, as far as the declarations in view and the rules' field table tell. Types are the
 * front end's texts ("pmd_t *"); "" is unknown. Where a name is undeclared because the declaration lies in a gap, a
 * variable that is dereferenced and called pmd, ptep, ... is taken for a pointer to such an entry.
 */
import { elementType } from "../c/index.ts";
import type { Expr, FunctionIr, Place, RecordType } from "../c/ir.ts";
import type { Level } from "../rulebook/schema.ts";
import type { Rulebook } from "../rulebook/rulebook.ts";

export interface StaticTypes {
  readonly ofExpr: (expr: Expr) => string;
  /** Level of the page-table entry that a place designates, or null when it is not one. */
  readonly entryLevel: (place: Place) => Level | null;
}

/** The record that a pointer type points to: "struct vm_fault" of "const struct vm_fault *". */
export function recordOf(type: string): string {
  return type.replace(/^const /, "").replace(/ \*$/, "");
}

const entryTypes: ReadonlyMap<string, Level> = new Map([
  ["pte_t", "pte"],
  ["pmd_t", "pmd"],
  ["pud_t", "pud"],
  ["p4d_t", "p4d"],
  ["pgd_t", "pgd"],
]);

export function staticTypes(fn: FunctionIr, rulebook: Rulebook, recordNamed: (name: string) => RecordType | undefined): StaticTypes {
  const temps = new Map<string, string>();

  const ofExpr = (expr: Expr): string => {
    switch (expr.k) {
      case "var":
        return fn.vars.get(expr.name)?.type || (temps.get(expr.name) ?? "");
      case "cast":
      case "aggregate":
        return expr.type;
      case "addr": {
        const inner = ofPlace(expr.place);
        return inner === "" ? "" : pointerTo(inner);
      }
      case "binary":
        return ofExpr(expr.left) || ofExpr(expr.right);
      default:
        return "";
    }
  };

  const ofPlace = (place: Place): string => {
    switch (place.k) {
      case "var":
        return fn.vars.get(place.name)?.type ?? "";
      case "global":
        return "";
      case "deref":
        return pointee(ofExpr(place.ptr));
      case "index":
        return elementType(ofPlace(place.base));
      case "field": {
        const record = ofPlace(place.base).replace(/^const /, "");
        const declared = recordNamed(record.replace(/^struct /, ""));
        return declared?.fields.get(place.field) ?? rulebook.fieldType(record, place.field);
      }
    }
  };

  for (const block of fn.blocks) {
    for (const step of block.steps) {
      if (step.op === "load") temps.set(step.dst, ofPlace(step.place));
      else if (step.op === "call" && step.dst !== null && step.callee !== null) temps.set(step.dst, resultType(step.callee, rulebook));
      else if (step.op === "assign" && step.value) temps.set(step.dst, ofExpr(step.value));
    }
  }

  const entryLevel = (place: Place): Level | null => {
    const type = ofPlace(place).replace(/^(const|volatile) /, "");
    if (type !== "") return place.k === "deref" || place.k === "field" || place.k === "index" ? (entryTypes.get(type) ?? null) : null;
    if (place.k !== "deref" || place.ptr.k !== "var") return null;
    const match = /(?:^|_)(pte|pmd|pud|p4d|pgd)p?(?:#\d+)?$/.exec(place.ptr.name);
    return match && fn.partial ? (match[1] as Level) : null;
  };

  return { ofExpr, entryLevel };
}

/** What a walk returns is a pointer to an entry, what a getter returns is its value, though neither declaration is in view. */
function resultType(callee: string, rulebook: Rulebook): string {
  const contract = rulebook.contract(callee);
  if (contract?.returns?.entry) return `${contract.returns.entry.level}_t *`;
  const read = contract?.effects?.find((e) => e.do === "read");
  return read?.do === "read" ? `${read.level}_t` : "";
}

function pointerTo(type: string): string {
  return type.endsWith("*") ? `${type}*` : `${type} *`;
}

function pointee(type: string): string {
  if (type.endsWith("*")) return type.slice(0, -1).trimEnd();
  const element = elementType(type);
  return element === type ? "" : element;
}
