/**
 * Cuts a file into its outermost items by brackets alone, so that each function is parsed by itself and nothing unreadable
 * in one can swallow another.
 */
export interface FunctionItem {
  readonly k: "function";
  readonly from: number;
  /** Offset of the opening brace, and behind the closing one. */
  readonly bodyFrom: number;
  readonly bodyTo: number;
  /** False when the closing brace was not found and the body was cut at bodyTo. */
  readonly closed: boolean;
}

export interface OtherItem {
  /** "record": struct, union or enum definition; "table": declaration with a brace initialiser; "text": anything else. */
  readonly k: "record" | "table" | "text";
  readonly from: number;
  readonly to: number;
}

export type Item = FunctionItem | OtherItem;

const recordHead = /^(?:typedef\s+|static\s+|const\s+|extern\s+)*(?:struct|union|enum)(?:\s+\w+)*\s*$/;

function braceKind(head: string): "function" | "record" | "table" | "text" {
  const solid = head.trim();
  if (recordHead.test(solid)) return "record";
  if (hasAssignment(solid)) return "table";
  return solid.includes("(") ? "function" : "text";
}

/** `=` outside parentheses. */
function hasAssignment(head: string): boolean {
  let depth = 0;
  for (const c of head) {
    if (c === "(") depth++;
    else if (c === ")") depth--;
    else if (c === "=" && depth === 0) return true;
  }
  return false;
}

/** Offset of the brace that closes the one at `open`; when a `}` in the first column comes before that, its offset, as the kernel's style has it. */
function bodyEnd(code: string, open: number, columnsTrue: boolean): { to: number; closed: boolean } {
  let depth = 0;
  for (let at = open; at < code.length; at++) {
    const c = code.charCodeAt(at);
    if (c === 123) depth++;
    else if (c === 125) {
      depth--;
      if (depth === 0) return { to: at + 1, closed: true };
      if (columnsTrue && depth > 0 && code.charCodeAt(at - 1) === 10 && endsItem(code, at + 1)) return { to: at + 1, closed: false };
    }
  }
  return { to: code.length, closed: false };
}

/** After a `}` in the first column: nothing more on the line, then a line that starts in the first column with a word. */
function endsItem(code: string, at: number): boolean {
  return /^[ \t]*\n\s*?(?:\n[A-Za-z_#]|$)/.test(code.slice(at, at + 2000));
}

/** More parameters than any function has whose types stand behind its list. */
const mostDeclared = 16;

/**
 * Where the head of a function in the style of 1978 begins, `int f(a, b) char *a; int b; {`, when the last items are one;
 * they are taken off the list. Else null.
 */
function oldStyleHead(code: string, items: Item[]): number | null {
  for (let count = 1; count <= Math.min(mostDeclared, items.length); count++) {
    const item = items[items.length - count]!;
    if (item.k !== "text" || code.charCodeAt(item.to - 1) !== 59) return null;
    const whole = code.slice(item.from, Math.min(item.to, item.from + 2000));
    // Directives before it stand on lines of their own.
    const directives = whole.lastIndexOf("\n#") < 0 ? 0 : whole.indexOf("\n", whole.lastIndexOf("\n#") + 1) + 1;
    const text = whole.slice(directives).trim();
    if (/^[\w\s*]*\b\w+\s*\([\w\s,]*\)\s*[a-zA-Z_][^()=]*;$/.test(text)) {
      items.splice(-count);
      return item.from + directives;
    }
    if (!/^\w[^()=]*;$/.test(text)) return null;
  }
  return null;
}

/** `columnsTrue`: indentation can be relied on, so that a missing brace costs one function only. */
export function segment(code: string, columnsTrue: boolean): Item[] {
  const items: Item[] = [];
  let from = 0;
  let round = 0;
  for (let at = 0; at < code.length; at++) {
    const c = code.charCodeAt(at);
    if (c === 40) round++;
    else if (c === 41) round = Math.max(0, round - 1);
    else if (c === 59 && round === 0) {
      items.push({ k: "text", from, to: at + 1 });
      from = at + 1;
    } else if (c === 125 && round === 0) {
      from = at + 1;
    } else if (c === 123) {
      // A brace in the first column opens a function: whatever parenthesis was left open before it belongs to a broken item.
      if (columnsTrue && at > 0 && code.charCodeAt(at - 1) === 10) round = 0;
      if (columnsTrue && round === 0 && code.slice(from, at).trim() === "") from = oldStyleHead(code, items) ?? from;
      const kind = round > 0 ? "text" : braceKind(code.slice(from, at));
      const { to, closed } = bodyEnd(code, at, columnsTrue);
      if (kind === "function") {
        items.push({ k: "function", from, bodyFrom: at, bodyTo: to, closed });
        from = to;
      } else if (round === 0) {
        const end = kind === "text" ? to : statementEnd(code, to);
        items.push({ k: kind, from, to: end });
        from = end;
      }
      at = Math.max(at, (round > 0 ? to : from) - 1);
    }
  }
  return items;
}

/** Behind the `;` that ends a record or table; right here when something else follows. */
function statementEnd(code: string, from: number): number {
  for (let at = from; at < code.length && at < from + 2000; at++) {
    const c = code.charCodeAt(at);
    if (c === 59) return at + 1;
    if (c === 123 || c === 125 || c === 35) return from;
  }
  return from;
}
