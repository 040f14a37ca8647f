/**
 * Derives which lock context makes which operation on page tables safe: each operation of rules/actors/operations.c runs
 * in each context against every actor of the era, exhaustively. Compare Documentation/mm/process_addrs.rst.
 */
import { lowerText } from "../c/index.ts";
import type { MatrixCell } from "../core/sim-report.ts";
import { atOnce } from "../util/slices.ts";
import { inEra } from "../util/version.ts";
import { libraryFor, type Actor, type Library, type SourceText } from "./library.ts";
import { fits } from "./fits.ts";
import { playing, type Cast, type Verdict } from "./scenario.ts";
import type { Settings } from "./world/build.ts";

export interface MatrixOptions {
  readonly models: readonly SourceText[];
  readonly actors: readonly SourceText[];
  readonly kernel: string;
  readonly bound: number;
  readonly cancelled?: () => boolean;
}

export interface Matrix {
  readonly contexts: readonly string[];
  readonly operations: readonly string[];
  readonly cells: readonly MatrixCell[];
  readonly runs: number;
  readonly states: number;
}

/** What holds the VMA still, as C around the operation. `takes` leaves by `return` when the VMA is gone. */
interface Context {
  readonly name: string;
  readonly since?: string;
  readonly takes: string;
  readonly gives: string;
}

const mmapRead = "mmap_read_lock(mm); if (!world_vma_attached(vma)) { mmap_read_unlock(mm); return; }";
const mmapWrite = "mmap_write_lock(mm); if (!world_vma_attached(vma)) { mmap_write_unlock(mm); return; }";
const unlink = "world_rmap_lock_write(vma); world_vma_unlink(vma); world_rmap_unlock_write(vma);";

const contexts: readonly Context[] = [
  { name: "none", takes: "", gives: "" },
  { name: "VMA read", since: "6.4", takes: "if (!world_lock_vma(vma)) return;", gives: "vma_end_read(vma);" },
  { name: "mmap read", takes: mmapRead, gives: "mmap_read_unlock(mm);" },
  {
    name: "rmap read",
    takes: "world_rmap_lock_read(vma); if (!world_vma_linked(vma)) { world_rmap_unlock_read(vma); return; }",
    gives: "world_rmap_unlock_read(vma);",
  },
  { name: "mmap read, no VMA", takes: "mmap_read_lock(mm);", gives: "mmap_read_unlock(mm);" },
  { name: "mmap write, no VMA", takes: "mmap_write_lock(mm);", gives: "mmap_write_unlock(mm);" },
  { name: "mmap write", takes: mmapWrite, gives: "mmap_write_unlock(mm);" },
  { name: "mmap, VMA write", takes: `${mmapWrite} world_vma_start_write(vma);`, gives: "mmap_write_unlock(mm);" },
  {
    name: "mmap, VMA, rmap write",
    takes: `${mmapWrite} world_vma_start_write(vma); world_rmap_lock_write(vma);`,
    gives: "world_rmap_unlock_write(vma); mmap_write_unlock(mm);",
  },
  {
    name: "mmap, VMA write, unlinked",
    takes: `${mmapWrite} world_vma_start_write(vma); world_vma_detach(vma); ${unlink}`,
    gives: "mmap_write_unlock(mm);",
  },
];

const worlds: readonly Settings[] = [
  { vma: "anon", pmd: "table", pte: "page,none" },
  { vma: "anon", pmd: "none" },
  { vma: "file", pmd: "table", pte: "page,none", uffd: "yes" },
  { vma: "file", pmd: "table", pte: "none,none", uffd: "yes" },
];

export function matrix(options: MatrixOptions): Matrix {
  return atOnce(derivingMatrix(options, () => {}));
}

/** The same in slices. Calls `onCell` after each cell, with how many are done. */
export function* derivingMatrix(options: MatrixOptions, onCell: (done: number, total: number, what: string) => void): Generator<void, Matrix> {
  const library = libraryFor(options.models, options.actors, options.kernel);
  const columns = contexts.filter((c) => inEra(options.kernel, c));
  const operations = library.operations;
  const cells: MatrixCell[] = [];
  let runs = 0;
  let states = 0;
  const total = operations.length * columns.length;
  for (const operation of operations) {
    for (const context of columns) {
      const cell = yield* cellOf(operation, context, library, options, (verdict) => {
        runs++;
        states += verdict.states;
      });
      cells.push(cell);
      onCell(cells.length, total, `${operation.title}, ${context.name}`);
    }
  }
  return { contexts: columns.map((c) => c.name), operations: operations.map((o) => o.title), cells, runs, states };
}

function* cellOf(operation: Actor, context: Context, library: Library, options: MatrixOptions, count: (verdict: Verdict) => void): Generator<void, MatrixCell> {
  const named = { context: context.name, operation: operation.title };
  const text = `void cell(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr)\n{\n${context.takes}\n${operation.name}(mm, vma, addr);\n${context.gives}\n}`;
  const path = `${operation.title}, ${context.name}`;
  const [thread] = lowerText(path, text).functions;
  const lines = new Map([...library.lines, [path, text.split("\n")]]);
  const begins = new Map(library.actors.map((a) => [a.name, a.begin] as const));
  let open = "";
  for (const world of worlds) {
    for (const actor of library.actors) {
      if (!fits(actor, world)) continue;
      const scenario = { name: path, kernel: options.kernel, world, threads: ["cell", actor.name], expect: "", reliesOn: [], redundant: [] };
      const cast: Cast = { scenario, functions: new Map([["cell", thread!]]), library, lines, begins };
      const verdict = yield* playing(cast, { bound: options.bound, ...(options.cancelled === undefined ? {} : { cancelled: options.cancelled }) });
      count(verdict);
      if (verdict.found !== null) return { ...named, verdict: "unsafe", because: `${actor.title}: ${verdict.found.fault.text}` };
      if (!verdict.complete) open = "the bound was reached";
      else if (verdict.notModelled.length > 0) open = verdict.notModelled.join(", ");
    }
  }
  return { ...named, verdict: open === "" ? "safe" : "not-modelled", because: open };
}
