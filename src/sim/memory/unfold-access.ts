/**
 * The events of expressions that access memory: loads and read-modify-writes.
 *
 * Which operand gives which dependency is herd7's choice (herd/event.ml: linux_exch, linux_cmpexch_ok, build_atomic_op):
 * the expected value of cmpxchg() gives none, the address of an atomic operation reaches its read only, and the result
 * of an operation with full ordering depends on nothing, since the barrier behind it orders everything anyway.
 */
import { merge, type Control, type Flow } from "./flow.ts";
import type { Expression, RmwOrder } from "./program.ts";
import type { Recorder } from "./recorder.ts";
import { binaryTerm, type Term } from "./term.ts";
import { result, type Around, type Then } from "./unfold-around.ts";
import { isLocked, tryLock } from "./unfold-lock.ts";

type AtomicOrder = RmwOrder | "noreturn";

type Fetch = Omit<Expression & { k: "fetch" }, "order"> & { readonly order: AtomicOrder };

export type Access = Exclude<Expression, { k: "constant" | "register" | "unary" | "binary" | "fetch" }> | Fetch;

export function unfoldAccess(access: Access, around: Around, then: Then): void {
  switch (access.k) {
    case "load": return load(access, around, then);
    case "exchange": return exchange(access, around, then);
    case "compare-exchange": return compareExchange(access, around, then);
    case "fetch": return fetch(access, around, then);
    case "add-unless": return addUnless(access, around, then);
    case "trylock": return tryLock(access, around, then);
    case "is-locked": return isLocked(access, around, then);
  }
}

function load(access: Access & { k: "load" }, { recorder, evaluate, control }: Around, then: Then): void {
  evaluate(access.at, control, (at) => {
    const read = recorder.emitRead({ kind: "R", tag: access.order, line: access.line }, at.term, at.before, control);
    recorder.addressDependency(at.sources, read);
    then(result({ k: "read", event: read }, [read], read, at));
  });
}

function emitAtomicRead(recorder: Recorder, order: AtomicOrder, at: Flow, line: number, control: Control): number {
  const tag = order === "acquire" || order === "noreturn" ? order : "once";
  const read = recorder.emitRead({ kind: "R", tag, line, atomic: true }, at.term, at.before, control);
  recorder.addressDependency(at.sources, read);
  return read;
}

interface AtomicWrite {
  readonly order: AtomicOrder;
  readonly at: Flow;
  readonly value: Term;
  readonly read: number;
  readonly after: readonly Flow[];
  readonly line: number;
}

function emitAtomicWrite(recorder: Recorder, write: AtomicWrite, control: Control): number {
  const tag = write.order === "release" ? "release" : "once";
  const before = merge(write.at.before, [write.read], ...write.after.map((flow) => flow.before));
  const number = recorder.emit({ kind: "W", tag, line: write.line, atomic: true }, write.at.term, write.value, before, control);
  recorder.pairRmw(write.read, number);
  return number;
}

/** Runs `operation` between two full barriers when `order` asks for them; its result then hangs on the second one. */
function withBarriers(
  order: AtomicOrder, line: number, { recorder, control }: Around, operation: (then: Then) => void, then: Then,
): void {
  if (order !== "full") return operation(then);
  const first = recorder.emit({ kind: "F", tag: "mb", line }, null, null, [], control);
  operation((flow) => {
    const before = recorder.since(first);
    const last = recorder.emit({ kind: "F", tag: "mb", line }, null, null, before, control);
    recorder.precedesTheRest(first);
    then({ ...flow, sources: [], taint: [], before: recorder.since(first).filter((event) => event <= last) });
  });
}

function exchange(access: Access & { k: "exchange" }, around: Around, then: Then): void {
  const { recorder, evaluate, control } = around;
  const { order, line } = access;
  withBarriers(order, line, around, (done) => {
    evaluate(access.at, control, (at) => {
      evaluate(access.value, control, (value) => {
        const read = emitAtomicRead(recorder, order, at, line, control);
        const write = emitAtomicWrite(recorder, { order, at, value: value.term, read, after: [value], line }, control);
        recorder.addressDependency(at.sources, write);
        recorder.dataDependency(value.sources, write);
        done(result({ k: "read", event: read }, [read], read, at, value));
      });
    });
  }, then);
}

function compareExchange(access: Access & { k: "compare-exchange" }, around: Around, then: Then): void {
  const { recorder, evaluate, control } = around;
  const { order, line } = access;
  const here = recorder.position();
  withBarriers(order, line, around, (done) => {
    evaluate(access.at, control, (at) => {
      evaluate(access.expected, control, (expected) => {
        evaluate(access.value, control, (value) => {
          const read = emitAtomicRead(recorder, order, at, line, control);
          const write = emitAtomicWrite(recorder, { order, at, value: value.term, read, after: [expected, value], line }, control);
          recorder.addressDependency(at.sources, write);
          recorder.dataDependency(value.sources, write);
          recorder.require({ k: "same", left: { k: "read", event: read }, right: expected.term });
          done(result({ k: "read", event: read }, [read], read, at, expected, value));
        });
      });
    });
  }, then);
  recorder.goBack(here);
  evaluate(access.at, control, (at) => {
    evaluate(access.expected, control, (expected) => {
      const read = emitAtomicRead(recorder, "relaxed", at, line, control);
      const equal = binaryTerm("==", expected.term, { k: "read", event: read });
      recorder.require({ k: "truth", term: equal, expected: false });
      then(result({ k: "read", event: read }, [read], read, at, expected));
    });
  });
}

function fetch(access: Fetch, around: Around, then: Then): void {
  const { recorder, evaluate, control } = around;
  const { order, line } = access;
  withBarriers(order, line, around, (done) => {
    evaluate(access.operand, control, (operand) => {
      evaluate(access.at, control, (at) => {
        const read = emitAtomicRead(recorder, order, at, line, control);
        const old: Term = { k: "read", event: read };
        const value = binaryTerm(access.operator, old, operand.term);
        const write = emitAtomicWrite(recorder, { order, at, value, read, after: [operand], line }, control);
        recorder.dataDependency(merge(operand.sources, [read]), write);
        const flow = result(access.yields === "old" ? old : value, merge([read], operand.sources), read, at, operand);
        done({ ...flow, taint: operand.taint, before: merge(flow.before, operand.before) });
      });
    });
  }, then);
}

function addUnless(access: Access & { k: "add-unless" }, around: Around, then: Then): void {
  const { recorder, evaluate, control } = around;
  const { line } = access;
  const here = recorder.position();
  withBarriers("full", line, around, (done) => {
    evaluate(access.at, control, (at) => {
      evaluate(access.operand, control, (operand) => {
        evaluate(access.unless, control, (unless) => {
          const read = emitAtomicRead(recorder, "relaxed", at, line, control);
          const old: Term = { k: "read", event: read };
          const value = binaryTerm("+", old, operand.term);
          const write = emitAtomicWrite(recorder, { order: "full", at, value, read, after: [operand, unless], line }, control);
          recorder.addressDependency(at.sources, write);
          recorder.dataDependency(merge(operand.sources, [read]), write);
          recorder.require({ k: "truth", term: binaryTerm("==", old, unless.term), expected: false });
          done(result(1n, [read], read, at, operand, unless));
        });
      });
    });
  }, then);
  recorder.goBack(here);
  evaluate(access.at, control, (at) => {
    evaluate(access.unless, control, (unless) => {
      const read = emitAtomicRead(recorder, "relaxed", at, line, control);
      recorder.require({ k: "same", left: { k: "read", event: read }, right: unless.term });
      const flow = result(0n, merge([read], unless.sources), read, at, unless);
      then({ ...flow, taint: unless.taint, before: merge(flow.before, unless.before) });
    });
  });
}
