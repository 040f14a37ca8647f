/**
 * Exploration against an interpreter written for this test, which runs the same programs in all interleavings: under
 * sc the final states must be the same, and every one of them must be allowed by lkmm.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { atOnce } from "../../util/slices.ts";
import { explore } from "./explore.ts";
import { findAllowed, findRefused, lkmm, outcomesOf, sc, type Expression, type Program, type Statement } from "./index.ts";
import { applyBinary, printValue, type Value } from "./value.ts";

const address = (name: string): Expression => ({ k: "constant", value: name });
const number = (value: number): Expression => ({ k: "constant", value: BigInt(value) });
const register = (name: string): Expression => ({ k: "register", name });

const location = fc.constantFrom("x", "y");
const anyRegister = fc.constantFrom("r0", "r1");
const small = fc.integer({ min: 0, max: 2 });
const operand: fc.Arbitrary<Expression> = fc.oneof(small.map(number), anyRegister.map(register));

const load = fc.record({ name: anyRegister, at: location, order: fc.constantFrom("plain", "once", "acquire") })
  .map(({ name, at, order }): Statement => ({ k: "set", register: name, value: { k: "load", at: address(at), order, line: 0 } }));
const store = fc.record({ at: location, value: operand, order: fc.constantFrom("plain", "once", "release") })
  .map(({ at, value, order }): Statement => ({ k: "store", at: address(at), value, order, line: 0 }));
const rmwOrder = fc.constantFrom("relaxed", "acquire", "release", "full");
const exchange = fc.record({ name: anyRegister, at: location, value: operand, order: rmwOrder })
  .map(({ name, at, value, order }): Statement => ({ k: "set", register: name, value: { k: "exchange", at: address(at), value, order, line: 0 } }));
const compareExchange = fc.record({ name: anyRegister, at: location, expected: operand, value: operand, order: rmwOrder })
  .map(({ name, at, expected, value, order }): Statement => {
    return { k: "set", register: name, value: { k: "compare-exchange", at: address(at), expected, value, order, line: 0 } };
  });
const increment = location.map((at): Statement => ({ k: "atomic", at: address(at), operator: "+", operand: number(1), line: 0 }));
const fence = fc.constantFrom("mb", "wmb", "rmb").map((kind): Statement => ({ k: "fence", kind, line: 0 }));
const simple = fc.oneof(load, load, store, store, exchange, compareExchange, increment, fence);
const branch = fc.record({ name: anyRegister, value: small, yes: simple, no: fc.option(simple) })
  .map(({ name, value, yes, no }): Statement => {
    return { k: "if", condition: { k: "binary", operator: "==", left: register(name), right: number(value) }, yes: [yes], no: no ? [no] : [] };
  });
const body = fc.array(fc.oneof({ weight: 5, arbitrary: simple }, { weight: 1, arbitrary: branch }), { minLength: 1, maxLength: 4 });
const programs = fc.array(body, { minLength: 2, maxLength: 3 }).map((bodies): Program => ({
  name: "random", memory: new Map<string, Value>([["x", 0n], ["y", 0n]]),
  threads: bodies.map((statements, i) => ({ name: `P${i}`, registers: new Map<string, Value>([["r0", 0n], ["r1", 0n]]), body: statements })),
}));

/** A machine with one memory: each statement is one step. */
interface Machine {
  readonly memory: Readonly<Record<string, Value>>;
  readonly threads: readonly { readonly registers: Readonly<Record<string, Value>>; readonly rest: readonly Statement[] }[];
}

function interleavings(program: Program): Set<string> {
  const found = new Set<string>();
  const seen = new Set<string>();
  const visit = (machine: Machine): void => {
    const key = JSON.stringify(machine, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value));
    if (seen.has(key)) return;
    seen.add(key);
    let ended = true;
    machine.threads.forEach((thread, i) => {
      if (thread.rest.length === 0) return;
      ended = false;
      visit(step(machine, i));
    });
    if (ended) found.add(finalKey(machine));
  };
  visit({
    memory: Object.fromEntries(program.memory),
    threads: program.threads.map((thread) => ({ registers: Object.fromEntries(thread.registers), rest: thread.body })),
  });
  return found;
}

function step(machine: Machine, i: number): Machine {
  const { registers, rest } = machine.threads[i]!;
  const statement = rest[0]!;
  const after = rest.slice(1);
  const valueOf = (expression: Expression): Value => {
    if (expression.k === "constant") return expression.value;
    if (expression.k === "register") return registers[expression.name]!;
    if (expression.k === "binary") return applyBinary(expression.operator, valueOf(expression.left), valueOf(expression.right));
    throw new Error(expression.k);
  };
  const next = (change: { memory?: Record<string, Value>; registers?: Record<string, Value>; rest?: readonly Statement[] }): Machine => ({
    memory: { ...machine.memory, ...change.memory },
    threads: machine.threads.with(i, { registers: { ...registers, ...change.registers }, rest: change.rest ?? after }),
  });
  const at = (expression: Expression): string => valueOf(expression) as string;
  switch (statement.k) {
    case "store": return next({ memory: { [at(statement.at)]: valueOf(statement.value) } });
    case "atomic": return next({ memory: { [at(statement.at)]: applyBinary("+", machine.memory[at(statement.at)]!, 1n) } });
    case "fence": return next({});
    case "if": return next({ rest: [...(valueOf(statement.condition) === 0n ? statement.no : statement.yes), ...after] });
    case "set": {
      const { value } = statement;
      if (value.k !== "load" && value.k !== "exchange" && value.k !== "compare-exchange") throw new Error(value.k);
      const place = at(value.at);
      const old = machine.memory[place]!;
      const stores = value.k === "exchange" || (value.k === "compare-exchange" && old === valueOf(value.expected));
      return next({ registers: { [statement.register]: old }, memory: stores ? { [place]: valueOf(value.value) } : {} });
    }
    default: throw new Error(statement.k);
  }
}

function finalKey(machine: Machine): string {
  const registers = machine.threads.flatMap((thread, i) => ["r0", "r1"].map((name) => `${i}:${name}=${printValue(thread.registers[name]!)};`));
  return [...registers, ...["x", "y"].map((name) => `[${name}]=${printValue(machine.memory[name]!)};`)].join(" ");
}

describe("explore", () => {
  it("finds under sc exactly what interleavings give", () => {
    fc.assert(fc.property(programs, (program) => {
      const found = outcomesOf(program, { model: sc });
      expect(Array.from(found.states.keys())).toEqual(Array.from(interleavings(program)).toSorted());
    }), { numRuns: 150 });
  });

  it("allows under lkmm whatever it allows under sc", () => {
    fc.assert(fc.property(programs, (program) => {
      const weak = outcomesOf(program, { model: lkmm }).states;
      for (const [key, { executions }] of outcomesOf(program, { model: sc }).states) {
        expect(weak.get(key)?.executions ?? 0, key).toBeGreaterThanOrEqual(executions);
      }
    }), { numRuns: 150 });
  });

  it("loses no state to asking the model early", () => {
    const patient = { ...lkmm, prepare: (...args: Parameters<typeof lkmm.prepare>) => ({ ...lkmm.prepare(...args), possible: () => true }) };
    fc.assert(fc.property(programs, (program) => {
      expect(outcomesOf(program, { model: lkmm })).toEqual(outcomesOf(program, { model: patient }));
    }), { numRuns: 100 });
  });
});

const messagePassing = (barriers: boolean): Program => {
  const fences = (kind: "wmb" | "rmb"): Statement[] => (barriers ? [{ k: "fence", kind, line: 0 }] : []);
  const read = (name: string, at: string, line: number): Statement => ({ k: "set", register: name, value: { k: "load", at: address(at), order: "once", line } });
  const write = (at: string, line: number): Statement => ({ k: "store", at: address(at), value: number(1), order: "once", line });
  return {
    name: "mp", memory: new Map(),
    threads: [
      { name: "P0", registers: new Map(), body: [write("x", 1), ...fences("wmb"), write("y", 2)] },
      { name: "P1", registers: new Map(), body: [read("r0", "y", 3), ...fences("rmb"), read("r1", "x", 4)] },
    ],
  };
};

describe("bounds and properties", () => {
  const stale = { property: (state: { register(t: number, n: string): Value | undefined }) => {
    const [flag, data] = [state.register(1, "r0"), state.register(1, "r1")];
    if (flag === 0n || data === 1n) return false;
    return flag === undefined || data === undefined ? undefined : true;
  } };
  const options = { model: lkmm, steps: 1000, rounds: 2 };

  it("stop at the bound of steps and say so", () => {
    const run = { model: lkmm, rounds: 2, observed: new Set<string>(), found: () => {} };
    expect(explore(messagePassing(false), { ...run, steps: 3 })).toEqual({ complete: false, steps: 3, cut: false });
    expect(explore(messagePassing(false), { ...run, steps: 1000 }).complete).toBe(true);
  });

  it("show the execution that breaks a property, with the pairs that nothing orders", () => {
    const witness = atOnce(findAllowed(messagePassing(false), stale.property, options))!;
    expect(witness.axiom).toBeNull();
    expect(witness.cycle.map((edge) => edge.relation)).toEqual(["po", "rf", "po", "fr"]);
    expect(witness.missing.map(({ from, to }) => [witness.events[from]!.line, witness.events[to]!.line])).toEqual([[1, 2], [3, 4]]);
  });

  it("show what forbids it when nothing breaks the property", () => {
    expect(atOnce(findAllowed(messagePassing(true), stale.property, options))).toBeNull();
    const witness = atOnce(findRefused(messagePassing(true), stale.property, options))!;
    expect(witness.axiom).toBe("happens-before");
    expect(witness.cycle.map((edge) => edge.relation)).toEqual(["wmb", "rf", "rmb", "fr"]);
    expect(witness.missing).toEqual([]);
  });
});
