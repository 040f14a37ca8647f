/** Every command in words, once: for parsing, help, completion and documents. Their code is named in execute.ts. */

export type CommandName = "review" | "scan" | "litmus" | "sim" | "matrix" | "rules" | "hook" | "completion";

export interface Example {
  readonly line: string;
  readonly says: string;
}

export interface CommandSpec {
  readonly name: CommandName;
  /** Positional arguments as people write them. */
  readonly takes: string;
  /** One line. */
  readonly summary: string;
  /** Further sentences. */
  readonly more: string;
  /** Words that the first positional argument must be one of, else empty. */
  readonly actions: readonly string[];
  readonly examples: readonly Example[];
}

export const commandTable: readonly CommandSpec[] = [
  {
    name: "review",
    takes: "<mbox|mail|diff|directory|revision range|message id|URL|-> [...]",
    summary: "review patches; the command when none is named",
    more: "Reads mailboxes (also gzipped), single mails, Maildir folders, bare diffs and, inside a kernel checkout, revision ranges. A message id, or the address of a page of an archive, fetches the whole thread of that mail. \"-\" is standard input, and so is no argument at all when something is piped in. Messages without a patch are listed with the reason.",
    actions: [],
    examples: [
      { line: "mmreview thread.mbox", says: "review the newest revision of each series in a mailbox" },
      { line: "mmreview --tree ~/linux 0001-mm-fix.patch", says: "with whole functions and their callers from a tree" },
      { line: "mmreview HEAD~3..", says: "your own last three commits, inside a kernel checkout" },
      { line: "mmreview 20250101120000.1-1-dev@example.org", says: "a thread from lore.kernel.org, by message id or address" },
    ],
  },
  {
    name: "scan",
    takes: "[path ...]",
    summary: "look through whole files as they are",
    more: "Without paths all page-table code of the tree is read. Every finding counts, as there is no patch that it could be older than.",
    actions: [],
    examples: [{ line: "mmreview scan --tree ~/linux mm/", says: "everything under mm/" }],
  },
  {
    name: "litmus",
    takes: "FILE...",
    summary: "verdicts of the kernel memory model on litmus tests",
    more: "Prints what herd7 prints. A file that can't be read does not keep the others from running; the exit code is then 3.",
    actions: [],
    examples: [
      { line: "mmreview litmus MP+wmb+rmb.litmus", says: "may the message overtake its flag?" },
      { line: "mmreview litmus --format svg --output mp.svg MP+wmb+rmb.litmus", says: "the execution that decides, as a picture" },
    ],
  },
  {
    name: "sim",
    takes: "SCENARIO.c...",
    summary: "run scenario files in the page-table simulator",
    more: "The exit code is 1 when a property is violated. What is wrong in a file is said with line and column and does not keep other scenarios from running; the exit code is then 3.",
    actions: [],
    examples: [{ line: "mmreview sim --pictures walk-against-collapse.c", says: "with the page tables after each step" }],
  },
  {
    name: "matrix",
    takes: "",
    summary: "derive which locks make which page-table operation safe",
    more: "Every cell is the verdict of exhaustive runs against all code that may run at the same time in that kernel.",
    actions: [],
    examples: [{ line: "mmreview matrix --kernel 6.12 --format markdown", says: "the table for one kernel" }],
  },
  {
    name: "rules",
    takes: "list | show ID | check FILE",
    summary: "list and explain the rules, check a rule pack",
    more: "`check` prints each mistake with line and column and then exits with 2.",
    actions: ["list", "show", "check"],
    examples: [{ line: "mmreview rules show stale-read", says: "what breaks, how to fix it, what is exempt" }],
  },
  {
    name: "hook",
    takes: "install | uninstall | run FILE [HEADERS]",
    summary: "hold back a series with confirmed errors in `git send-email`",
    more: "`install` writes the sendemail-validate hook of the repository and keeps one that is there already; it also works in a worktree. Only confirmed errors hold a mail back; when mmreview itself fails it warns and lets the mail go, unless --strict. MMREVIEW_SKIP=1 in the environment sends without a review.",
    actions: ["install", "uninstall", "run"],
    examples: [{ line: "mmreview hook install", says: "review every series before it is sent" }],
  },
  {
    name: "completion",
    takes: "bash | zsh | fish",
    summary: "print a completion script for a shell",
    more: "",
    actions: ["bash", "zsh", "fish"],
    examples: [{ line: "source <(mmreview completion bash)", says: "in ~/.bashrc" }],
  },
];

export function commandSpec(name: CommandName): CommandSpec {
  return commandTable.find((command) => command.name === name)!;
}

export function isCommandName(word: string): word is CommandName {
  return commandTable.some((command) => command.name === word);
}
