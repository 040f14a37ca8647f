/**
 * What the C front end makes of a function: a control-flow graph of steps in three-address form.
 *
 * Every load from memory, every store and every call is a step of its own, in evaluation order; what is left in an
 * `Expr` is pure. `&&`, `||`, `?:`, `!` of those and loops have become control flow. One form serves the checker, the
 * simulator and the litmus engine.
 */

/** 1-based position in the image (the true line of the post- or pre-image). */
export interface Loc {
  readonly line: number;
  readonly column: number;
}

export type UnaryOp = "-" | "~" | "!" | "+";
export type BinaryOp =
  | "+" | "-" | "*" | "/" | "%" | "<<" | ">>" | "&" | "|" | "^"
  | "==" | "!=" | "<" | ">" | "<=" | ">=";

/** A value; evaluating it has no effect and reads no memory other than the function's own variables. */
export type Expr =
  | { readonly k: "num"; readonly value: bigint }
  | { readonly k: "str"; readonly text: string }
  /** A parameter, local or temporary of this function (see `FunctionIr.vars`). */
  | { readonly k: "var"; readonly name: string }
  /** A name not declared in the function, used as a value: enum or macro constant, function name, CONFIG_ switch. */
  | { readonly k: "global"; readonly name: string }
  | { readonly k: "unary"; readonly op: UnaryOp; readonly arg: Expr }
  | { readonly k: "binary"; readonly op: BinaryOp; readonly left: Expr; readonly right: Expr }
  | { readonly k: "addr"; readonly place: Place }
  | { readonly k: "cast"; readonly type: string; readonly arg: Expr }
  /** A compound literal or initialiser list: `(pte_t){ .pte = v }`. Fields in source order; name "" for positional. */
  | { readonly k: "aggregate"; readonly type: string; readonly fields: readonly { readonly name: string; readonly value: Expr }[] }
  /** Text that is not modelled (sizeof, type arguments, asm, ...). Equal text has equal value. */
  | { readonly k: "opaque"; readonly text: string };

/** Something with an address. `*p` is deref(p); `p->f` is field(deref(p), f); `a[i]` of an array variable is index(var a, i), `p[i]` of a pointer is deref(p + i). */
export type Place =
  | { readonly k: "var"; readonly name: string }
  | { readonly k: "global"; readonly name: string }
  | { readonly k: "deref"; readonly ptr: Expr }
  | { readonly k: "field"; readonly base: Place; readonly field: string }
  | { readonly k: "index"; readonly base: Place; readonly index: Expr };

/** How an access is marked in the source; null is a plain C access. */
export type Marking = "READ_ONCE" | "WRITE_ONCE" | "smp_load_acquire" | "smp_store_release" | "rcu_dereference" | "rcu_assign_pointer" | null;

export type Step =
  /** `dst` is a variable or temporary of the function. `declare`: the variable comes into scope here; value null = not initialised. */
  | { readonly op: "assign"; readonly dst: string; readonly value: Expr | null; readonly declare: boolean; readonly loc: Loc }
  | { readonly op: "load"; readonly dst: string; readonly place: Place; readonly marking: Marking; readonly loc: Loc }
  | { readonly op: "store"; readonly place: Place; readonly value: Expr; readonly marking: Marking; readonly loc: Loc }
  | CallStep
  /** Unknown code: anything may have happened, to memory and to variables. `reason` for people. */
  | { readonly op: "gap"; readonly from: number; readonly to: number; readonly reason: string; readonly loc: Loc };

export interface CallStep {
  readonly op: "call";
  /** Temporary that takes the result, null when it is not used. */
  readonly dst: string | null;
  /** Name of a directly called function or function-like macro; null for a call through a pointer. */
  readonly callee: string | null;
  /** The function pointer when `callee` is null. */
  readonly target: Expr | null;
  readonly args: readonly Expr[];
  /** Source text of the call, white space folded. */
  readonly text: string;
  /** "cleanup": inserted at the end of a guard()/scoped_guard()/__free scope. "loop": the head of a for_each-like macro; the result says whether another round runs. */
  readonly role: "call" | "cleanup" | "loop";
  readonly loc: Loc;
}

export type Terminator =
  | { readonly k: "goto"; readonly to: number }
  /** `cond` is true when it is not zero. */
  | { readonly k: "branch"; readonly cond: Expr; readonly yes: number; readonly no: number; readonly loc: Loc }
  | { readonly k: "switch"; readonly value: Expr; readonly cases: readonly SwitchCase[]; readonly otherwise: number; readonly loc: Loc }
  | { readonly k: "return"; readonly value: Expr | null; readonly loc: Loc }
  /** Execution does not continue: BUG(), panic(), a statement that never returns. */
  | { readonly k: "stop"; readonly loc: Loc }
  /** Control leaves the known code: goto to a label inside a gap, computed goto, break out of a loop whose head is in a gap. */
  | { readonly k: "lost"; readonly why: string; readonly loc: Loc };

/** One `case`: `to` runs when value is in low..high (equal for a plain case). */
export interface SwitchCase {
  readonly low: Expr;
  readonly high: Expr;
  readonly to: number;
}

export interface Block {
  readonly id: number;
  readonly steps: readonly Step[];
  readonly end: Terminator;
  /** True for the target of a back edge. */
  readonly loopHead: boolean;
}

export interface Variable {
  /** Unique in the function: a shadowing inner `x` is `x#2`; temporaries are `%1`, `%2`, ... */
  readonly name: string;
  /** Name in the source, "" for temporaries. */
  readonly source: string;
  /** Declared type with white space folded and qualifiers dropped: "pmd_t *", "struct vm_fault *", "int", "u32 [2]"; "" when unknown. */
  readonly type: string;
  readonly kind: "param" | "local" | "static" | "temp";
  /** Whether `&x` occurs, so that it can change through pointers. */
  readonly addressTaken: boolean;
}

/** Names that stand in the text of a body. `called`: those before an opening parenthesis. */
export interface BodyWords {
  readonly all: ReadonlySet<string>;
  readonly called: ReadonlySet<string>;
  /** It returns what a variable or a field holds, or what a call gives, whatever the configuration. */
  readonly returnsVariable: boolean;
}

/** What a body comes to in few words: enough to tell whether a helper may concern its caller. */
export interface BodySummary {
  /** Names of the functions that it calls, in the order of its blocks. */
  readonly callees: readonly string[];
  readonly steps: number;
  readonly blocks: number;
  readonly loops: boolean;
  /** Each way out returns a constant or its negative. */
  readonly constant: boolean;
}

export interface FunctionIr {
  readonly name: string;
  readonly file: string;
  /** Line of the name in the head, and of the closing brace (the last known line when partial). */
  readonly line: number;
  readonly endLine: number;
  readonly returnType: string;
  readonly isStatic: boolean;
  /** Words of the head that matter to contracts: "__must_hold(&x)", "__acquires(ptl)", "__always_inline", ... */
  readonly attributes: readonly string[];
  /** Text of the comment right above the head, "" for none. */
  readonly comment: string;
  readonly params: readonly string[];
  readonly vars: ReadonlyMap<string, Variable>;
  /** blocks[i].id === i; blocks[0] is the entry. Only reachable blocks are kept. */
  readonly blocks: readonly Block[];
  /** Partial: the image has gaps inside this function, or its head is known from a hunk header only (`headKnown` false). */
  readonly partial: boolean;
  readonly headKnown: boolean;
  /** Stretches inside the function that could not be read as C; each is a gap step as well. */
  readonly unreadable: readonly { readonly from: number; readonly to: number; readonly reason: string }[];
  /** Read without lowering the body. What its steps call or use by name is among them, the front end's own names (`madeNames`) aside. Absent: not known before it is lowered. */
  readonly words?: BodyWords;
  /** Known without lowering the body where an earlier run has kept it. Absent: made of the blocks (summaryOf()). */
  readonly summary?: BodySummary;
  /** Declared types of the parameters, read without lowering the body. Absent as `words` are. */
  readonly paramTypes?: readonly string[];
}

/** A struct or union definition met in the source, for the types of fields. */
export interface RecordType {
  readonly name: string;
  readonly fields: ReadonlyMap<string, string>;
}

/** An initialised table of function pointers: `static const struct mm_walk_ops x = { .pmd_entry = f }`. */
export interface OpsTable {
  readonly type: string;
  readonly name: string;
  readonly line: number;
  /** field -> source text of the initialiser. */
  readonly fields: ReadonlyMap<string, string>;
}

/** Finds what a unit has without reading the rest of it. All answers are in the order of the text. */
export interface UnitIndex {
  readonly functions: (name: string) => readonly FunctionIr[];
  /** Functions whose bodies may have the word; those of which it is known that they have not are left out. */
  readonly mentioning: (word: string) => readonly FunctionIr[];
  /** Whether the name is called in a body, by its text. */
  readonly isCalled: (name: string) => boolean;
  /** Functions in whose lines any of these is. */
  readonly at: (lines: ReadonlySet<number>) => readonly FunctionIr[];
  readonly records: (name: string) => readonly RecordType[];
  /** Tables with a field that is set to the name or to its address. */
  readonly tables: (value: string) => readonly OpsTable[];
}

export interface UnitIr {
  readonly file: string;
  /** Of a large file, which is read piece by piece. Absent: the lists are all there is (src/c/find.ts asks either). */
  readonly index?: UnitIndex;
  readonly functions: readonly FunctionIr[];
  readonly records: readonly RecordType[];
  readonly opsTables: readonly OpsTable[];
  /** Stretches outside functions that could not be read. */
  readonly unreadable: readonly { readonly from: number; readonly to: number; readonly reason: string }[];
}
