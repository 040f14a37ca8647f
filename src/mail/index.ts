/** The mail stage: bytes -> messages -> series. */
export { groupSeries, readSeries, type GroupOptions, type OpenMails } from "./group.ts";
export { defaultLimits, type MailLimits } from "./limits.ts";
export { readInput } from "./read.ts";
export { parseSubject, type SubjectInfo } from "./subject.ts";
export type { CountEvent, GroupedEvent, MailEvent, MailOptions, MessageEvent, SeriesEvent, SkippedEvent, TroubleEvent } from "./types.ts";
