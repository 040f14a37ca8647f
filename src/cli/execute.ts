/**
 * The command line as a function: arguments, streams and environment in, exit code out. Nothing here touches the
 * process. Help and version are answered before yargs is loaded, because loading it takes longer than answering.
 */
import { InputError, UsageError } from "../core/errors.ts";
import { sanitize } from "../report/sanitize.ts";
import { oneLine } from "../report/wrap.ts";
import { type CommandName, isCommandName } from "./commands.ts";
import type { Command, Environment, Library, Streams } from "./context.ts";
import { exitCode } from "./exit-codes.ts";
import { loadLibrary } from "./library.ts";
import { isClosedPipe, write } from "./output.ts";
import { endShortRun } from "../util/short-run.ts";
import { toolVersion } from "../util/tool-version.ts";

const commands: Readonly<Record<CommandName, () => Promise<Command>>> = {
  review: async () => (await import("./commands/review.ts")).reviewCommand,
  scan: async () => (await import("./commands/scan.ts")).scanCommand,
  litmus: async () => (await import("./commands/litmus.ts")).litmusCommand,
  sim: async () => (await import("./commands/sim.ts")).simCommand,
  matrix: async () => (await import("./commands/matrix.ts")).matrixCommand,
  rules: async () => (await import("./commands/rules.ts")).rulesCommand,
  hook: async () => (await import("./commands/hook.ts")).hookCommand,
  completion: async () => (await import("./commands/completion.ts")).completionCommand,
};

export interface Surroundings {
  readonly cwd: string;
  readonly library: () => Promise<Library>;
}

export async function executeCli(
  argv: readonly string[],
  streams: Streams,
  env: Environment,
  { cwd = process.cwd(), library = loadLibrary }: Partial<Surroundings> = {},
): Promise<number> {
  try {
    const asked = quickAnswer(argv);
    if (asked !== null) return await answer(asked, streams);
    const { parseArguments } = await import("./parse.ts");
    const { withConfig } = await import("./config.ts");
    const given = await parseArguments(argv);
    // The hook reads it where a mistake in it can't keep mail from leaving.
    const { args, path } = given.command === "hook" ? { args: given, path: null } : withConfig(given, cwd, env);
    if (path !== null && args.switches.has("verbose") && streams.stderr.isTTY === true) await write(streams.stderr, `mmreview: settings from ${oneLine(sanitize(path))}\n`);
    if (args.command !== "review") endShortRun();
    const command = await commands[args.command]();
    return await command({ args, streams, env, cwd, library });
  } catch (error) {
    if (isClosedPipe(error)) return exitCode.clean;
    try {
      return await report(error, streams);
    } catch {
      return exitCode.internal;
    }
  }
}

type Asked = { readonly kind: "version" } | { readonly kind: "help"; readonly command: CommandName | null };

function quickAnswer(argv: readonly string[]): Asked | null {
  const end = argv.indexOf("--");
  const words = end < 0 ? argv : argv.slice(0, end);
  const command = words.find((word) => isCommandName(word));
  if (words.includes("--help") || words.includes("-h") || words[0] === "help") return { kind: "help", command: command ?? null };
  return words.includes("--version") || words.includes("-V") ? { kind: "version" } : null;
}

async function answer(asked: Asked, streams: Streams): Promise<number> {
  const version = toolVersion();
  if (asked.kind === "version") await write(streams.stdout, `mmreview ${version}\n`);
  else await write(streams.stdout, (await import("./help.ts")).helpText(asked.command, version));
  return exitCode.clean;
}

async function report(error: unknown, { stderr }: Streams): Promise<number> {
  if (error instanceof UsageError) {
    await write(stderr, `mmreview: ${oneLine(sanitize(error.message))}\n${error.hint === "" ? "" : `${oneLine(sanitize(error.hint))}\n`}`);
    return exitCode.usage;
  }
  if (error instanceof InputError) {
    const place = error.path === "" || error.message.startsWith(error.path) ? "" : `${error.path}: `;
    await write(stderr, `mmreview: ${oneLine(sanitize(place + error.message))}\n`);
    return exitCode.input;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  await write(stderr, `${sanitize(stack)}\nmmreview ${toolVersion()}: this is a bug of mmreview; nothing was reviewed.\n`);
  return exitCode.internal;
}
