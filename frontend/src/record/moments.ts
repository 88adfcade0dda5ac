/** Days and hours of a record: as people write them, as the API takes them. An unknown hour is no hour. */

import { addDays, formatDate, readDate } from "../format";

const HOUR = /^(\d{1,2})\s*(?:[:hg.]\s*(\d{2})?)?(?:[:.](\d{2}))?$/i;
const MIDNIGHT = "T00:00";

/** A day and an hour as they stand in the fields of a form. */
export interface WrittenMoment {
  day: string;
  hour: string;
}

/** The local minute of a moment with its offset; the second only where there is one. */
function localOf(moment: string): string {
  return moment.slice(0, 19).replace(/:00$/, "");
}

/** Both ends of a record as the API takes them: days alone where the hours are not known. */
export function spanOf(from: string, to: string | null): { from: string; to: string } {
  const first = localOf(from);
  const last = to === null ? "" : localOf(to);
  if (!first.endsWith(MIDNIGHT) || !last.endsWith(MIDNIGHT)) return { from: first, to: last };
  // Whole days: the end is the day after the last.
  const [start, end] = [first.slice(0, 10), addDays(last.slice(0, 10), -1)];
  return { from: start, to: end === start ? "" : end };
}

/** Read an hour as people write it: 14:30, 14h30, 14h, 14; null when it is none. */
export function readHour(text: string): string | null {
  const match = HOUR.exec(text.trim());
  if (!match) return null;
  const [hour, minute] = [Number(match[1]), Number(match[2] ?? 0)];
  if (hour > 23 || minute > 59 || Number(match[3] ?? 0) > 59) return null;
  const pair = (value: number): string => String(value).padStart(2, "0");
  return `${pair(hour)}:${pair(minute)}${match[3] ? `:${match[3]}` : ""}`;
}

/** A moment of the API as it stands in a form. */
export function writtenOf(moment: string): WrittenMoment {
  return { day: moment ? formatDate(moment) : "", hour: moment.slice(11) };
}

/** Which of a day and an hour cannot be read, or the moment as the API takes it. */
export function momentOf({ day, hour }: WrittenMoment): { moment: string } | { wrong: "day" | "hour" } {
  if (!day.trim()) return hour.trim() ? { wrong: "day" } : { moment: "" };
  const iso = readDate(day);
  if (iso === null) return { wrong: "day" };
  if (!hour.trim()) return { moment: iso };
  const read = readHour(hour);
  return read === null ? { wrong: "hour" } : { moment: `${iso}T${read}` };
}

/** A moment of the API in words: 1/5/2026 14:30, or the day alone. */
export function momentText(moment: string): string {
  const { day, hour } = writtenOf(moment);
  return hour ? `${day} ${hour}` : day;
}

/** A moment with its offset in words, to the minute. */
export function minuteText(moment: string): string {
  return momentText(moment.slice(0, 16));
}
