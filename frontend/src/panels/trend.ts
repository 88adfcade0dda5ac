/** One unit through time: counts with their range, and the series that breaks where boundaries changed. */

import { h, svg, type Child } from "../dom";
import { dayOf, formatDate, formatNumber } from "../format";
import { t } from "../i18n";
import type { UnitTrend } from "../types";

const WIDTH = 288;
const HEIGHT = 66;
const FLOOR = 60;

const sum = (numbers: number[]): number => numbers.reduce((all, one) => all + one, 0);

/** A count as one number, or as the range it lies in. */
export function rangeText(low: number, high: number): string {
  return low === high ? formatNumber(low) : `${formatNumber(low)}–${formatNumber(high)}`;
}

/** The count of the whole series as a text. */
export function trendTotal({ recast }: UnitTrend): string {
  return rangeText(sum(recast.low), sum(recast.high));
}

/** How many months before the break a day lies, as a place along the series; null outside it. */
export function breakAt(start: string, months: number, day: string): number | null {
  const [year, month] = start.split("-").map(Number);
  const [breakYear, breakMonth] = day.split("-").map(Number);
  const first = dayOf(`${day.slice(0, 7)}-01`) as number;
  const at = (breakYear - year) * 12 + breakMonth - month + ((dayOf(day) as number) - first) / 31;
  return at > 0 && at < months ? at : null;
}

function steps(counts: number[], top: number): string {
  const wide = WIDTH / counts.length;
  return counts
    .map((count, i) => `${i ? "L" : "M"}${(i * wide).toFixed(1)} ${(FLOOR - (count / top) * (FLOOR - 6)).toFixed(1)}h${wide.toFixed(1)}`)
    .join("");
}

/** Both series with the breaks marked; nothing where they tell the same. */
export function trendChart(trend: UnitTrend): Child {
  const { start, recast, by_code: byCode, breaks } = trend;
  const same = recast.high.every((high, i) => high === recast.low[i] && high === byCode[i]);
  if (start === null || same) return null;
  const top = Math.max(...recast.high, ...byCode, 1);
  const inside = breaks.flatMap((each) => {
    const at = breakAt(start, byCode.length, each.day);
    return at === null ? [] : [{ ...each, x: (at / byCode.length) * WIDTH }];
  });
  const label = t("trend.label", { from: formatDate(start), most: formatNumber(top) });
  const chart = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label },
    svg("path", { class: "trend-bound", d: steps(recast.high, top) }),
    svg("path", { class: "trend-code", d: steps(byCode, top) }),
    svg("path", { class: "trend-recast", d: steps(recast.count, top) }),
    svg("line", { class: "base", x1: 0, x2: WIDTH, y1: FLOOR, y2: FLOOR }),
    ...inside.map(({ x }) => svg("line", { class: "change", x1: x, x2: x, y1: 0, y2: FLOOR })));
  return h("div", { class: "chart" },
    h("h3", {}, t("trend.title")),
    h("p", {}, t("trend.total", { n: trendTotal(trend) })),
    chart,
    h("p", { class: "muted" }, t("trend.key")),
    ...breaks.map(({ sentence }) => h("p", { class: "muted" }, sentence)));
}
