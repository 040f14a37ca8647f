/** The function under construction: blocks, steps, variables and scopes. Knows nothing of syntax. */
import type { Block, CallStep, Expr, Loc, Step, Terminator, Variable } from "./ir.ts";
import { finishBlocks, type OpenBlock } from "./blocks.ts";

export interface LoopTarget {
  /** null: this construct doesn't take it (`continue` in a switch). */
  readonly breakTo: number | null;
  readonly continueTo: number | null;
  /** Number of cleanups that were pending outside the construct. */
  readonly cleanups: number;
}

/** What runs at the end of a guard()/__free() scope. */
export interface Cleanup {
  readonly callee: string;
  readonly args: readonly Expr[];
  readonly text: string;
  /** Offset of the declaration and of the end of its scope: a goto to a label in between does not run it. */
  readonly from: number;
  readonly scope: number;
}

interface MutableVariable {
  name: string;
  source: string;
  type: string;
  kind: Variable["kind"];
  addressTaken: boolean;
}

/** Constants, and globals that mm code names without declaring them: a local of these names is not expected. */
function looksGlobal(name: string): boolean {
  return !/[a-z]/.test(name) || /^(?:init_mm|current|jiffies|init_task|swapper_pg_dir|tasklist_lock|zero_pfn|high_memory|nr_cpu_ids)$|_(?:ops|mutex|lock|sem|cachep|cache|wq)$/.test(name);
}

export class FunctionBuilder {
  /** Part of the function is out of sight, so that a name may belong to a declaration nobody sees. */
  partial = false;
  readonly vars: Map<string, MutableVariable> = new Map();
  /** The unique name that was declared last of each name in the source, in whatever scope. */
  private readonly latest = new Map<string, string>();
  readonly params: string[] = [];
  readonly unreadable: { from: number; to: number; reason: string }[] = [];
  readonly targets: LoopTarget[] = [];
  readonly cleanups: Cleanup[] = [];
  /** Offset of the end of each open scope. */
  readonly scopeEnds: number[] = [];
  private readonly blocks: OpenBlock[] = [];
  private readonly scopes: Map<string, string>[] = [new Map()];
  private readonly implicit = new Set<string>();
  private readonly used = new Map<string, number>();
  private temps = 0;
  private current: OpenBlock;

  constructor() {
    this.current = this.open();
  }

  private open(): OpenBlock {
    const block: OpenBlock = { steps: [], end: null };
    this.blocks.push(block);
    return block;
  }

  newBlock(): number {
    this.open();
    return this.blocks.length - 1;
  }

  /** Steps go to block `id` from here on. */
  at(id: number): void {
    this.current = this.blocks[id]!;
  }

  emit(step: Step): void {
    this.current.steps.push(step);
  }

  /** Ends the current block; what follows without a new block is unreachable and dropped. */
  end(terminator: Terminator): void {
    this.current.end ??= terminator;
    this.current = this.open();
  }

  /** Ends the current block with a terminator that is known only later. */
  suspend(): (terminator: Terminator) => void {
    const block = this.current;
    this.current = this.open();
    return (terminator) => {
      block.end ??= terminator;
    };
  }

  goto(to: number): void {
    this.end({ k: "goto", to });
  }

  branch(cond: Expr, yes: number, no: number, loc: Loc): void {
    if (cond.k === "num") this.goto(cond.value === 0n ? no : yes);
    else this.end({ k: "branch", cond, yes, no, loc });
  }

  /** Starts a block that the current one falls into. */
  startBlock(): number {
    const id = this.newBlock();
    this.goto(id);
    this.at(id);
    return id;
  }

  temp(type = ""): string {
    const name = `%${++this.temps}`;
    this.vars.set(name, { name, source: "", type, kind: "temp", addressTaken: false });
    return name;
  }

  pushScope(end: number): void {
    this.scopes.push(new Map());
    this.scopeEnds.push(end);
  }

  popScope(): void {
    this.scopes.pop();
    this.scopeEnds.pop();
  }

  /** Declares a name in the innermost scope and returns the unique one; both arms of an #ifdef may declare the same. */
  declare(source: string, type: string, kind: Variable["kind"]): string {
    const scope = this.scopes.at(-1)!;
    const known = scope.get(source);
    if (known !== undefined) return known;
    const count = (this.used.get(source) ?? 0) + 1;
    this.used.set(source, count);
    const name = count === 1 ? source : `${source}#${count}`;
    scope.set(source, name);
    this.vars.set(name, { name, source, type, kind, addressTaken: false });
    this.latest.set(source, name);
    if (kind === "param") this.params.push(name);
    return name;
  }

  lookup(source: string): string | null {
    for (let index = this.scopes.length - 1; index >= 0; index--) {
      const name = this.scopes[index]!.get(source);
      if (name !== undefined) return name;
    }
    return null;
  }

  typeOf(name: string): string {
    return this.vars.get(name)?.type ?? "";
  }

  /**
   * The variable that `source` stands for when part of the function is out of sight: one whose scope may have been
   * closed too early, or one declared where nobody sees it.
   */
  resolve(source: string): string | null {
    const known = this.lookup(source);
    if (known !== null || !this.partial) return known;
    const latest = this.latest.get(source);
    if (latest !== undefined) return latest;
    return looksGlobal(source) ? null : this.declareOutermost(source);
  }

  /** The variable that is called when `source` is: one that is declared in sight, as a mere name is rather a function. */
  declared(source: string): string | null {
    const name = this.lookup(source);
    return name !== null && this.implicit.has(name) ? null : name;
  }

  private declareOutermost(source: string): string {
    this.implicit.add(source);
    this.scopes[0]!.set(source, source);
    this.latest.set(source, source);
    this.vars.set(source, { name: source, source, type: "", kind: "local", addressTaken: false });
    this.used.set(source, 1);
    return source;
  }

  takeAddress(name: string): void {
    const variable = this.vars.get(name);
    if (variable !== undefined) variable.addressTaken = true;
  }

  assign(dst: string, value: Expr | null, loc: Loc, declare = false): void {
    this.emit({ op: "assign", dst, value, declare, loc });
  }

  call(step: Omit<CallStep, "op" | "target"> & { readonly target?: Expr | null }): void {
    this.emit({ op: "call", target: null, ...step });
  }

  /** A stretch that could not be read: a gap step, and listed. */
  gap(from: number, to: number, reason: string): void {
    const last = this.current.steps.at(-1);
    if (last?.op === "gap" && last.from === from && last.to === to && last.reason === reason) return;
    this.unreadable.push({ from, to, reason });
    this.unseen(from, to, reason);
  }

  /** A stretch that is not in the image: a gap step only. */
  unseen(from: number, to: number, reason: string): void {
    this.emit({ op: "gap", from, to, reason, loc: { line: from, column: 1 } });
  }

  /** Emits the cleanups of all scopes entered since `depth` were pending, innermost first; they stay pending for other paths. */
  runCleanups(depth: number, loc: Loc): void {
    for (let index = this.cleanups.length - 1; index >= depth; index--) this.runCleanup(this.cleanups[index]!, loc);
  }

  runCleanup(cleanup: Cleanup, loc: Loc): void {
    this.call({ dst: null, callee: cleanup.callee, args: cleanup.args, text: cleanup.text, role: "cleanup", loc });
  }

  /** Closes the function: a body that runs off its end returns. */
  finish(loc: Loc): Block[] {
    this.end({ k: "return", value: null, loc });
    return finishBlocks(this.blocks, loc);
  }
}
