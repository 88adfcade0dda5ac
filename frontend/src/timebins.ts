/** Days gathered into bars, quick periods, and months. Days are counted from 1970-01-01. */

import { addDays, dayOf, isoOf } from "./format";

export interface Bin {
  /** First day. */
  start: number;
  /** Day after the last. */
  end: number;
  count: number;
}

/** Monday is 0; 1970-01-01 was a Thursday. */
export function weekday(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}

function monthStart(day: number): number {
  return dayOf(`${isoOf(day).slice(0, 7)}-01`) as number;
}

function gather(start: number, counts: number[], head: (day: number) => number): Bin[] {
  const bins: Bin[] = [];
  counts.forEach((count, i) => {
    const last = bins[bins.length - 1];
    const first = head(start + i);
    if (last && head(last.start) === first) {
      last.count += count;
      last.end = start + i + 1;
    } else bins.push({ start: start + i, end: start + i + 1, count });
  });
  return bins;
}

/** Bars by day, else by week from Monday, else by month: the finest that needs no more than `most`. */
export function bins(start: number, counts: number[], most: number): Bin[] {
  if (counts.length <= most) return gather(start, counts, (day) => day);
  const weeks = gather(start, counts, (day) => day - weekday(day));
  return weeks.length <= most ? weeks : monthBins(start, counts);
}

/** Bars by calendar month. */
export function monthBins(start: number, counts: number[]): Bin[] {
  return gather(start, counts, monthStart);
}

export interface Quick {
  key: string;
  from: string | null;
  to: string | null;
}

/** The last whole reporting month of the police, from the 15th to the 14th. */
export function reportingMonth(last: string): { from: string; to: string } {
  const [year, month, day] = last.split("-").map(Number);
  const end = new Date(Date.UTC(year, month - (day >= 14 ? 1 : 2), 15));
  const start = new Date(Date.UTC(end.getUTCFullYear(), end.getUTCMonth() - 1, 15));
  return { from: start.toISOString().slice(0, 10), to: end.toISOString().slice(0, 10) };
}

/** Periods that end with the last day that has incidents. */
export function quickPeriods(last: string): Quick[] {
  const end = addDays(last, 1);
  const month = reportingMonth(last);
  return [
    { key: "7", from: addDays(end, -7), to: end },
    { key: "30", from: addDays(end, -30), to: end },
    { key: "90", from: addDays(end, -90), to: end },
    { key: "report", ...month },
    { key: "year", from: `${last.slice(0, 4)}-01-01`, to: end },
    { key: "all", from: null, to: null },
  ];
}
