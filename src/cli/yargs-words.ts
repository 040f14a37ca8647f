/** Any command line split by yargs, by the option table; unknown options were refused before, as it breaks on names such as --constructor. */
import yargs, { type Argv } from "yargs";
import { UsageError } from "../core/errors.ts";
import { type CommandName, commandTable } from "./commands.ts";
import { dashed, optionTable } from "./options.ts";
import type { Words } from "./plain-words.ts";

export async function yargsWords(argv: readonly string[]): Promise<Words> {
  let command: CommandName = "review";
  const parser = declare(emptyParser(separated(argv)));
  for (const { name, summary } of commandTable) {
    parser.command(name === "review" ? [name, "$0"] : [name], summary, {}, () => {
      command = name;
    });
  }
  const { _: words, $0: _program, ...found } = await parser.parseAsync();
  return { command, words: words.map(String), found };
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

/** Options are declared for all commands at once, as they may stand before the command; toArguments refuses strangers. */
function declare(parser: Argv): Argv {
  for (const option of optionTable) {
    const alias = option.short === undefined ? {} : { alias: option.short };
    const kind = option.value === undefined ? ({ type: "boolean" } as const) : ({ type: "string", array: true, requiresArg: true } as const);
    parser.option(option.name, { ...alias, ...kind });
  }
  return parser;
}
