/** The completion scripts, run by the shells that are there. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ruleIds } from "../core/rule-ids.ts";
import { formatNames } from "../report/formats.ts";
import { completionScript } from "./completion-scripts.ts";
import { optionsOf } from "./options.ts";

const has = (shell: string): boolean => spawnSync(shell, ["--version"]).status === 0;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mmreview-completion-"));
  writeFileSync(join(folder, "thread.mbox"), "");
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function bashOffers(line: string): string[] {
  const words = ["mmreview", ...line.split(" ")];
  const script = `${completionScript("bash")}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}) COMP_CWORD=${words.length - 1}
_mmreview
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync("bash", ["-c", script], { encoding: "utf8", cwd: folder });
  expect(stderr).toBe("");
  return stdout.split("\n").filter((word) => word !== "");
}

describe.runIf(has("bash"))("bash", () => {
  it.each<[string, readonly string[]]>([
    ["sc", ["scan"]],
    ["thr", ["thread.mbox"]],
    ["review thr", ["thread.mbox"]],
    ["--form", ["--format"]],
    ["scan --arc", []],
    ["review --arc", ["--archive"]],
    ["--format ", formatNames.report],
    ["litmus --format ", formatNames.litmus],
    ["-f j", formatNames.report.filter((name) => name.startsWith("j"))],
    ["--only tlb", ["tlb-flush"]],
    ["--fail-on w", ["warning"]],
    ["--tree ", []],
    ["rules sh", ["show"]],
    ["rules show map-", ruleIds.filter((id) => id.startsWith("map-"))],
    ["hook un", ["uninstall"]],
    ["completion z", ["zsh"]],
  ])("%s", (line, expected) => {
    expect(bashOffers(line)).toEqual(expected);
  });

  it("offers every option of a command", () => {
    expect(bashOffers("sim --")).toEqual(optionsOf("sim").map((option) => `--${option.name}`));
  });
});

describe.runIf(has("fish"))("fish", () => {
  it("parses, and offers what bash offers", () => {
    const script = `${completionScript("fish")}\ncomplete -C 'mmreview litmus --format '`;
    const { stdout, stderr } = spawnSync("fish", ["--no-config", "-c", script], { encoding: "utf8", cwd: folder });
    expect(stderr).toBe("");
    expect(stdout.trim().split("\n").map((line) => line.split("\t")[0])).toEqual(formatNames.litmus.toSorted());
  });
});

describe.runIf(has("zsh"))("zsh", () => {
  it("parses", () => {
    expect(spawnSync("zsh", ["-n", "-c", completionScript("zsh")], { encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
  });
});
