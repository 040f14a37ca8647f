/** docs/formats.md: one finding in every format, printed by the formats themselves. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Report } from "../src/core/report.ts";
import { formatNames, renderReport } from "../src/report/formats.ts";
import { fence } from "../src/report/markdown-escape.ts";

/** Who reads a format, and what is worth knowing before choosing it. */
const readers: Readonly<Record<string, readonly [language: string, says: string]>> = {
  text: ["", "For people. On a terminal it is coloured, unless NO_COLOR is set; `--verbose` leaves nothing out, `--quiet` prints findings alone."],
  json: ["json", "For programs: everything that is known. Schema `schemas/report-1.json`."],
  sarif: ["json", "SARIF 2.1.0 for code scanning (GitHub and others). The trace is a code flow with a thread flow for each CPU; `primaryLocationLineHash` keeps an alert the same when lines move."],
  github: ["", "Workflow commands for GitHub Actions: annotations on the changed lines. At most ten of a kind are shown for a step; the worst come first and the rest is counted."],
  markdown: ["markdown", "A bot's comment, under the sites' limit of 65,536 characters. The first line is a hidden marker by which a bot finds its own comment and edits it instead of posting another."],
  email: ["", "A reply to the patch, for `git send-email`. Nothing is printed for a patch without findings, and nothing is ever sent. Several replies stand in one mbox; `git mailsplit` takes it apart."],
  b4: ["", "b4's text check: `git config b4.prep-perpatch-check-cmd \"mmreview --format b4 -\"`. Notes are only printed with `--verbose`, as b4 takes any line for a warning. b4 caches results by command line: after an update of mmreview run it with `--no-cache`."],
  "b4-json": ["json", "b4's review protocol: `git config b4.review-perpatch-check-cmd \"mmreview --format b4-json -\"`."],
  patchwork: ["json", "A line a patch, each a body for `POST patches/<id>/checks/`; `msgid` finds the patch (`patches/?msgid=`)."],
  nipa: ["", "The text for a NIPA test. The exit code is then NIPA's (0, 250 for a warning, 1 for an error, 2 when nothing could be read), and one line is written to DESC_FD."],
  gitlab: ["json", "GitLab Code Quality (`artifacts:reports:codequality`)."],
  rdjsonl: ["json", "reviewdog: `mmreview --format rdjsonl ... | reviewdog -f=rdjsonl`."],
  checkstyle: ["xml", "Checkstyle XML, which reviewdog, Jenkins and editors read."],
  junit: ["xml", "JUnit XML: a suite a file, a case a function; functions without coverage are skipped cases."],
  html: ["html", "One file for a browser, without script and without network. Only the finding is shown here."],
};

export async function formatsPage(root: string): Promise<string> {
  const whole = JSON.parse(readFileSync(join(root, "fixtures/report/race.json"), "utf8")) as Report;
  const patch = whole.patches[0]!;
  const report: Report = {
    ...whole,
    inputs: [],
    patches: [{ ...patch, repairs: [], notes: [], functions: patch.functions.slice(0, 1), findings: patch.findings.filter((finding) => finding.rule === "stale-read") }],
  };
  const sections: string[] = [];
  for (const name of formatNames.report) {
    const known = readers[name];
    if (known === undefined) throw new Error(`scripts/formats-page.ts does not know ${name}`);
    const text = await renderReport(name, report, { colour: false, width: 100, verbose: false, quiet: false, rules: [] });
    const shown = name === "html" ? text.slice(text.indexOf("<article"), text.indexOf("</article>") + 10) : text.trimEnd();
    sections.push(`## ${name}`, "", known[1], "", ...fence(known[0], [shown]), "");
  }
  const head = [
    "# One finding in every format",
    "",
    "<!-- Made by `npx tsx scripts/docs.ts` from fixtures/report/race.json; change that, or src/report. -->",
    "",
    "`mmreview --format NAME --output FILE ...` prints any of these. The finding is a made-up one.",
    "",
    `Formats: ${formatNames.report.map((name) => `[${name}](#${name})`).join(", ")}.`,
    "",
  ];
  return [...head, ...sections].join("\n");
}
