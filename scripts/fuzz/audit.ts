/** What must hold for any input whatever: mails are accounted for, reports are sound, nothing that acts gets out. */
import { InputError } from "../../src/core/errors.ts";
import { review } from "../../src/index.ts";
import { parseDiff } from "../../src/diff/index.ts";
import { readInput, readSeries } from "../../src/mail/index.ts";
import { formatNames, renderReport } from "../../src/report/formats.ts";
import type { Report } from "../../src/core/report.ts";

function demand(holds: boolean, what: string): void {
  if (!holds) throw new Error(`broken promise: ${what}`);
}

// oxlint-disable-next-line no-control-regex -- what must not come out
const control = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

async function auditMails(path: string): Promise<number> {
  let mails = 0;
  for await (const event of readInput(path)) {
    if (event.kind === "trouble") continue;
    mails++;
    demand(event.patches.length > 0 === (event.skipped === null), "a mail has patches or a reason");
    demand(event.skipped?.reason !== "" && event.message.id !== "", "reasons and ids are not empty");
    for (const text of [event.message.subject, event.message.author, event.message.id]) demand(!control.test(text), "no control characters in headers");
    for (const patch of event.patches) auditDiff(patch.diff);
  }
  return mails;
}

function auditDiff(text: string): void {
  const diff = parseDiff(text);
  const lines = text.split("\n").length;
  for (const note of [...diff.repairs, ...diff.troubles]) demand(note.line >= 1 && note.line <= lines, "notes name a line of the diff");
  demand(diff.files.length + diff.troubles.length > 0, "a diff has files or a trouble");
  for (const file of diff.files) {
    for (const path of [file.oldPath, file.newPath]) demand(path === null || !(path.startsWith("/") || path.split("/").includes("..")), "paths stay in the tree");
    for (const hunk of file.hunks) {
      demand(hunk.lines.filter((line) => line.kind !== "add").length === hunk.oldLines, "old lines are counted");
      demand(hunk.lines.filter((line) => line.kind !== "del").length === hunk.newLines, "new lines are counted");
    }
  }
}

async function auditSeries(path: string, mails: number): Promise<void> {
  const inSeries = new Set<string>();
  let [skipped, counted] = [0, 0];
  for await (const event of readSeries([path])) {
    if (event.kind === "series") for (const { message } of event.series.patches) inSeries.add(`${message.origin.line}`);
    else if (event.kind === "skipped") skipped++;
    else if (event.kind === "count") counted = event.messages;
  }
  demand(counted === mails, `each mail is counted: ${counted} of ${mails}`);
  demand(inSeries.size + skipped === mails, `each mail is in a series or skipped: ${inSeries.size} + ${skipped} of ${mails}`);
}

async function auditReport(report: Report, mails: number): Promise<void> {
  demand(report.inputs.reduce((sum, input) => sum + input.messages, 0) === mails, "the report counts each mail");
  demand(report.inputs.reduce((sum, input) => sum + input.patches, 0) === report.patches.length, "the report has each patch");
  for (const name of formatNames["report"]!) {
    const text = await renderReport(name, report, { colour: false, width: 100, verbose: true, quiet: false, rules: [] });
    demand(!/(?!\n|\t)[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u.test(text), `no control characters in ${name}`);
    if (["json", "sarif", "gitlab", "b4-json"].includes(name)) JSON.parse(text);
    if (name === "html") demand(!/<script|<img|<[^>]+\son\w+=/i.test(text), "no live markup in html");
  }
}

/** Takes the file at `path` through every stage, beside a tree or without one. Throws for anything that should not be. Returns the number of mails. */
export async function audit(path: string, cwd: string, tree: string | null): Promise<number> {
  let mails = 0;
  try {
    mails = await auditMails(path);
    await auditSeries(path, mails);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    demand(!error.message.includes("\n"), "input errors are one line");
  }
  const report = await review({
    inputs: [path], cwd, tree, base: null, kernel: null, all: false, only: [], skip: [], rules: [], bound: null, jobs: 1, strict: true,
  });
  await auditReport(report, mails);
  return mails;
}
