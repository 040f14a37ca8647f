/** docs/mmreview.1 from the tables of the command line. */
import { type CommandSpec, commandTable } from "../src/cli/commands.ts";
import { exitCodeLines, tagline } from "../src/cli/help.ts";
import { type OptionSpec, optionTable } from "../src/cli/options.ts";

export function manPage(version: string): string {
  const lines = [
    '.\\" Made by scripts/docs.ts from src/cli/commands.ts and src/cli/options.ts; change those.',
    `.TH MMREVIEW 1 "" "mmreview ${roff(version)}" "User Commands"`,
    ".nh",
    ".ad l",
    ".SH NAME",
    `mmreview \\- ${roff(tagline[0]!.toLowerCase() + tagline.slice(1, -1))}`,
    ".SH SYNOPSIS",
    ...commandTable.flatMap((command, index) => [...(index === 0 ? [] : [".br"]), `.B mmreview ${command.name}`, roff(`[options] ${command.takes}`.trimEnd())]),
    ".SH COMMANDS",
    ...commandTable.flatMap(commandLines),
    ".SH OPTIONS",
    ...optionTable.flatMap(optionLines),
    ".SH EXIT STATUS",
    ...exitCodeLines.flatMap(([code, meaning]) => [".TP", `.B ${code}`, roff(meaning)]),
    ".SH ENVIRONMENT",
    ".TP",
    ".B NO_COLOR",
    "When not empty, no colour unless \\fB\\-\\-color always\\fR.",
    ".TP",
    ".B MMREVIEW_GRAMMAR",
    "\\fBwasm\\fR: C is parsed in wasm, never by native code; the results are the same.",
    ".TP",
    ".B MMREVIEW_SKIP",
    "When not empty, the send-email hook lets everything pass.",
    ".SH EXAMPLES",
    ...commandTable.flatMap((command) => command.examples).flatMap(({ line, says }) => [".TP", `.B ${roff(line)}`, roff(says)]),
    ".SH SEE ALSO",
    ".BR git\\-send\\-email (1),",
    ".BR git\\-format\\-patch (1)",
  ];
  return `${lines.join("\n")}\n`;
}

function commandLines(command: CommandSpec): string[] {
  const text = `${command.summary}.${command.more === "" ? "" : ` ${command.more}`}`;
  return [".TP", `.B ${command.name}`, roff(text)];
}

function optionLines(option: OptionSpec): string[] {
  const short = option.short === undefined ? "" : `\\fB\\-${option.short}\\fR, `;
  const value = option.value === undefined ? "" : ` \\fI${roff(option.value)}\\fR`;
  const choices = option.choices === undefined ? "" : ` One of ${option.choices("review").join(", ")}.`;
  const standard = option.standard === undefined ? "" : ` Default: ${option.standard}.`;
  const more = option.more === "" ? "" : ` ${option.more}`;
  return [".TP", `${short}\\fB\\-\\-${roff(option.name)}\\fR${value}`, roff(`${option.help}.${choices}${standard}${more} (${option.commands.join(", ")})`)];
}

/** Backslashes, hyphens that are typed as such, and dots and quotes that would start a request. */
function roff(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replace(/^(?=[.'])/, "\\&").replaceAll("`", "\\(ga").replaceAll('"', "\\(dq");
}
