/**
 * What an actor touches when it runs alone in a world. A function that touches none of it in a way that conflicts is not
 * run beside it. It depends on models, actors and the world's settings alone, so for the built-in ones it is worked out
 * when the command line is built: some forty runs before the first replay otherwise.
 */
import type { FunctionIr } from "../c/ir.ts";
import { builtFile } from "../rulebook/index.ts";
import { checksum } from "../util/digest.ts";
import { fits } from "./fits.ts";
import { type Actor, type Library, libraryFor, type SourceText } from "./library.ts";
import { runReplay, type Subject, type Touched } from "./replay-run.ts";
import { everyWorld, forActor } from "./replay-world.ts";
import { sound, type Settings } from "./world/build.ts";
import type { ResourceName } from "./world/resources.ts";

/** Null where the actor did not come to its end. */
type Alone = Touched | null;

const known = new WeakMap<Library, Map<string, Alone>>();

export function touchedAlone(library: Library, settings: Settings, actor: Actor): Alone {
  let cache = known.get(library);
  if (cache === undefined) known.set(library, (cache = readTouched(builtFile(".touched") ?? Buffer.alloc(0), library)));
  const key = keyOf(settings, actor);
  let touched = cache.get(key);
  if (touched === undefined) cache.set(key, (touched = runAlone(library, settings, actor)));
  return touched;
}

function keyOf(settings: Settings, actor: Actor): string {
  return `${actor.name} ${JSON.stringify(settings)}`;
}

function runAlone(library: Library, settings: Settings, actor: Actor): Alone {
  const subject: Subject = { function: nothing(actor.ir), helpers: new Map(), loads: new Map(), walks: [], library, held: [], assumed: [], lines: new Map(), bound: 2000, work: { left: Infinity }, weakened: sound };
  const { touched, found, complete } = runReplay(subject, settings, actor);
  return found === null && complete ? touched() : null;
}

/** A function that does nothing, to run an actor alone. */
function nothing(like: FunctionIr): FunctionIr {
  return { ...like, name: "nothing", params: [], vars: new Map(), blocks: [{ id: 0, steps: [], end: { k: "return", value: null, loc: { line: 1, column: 1 } }, loopHead: false }] };
}

/** Models and actors of packs make another library. */
function idOf({ era, lines }: Library): string {
  return `${era} ${checksum(Array.from(lines, ([path, text]) => `${path}\n${text.join("\n")}`).join("\0"))}`;
}

/**
 * Lines of JSON: what is touched (resource, how, resource, how, ...), each once; the number of the line for each library;
 * and behind that the lines: for each run its place in the first.
 */
export function readTouched(data: Uint8Array, library: Library): Map<string, Alone> {
  const [first = "[]", second = "{}", ...lines] = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("latin1").split("\n");
  try {
    const line = lines[(JSON.parse(second) as Readonly<Record<string, number>>)[idOf(library)] ?? -1];
    if (line === undefined) return new Map();
    const rows = JSON.parse(first) as readonly (readonly ResourceName[] | null)[];
    return new Map(Object.entries(JSON.parse(line) as Readonly<Record<string, number>>).map(([key, place]) => [key, pairs(rows[place]!)]));
  } catch {
    // Of another make: then it is worked out.
    return new Map();
  }
}

function pairs(row: readonly ResourceName[] | null): Alone {
  if (row === null) return null;
  const touched = new Map<ResourceName, number>();
  for (let i = 0; i < row.length; i += 2) touched.set(row[i]!, Number(row[i + 1]));
  return touched;
}

/** What readTouched() reads, for all eras. */
export function builtTouched(models: readonly SourceText[], actors: readonly SourceText[], eras: readonly string[]): Uint8Array {
  const rows = new Map<string, number>();
  const lines: string[] = [];
  const lineOf: Record<string, number> = {};
  const same = new Map<string, number>();
  for (const era of eras) {
    const library = libraryFor(models, actors, era);
    // Most eras have the models and actors of the one before.
    const inForce = [...library.models.values(), ...library.functions.values()].map(({ file, line }) => `${file}:${line}`).join();
    const line = same.get(inForce) ?? lines.push(JSON.stringify(placesOf(library, rows))) - 1;
    same.set(inForce, line);
    lineOf[idOf(library)] = line;
  }
  return Buffer.from([`[${Array.from(rows.keys()).join(",")}]`, JSON.stringify(lineOf), ...lines].join("\n"), "latin1");
}

function placesOf(library: Library, rows: Map<string, number>): Record<string, number> {
  const places: Record<string, number> = {};
  for (const actor of library.actors) {
    for (const plain of everyWorld()) {
      const settings = forActor(plain, actor);
      if (keyOf(settings, actor) in places || !fits(actor, settings)) continue;
      const touched = runAlone(library, settings, actor);
      const row = JSON.stringify(touched && Array.from(touched).flat());
      if (!rows.has(row)) rows.set(row, rows.size);
      places[keyOf(settings, actor)] = rows.get(row)!;
    }
  }
  return places;
}
