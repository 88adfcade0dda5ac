/** What has no place on the map: near repeats by distance and time, and how few places hold how much. */

import { h, type Child } from "../dom";
import { formatLength, formatNumber } from "../format";
import { t } from "../i18n";
import { percent } from "./scores";
import type { Concentration, Hotspots, PairRow } from "./types";

function ring({ from_m: from, to_m: to }: PairRow): string {
  if (to === 0) return t("hot.same_place");
  return from ? `${formatNumber(from)}–${formatLength(to)}` : `≤ ${formatLength(to)}`;
}

function span({ from_days: from, to_days: to }: PairRow): string {
  return t("time.days", { n: from ? `${formatNumber(from)}–${formatNumber(to)}` : `≤ ${formatNumber(to)}` });
}

/** Near repeats: how many times as often as by chance two incidents follow each other, by distance and days. */
export function pairTable(table: Hotspots["table"]): Child {
  if (!table?.rows.length) return null;
  const rings = [...new Map(table.rows.map((row): [string, PairRow] => [ring(row), row])).keys()];
  const spans = [...new Map(table.rows.map((row): [string, PairRow] => [span(row), row])).keys()];
  const cell = (place: string, time: string): HTMLElement => {
    const row = table.rows.find((each) => ring(each) === place && span(each) === time);
    if (!row) return h("td", {});
    const times = row.ratio === null ? "–" : t("hot.times", { n: formatNumber(row.ratio, 1, 1) });
    return h("td", { class: `number ${row.class}`, title: row.sentence }, times);
  };
  const found = table.rows.filter((row) => row.class === "more");
  return h("section", {},
    h("h3", {}, t("hot.pairs")),
    h("table", { class: "hot-table hot-pairs" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("hot.distance")), ...spans.map((time) => h("th", { scope: "col", class: "number" }, time)))),
      h("tbody", {}, ...rings.map((place) => h("tr", {}, h("th", { scope: "row" }, place), ...spans.map((time) => cell(place, time)))))),
    h("p", { class: "muted" }, t("hot.pairs_note", { n: formatNumber(table.permutations) })),
    found.length ? h("ul", { class: "hot-said" }, ...found.map((row) => h("li", {}, row.sentence))) : h("p", {}, t("hot.pairs_none")));
}

/** How few places hold how much. */
export function concentrationTable(found: Concentration | null): Child {
  if (!found) return null;
  const line = ({ places_share: places, incidents_share: incidents }: Concentration["curve"][number]): HTMLElement =>
    h("tr", {}, h("th", { scope: "row", class: "number" }, percent(places, 1)), h("td", { class: "number" }, percent(incidents)));
  return h("section", {},
    h("h3", {}, t("hot.concentration")),
    h("p", {}, t("hot.concentration_said", {
      places: percent(found.places_share_of_80), repeated: formatNumber(found.repeated_places),
      incidents: formatNumber(found.repeated_incidents), gini: formatNumber(found.gini, 2),
    })),
    h("table", { class: "hot-table hot-curve" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col", class: "number" }, t("hot.places_share")), h("th", { scope: "col", class: "number" }, t("hot.incidents_share")))),
      h("tbody", {}, ...found.curve.map(line))));
}
