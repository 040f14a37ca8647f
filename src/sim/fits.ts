/** Whether an actor can run in a world at all. */
import { bindParameter } from "./bindings.ts";
import type { Actor } from "./library.ts";
import { buildWorld, type Settings } from "./world/build.ts";

/** Kinds of memory that an actor must ask for by name. */
const special: ReadonlySet<string> = new Set(["kernel", "hugetlb", "pfnmap"]);

const defaults: Settings = { vma: "anon", users: "live", "free-tables": "rcu" };

/** What is known by the text of the settings: each replay asks for the same few hundred, and a world is built for each. */
const known = new WeakMap<Actor, Map<string, boolean>>();

export function fits(actor: Actor, settings: Settings): boolean {
  const asked = known.get(actor) ?? new Map<string, boolean>();
  known.set(actor, asked);
  const key = JSON.stringify(settings);
  const found = asked.get(key) ?? isPossible(actor, settings);
  asked.set(key, found);
  return found;
}

function isPossible(actor: Actor, settings: Settings): boolean {
  const vma = settings["vma"] ?? "anon";
  if (special.has(vma) && !(actor.needs.get("vma")?.includes(vma) ?? false)) return false;
  for (const [key, allowed] of actor.needs) if (!allowed.includes(settings[key] ?? defaults[key] ?? "")) return false;
  const world = buildWorld(settings, 1);
  return actor.ir.params.every((name) => bindParameter(world, actor.ir.vars.get(name)!) !== undefined);
}
