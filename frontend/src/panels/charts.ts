/** Small charts of the ward panel: months with the boundary change marked, hour by weekday. */

import { h, svg } from "../dom";
import { dayOf, formatDate, formatNumber, isoOf } from "../format";
import { t } from "../i18n";
import { monthBins, type Bin } from "../timebins";

const WIDTH = 288;
const HEIGHT = 78;
const MONTHS = 24;
const FLOOR = 60;

/** Where the boundary change falls among the bars, 0 to 1; null when it lies outside. */
export function changeAt(months: Bin[], change: string | null): number | null {
  const day = dayOf(change);
  if (day === null || !months.length) return null;
  const start = months[0].start;
  const end = months[months.length - 1].end;
  return day > start && day < end ? (day - start) / (end - start) : null;
}

/** Bars of the last 24 months. */
export function monthChart(start: string | null, counts: number[], change: string | null): HTMLElement {
  const first = dayOf(start);
  const months = first === null ? [] : monthBins(first, counts).slice(-MONTHS);
  if (!months.some(({ count }) => count)) return h("p", { class: "muted" }, t("ward.no_series"));
  const top = months.reduce((most, month) => Math.max(most, month.count), 1);
  const span = months[months.length - 1].end - months[0].start;
  const x = (day: number): number => ((day - months[0].start) / span) * WIDTH;
  const bars = months.map((month) => {
    const tall = (month.count / top) * (FLOOR - 6);
    const wide = Math.min(Math.max(x(month.end) - x(month.start) - 2, 1), 26);
    const label = `${Number(isoOf(month.start).slice(5, 7))}/${isoOf(month.start).slice(0, 4)}: ${t("ward.incidents", { n: formatNumber(month.count) })}`;
    return svg("rect", { class: "bar chosen", x: x(month.start) + 1, y: FLOOR - tall, width: wide, height: tall },
      svg("title", {}, label));
  });
  const share = changeAt(months, change);
  const at = (share ?? 0) * WIDTH;
  const lastDay = months[months.length - 1].end - 1;
  const label = t("ward.series_label", {
    from: formatDate(isoOf(months[0].start)), to: formatDate(isoOf(lastDay)), most: formatNumber(top),
  });
  const chart = svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label },
    ...bars,
    svg("line", { class: "base", x1: 0, x2: WIDTH, y1: FLOOR, y2: FLOOR }),
    share !== null && svg("line", { class: "change", x1: at, x2: at, y1: 0, y2: FLOOR }),
    svg("text", { class: "axis", x: 0, y: HEIGHT - 3 }, formatDate(isoOf(months[0].start)).replace(/^\d+\//, "")),
    svg("text", { class: "axis", x: WIDTH, y: HEIGHT - 3, "text-anchor": "end" }, formatDate(isoOf(lastDay)).replace(/^\d+\//, "")),
    svg("text", { class: "axis", x: WIDTH / 2, y: HEIGHT - 3, "text-anchor": "middle" }, t("ward.most", { n: formatNumber(top) })),
  );
  const mark = share !== null && h("p", { class: "muted" }, t("ward.change", { date: formatDate(change as string) }));
  return h("div", { class: "chart" }, chart, mark);
}

/** Two hours to a column. */
export function pairHours(rows: number[][]): number[][] {
  return rows.map((row) => Array.from({ length: 12 }, (_, i) => (row[2 * i] ?? 0) + (row[2 * i + 1] ?? 0)));
}

/** A table of hours and weekdays with shaded cells; the numbers are there for screen readers. */
export function hourTable(rows: number[][], unknown: number): HTMLElement {
  const cells = pairHours(rows);
  const top = cells.flat().reduce((most, value) => Math.max(most, value), 0);
  if (!top) return h("p", { class: "muted" }, t("ward.no_hours"));
  const hours = Array.from({ length: 12 }, (_, i) => i * 2);
  const head = h("tr", {}, h("td"), ...hours.map((hour) =>
    h("th", { scope: "col" }, hour % 6 ? h("span", { class: "hidden-text" }, t("ward.hours", { from: hour, to: hour + 2 })) : t("ward.hour", { n: hour }))));
  const body = cells.map((row, day) =>
    h("tr", {}, h("th", { scope: "row" }, t(`weekday.${day}`)), ...row.map((value, i) => {
      const shade = value ? Math.max(1, Math.ceil((value / top) * 5)) : 0;
      const text = `${t(`weekday.${day}`)}, ${t("ward.hours", { from: hours[i], to: hours[i] + 2 })}: ${t("ward.incidents", { n: formatNumber(value) })}`;
      return h("td", { class: `heat heat-${shade}`, title: text }, h("span", { class: "hidden-text" }, formatNumber(value)));
    })));
  return h("div", {},
    h("table", { class: "hours" }, h("caption", { class: "hidden-text" }, t("ward.hour_weekday")),
      h("thead", {}, head), h("tbody", {}, ...body)),
    unknown > 0 && h("p", { class: "muted" }, t("ward.unknown_hour", { n: formatNumber(unknown) })));
}
