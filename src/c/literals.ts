/** Values of C literals. */
import { withoutTail } from "../util/ends.ts";
import type { Expr } from "./ir.ts";

const escapes: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, "0": 0, a: 7, b: 8, f: 12, v: 11, "\\": 92, "'": 39, '"': 34 };

function numberValue(text: string): Expr {
  if (text.startsWith("-") || text.startsWith("+")) {
    const value = numberValue(text.slice(1).trim());
    return value.k === "num" ? { k: "num", value: text.startsWith("-") ? -value.value : value.value } : { k: "opaque", text };
  }
  const digits = withoutTail(text.replace(/'/g, ""), "uUlL");
  if (/^(?:0[xX][0-9a-fA-F]+|0[bB][01]+|[1-9][0-9]*|0)$/.test(digits)) return { k: "num", value: BigInt(digits) };
  if (/^0[0-7]+$/.test(digits)) return { k: "num", value: BigInt(`0o${digits.slice(1)}`) };
  return { k: "opaque", text };
}

function characterValue(text: string): Expr {
  const inner = text.replace(/^[LuU8]*'/, "").replace(/'$/, "");
  if (!inner.startsWith("\\")) return inner.length === 1 ? { k: "num", value: BigInt(inner.charCodeAt(0)) } : { k: "opaque", text };
  const known = escapes[inner.slice(1)];
  if (known !== undefined) return { k: "num", value: BigInt(known) };
  if (/^\\x[0-9a-fA-F]{1,8}$/.test(inner)) return { k: "num", value: BigInt(`0${inner.slice(1)}`) };
  if (/^\\[0-7]{1,3}$/.test(inner)) return { k: "num", value: BigInt(`0o${inner.slice(1)}`) };
  return { k: "opaque", text };
}

/** `kind` is the grammar's, `text` the source; comments are already gone. */
export function literalValue(kind: string, text: string): Expr {
  switch (kind) {
    case "number_literal":
      return numberValue(text);
    case "char_literal":
      return characterValue(text);
    case "true":
      return { k: "num", value: 1n };
    case "false":
    case "null":
      return { k: "num", value: 0n };
    default:
      return { k: "str", text: (text.match(/"(?:[^"\\\n]|\\[\s\S])*"/g) ?? []).map((piece) => piece.slice(1, -1)).join("") };
  }
}
