/** The legend: only what is drawn now. */

import type { Metric } from "./state";
import { byId, h, refill, svg, type Child } from "./dom";
import { formatLength, formatNumber } from "./format";
import { currentLanguage, t } from "./i18n";
import type { Fill } from "./layers/units";
import { shapeData } from "./layers/shapes";
import { standing } from "./classes";
import type { Category, Density } from "./types";
import type { Withheld } from "./withheld";

/** What the marks of a part of the page mean; a look is a class of its style sheet. */
export interface LegendMarks {
  title: string;
  items: { look: string; text: string }[];
  note: string | null;
}

export interface LegendState {
  fill: Fill | null;
  metric: Metric;
  /** Whether rates can be drawn at all. */
  rates: boolean;
  withheld: Withheld | null;
  /** Whether two maps share the classes. */
  paired: boolean;
  density: Density | null;
  points: { groups: Category[]; largest: number } | null;
  gathered: boolean;
  marks: LegendMarks | null;
}

function swatch(color: string, extra = ""): SVGSVGElement {
  return svg(
    "svg",
    { class: `swatch ${extra}`, viewBox: "0 0 40 12", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { width: 40, height: 12, fill: color }),
  );
}

function scale(colors: string[], limits: string[]): HTMLElement {
  const cells = colors.map((color, i) =>
    h("li", {}, swatch(color), h("span", {}, limits[i])),
  );
  return h("ul", { class: "scale" }, ...cells);
}

function noneText(withheld: Withheld | null): string {
  if (!withheld) return t("legend.no_data");
  return withheld.k ? t("legend.withheld", { k: withheld.k }) : t("legend.withheld_none");
}

function keys(fill: Fill, { metric, withheld }: Pick<LegendState, "metric" | "withheld">): HTMLElement {
  const values = [...fill.values.values()];
  const few = metric === "rate" && values.some((value) => value.few);
  const zero = values.some((value) => standing(value) === "zero");
  const none = values.some((value) => standing(value) === "none");
  const key = (kind: string, text: string): HTMLElement =>
    h("li", {}, h("span", { class: `key key-${kind}` }), text);
  return h(
    "ul",
    { class: "keys inline" },
    zero && key("zero", t("legend.zero")),
    few && key("few", t("legend.few")),
    none && key("none", noneText(withheld)),
  );
}

function fillBlock(state: LegendState, choose: (metric: Metric) => void): Child {
  const fill = state.fill;
  if (!fill) return null;
  const choice = (metric: Metric): HTMLElement =>
    h(
      "button",
      { type: "button", "aria-pressed": String(state.metric === metric), click: () => choose(metric) },
      t(`legend.metric_${metric}`),
    );
  const digits = fill.breaks.some((limit) => limit < 1) ? 2 : 1;
  const write = (value: number): string => formatNumber(value, value < 10 ? digits : 0);
  return h(
    "section",
    {},
    h("h3", {}, t(`legend.title_${state.metric}`)),
    state.rates
      ? h("div", { class: "segments", role: "group", "aria-label": t("legend.metric") }, choice("rate"), choice("count"))
      : h("p", { class: "muted" }, t("legend.no_rates")),
    fill.breaks.length
      ? scale(fill.colors, fill.breaks.map((limit, i) => (i ? `≥ ${write(limit)}` : "> 0")))
      : !state.withheld && h("p", { class: "muted" }, t("legend.all_zero")),
    keys(fill, state),
    state.paired && h("p", { class: "muted" }, t("legend.paired")),
  );
}

function densityBlock(density: Density | null): Child {
  if (!density) return null;
  const title = h("h3", {}, t("legend.density", { unit: density.unit, radius: formatLength(density.bandwidth_m) }));
  if (!density.image) return h("section", {}, title, h("p", { class: "muted" }, density.reason ?? t("legend.density_none")));
  return h(
    "section",
    {},
    title,
    scale(
      density.classes.map(({ color }) => color),
      density.classes.map(({ from }) => formatNumber(from, from < 10 ? 1 : 0)),
    ),
  );
}

function pointsBlock(points: LegendState["points"]): Child {
  if (!points) return null;
  const items = points.groups.map((group) =>
    h(
      "li",
      {},
      svg("svg", { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" },
        svg("path", { d: shapeData(group.shape, 8, 8, 5.5), fill: group.color })),
      group.title,
    ),
  );
  return h(
    "section",
    {},
    h("h3", {}, t("legend.points")),
    points.largest > 1 && h("p", { class: "keyline" }, h("span", { class: "key key-circle" }), t("legend.circle")),
    h("ul", { class: "keys columns" }, ...items),
  );
}

function marksBlock(marks: LegendMarks | null): Child {
  if (!marks) return null;
  const items = marks.items.map(({ look, text }) => h("li", {}, h("span", { class: `key look-${look}` }), text));
  return h("section", {}, h("h3", {}, marks.title), h("ul", { class: "keys" }, ...items),
    marks.note && h("p", { class: "muted" }, marks.note));
}

let written = "";

/** What the legend says, in short: what is not different need not be written again. */
function gist({ fill, metric, rates, withheld, paired, density, points, gathered, marks }: LegendState): string {
  const groups = points && points.groups.map(({ slug }) => slug);
  const drawn = fill && [fill.breaks, fill.colors, keys(fill, { metric, withheld }).textContent];
  const several = (points?.largest ?? 0) > 1;
  return JSON.stringify([currentLanguage(), drawn, metric, rates, paired, density, groups, several, gathered, marks]);
}

/** Write the legend, unless it stands there already. */
export function drawLegend(state: LegendState, choose: (metric: Metric) => void): void {
  const said = gist(state);
  if (said === written) return;
  written = said;
  const box = byId("antt-legend");
  const kept = document.activeElement?.closest("#antt-legend .segments") !== null;
  refill(
    box,
    marksBlock(state.marks),
    fillBlock(state, choose),
    densityBlock(state.density),
    pointsBlock(state.points),
    state.gathered && h("p", { class: "keyline" }, h("span", { class: "key key-tile" }), t("legend.tile")),
  );
  box.hidden = !box.childElementCount;
  if (kept) box.querySelector<HTMLElement>('[aria-pressed="true"]')?.focus();
}
