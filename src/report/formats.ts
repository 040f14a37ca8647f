/**
 * Formats by name, imported when asked for. This is also the one gate between a report and its rendering: every string
 * is sanitized here, so that no format can forget it. A new format is one file and one line.
 */
import type { Report } from "../core/report.ts";
import type { Format, ReportOptions } from "./options.ts";
import { sanitizeAll } from "./sanitize.ts";

const formats: Readonly<Record<string, () => Promise<Format>>> = {
  text: async () => (await import("./text.ts")).textReport,
  json: async () => (await import("./json.ts")).jsonReport,
};

export const formatNames: readonly string[] = Object.keys(formats);

/** The report as text in the named format; `name` must be one of formatNames. */
export async function renderReport(name: string, report: Report, options: ReportOptions): Promise<string> {
  const load = Object.hasOwn(formats, name) ? formats[name] : undefined;
  if (load === undefined) throw new RangeError(`no format named ${name}`);
  const format = await load();
  return format(sanitizeAll(report), options);
}
