/** What somebody who may not see every incident is given in their place: published counts of whole months. */

import { dayOf, isoOf } from "./format";
import type { ViewState } from "./state";

/** What was published, and where incidents are seen as they are. */
export interface Withheld {
  /** The smallest number that is published; 0 when nothing is yet. */
  k: number;
  first: string | null;
  last: string | null;
  /** Codes of the units seen as they are. */
  own: string[];
}

/** Whether a unit's number is a published one. */
export function isPublished(withheld: Withheld | null, code: string): boolean {
  return withheld !== null && !withheld.own.includes(code);
}

/** Whether everything on the page is published counts. */
export function allPublished(withheld: Withheld | null): boolean {
  return withheld !== null && withheld.own.length === 0;
}

/** A count as it may be shown: where nothing is published, nobody can tell none from few. */
export function shownCount(withheld: Withheld | null, code: string, count: number): number | null {
  return count === 0 && isPublished(withheld, code) ? null : count;
}

/** A month as people write it: 7/2024. */
export function monthOf(iso: string): string {
  return `${Number(iso.slice(5, 7))}/${iso.slice(0, 4)}`;
}

const firstOf = (iso: string): string => `${iso.slice(0, 7)}-01`;

function nextMonth(iso: string): string {
  const [year, month] = [Number(iso.slice(0, 4)), Number(iso.slice(5, 7))];
  return month === 12 ? `${year + 1}-01-01` : `${year}-${String(month + 1).padStart(2, "0")}-01`;
}

/** A period widened to whole months, so that it says what is counted. `to` is the day after the last. */
export function wholeMonths({ from, to }: Pick<ViewState, "from" | "to">): Pick<ViewState, "from" | "to"> {
  return {
    from: from && firstOf(from),
    to: to && (to === firstOf(to) ? to : nextMonth(to)),
  };
}

/** Counts per day from `start`, carried on to the end of the last month, for which they stand. */
export function toMonthEnd(start: string, counts: number[]): number[] {
  const first = dayOf(start) as number;
  const end = dayOf(nextMonth(isoOf(first + counts.length - 1))) as number;
  return [...counts, ...Array<number>(end - first - counts.length).fill(0)];
}
