/**
 * The functions of models and actors. The built-in ones are lowered when the command line is built (scripts/bundle.ts)
 * and lie beside it, because to parse and lower four hundred functions takes longer than most replays; texts of user packs,
 * and all texts where the sources are run as they are, are lowered here.
 */
import { deserialize, serialize } from "node:v8";
import { lowerText } from "../c/index.ts";
import type { FunctionIr } from "../c/ir.ts";
import { checksum } from "../util/digest.ts";
import { builtFile } from "./built-file.ts";
import type { RuleText } from "./builtin.ts";

type Functions = readonly FunctionIr[];
type Body = Pick<FunctionIr, "vars" | "blocks" | "unreadable">;
/** What a function is without its body, and where that stands behind the first line of the file. */
type Head = Omit<FunctionIr, keyof Body | "words" | "summary"> & { readonly body: readonly [from: number, to: number] };

/** initC() must have been awaited. */
export function functionsOf(source: RuleText): Functions {
  atBuild ??= readBuilt();
  return atBuild.get(keyOf(source)) ?? lowerText(source.path, source.text).functions;
}

let atBuild: ReadonlyMap<string, Functions> | null = null;

function keyOf({ path, text }: RuleText): string {
  return `${path} ${text.length} ${checksum(text)}`;
}

/** The file is as old as the front end in the bundle. Damaged, or of a Node that writes otherwise, it is not used. */
function readBuilt(): ReadonlyMap<string, Functions> {
  const data = builtFile(".units");
  try {
    return data === null ? new Map() : readFunctions(data);
  } catch {
    return new Map();
  }
}

/** Functions by text; their bodies are read when they are looked at: a replay runs one in ten. Throws where this Node can't read them. */
export function readFunctions(data: Buffer): ReadonlyMap<string, Functions> {
  const end = data.indexOf("\n");
  const bodies = data.subarray(end + 1);
  const texts = JSON.parse(data.toString("utf8", 0, end)) as Readonly<Record<string, readonly Head[]>>;
  const read = ([from, to]: Head["body"]): Body => deserialize(bodies.subarray(from, to)) as Body;
  const [some] = Object.values(texts).flat();
  if (some !== undefined) read(some.body);
  return new Map(Object.entries(texts).map(([key, heads]) => [key, heads.map((head) => withBody(head, read))]));
}

function withBody({ body, ...head }: Head, read: (body: Head["body"]) => Body): FunctionIr {
  let known: Body | null = null;
  const own = (): Body => (known ??= read(body));
  return {
    ...head,
    get vars() {
      return own().vars;
    },
    get blocks() {
      return own().blocks;
    },
    get unreadable() {
      return own().unreadable;
    },
  };
}

/** What readFunctions() reads: a line of JSON, and the bodies behind it. The same bytes for the same texts. */
export function builtFunctions(sources: readonly RuleText[]): Uint8Array {
  const bodies: Buffer[] = [];
  let length = 0;
  const headOf = (fn: FunctionIr): Head => {
    const { words: _words, summary: _summary, vars, blocks, unreadable, ...head } = fn;
    const body = serialize({ vars, blocks, unreadable });
    bodies.push(body);
    length += body.length;
    return { ...head, body: [length - body.length, length] };
  };
  const texts = Object.fromEntries(sources.map((source) => [keyOf(source), lowerText(source.path, source.text).functions.map(headOf)]));
  return Buffer.concat([Buffer.from(`${JSON.stringify(texts)}\n`), ...bodies]);
}
