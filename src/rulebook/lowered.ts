/**
 * The functions of models and actors. The built-in ones are lowered when the command line is built (scripts/bundle.ts)
 * and lie beside it, because to parse and lower four hundred functions takes longer than most replays; texts of user packs,
 * and all texts where the sources are run as they are, are lowered here.
 */
import { readFileSync } from "node:fs";
import { deserialize, serialize } from "node:v8";
import { fileURLToPath } from "node:url";
import { lowerText } from "../c/index.ts";
import type { FunctionIr } from "../c/ir.ts";
import { sha1 } from "../util/digest.ts";
import type { RuleText } from "./builtin.ts";

type Functions = readonly FunctionIr[];

/** initC() must have been awaited. */
export function functionsOf(source: RuleText): Functions {
  atBuild ??= readBuilt();
  return atBuild.get(keyOf(source)) ?? lowerText(source.path, source.text).functions;
}

let atBuild: ReadonlyMap<string, Functions> | null = null;

function keyOf({ path, text }: RuleText): string {
  return sha1(`${path}\0${text}`);
}

const digestLength = 40;

/** The file lies beside the bundle and has its name, so that it is as old as the front end in it. Damaged, or of a Node that writes otherwise, it is not used. */
function readBuilt(): ReadonlyMap<string, Functions> {
  const none = new Map<string, Functions>();
  if (!import.meta.url.endsWith(".cjs")) return none;
  try {
    const bytes = readFileSync(fileURLToPath(import.meta.url).replace(/\.cjs$/, ".units"));
    const data = bytes.subarray(digestLength);
    return sha1(data) === bytes.toString("latin1", 0, digestLength) ? (deserialize(data) as ReadonlyMap<string, Functions>) : none;
  } catch {
    return none;
  }
}

/** What readBuilt() reads. The same bytes for the same texts. */
export function builtFunctions(sources: readonly RuleText[]): Uint8Array {
  const plain = (fn: FunctionIr): FunctionIr => {
    const { words: _words, summary: _summary, ...rest } = fn;
    return rest;
  };
  const data = serialize(new Map(sources.map((source) => [keyOf(source), lowerText(source.path, source.text).functions.map(plain)])));
  return Buffer.concat([Buffer.from(sha1(data), "latin1"), data]);
}
