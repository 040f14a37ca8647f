/** Help, made from the tables. Leads with examples, because that is what people look for. */
import { hanging } from "../report/wrap.ts";
import { type CommandName, type CommandSpec, commandSpec, commandTable, type Example } from "./commands.ts";
import { type OptionSpec, optionsOf } from "./options.ts";

const width = 100;
const optionIndent = 25;

export const tagline = "Reviews Linux memory-management patches against the locking rules of the page-table API.";

export const exitCodeLines: readonly (readonly [code: number, meaning: string])[] = [
  [0, "nothing at or above --fail-on"],
  [1, "findings"],
  [2, "wrong usage: command line, configuration or rule pack"],
  [3, "an input can't be read, or has no patch to review where one was promised"],
  [4, "a bug of mmreview itself; never counted as clean"],
];

/** Without a command: the whole tool, with the options of review. */
export function helpText(command: CommandName | null, version: string): string {
  const lines = command === null ? overview(version) : commandHelp(commandSpec(command));
  return `${lines.join("\n").trimEnd()}\n`;
}

function overview(version: string): string[] {
  return [
    `mmreview ${version}`,
    tagline,
    "",
    ...exampleLines([...commandSpec("review").examples, ...commandTable.flatMap((command) => (command.name === "review" ? [] : command.examples))]),
    "Commands:",
    ...commandTable.flatMap((command) => hanging(`  ${command.name}`, command.summary, 14, width)),
    "",
    ...optionLines("review"),
    "Exit codes:",
    ...exitCodeLines.flatMap(([code, meaning]) => hanging(`  ${code}`, meaning, 6, width)),
    "",
    "`mmreview COMMAND --help` has more on each command.",
  ];
}

function commandHelp(command: CommandSpec): string[] {
  const summary = `${command.summary[0]!.toUpperCase()}${command.summary.slice(1)}.`;
  return [
    `Usage: mmreview ${command.name} ${command.takes}`.trimEnd(),
    "",
    ...hanging("", summary, 0, width),
    ...(command.more === "" ? [] : hanging("", command.more, 0, width)),
    "",
    ...exampleLines(command.examples),
    ...optionLines(command.name),
  ];
}

function exampleLines(examples: readonly Example[]): string[] {
  return examples.length === 0 ? [] : ["Examples:", ...examples.map(({ line, says }) => `  ${line.padEnd(50)}  # ${says}`), ""];
}

function optionLines(command: CommandName): string[] {
  const options = optionsOf(command);
  const groups = Array.from(new Set(options.map((option) => option.group)));
  return groups.flatMap((group) => [
    `${group[0]!.toUpperCase()}${group.slice(1)}:`,
    ...options.filter((option) => option.group === group).flatMap((option) => optionHelp(option, command)),
    "",
  ]);
}

function optionHelp(option: OptionSpec, command: CommandName): string[] {
  const facts = [
    ...(option.choices ? [`one of ${option.choices(command).join(", ")}`] : []),
    ...(option.standard ? [`default: ${option.standard}`] : []),
  ];
  const says = facts.length === 0 ? option.help : `${option.help} (${facts.join("; ")})`;
  return hanging(`  ${optionHead(option)}`, says, optionIndent, width);
}

/** "-o, --output FILE". */
export function optionHead(option: OptionSpec): string {
  const short = option.short === undefined ? "    " : `-${option.short}, `;
  return `${short}--${option.name}${option.value === undefined ? "" : ` ${option.value}`}`;
}
