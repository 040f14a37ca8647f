/**
 * Values of litmus-like programs: 32-bit integers, as herd7 computes C with, and addresses of locations.
 *
 * An address is known by the name of its location only, as in herd7: it can be stored, compared and followed, but has
 * no number. What an operator can't do on addresses is an `IllegalOperation`, which makes the whole program unsupported.
 */

/** An integer, or the name of the location that is pointed to. */
export type Value = bigint | string;

export type BinaryOperator =
  | "+" | "-" | "*" | "/" | "%" | "<<" | ">>" | "&" | "|" | "^" | "&~"
  | "==" | "!=" | "<" | ">" | "<=" | ">=";

export type UnaryOperator = "-" | "~" | "!";

/** The number as an `int`. */
export function wrapped(value: bigint): bigint {
  return BigInt.asIntN(32, value);
}

/** An operation that has no meaning in the model, such as the product of two addresses. */
export class IllegalOperation extends Error {
  constructor(message: string) {
    super(message);
    this.name = "IllegalOperation";
  }
}

export function isTrue(value: Value): boolean {
  return value !== 0n;
}

const truth = (holds: boolean): bigint => (holds ? 1n : 0n);

export function applyUnary(operator: UnaryOperator, value: Value): Value {
  if (operator === "!") return truth(!isTrue(value));
  if (typeof value === "string") throw new IllegalOperation(`${operator} on the address of ${value}`);
  return wrapped(operator === "-" ? -value : ~value);
}

export function applyBinary(operator: BinaryOperator, left: Value, right: Value): Value {
  if (typeof left === "bigint" && typeof right === "bigint") return onIntegers(operator, left, right);
  return onAddresses(operator, left, right);
}

function onIntegers(operator: BinaryOperator, left: bigint, right: bigint): bigint {
  switch (operator) {
    case "+": return wrapped(left + right);
    case "-": return wrapped(left - right);
    case "*": return wrapped(left * right);
    case "/": return wrapped(left / nonZero(right));
    case "%": return left % nonZero(right);
    case "<<": return wrapped(left << shiftCount(right));
    case ">>": return left >> shiftCount(right);
    case "&": return left & right;
    case "|": return left | right;
    case "^": return left ^ right;
    case "&~": return left & ~right;
    case "==": return truth(left === right);
    case "!=": return truth(left !== right);
    case "<": return truth(left < right);
    case ">": return truth(left > right);
    case "<=": return truth(left <= right);
    case ">=": return truth(left >= right);
  }
}

/** The divisor. */
function nonZero(divisor: bigint): bigint {
  if (divisor === 0n) throw new IllegalOperation("division by zero");
  return divisor;
}

function shiftCount(count: bigint): bigint {
  if (count < 0n || count > 31n) throw new IllegalOperation(`shift by ${count}`);
  return count;
}

function onAddresses(operator: BinaryOperator, left: Value, right: Value): Value {
  if (operator === "==") return truth(left === right);
  if (operator === "!=") return truth(left !== right);
  if (operator === "<" || operator === ">") {
    const [smaller, larger] = operator === "<" ? [left, right] : [right, left];
    if (larger === 0n || smaller === 0n) return truth(smaller === 0n);
  }
  if (operator === "+" && left === 0n) return right;
  if ((operator === "+" || operator === "-" || operator === "|") && right === 0n) return left;
  if ((operator === "^" || operator === "-") && left === right) return 0n;
  throw new IllegalOperation(`${printValue(left)} ${operator} ${printValue(right)}`);
}

/** "-1", or the name of the location. */
export function printValue(value: Value): string {
  return typeof value === "bigint" ? value.toString() : value;
}

/** Integers by size, before addresses by name. */
export function compareValues(a: Value, b: Value): number {
  if (typeof a === "bigint") return typeof b === "bigint" ? Number(a > b) - Number(a < b) : -1;
  if (typeof b === "bigint") return 1;
  return Number(a > b) - Number(a < b);
}
