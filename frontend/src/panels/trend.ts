/** One unit through time: counts with their range, and the series that breaks where boundaries changed. */

import { h, svg, type Child } from "../dom";
import { rangeText } from "../counts";
import { dayOf, formatDate, formatNumber } from "../format";
import { t } from "../i18n";
import type { UnitTrend } from "../types";

const WIDTH = 288;
const HEIGHT = 104;
const FLOOR = 86;
/** Room above the highest count, for the dates of the breaks. */
const HEAD = 16;

const sum = (numbers: number[]): number => numbers.reduce((all, one) => all + one, 0);

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

interface Scale {
  wide: number;
  top: number;
}

/** Corners of a series of steps, from left to right. */
function corners(counts: number[], { wide, top }: Scale): string[] {
  return counts.flatMap((count, i) => {
    const y = (FLOOR - (count / top) * (FLOOR - HEAD)).toFixed(1);
    return [`${(i * wide).toFixed(1)} ${y}`, `${((i + 1) * wide).toFixed(1)} ${y}`];
  });
}

const line = (counts: number[], scale: Scale): string => `M${corners(counts, scale).join("L")}`;
const band = (low: number[], high: number[], scale: Scale): string =>
  `M${[...corners(high, scale), ...corners(low, scale).reverse()].join("L")}Z`;

const monthOf = (start: string, months: number): string => {
  const at = Number(start.slice(0, 4)) * 12 + Number(start.slice(5, 7)) - 1 + months;
  return `${(at % 12) + 1}/${Math.floor(at / 12)}`;
};

function mark(day: string, x: number): Child {
  const left = x > WIDTH / 2;
  const place = { class: "axis", x: x + (left ? -4 : 4), y: 10, "text-anchor": left ? "end" : "start" };
  return svg("g", {},
    svg("line", { class: "change", x1: x, x2: x, y1: 0, y2: FLOOR }),
    svg("text", place, formatDate(day)));
}

function key(kind: string, text: string): HTMLElement {
  const sample = svg("svg", { class: "trend-sample", viewBox: "0 0 24 10", width: 24, height: 10, "aria-hidden": "true" },
    svg("path", { class: `trend-${kind}`, d: kind === "band" ? "M0 1H24V9H0Z" : "M0 5H24" }));
  return h("li", {}, sample, text);
}

/** Both series with the breaks marked; nothing where they tell the same. */
export function trendChart(trend: UnitTrend): Child {
  const { start, recast, by_code: byCode, breaks } = trend;
  const unsure = recast.high.some((high, i) => high > recast.low[i]);
  if (start === null || (!unsure && recast.count.every((count, i) => count === byCode[i]))) return null;
  const months = byCode.length;
  const scale = { top: Math.max(...recast.high, ...byCode, 1), wide: WIDTH / months };
  const inside = breaks.flatMap((each) => {
    const at = breakAt(start, months, each.day);
    return at === null ? [] : [{ ...each, x: at * scale.wide }];
  });
  const most = formatNumber(scale.top);
  const chart = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": t("trend.label", { from: formatDate(start), most }) },
    unsure && svg("path", { class: "trend-band", d: band(recast.low, recast.high, scale) }),
    svg("path", { class: "trend-code", d: line(byCode, scale) }),
    svg("path", { class: "trend-recast", d: line(recast.count, scale) }),
    svg("line", { class: "base", x1: 0, x2: WIDTH, y1: FLOOR, y2: FLOOR }),
    ...inside.map(({ day, x }) => mark(day, x)),
    svg("text", { class: "axis", x: 0, y: HEIGHT - 3 }, monthOf(start, 0)),
    svg("text", { class: "axis", x: WIDTH / 2, y: HEIGHT - 3, "text-anchor": "middle" }, t("ward.most", { n: most })),
    svg("text", { class: "axis", x: WIDTH, y: HEIGHT - 3, "text-anchor": "end" }, monthOf(start, months - 1)));
  return h("div", { class: "chart trend" },
    h("h3", {}, t("trend.title")),
    h("p", {}, t("trend.total", { n: trendTotal(trend) })),
    chart,
    h("ul", { class: "trend-keys muted" },
      key("recast", t("trend.recast")),
      unsure && key("band", t("trend.band")),
      key("code", t("trend.by_code"))),
    ...inside.map(({ sentence }) => h("p", { class: "muted" }, sentence)));
}
