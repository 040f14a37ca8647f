/**
 * Arguments to words: which command, which options with which text, which positional arguments. Plain lines are split here
 * (plain-words.ts), all others by yargs, which takes longer to load than a mail to read; values are checked by who uses
 * them (values.ts), so that every mistake gets the same one line.
 */
import { UsageError } from "../core/errors.ts";
import { type CommandName, isCommandName } from "./commands.ts";
import type { Arguments } from "./context.ts";
import { dashed, type OptionSpec, optionsOf, optionTable } from "./options.ts";
import { plainWords, type Words } from "./plain-words.ts";
import { nearest } from "../util/nearest.ts";

export async function parseArguments(argv: readonly string[]): Promise<Arguments> {
  const plain = plainWords(argv);
  if (plain !== null) return toArguments(plain);
  refuseStrangers(argv);
  const { yargsWords } = await import("./yargs-words.ts");
  return toArguments(await yargsWords(argv));
}

/** Before yargs sees them: it breaks on names such as --constructor. */
function refuseStrangers(argv: readonly string[]): void {
  const end = argv.indexOf("--");
  const words = end < 0 ? argv : argv.slice(0, end);
  const command = words.find((word) => isCommandName(word)) ?? "review";
  for (const word of words) {
    const name = /^--([^=]+)/.exec(word)?.[1];
    if (name !== undefined && !optionTable.some((option) => option.name === name)) throw unknownOption(name, command);
  }
}

function toArguments({ command, found, words }: Words): Arguments {
  const options = optionsOf(command);
  const switches = new Set<string>();
  const values = new Map<string, readonly string[]>();
  for (const [key, value] of Object.entries(found)) {
    if (value === undefined) continue;
    const option = options.find((candidate) => candidate.name === key);
    if (option === undefined) throw unknownOption(key, command);
    if (option.value !== undefined) values.set(key, textsOf(option, value));
    else if (value !== false) switches.add(key);
  }
  const named = words[0] === command;
  return { command, named, positionals: named ? words.slice(1) : words, switches, values };
}

function textsOf(option: OptionSpec, value: unknown): string[] {
  const texts = (Array.isArray(value) ? value : [value]).map(String);
  return option.list ? texts.flatMap((text) => text.split(",")).filter((text) => text !== "") : texts.slice(-1);
}

function unknownOption(key: string, command: CommandName): UsageError {
  const elsewhere = optionTable.find((option) => option.name === key || option.short === key);
  if (elsewhere !== undefined) {
    return new UsageError(`${dashed(key)} is not an option of ${command}`, `It belongs to ${elsewhere.commands.join(", ")}.`);
  }
  const guess = nearest(key, optionsOf(command).map((option) => option.name));
  const hint = guess === null ? `\`mmreview ${command} --help\` lists the options.` : `Did you mean --${guess}?`;
  return new UsageError(`unknown option ${dashed(key)}`, hint);
}
