/**
 * Runs a thread on terms and lists every path it can take, with its events and dependencies.
 *
 * Follows herd7's semantics of C (herd/CSem.ml with version 1 of the kernel model): a condition that is not a constant
 * goes both ways, cmpxchg and trylock succeed and fail, a loop goes round `rounds` times and the paths that would go on
 * are marked as cut. Written in continuation style: `then` is run once for each outcome.
 */
import type { EventTag, Path } from "./event.ts";
import { constantFlow, enter, joinFlows, merge, noControl, registerFlow, type Control, type Flow } from "./flow.ts";
import { UnsupportedProgram, type Statement, type Thread } from "./program.ts";
import { Recorder } from "./recorder.ts";
import { binaryTerm, isKnown, unaryTerm } from "./term.ts";
import { unfoldAccess } from "./unfold-access.ts";
import type { Evaluate } from "./unfold-around.ts";
import { emitLock } from "./unfold-lock.ts";
import { isTrue } from "./value.ts";

export interface UnfoldBounds {
  /** How often a loop may go round. */
  readonly rounds: number;
  readonly paths: number;
  readonly events: number;
}

export function unfold(thread: Thread, bounds: UnfoldBounds): readonly Path[] {
  const initial = Array.from(thread.registers, ([name, term]) => [name, { term, sources: [], taint: [] }] as const);
  const recorder = new Recorder(new Map(initial));
  const paths: Path[] = [];
  const finish = (cut: boolean): void => {
    if (paths.length >= bounds.paths) throw new UnsupportedProgram(`${thread.name} has more than ${bounds.paths} paths`);
    paths.push(recorder.finish(cut));
  };
  const evaluate: Evaluate = (expression, control, then) => {
    switch (expression.k) {
      case "constant": return then(constantFlow(expression.value));
      case "register": return then(registerFlow(recorder.register(expression.name)));
      case "unary":
        return evaluate(expression.of, control, (of) => then(joinFlows(unaryTerm(expression.operator, of.term), of)));
      case "binary":
        return evaluate(expression.left, control, (left) => {
          evaluate(expression.right, control, (right) => {
            then(joinFlows(binaryTerm(expression.operator, left.term, right.term), left, right));
          });
        });
      default: return unfoldAccess(expression, { recorder, evaluate, control }, then);
    }
  };

  const runAll = (statements: readonly Statement[], at: number, control: Control, then: () => void): void => {
    const statement = statements[at];
    if (!statement) return then();
    if (recorder.events.length > bounds.events) {
      throw new UnsupportedProgram(`${thread.name} has a path of more than ${bounds.events} events`);
    }
    recorder.nextStatement();
    run(statement, control, () => runAll(statements, at + 1, control, then));
  };

  const branch = (condition: Flow, yes: () => void, no: () => void): void => {
    const { term } = condition;
    if (isKnown(term)) return isTrue(term) ? yes() : no();
    const here = recorder.position();
    recorder.require({ k: "truth", term, expected: true });
    yes();
    recorder.goBack(here);
    recorder.require({ k: "truth", term, expected: false });
    no();
  };

  const loop = (statement: Statement & { k: "while" }, round: number, control: Control, then: () => void): void => {
    evaluate(statement.condition, control, (condition) => {
      const inside = enter(control, condition);
      const again = (): void => {
        if (round >= bounds.rounds) return finish(true);
        runAll(statement.body, 0, inside, () => {
          recorder.nextStatement();
          loop(statement, round + 1, inside, then);
        });
      };
      branch(condition, again, then);
    });
  };

  const run = (statement: Statement, control: Control, then: () => void): void => {
    switch (statement.k) {
      case "set":
        return evaluate(statement.value, control, ({ term, sources, taint }) => {
          recorder.setRegister(statement.register, { term, sources, taint: merge(taint, control.through) });
          then();
        });
      case "evaluate": return evaluate(statement.value, control, then);
      case "store":
        return evaluate(statement.at, control, (at) => {
          evaluate(statement.value, control, (value) => {
            const before = merge(at.before, value.before);
            const write = recorder.emit({ kind: "W", tag: statement.order, line: statement.line }, at.term, value.term, before, control);
            recorder.addressDependency(at.sources, write);
            recorder.dataDependency(value.sources, write);
            then();
          });
        });
      case "atomic":
        return unfoldAccess({ ...statement, k: "fetch", order: "noreturn", yields: "new" }, { recorder, evaluate, control }, then);
      case "fence":
        recorder.emit({ kind: "F", tag: statement.kind, line: statement.line }, null, null, [], control);
        return then();
      case "lock":
        return evaluate(statement.at, control, (at) => {
          emitLock(recorder, at, statement.line, control);
          then();
        });
      case "unlock":
      case "synchronize-srcu":
        return evaluate(statement.at, control, (at) => {
          const kind = statement.k === "unlock" ? "UL" : "SRCU";
          const tag: EventTag = statement.k === "unlock" ? "lock" : "sync-srcu";
          const event = recorder.emit({ kind, tag, line: statement.line }, at.term, null, at.before, control);
          if (kind === "UL") recorder.addressDependency(at.sources, event);
          then();
        });
      case "if":
        return evaluate(statement.condition, control, (condition) => {
          const inside = enter(control, condition);
          branch(condition, () => runAll(statement.yes, 0, inside, then), () => runAll(statement.no, 0, inside, then));
        });
      case "while": return loop(statement, 0, control, then);
    }
  };

  runAll(thread.body, 0, noControl, () => finish(false));
  return paths;
}
