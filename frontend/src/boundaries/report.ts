/** Step 5: what the check found, before anything is kept. */

import { h, type Child } from "../dom";
import { formatNumber } from "../format";
import { t } from "../i18n";
import { defectTitle } from "./repairs";
import { outlook } from "./settling";
import type { Found } from "./types";
import type { Desk } from "./wizard";

const LONGEST_LIST = 20;

function sum(parts: { area_m2: number }[]): string {
  return formatNumber(parts.reduce((all, part) => all + part.area_m2, 0));
}

function figure(value: string, label: string, note = ""): HTMLElement {
  return h("li", {}, h("span", { class: "bd-big" }, value), h("span", {}, label), note ? h("span", { class: "muted" }, note) : null);
}

function list(title: string, lines: string[]): HTMLElement | null {
  if (!lines.length) return null;
  const more = lines.length - LONGEST_LIST;
  return h(
    "details", { class: "bd-list" }, h("summary", {}, `${title} (${formatNumber(lines.length)})`),
    h("ul", { class: "bd-notes" }, ...lines.slice(0, LONGEST_LIST).map((line) => h("li", {}, line)), more > 0 ? h("li", {}, `… +${formatNumber(more)}`) : null),
  );
}

function figures(found: Found): HTMLElement {
  const { gaps, overlaps } = found;
  return h(
    "ul", { class: "bd-figures", id: "bd-figures" },
    figure(formatNumber(found.accepted), t("bd.units")),
    figure(formatNumber(found.area_km2, 2), t("bd.area_km2")),
    figure(formatNumber(gaps.length), t("bd.gaps"), gaps.length ? `${sum(gaps)} m²` : ""),
    figure(formatNumber(overlaps.length), t("bd.overlaps"), overlaps.length ? `${sum(overlaps)} m²` : ""),
    figure(formatNumber(found.mended_units.length), t("bd.mended")),
    figure(formatNumber(found.quarantined_rows.length), t("bd.set_aside")),
  );
}

/** Step 5. */
export function reportStep(desk: Desk): Child[] {
  const found = desk.found;
  if (!found) return [h("p", {}, t("bd.not_read"))];
  return [
    figures(found),
    found.repairs.length ? h("p", {}, t("bd.repairs_after", { n: formatNumber(found.repairs.length) })) : h("p", {}, t("bd.repairs_none")),
    outlook(desk, found),
    list(t("bd.list_repairs"), found.repairs.map(defectTitle)),
    list(t("bd.list_set_aside"), found.quarantined_rows.map((row) => t("bd.row", { row: row.row, why: `${row.code} ${row.reasons.join("; ")}`.trim() }))),
    list(t("bd.list_mended"), found.mended_units.map((unit) => `${unit.name} (${unit.code}): ${formatNumber(unit.area_change_m2, 1)} m²`)),
    list(t("bd.list_areas"), found.area_flags.map((flag) => t("bd.area_flag", {
      name: `${flag.name} (${flag.code})`, published: formatNumber(flag.published_km2, 2), measured: formatNumber(flag.computed_km2, 2),
    }))),
    found.dropped_columns.length ? h("p", { class: "muted" }, t("bd.dropped", { names: found.dropped_columns.join(", ") })) : null,
  ];
}
