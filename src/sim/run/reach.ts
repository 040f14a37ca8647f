/** All code that a thread may come to from its first function on. */
import { definedBy } from "../../c/index.ts";
import type { Step } from "../../c/ir.ts";
import type { Callee } from "./callees.ts";
import { expressionsOf, visit, type Program } from "./program.ts";

export class Reach {
  private readonly callee: (name: string) => Callee;
  /** Functions that a pointer may lead to. */
  private readonly pointed = new Set<Program>();
  /** Variable and line -> how many steps set the one in the other. */
  private readonly settings = new Map<string, number>();
  /** Calls that go into the program. */
  private readonly calls = new Map<Program, number>();
  /** `names`: of functions that stand in the memory that the thread begins with. */
  constructor(root: Program, callee: (name: string) => Callee, names: Iterable<string>) {
    this.callee = callee;
    const programs = new Set([root]);
    const point = (name: string): void => {
      const found = callee(name);
      if (found.k === "inline") this.pointed.add(found.program);
    };
    for (const name of names) point(name);
    for (const program of programs) {
      for (const step of stepsIn(program)) {
        for (const expr of expressionsOf(step)) visit(expr, (e) => e.k === "global" && point(e.name));
        for (const next of this.into(step)) {
          programs.add(next);
          this.calls.set(next, (this.calls.get(next) ?? 0) + 1);
        }
        const set = settingOf(step);
        this.settings.set(set, (this.settings.get(set) ?? 0) + 1);
      }
      for (const next of this.pointed) programs.add(next);
    }
  }

  /** Whether no other step sets the variable in that line: what widened() forgets of the two (access.ts) is then of this step alone. */
  isOnlySetting(step: Step): boolean {
    return this.settings.get(settingOf(step)) === 1;
  }

  /** Whether one call alone goes into the program, so that what it gives is always needed or never. */
  hasOneCaller(program: Program): boolean {
    return (this.calls.get(program) ?? 0) <= 1 && !this.pointed.has(program);
  }

  /** Programs that the step may go into. */
  into(step: Step): readonly Program[] {
    if (step.op !== "call") return [];
    if (step.callee === null) return [...this.pointed];
    const found = this.callee(step.callee);
    return found.k === "inline" ? [found.program] : [];
  }

  /** Whether the call is known to be left out. */
  isSkipped(step: Step): boolean {
    return step.op === "call" && step.callee !== null && this.callee(step.callee).k === "skip";
  }
}

function stepsIn(program: Program): readonly Step[] {
  return program.ir.blocks.flatMap((block) => block.steps);
}

function settingOf(step: Step): string {
  return `${definedBy(step) ?? ""} ${step.loc.line}`;
}
