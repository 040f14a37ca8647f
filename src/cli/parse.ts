/**
 * Arguments to words: which command, which options with which text, which positional arguments. yargs splits the line
 * by the option table; values are checked by who uses them (values.ts), so that every mistake gets the same one line.
 */
import yargs, { type Argv } from "yargs";
import { UsageError } from "../core/errors.ts";
import { type CommandName, commandTable, isCommandName } from "./commands.ts";
import type { Arguments } from "./context.ts";
import { type OptionSpec, optionsOf, optionTable } from "./options.ts";
import { nearest } from "../util/nearest.ts";

export async function parseArguments(argv: readonly string[]): Promise<Arguments> {
  let command: CommandName = "review";
  const parser = declare(emptyParser(separated(argv)));
  for (const { name, summary } of commandTable) {
    parser.command(name === "review" ? [name, "$0"] : [name], summary, {}, () => {
      command = name;
    });
  }
  const found = await parser.parseAsync();
  return toArguments(command, found);
}

function emptyParser(argv: readonly string[]): Argv {
  return yargs([...argv])
    .scriptName("mmreview")
    .help(false)
    .version(false)
    .exitProcess(false)
    .showHelpOnFail(false)
    .parserConfiguration({
      "boolean-negation": false,
      "camel-case-expansion": false,
      "dot-notation": false,
      "greedy-arrays": false,
      "parse-numbers": false,
      "parse-positional-numbers": false,
      "strip-aliased": true,
    })
    .fail((message, error) => {
      throw error === undefined || error.name === "YError" ? new UsageError(plainMessage(message)) : error;
    });
}

/** yargs says "Not enough arguments following: format". */
function plainMessage(message: string): string {
  const missing = /^Not enough arguments following: (.+)$/.exec(message);
  return missing ? `option ${dashed(missing[1]!)} needs a value` : message.replace(/\s+/g, " ");
}

/** What yargs takes apart wrongly: a value attached to its letter (-fjson), and "-" as a value (-o -). */
function separated(argv: readonly string[]): string[] {
  const end = argv.indexOf("--");
  const options = end < 0 ? argv : argv.slice(0, end);
  const letters = optionTable.filter((option) => option.value !== undefined).map((option) => option.short);
  refuseStrangers(options);
  const words = options.flatMap((word) => {
    const attached = /^-([a-zA-Z])([^=].*)$/s.exec(word);
    return attached && letters.includes(attached[1]) ? [`-${attached[1]}`, attached[2]!] : [word];
  });
  const takesValue = (word: string | undefined): boolean =>
    optionTable.some((option) => option.value !== undefined && (word === `--${option.name}` || word === `-${option.short}`));
  const joined: string[] = [];
  for (const word of words) {
    if (word === "-" && takesValue(joined.at(-1))) joined.push(`${joined.pop()!}=-`);
    else joined.push(word);
  }
  return [...joined, ...argv.slice(options.length)];
}

/** Before yargs sees them: it breaks on names such as --constructor. */
function refuseStrangers(words: readonly string[]): void {
  const command = words.find((word) => isCommandName(word)) ?? "review";
  for (const word of words) {
    const name = /^--([^=]+)/.exec(word)?.[1];
    if (name !== undefined && !optionTable.some((option) => option.name === name)) throw unknownOption(name, command);
  }
}

/** Options are declared for all commands at once, as they may stand before the command; toArguments refuses strangers. */
function declare(parser: Argv): Argv {
  for (const option of optionTable) {
    const alias = option.short === undefined ? {} : { alias: option.short };
    const kind = option.value === undefined ? ({ type: "boolean" } as const) : ({ type: "string", array: true, requiresArg: true } as const);
    parser.option(option.name, { ...alias, ...kind });
  }
  return parser;
}

function toArguments(command: CommandName, found: Readonly<Record<string, unknown>>): Arguments {
  const options = optionsOf(command);
  const switches = new Set<string>();
  const values = new Map<string, readonly string[]>();
  for (const [key, value] of Object.entries(found)) {
    if (["_", "$0"].includes(key) || value === undefined) continue;
    const option = options.find((candidate) => candidate.name === key);
    if (option === undefined) throw unknownOption(key, command);
    if (option.value !== undefined) values.set(key, textsOf(option, value));
    else if (value !== false) switches.add(key);
  }
  const words = (found["_"] as readonly unknown[]).map(String);
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

function dashed(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}
