/**
 * A command line of plain words, as nearly all are: options spelt out or by their letter, with the value behind them. Others are left
 * to yargs (yargs-words.ts), which takes these to be the same (parse.test.ts).
 */
import { type CommandName, isCommandName } from "./commands.ts";
import { type OptionSpec, optionTable } from "./options.ts";

export interface Words {
  readonly command: CommandName;
  /** What is no option, the command's name included. */
  readonly words: readonly string[];
  /** By option name: true, or texts as they were given. */
  readonly found: Readonly<Record<string, unknown>>;
}

/** null for a line with anything that has a meaning of its own: joined letters, "=", quotes, "--", "-", true and false behind a switch. */
export function plainWords(argv: readonly string[]): Words | null {
  const words: string[] = [];
  const found: Record<string, true | string[]> = {};
  const rest = argv.values();
  for (const word of rest) {
    if (!plain(word)) {
      const option = optionTable.find((one) => word === `--${one.name}` || (one.short !== undefined && word === `-${one.short}`));
      if (option === undefined || !takenBy(option, rest, found)) return null;
    } else if (/^(?:true|false)$/.test(word)) return null;
    else words.push(word);
  }
  const [first = ""] = words;
  return { command: isCommandName(first) ? first : "review", words, found };
}

function plain(word: string | undefined): word is string {
  return word !== undefined && /^[^-"'\s]/.test(word);
}

function takenBy(option: OptionSpec, rest: Iterator<string>, found: Record<string, true | string[]>): boolean {
  if (option.value === undefined) {
    found[option.name] = true;
    return true;
  }
  const value = rest.next().value as string | undefined;
  if (!plain(value)) return false;
  const before = found[option.name];
  found[option.name] = Array.isArray(before) ? [...before, value] : [value];
  return true;
}
