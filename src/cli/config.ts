/**
 * Settings from a .mmreview.json: what a project or a person would otherwise type each time. Read as data; what the
 * command line says holds against it. A checkout may come from a stranger, so only the folders of the repository (or of
 * the user's own home) are looked into, a path in the file can't lead out of its folder, and no setting names a file to
 * write.
 */
import { existsSync, lstatSync, readFileSync, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { UsageError } from "../core/errors.ts";
import { type JsonObject, parseJsonObject } from "../json-text.ts";
import type { Arguments, Environment } from "./context.ts";
import { type OptionSpec, optionTable } from "./options.ts";
import { nearest } from "../util/nearest.ts";

const configName = ".mmreview.json";
const largest = 1024 * 1024;

export interface Configured {
  readonly args: Arguments;
  /** The file that was read, or null. */
  readonly path: string | null;
}

/** The options that may stand in the file. */
export const settings: readonly OptionSpec[] = optionTable.filter((option) => option.setting !== undefined);

/** The arguments with what the nearest file adds to them. Throws UsageError naming the file. */
export function withConfig(args: Arguments, cwd: string, env: Environment): Configured {
  const path = args.switches.has("no-config") ? null : findConfig(cwd, env["HOME"] ?? homedir());
  if (path === null) return { args, path };
  const given = settingsOf(path);
  const values = new Map(args.values);
  const switches = new Set(args.switches);
  for (const option of settings.filter(({ commands }) => commands.includes(args.command))) {
    const value = given.get(option.name);
    if (value === undefined) continue;
    if (option.value === undefined) switches.add(option.name);
    else if (!values.has(option.name)) values.set(option.name, value);
  }
  return { args: { ...args, values, switches }, path };
}

/** The nearest file: up to the top of the repository, or up to the home folder; then the home folder's own. */
export function findConfig(cwd: string, home: string): string | null {
  const up = foldersAbove(cwd);
  const repository = up.findIndex((folder) => existsSync(join(folder, ".git")));
  const last = repository >= 0 ? repository : Math.max(0, up.indexOf(home));
  return [...up.slice(0, last + 1), home].map((folder) => join(folder, configName)).find((path) => lstatSync(path, { throwIfNoEntry: false }) !== undefined) ?? null;
}

function foldersAbove(folder: string): string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...foldersAbove(above)];
}

/** Texts by option name, as the command line would have given them; a switch that is off is left out. */
function settingsOf(path: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(parseJsonObject(path, readConfig(path)))) {
    if (name === "$schema") continue;
    const option = settings.find((candidate) => candidate.name === name);
    if (option === undefined) throw unknownSetting(path, name);
    const texts = textsOf(path, option, value);
    if (texts !== null) found.set(name, option.setting === "path" ? texts.map((text) => insidePath(path, name, text)) : texts);
  }
  return found;
}

function readConfig(path: string): string {
  try {
    const { size } = requireFile(path);
    if (size > largest) throw new UsageError(`${path} is larger than ${largest} bytes`);
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`can't read ${path}: ${error instanceof Error ? error.message : String(error)}`, "--no-config does without it.");
  }
}

/** Not a pipe or device, which would be waited for. */
function requireFile(path: string): { readonly size: number } {
  const found = statSync(path);
  if (!found.isFile()) throw new UsageError(`${path} is not a file`, "--no-config does without it.");
  return found;
}

function unknownSetting(path: string, name: string): UsageError {
  const option = optionTable.find((candidate) => candidate.name === name);
  if (option !== undefined) return new UsageError(`${path}: "${name}" can only be said on the command line`);
  const guess = nearest(name, settings.map((candidate) => candidate.name));
  return new UsageError(`${path}: there is no setting "${name}"`, guess === null ? `It knows ${settings.map((candidate) => candidate.name).join(", ")}.` : `Did you mean "${guess}"?`);
}

/** null for a switch that is off. */
function textsOf(path: string, option: OptionSpec, value: JsonObject[string]): string[] | null {
  if (option.value === undefined) {
    if (typeof value !== "boolean") throw new UsageError(`${path}: "${option.name}" is true or false`);
    return value ? [] : null;
  }
  if (option.list) {
    if (!Array.isArray(value) || value.some((item) => typeof item !== "string")) throw new UsageError(`${path}: "${option.name}" is a list of texts`);
    return value as string[];
  }
  if (option.setting === "number" && Number.isSafeInteger(value)) return [String(value)];
  if (option.setting === "number") throw new UsageError(`${path}: "${option.name}" is a whole number`);
  if (typeof value !== "string") throw new UsageError(`${path}: "${option.name}" is a text`);
  if (option.name === "archive" && !/^https:\/\//i.test(value)) throw new UsageError(`${path}: "archive" is an https address`);
  return [value];
}

/** The absolute path, which has to be inside the file's folder also when links are followed. */
function insidePath(config: string, name: string, given: string): string {
  const folder = dirname(config);
  const full = resolve(folder, given);
  const steps = [relative(folder, full), existsSync(full) ? relative(realpathSync(folder), realpathSync(full)) : ""];
  if (steps.some((step) => step.split(/[\\/]/)[0] === ".." || isAbsolute(step))) throw new UsageError(`${config}: "${name}" leads out of the file's folder: '${given}'`);
  return full;
}
