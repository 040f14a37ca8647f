/**
 * The functions of models and actors. The built-in ones are lowered when the command line is built (scripts/bundle.ts)
 * and lie beside it, because to parse and lower four hundred functions takes longer than most replays; texts of user packs,
 * and all texts where the sources are run as they are, are lowered here.
 */
import { deserialize, serialize } from "node:v8";
import { lowerText } from "../c/index.ts";
import type { FunctionIr } from "../c/ir.ts";
import { sha1 } from "../util/digest.ts";
import { builtFile } from "./built-file.ts";
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

/** The file is as old as the front end in the bundle. Damaged, or of a Node that writes otherwise, it is not used. */
function readBuilt(): ReadonlyMap<string, Functions> {
  const none = new Map<string, Functions>();
  try {
    const data = builtFile(".units");
    return data === null ? none : (deserialize(data) as ReadonlyMap<string, Functions>);
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
  return serialize(new Map(sources.map((source) => [keyOf(source), lowerText(source.path, source.text).functions.map(plain)])));
}
