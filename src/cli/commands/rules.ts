/** `mmreview rules`: what the rules are, what one says, and whether a rule pack is well-formed. */
import { resolve } from "node:path";
import { UsageError } from "../../core/errors.ts";
import type { RulePage } from "../../core/rule-page.ts";
import { sanitize, sanitizeAll } from "../../report/sanitize.ts";
import { referenceText } from "../../report/text-finding.ts";
import { hanging, oneLine } from "../../report/wrap.ts";
import type { Command, Context } from "../context.ts";
import { exitCode } from "../exit-codes.ts";
import { write } from "../output.ts";
import { nearest } from "../../util/nearest.ts";
import { choice, ruleId } from "../values.ts";

const width = 100;
const actions = ["list", "show", "check"];

export const rulesCommand: Command = async (context) => {
  const [action = "list", ...rest] = context.args.positionals;
  switch (action) {
    case "list":
      return list(context);
    case "show":
      return show(context, rest);
    case "check":
      return check(context, rest);
    default: {
      const guess = nearest(action, actions);
      throw new UsageError(`rules does not know '${action}'`, guess === null ? `It knows ${actions.join(", ")}.` : `Did you mean ${guess}?`);
    }
  }
};

async function list(context: Context): Promise<number> {
  return print(context, await (await context.library()).rulePages(), (pages) => {
    const first = Math.max(...pages.map((page) => page.id.length)) + 2;
    return pages.flatMap((page) => hanging(page.id, page.title, first, width));
  });
}

async function show(context: Context, given: readonly string[]): Promise<number> {
  if (given.length === 0) throw new UsageError("rules show needs a rule", "`mmreview rules list` names them.");
  const ids = given.map((text) => ruleId(text, "rules show"));
  const pages = await (await context.library()).rulePages();
  const chosen = ids.map((id) => {
    const page = pages.find((candidate) => candidate.id === id);
    if (page === undefined) throw new Error(`the catalogue has no page for ${id}`);
    return page;
  });
  return print(context, chosen, (shown) => shown.flatMap((page, index) => [...(index === 0 ? [] : [""]), ...pageLines(page)]));
}

function pageLines(page: RulePage): string[] {
  const part = (label: string, texts: readonly string[]): string[] => texts.flatMap((text, index) => hanging(index === 0 ? label : "", text, 9, width));
  return [
    `${page.id}: ${page.title}`,
    "",
    ...part("breaks", [page.breaks]),
    ...part("fix", [page.fix]),
    ...part("unless", page.exceptions),
    ...part("see", page.references.map(referenceText)),
  ];
}

async function print(context: Context, pages: readonly RulePage[], lines: (pages: readonly RulePage[]) => string[]): Promise<number> {
  const clean = sanitizeAll(pages);
  const json = choice<"text" | "json">(context.args, "format", "text") === "json";
  await write(context.streams.stdout, json ? `${JSON.stringify(clean, null, 2)}\n` : `${lines(clean).join("\n")}\n`);
  return exitCode.clean;
}

async function check(context: Context, files: readonly string[]): Promise<number> {
  if (files.length === 0) throw new UsageError("rules check needs a file", "For instance: mmreview rules check my-pack.ts");
  const library = await context.library();
  const problems = [];
  for (const file of files) problems.push(...(await library.checkRulePack(resolve(context.cwd, file))));
  const lines = problems.map(({ file, line, column, message }) => `${oneLine(file)}:${line}:${column}: error: ${oneLine(message)}\n`);
  const json = choice<"text" | "json">(context.args, "format", "text") === "json";
  await write(context.streams.stdout, json ? `${JSON.stringify(sanitizeAll(problems), null, 2)}\n` : sanitize(lines.join("")));
  return problems.length > 0 ? exitCode.usage : exitCode.clean;
}
