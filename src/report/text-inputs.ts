/** What was read and gave no patch, with the reason: nothing is dropped in silence. */
import type { InputReport } from "../core/report.ts";
import type { ReportOptions } from "./options.ts";
import { shorten } from "./text-patch.ts";
import { count, hanging, oneLine } from "./wrap.ts";

export function inputLines(inputs: readonly InputReport[], options: ReportOptions): string[] {
  return inputs.flatMap((input) => [...troubleLines(input, options), ...skippedLines(input, options)]);
}

function troubleLines(input: InputReport, options: ReportOptions): string[] {
  const troubles = input.failed === undefined ? input.troubles : [input.failed, ...input.troubles.filter((text) => text !== input.failed)];
  return shorten(troubles, options, "trouble").flatMap((text) => hanging("", `${oneLine(input.path)}: ${oneLine(text)}`, 0, options.width));
}

function skippedLines(input: InputReport, options: ReportOptions): string[] {
  if (input.skipped.length === 0) return [];
  const groups = new Map<string, string[]>();
  for (const { messageId, subject, reason } of input.skipped) {
    const name = `${oneLine(subject) || "(no subject)"} <${oneLine(messageId)}>`;
    groups.set(oneLine(reason), [...(groups.get(oneLine(reason)) ?? []), name]);
  }
  const head = `${oneLine(input.path)}: ${input.skipped.length} of ${count(input.messages, "message")} not reviewed`;
  return [
    ...hanging("", head, 0, options.width),
    ...Array.from(groups).flatMap(([reason, names]) => [
      ...hanging("  -", names.length === 1 ? reason : `${reason} (${names.length} messages)`, 4, options.width),
      ...shorten(names, options, "message").flatMap((name) => hanging("", name, 6, options.width)),
    ]),
  ];
}
