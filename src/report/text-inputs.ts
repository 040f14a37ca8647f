/** What was read and gave no patch, with the reason: nothing is dropped in silence. */
import type { InputView } from "../core/report.ts";
import type { ReportOptions } from "./options.ts";
import { mayShow, shorten } from "./text-patch.ts";
import { count, hanging, oneLine } from "./wrap.ts";

export function inputLines(inputs: readonly InputView[], options: ReportOptions): string[] {
  return inputs.flatMap((input) => [...troubleLines(input, options), ...skippedLines(input, options)]);
}

function troubleLines(input: InputView, options: ReportOptions): string[] {
  const troubles = input.failed === undefined ? input.troubles : [input.failed, ...input.troubles.filter((text) => text !== input.failed)];
  return shorten(troubles, options, "trouble").flatMap((text) => hanging("", `${oneLine(input.path)}: ${oneLine(text)}`, 0, options.width));
}

function skippedLines(input: InputView, options: ReportOptions): string[] {
  if (input.skipped.length === 0) return [];
  const groups = new Map<string, { all: number; readonly names: string[] }>();
  for (const { messageId, subject, reason } of input.skipped) {
    const group = groups.get(oneLine(reason)) ?? { all: 0, names: [] };
    if (mayShow(group.all++, options)) group.names.push(`${oneLine(subject) || "(no subject)"} <${oneLine(messageId)}>`);
    groups.set(oneLine(reason), group);
  }
  const head = `${oneLine(input.path)}: ${input.skipped.length} of ${count(input.messages, "message")} not reviewed`;
  return [
    ...hanging("", head, 0, options.width),
    ...Array.from(groups).flatMap(([reason, { all, names }]) => [
      ...hanging("  -", all === 1 ? reason : `${reason} (${all} messages)`, 4, options.width),
      ...shorten(names, options, "message", all).flatMap((name) => hanging("", name, 6, options.width)),
    ]),
  ];
}
