/** Option texts to checked values. Every mistake is a UsageError of one line that says what would have been right. */
import { availableParallelism } from "node:os";
import { isAbsolute, join } from "node:path";
import { UsageError } from "../core/errors.ts";
import type { RuleId } from "../core/finding.ts";
import type { AnalysisRequest } from "../core/request.ts";
import { isRuleId, ruleIds } from "../core/rule-ids.ts";
import type { Arguments, Context, Environment } from "./context.ts";
import { optionTable } from "./options.ts";
import { nearest } from "../util/nearest.ts";

/** The text given last, or null. */
export function text(args: Arguments, name: string): string | null {
  return args.values.get(name)?.at(-1) ?? null;
}

/** One of the option's choices for this command, or `standard`. */
export function choice<T extends string>(args: Arguments, name: string, standard: T): T {
  const given = text(args, name);
  if (given === null) return standard;
  const choices = optionTable.find((option) => option.name === name)?.choices?.(args.command) ?? [];
  if (choices.includes(given)) return given as T;
  const guess = nearest(given, choices);
  throw new UsageError(`--${name} does not know '${given}'`, guess === null ? `It knows ${choices.join(", ")}.` : `Did you mean ${guess}?`);
}

function count(args: Arguments, name: string, most: number): number | null {
  const given = text(args, name);
  if (given === null) return null;
  const number = /^\d{1,15}$/.test(given) ? Number(given) : 0;
  if (number >= 1 && number <= most) return number;
  throw new UsageError(`--${name} takes a whole number from 1 to ${most}, not '${given}'`);
}

/** "X.Y" of "6.12", "v6.12" or "6.12.3". */
export function kernel(args: Arguments): string | null {
  const given = text(args, "kernel");
  if (given === null) return null;
  const parts = /^v?(\d{1,3}\.\d{1,3})(?:[.-].*)?$/.exec(given);
  if (parts === null) throw new UsageError(`--kernel takes a version such as 6.12, not '${given}'`);
  return parts[1]!;
}

function rules(args: Arguments, name: "only" | "skip"): RuleId[] {
  return (args.values.get(name) ?? []).map((given) => ruleId(given, `--${name}`));
}

export function ruleId(given: string, place: string): RuleId {
  if (isRuleId(given)) return given;
  const guess = nearest(given, ruleIds);
  throw new UsageError(`${place}: there is no rule '${given}'`, guess === null ? "`mmreview rules list` names them." : `Did you mean ${guess}?`);
}

export function jobs(args: Arguments): number {
  return count(args, "jobs", 256) ?? availableParallelism();
}

export function bound(args: Arguments): number | null {
  return count(args, "bound", 1_000_000_000);
}

/** The library reads no clock: the day is said here. */
function baselineOf(args: Arguments): Pick<AnalysisRequest, "baseline" | "today"> {
  const baseline = text(args, "baseline");
  return baseline === null ? {} : { baseline, today: today() };
}

/** The user's folder for what can be made again (XDG base directory specification); a path in it that is not absolute is to be ignored. */
function cacheOf(args: Arguments, env: Environment): Pick<AnalysisRequest, "cache"> {
  const [cacheHome, home] = [env["XDG_CACHE_HOME"] ?? "", env["HOME"] ?? ""];
  const folder = isAbsolute(cacheHome) ? cacheHome : isAbsolute(home) ? join(home, ".cache") : null;
  return folder === null || args.switches.has("no-cache") ? {} : { cache: join(folder, "mmreview") };
}

/** YYYY-MM-DD, UTC. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}

export function analysis({ args, cwd, env }: Context): AnalysisRequest {
  const only = rules(args, "only");
  const skip = rules(args, "skip");
  const left = ruleIds.filter((id) => (only.length === 0 || only.includes(id)) && !skip.includes(id));
  if (left.length === 0) throw new UsageError("--only and --skip leave no rule to apply");
  return {
    kernel: kernel(args),
    only,
    skip,
    rules: args.values.get("rules") ?? [],
    bound: bound(args),
    jobs: jobs(args),
    strict: args.switches.has("strict"),
    ...baselineOf(args),
    ...cacheOf(args, env),
    cwd,
  };
}
