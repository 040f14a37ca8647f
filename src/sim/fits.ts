/** Whether an actor can run in a world at all. */
import { bindParameter } from "./bindings.ts";
import type { Actor } from "./library.ts";
import { buildWorld, type Settings } from "./world/build.ts";

/** Kinds of memory that an actor must ask for by name. */
const special: ReadonlySet<string> = new Set(["kernel", "hugetlb", "pfnmap"]);

const defaults: Settings = { vma: "anon", users: "live", "free-tables": "rcu" };

export function fits(actor: Actor, settings: Settings): boolean {
  const vma = settings["vma"] ?? "anon";
  if (special.has(vma) && !(actor.needs.get("vma")?.includes(vma) ?? false)) return false;
  for (const [key, allowed] of actor.needs) if (!allowed.includes(settings[key] ?? defaults[key] ?? "")) return false;
  const world = buildWorld(settings, 1);
  return actor.ir.params.every((name) => bindParameter(world, actor.ir.vars.get(name)!) !== undefined);
}
