/** docs/usage.md from the tables of the command line. */
import { type CommandSpec, commandTable } from "../src/cli/commands.ts";
import { settings } from "../src/cli/config.ts";
import { exitCodeLines, optionHead } from "../src/cli/help.ts";
import { formatsOf, type OptionSpec, optionTable } from "../src/cli/options.ts";

export function usagePage(): string {
  const lines = [
    "# Using mmreview",
    "",
    "<!-- Made by `npx tsx scripts/docs.ts` from src/cli/commands.ts and src/cli/options.ts; change those. -->",
    "",
    "`mmreview` reads a patch the way it arrives and holds the code that it leaves behind against the locking and ordering",
    "rules of the kernel's page tables. It reaches the network only for an input that is a message id or a web address, runs nothing of what it reads, and prints the",
    "same for the same input.",
    "",
    "## Commands",
    "",
    ...commandTable.flatMap(commandSection),
    "## Options",
    "",
    "| option | of | what it does |",
    "| --- | --- | --- |",
    ...optionTable.map(optionRow),
    "",
    "## Exit codes",
    "",
    "| code | meaning |",
    "| --- | --- |",
    ...exitCodeLines.map(([code, meaning]) => `| ${code} | ${meaning} |`),
    "",
    "With several inputs, one that can't be read gives 3 even when the others have findings. A reader that closes the pipe",
    "early gives 0; SIGINT and SIGTERM give 130 and 143.",
    "",
    "## Formats",
    "",
    "| command | formats |",
    "| --- | --- |",
    ...commandTable.filter(({ name }) => formatsOf(name).length > 0).map(({ name }) => `| ${name} | ${formatsOf(name).join(", ")} |`),
    "",
    "[formats.md](formats.md) shows one finding in every one of them. The JSON formats have schemas in `schemas/`. Text from mails has control and direction characters replaced by `<U+XXXX>` in",
    "every format.",
    "",
    "## Settings",
    "",
    "A `.mmreview.json` holds options for every run: their names without the dashes, `true` for a switch, lists as lists.",
    "",
    "```json",
    "{",
    '  "kernel": "6.12",',
    '  "baseline": "Documentation/mm/mmreview-baseline.json",',
    '  "skip": ["lockless-read"],',
    '  "fail-on": "confirmed"',
    "}",
    "```",
    "",
    `It may hold ${settings.map(({ name }) => name).join(", ")}. The nearest file counts, from the current directory up to`,
    "the top of the repository (outside of one: up to the home directory), else the one in the home directory; the command",
    "line holds against it. It is data, and cannot name a file to write; paths in it can't lead out of its folder, also not",
    "by a link. Who reviews checkouts of strangers says `--no-config`. Schema: `schemas/config-1.json`.",
    "",
    "## Environment",
    "",
    "| variable | effect |",
    "| --- | --- |",
    "| NO_COLOR | when not empty, no colour unless `--color always` |",
    "| MMREVIEW_GRAMMAR | `wasm`: C is parsed in wasm, never by native code; slower, with the same results (SECURITY.md) |",
    "| MMREVIEW_SKIP | when not empty, the send-email hook lets everything pass |",
    "",
  ];
  return lines.join("\n");
}

function commandSection(command: CommandSpec): string[] {
  const [first, ...rest] = command.summary;
  return [
    `### mmreview ${command.name} ${command.takes}`.trimEnd().replaceAll("<", "\\<"),
    "",
    `${first!.toUpperCase()}${rest.join("")}.${command.more === "" ? "" : ` ${command.more}`}`,
    "",
    ...(command.examples.length === 0 ? [] : ["```", ...command.examples.map(({ line, says }) => `${line.padEnd(48)}  # ${says}`), "```", ""]),
  ];
}

function optionRow(option: OptionSpec): string {
  const choices = option.choices === undefined || option.name === "format" ? "" : ` One of ${option.choices("review").join(", ")}.`;
  const standard = option.standard === undefined ? "" : ` Default: ${option.standard}.`;
  const more = option.more === "" ? "" : ` ${option.more}`;
  return `| \`${optionHead(option).trim()}\` | ${option.commands.join(", ")} | ${sentence(option.help)}${choices}${standard}${more} |`;
}

function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}
