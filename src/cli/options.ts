/**
 * Every option of the command line, once. Parsing, help, shell completion, docs/usage.md and the man page are all made
 * from this table; nothing about an option is written anywhere else.
 */
import { formatNames } from "../report/formats.ts";
import type { CommandName } from "./commands.ts";

export type OptionGroup = "what to review" | "how to review" | "what to print" | "general";

export interface OptionSpec {
  /** Without the two dashes. */
  readonly name: string;
  readonly short?: string;
  /** Placeholder of the value, upper case; a switch has none. */
  readonly value?: string;
  /** May be given several times and holds a comma-separated list each time. */
  readonly list?: true;
  readonly choices?: (command: CommandName) => readonly string[];
  /** What holds when the option is not given, for people. */
  readonly standard?: string;
  /** What it is in a .mmreview.json; absent: it can't stand there. A path is taken from the file's folder. */
  readonly setting?: "text" | "number" | "switch" | "path";
  readonly group: OptionGroup;
  readonly commands: readonly CommandName[];
  /** One line. */
  readonly help: string;
  /** Further sentences for the documents; "" when the line says it all. */
  readonly more: string;
}

const analysing: readonly CommandName[] = ["review", "scan"];
const everywhere: readonly CommandName[] = ["review", "scan", "litmus", "sim", "matrix", "rules", "hook", "completion"];

/** The archive of all kernel lists. */
export const defaultArchive = "https://lore.kernel.org/all";

export const optionTable: readonly OptionSpec[] = [
  {
    name: "tree",
    value: "DIR",
    standard: "the kernel checkout that the current directory is in, if it is one",
    setting: "path",
    group: "what to review",
    commands: ["review", "scan", "hook"],
    help: "kernel source tree that the patches apply to",
    more: "A git checkout or a plain directory. With a tree whole functions and their callers are read; without one, what the hunks show. Nothing in it is ever run.",
  },
  {
    name: "base",
    value: "REV",
    standard: "found by blob ids, base-commit: or the mail's date",
    group: "what to review",
    commands: ["review"],
    help: "revision that the first patch applies to",
    more: "",
  },
  {
    name: "resume",
    value: "FILE",
    group: "how to review",
    commands: ["review"],
    help: "keep what is done in FILE and go on from it after an interruption",
    more: "For archives of many thousand mails. The file is of use to the same version with the same options and rules only; mails that came in between are reviewed, the others are taken from it.",
  },
  {
    name: "archive",
    value: "URL",
    standard: defaultArchive,
    setting: "text",
    group: "what to review",
    commands: ["review"],
    help: "public-inbox archive that message ids are fetched from",
    more: "The network is used only for an input that is a message id or a web address, and directly: where a proxy is needed, pipe the thread in (`b4 am -o- ID | mmreview -`).",
  },
  {
    name: "kernel",
    value: "X.Y",
    standard: "the tree's Makefile, else the mail's date",
    setting: "text",
    group: "what to review",
    commands: ["review", "scan", "hook", "sim", "matrix"],
    help: "kernel version whose rules hold",
    more: "The report always names the version and where it was taken from.",
  },
  {
    name: "global",
    group: "what to review",
    commands: ["hook"],
    help: "install or uninstall for all repositories of this user",
    more: "Sets git's core.hooksPath when it is not set, and lets the hooks of each repository run as before.",
  },
  {
    name: "all",
    setting: "switch",
    group: "what to review",
    commands: ["review"],
    help: "also report what the patches did not introduce",
    more: "Such findings then count for the exit code too.",
  },
  {
    name: "only",
    value: "ID",
    list: true,
    setting: "text",
    group: "how to review",
    commands: [...analysing, "hook"],
    help: "apply these rules only",
    more: "`mmreview rules list` names them. May be repeated or hold a comma-separated list.",
  },
  {
    name: "skip",
    value: "ID",
    list: true,
    setting: "text",
    group: "how to review",
    commands: [...analysing, "hook"],
    help: "leave these rules out",
    more: "May be repeated or hold a comma-separated list.",
  },
  {
    name: "rules",
    value: "FILE",
    list: true,
    setting: "path",
    group: "how to review",
    commands: [...analysing, "sim", "hook"],
    help: "a rule pack: further contracts (.ts), actors or models (.c)",
    more: "Read as data and never executed. `mmreview rules check FILE` says what is wrong with one; docs/rule-packs.md is a guide.",
  },
  {
    name: "baseline",
    value: "FILE",
    setting: "path",
    group: "how to review",
    commands: [...analysing, "hook"],
    help: "known findings, which are shown as waived and fail nothing",
    more: "Each has a reason and, if wanted, a day on which it expires. Schema `schemas/baseline-1.json`.",
  },
  {
    name: "write-baseline",
    value: "FILE",
    group: "how to review",
    commands: analysing,
    help: "write what is found into a baseline; the exit code is then 0",
    more: "Entries of --baseline that still match keep their reason and expiry.",
  },
  {
    name: "no-waivers",
    setting: "switch",
    group: "how to review",
    commands: ["review"],
    help: "count findings that the mail itself waives",
    more: "A sender waives by a line `Mmreview-waive: RULE FUNCTION -- REASON` in the mail of the patch. The baseline holds all the same.",
  },
  {
    name: "strict",
    setting: "switch",
    group: "how to review",
    commands: ["review", "scan", "hook"],
    help: "report what could not be decided, as notes",
    more: "In a hook: a failure of mmreview itself holds the mail back.",
  },
  {
    name: "bound",
    value: "N",
    setting: "number",
    group: "how to review",
    commands: ["review", "scan", "litmus", "sim", "matrix"],
    help: "most states that one simulation may visit",
    more: "A search that reaches the bound says so and is never called complete.",
  },
  {
    name: "no-cache",
    setting: "switch",
    group: "how to review",
    commands: [...analysing, "hook"],
    help: "neither use nor keep results of earlier runs",
    more: "With a tree, results are kept in $XDG_CACHE_HOME/mmreview (~/.cache/mmreview), 200 MB at most, and used again while the program, the rules, the options and every text that was looked at are the same. Nothing is ever kept in the tree, nor in a folder that belongs to another user or that all may write to. The output does not depend on it.",
  },
  {
    name: "jobs",
    short: "j",
    value: "N",
    standard: "the number of processors",
    setting: "number",
    group: "how to review",
    commands: ["review", "scan", "litmus", "matrix"],
    help: "work on up to N things at a time",
    more: "The output does not depend on it.",
  },
  {
    name: "fail-on",
    value: "LEVEL",
    choices: () => ["confirmed", "error", "warning", "note", "never"],
    standard: "error",
    setting: "text",
    group: "what to print",
    commands: analysing,
    help: "lowest severity that makes the exit code 1",
    more: "\"confirmed\" is for bots: errors that were replayed in the simulator, or that one way through a function wholly in view comes to with no other CPU (a lock or mapping kept or given back twice, a NULL result used), and nothing less.",
  },
  {
    name: "format",
    short: "f",
    value: "FORMAT",
    choices: (command) => formatsOf(command),
    standard: "text",
    group: "what to print",
    commands: ["review", "scan", "litmus", "sim", "matrix", "rules"],
    help: "how to print the result",
    more: "",
  },
  {
    name: "output",
    short: "o",
    value: "FILE",
    standard: "standard output",
    group: "what to print",
    commands: ["review", "scan", "litmus", "sim", "matrix"],
    help: "write the result to a file, whole or not at all",
    more: "",
  },
  {
    name: "also",
    value: "FORMAT=FILE",
    list: true,
    group: "what to print",
    commands: analysing,
    help: "write the result in another format too",
    more: "For bots that need several of one run; may be repeated.",
  },
  {
    name: "emit-litmus",
    value: "DIR",
    group: "what to print",
    commands: ["review", "scan", "sim"],
    help: "write the litmus tests of traces to a folder",
    more: "One file a test, for `mmreview litmus` and for herd7, which answers it alike. The folder is made if its parent is there; a file that mmreview did not write is not overwritten.",
  },
  {
    name: "pictures",
    group: "what to print",
    commands: ["sim", "litmus"],
    help: "draw the page tables around each step of a trace; with litmus, the execution that decides",
    more: "The execution is one that the condition asks for, with what is missing in it, or one that the model forbids, with the cycle that forbids it. `--format dot` and `--format svg` draw it as a graph.",
  },
  {
    name: "color",
    value: "WHEN",
    choices: () => ["auto", "always", "never"],
    standard: "auto: on a terminal, unless NO_COLOR is set",
    setting: "text",
    group: "what to print",
    commands: everywhere,
    help: "colour the text output",
    more: "",
  },
  {
    name: "verbose",
    short: "v",
    setting: "switch",
    group: "what to print",
    commands: analysing,
    help: "leave nothing out for brevity",
    more: "",
  },
  {
    name: "quiet",
    short: "q",
    setting: "switch",
    group: "what to print",
    commands: ["review", "scan", "hook"],
    help: "print findings only, and nothing when there is none",
    more: "",
  },
  {
    name: "no-progress",
    setting: "switch",
    group: "what to print",
    commands: ["review", "scan", "litmus", "sim", "matrix"],
    help: "draw no progress line",
    more: "One is only ever drawn on a terminal, on standard error.",
  },
  {
    name: "no-config",
    group: "general",
    commands: ["review", "scan", "litmus", "sim", "matrix", "hook"],
    help: "read no .mmreview.json",
    more: "The nearest one between the current directory and the top of the repository (or the home directory) is read, else the home directory's own. The command line holds against it. Schema `schemas/config-1.json`.",
  },
  {
    name: "help",
    short: "h",
    group: "general",
    commands: everywhere,
    help: "print this help",
    more: "",
  },
  {
    name: "version",
    short: "V",
    group: "general",
    commands: everywhere,
    help: "print the version",
    more: "",
  },
];

export function optionsOf(command: CommandName): OptionSpec[] {
  return optionTable.filter((option) => option.commands.includes(command));
}

/** Formats that a command prints; empty for one that has none. */
export function formatsOf(command: CommandName): readonly string[] {
  switch (command) {
    case "review":
      return formatNames.report;
    case "scan":
      return formatNames.scan;
    case "litmus":
      return formatNames.litmus;
    case "sim":
      return formatNames.sim;
    case "matrix":
      return formatNames.matrix;
    case "rules":
      return ["text", "json"];
    case "hook":
    case "completion":
      return [];
  }
}

/** A name or letter as it is typed. */
export function dashed(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}
