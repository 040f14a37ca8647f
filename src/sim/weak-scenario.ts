/** Scenarios with `memory: lkmm`: their threads are explored under the kernel's memory model instead of in turns. */
import type { RuleId, Trace } from "../core/finding.ts";
import type { ScenarioResult } from "../core/sim-report.ts";
import type { FunctionIr } from "../c/ir.ts";
import { UsageError } from "../core/errors.ts";
import { UnsupportedProgram } from "./memory/index.ts";
import type { Library } from "./library.ts";
import type { Lines } from "./trace.ts";
import { deciding, NotModelled, weakProgram, weakProperties, weakSteps, type Decision, type WeakProgram } from "./weak/index.ts";

/** What is taken from a scenario's cast. */
interface Cast {
  readonly scenario: { readonly name: string; readonly threads: readonly string[]; readonly asserts?: RuleId; readonly world: Readonly<Record<string, string>> };
  readonly functions: ReadonlyMap<string, FunctionIr>;
  readonly library: Library;
  readonly lines: Lines;
}

/** The threads of a scenario as a program. Throws NotModelled. */
export function weakProgramOf(cast: Cast): WeakProgram {
  const { scenario, library } = cast;
  const functions = new Map([...library.models, ...library.functions, ...cast.functions]);
  return weakProgram({ name: scenario.name, threads: threadsOf(cast), functions, world: scenario.world });
}

/** In slices. */
export function* playWeak(path: string, cast: Cast, bound: number): Generator<void, ScenarioResult> {
  const started = performance.now();
  const result = (): Pick<ScenarioResult, "path" | "name" | "bound" | "elapsedMs"> => {
    return { path, name: cast.scenario.name, bound, elapsedMs: performance.now() - started };
  };
  try {
    const decision = yield* deciding(weakProgramOf(cast), bound);
    const { property, executions, steps, complete } = decision;
    return {
      ...result(), states: steps, executions, bounded: !complete, verdict: property === null ? "holds" : "violated", reason: "",
      property: property && weakProperties[property].promise, rule: property && ruleOf(cast, property),
      trace: traceOf(cast, decision), litmus: decision.litmus,
    };
  } catch (error) {
    if (!(error instanceof NotModelled) && !(error instanceof UnsupportedProgram)) throw error;
    return {
      ...result(), states: 0, executions: 0, bounded: false, verdict: "not-modelled", reason: error.message,
      property: null, rule: null, trace: null,
    };
  }
}

function ruleOf({ scenario }: Cast, property: keyof typeof weakProperties): RuleId {
  return (property === "assertion" ? scenario.asserts : undefined) ?? weakProperties[property].rule;
}

function threadsOf({ scenario, functions, library }: Cast): FunctionIr[] {
  return scenario.threads.map((name) => {
    const ir = functions.get(name) ?? library.functions.get(name);
    if (ir === undefined) throw new UsageError(`no thread ${name}`, `the file and the actors of kernel ${library.era} define no such function`);
    return ir;
  });
}

function traceOf(cast: Cast, { property, witness, litmus }: Decision): Trace | null {
  if (property === null || witness === null) return null;
  const places = threadsOf(cast).map((ir) => ({ file: ir.file, lines: cast.lines.get(ir.file) ?? [] }));
  const { said, bad } = weakProperties[property];
  return {
    scenario: cast.scenario.name, actor: cast.scenario.threads.slice(1).join(", "), era: cast.library.era,
    steps: weakSteps(witness, places, `${said}  <-- ${ruleOf(cast, property)}`, bad), litmus,
  };
}
