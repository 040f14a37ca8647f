/**
 * Dates as mails and archives write them. Date.parse() takes nearly any text for a date and reads a missing zone as
 * local time, so that the result would depend on the machine; here only three known shapes are read, and no zone is UTC.
 */

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** Minutes east of UTC of the zone names that RFC 5322 (obs-zone) lists, and a few that mailers still write. */
const ZONES: Readonly<Record<string, number>> = {
  EST: -300, EDT: -240, CST: -360, CDT: -300, MST: -420, MDT: -360, PST: -480, PDT: -420,
  BST: 60, CET: 60, CEST: 120, EET: 120, EEST: 180, JST: 540,
};

const CLOCK = "(\\d{1,2}):(\\d{2})(?::(\\d{2}))?(?:\\.\\d{1,9})?";
const ZONE = "(?:\\s*([+-]\\d{2}:?\\d{2}|[A-Z]{1,5})\\b)?";
/** "Fri, 11 Jun 2021 16:42:49 -0300" */
const MAIL = new RegExp(`\\b(\\d{1,2})[ -]+([A-Za-z]{3})[a-z]{0,6}\\.?,?[ -]+(\\d{4}|\\d{2}),?\\s+${CLOCK}${ZONE}`);
/** "2021-06-11T16:42:49Z", "2021-06-11 16:42:49 -0300" */
const ISO = new RegExp(`\\b(\\d{4})-(\\d{2})-(\\d{2})[T ]${CLOCK}${ZONE}`);
/** "Fri Jun 11 2021 - 15:43:07 EST" (web archives) */
const ARCHIVE = new RegExp(`\\b([A-Za-z]{3})[a-z]{0,6}\\.? +(\\d{1,2}),? +(\\d{4})[ ,-]+${CLOCK}${ZONE}`);
/** "Fri Jun 11 15:43:07 2021 -0300" (asctime, git log) */
const ASCTIME = new RegExp(`\\b([A-Za-z]{3}) +(\\d{1,2}) +${CLOCK} +(\\d{4})${ZONE}`);

type Field = string | undefined;

function zoneMinutes(zone: Field): number {
  if (!zone) return 0;
  const sign = zone[0];
  if (sign !== "+" && sign !== "-") return ZONES[zone] ?? 0;
  const digits = zone.replace(":", "");
  return (sign === "-" ? -1 : 1) * (Number(digits.slice(1, 3)) * 60 + Number(digits.slice(3, 5)));
}

function instant(year: Field, month: number, day: Field, hour: Field, minute: Field, second: Field, zone: Field): string | null {
  const short = Number(year);
  const full = year!.length > 2 ? short : short < 70 ? 2000 + short : 1900 + short;
  const [d, h, m, s] = [Number(day), Number(hour), Number(minute), Number(second ?? 0)];
  const plausible = month >= 0 && month < 12 && d >= 1 && h < 24 && m < 60 && s <= 60 && full >= 1970 && full < 2100;
  if (!plausible || d > new Date(Date.UTC(full, month + 1, 0)).getUTCDate()) return null;
  return new Date(Date.UTC(full, month, d, h, m, s) - zoneMinutes(zone) * 60_000).toISOString();
}

function monthNumber(name: Field): number {
  return MONTHS.indexOf(name!.slice(0, 3).toLowerCase());
}

/** ISO 8601 in UTC, or null when the text is no date that this file knows. */
export function parseMailDate(text: string): string | null {
  const short = text.slice(0, 120);
  let m = MAIL.exec(short);
  if (m) return instant(m[3], monthNumber(m[2]), m[1], m[4], m[5], m[6], m[7]);
  m = ISO.exec(short);
  if (m) return instant(m[1], Number(m[2]) - 1, m[3], m[4], m[5], m[6], m[7]);
  m = ARCHIVE.exec(short);
  if (m) return instant(m[3], monthNumber(m[1]), m[2], m[4], m[5], m[6], m[7]);
  m = ASCTIME.exec(short);
  return m ? instant(m[6], monthNumber(m[1]), m[2], m[3], m[4], m[5], m[7]) : null;
}
