/** Where the figures come from, so that somebody else can find the same ones. */

import { h } from "../dom";
import { addDays, formatDate, formatNumber } from "../format";
import { t } from "../i18n";
import type { Backtest, Hotspots } from "./types";

const SHOWN_HASH = 16;

/** Versions of the layers that were read. */
function versionsText(versions: Record<string, number> | undefined): string {
  return Object.entries(versions ?? {}).filter(([, n]) => n > 0).map(([layer, n]) => `${layer} ${formatNumber(n)}`).join(" · ");
}

/** What was set, as it is written in the answer. */
function parametersText(parameters: Record<string, unknown>): string {
  return Object.entries(parameters).map(([name, value]) => `${name} = ${typeof value === "object" ? JSON.stringify(value) : String(value)}`).join(" · ");
}

/** Name and value of each line; what is not known is left out. */
export function provenanceLines(result: Hotspots | Backtest): [name: string, value: string][] {
  const { meta, area, parameters, seed, version, crs, inputs_hash: hash } = result;
  const period = meta.from || meta.to
    ? t("hot.period", { from: meta.from ? formatDate(meta.from) : "…", to: meta.to ? formatDate(addDays(meta.to, -1)) : "…" })
    : t("time.all");
  const lines: [string, string][] = [
    ["filters", meta.sentence],
    ["period", period],
    ["as_of", formatDate(meta.as_of)],
    ["area", area ? `${area.said} · ${formatNumber(area.km2, 1)} km²` : ""],
    ["places", t("hot.places", { n: formatNumber(meta.placed), unplaced: formatNumber(meta.unplaced), outside: formatNumber(meta.outside) })],
    ["crs", crs ?? ""],
    ["parameters", parametersText(parameters)],
    ["seed", seed === null ? "" : formatNumber(seed)],
    ["data", versionsText(meta.versions)],
    ["program", version],
    ["hash", hash ? `${hash.slice(0, SHOWN_HASH)}…` : ""],
  ];
  return lines.filter(([, value]) => value);
}

/** The lines behind one that says what they are. */
export function provenance(result: Hotspots | Backtest): HTMLElement {
  const rows = provenanceLines(result).flatMap(([name, value]) => [
    h("dt", {}, t(`hot.from_${name}`)),
    h("dd", { title: name === "hash" ? result.inputs_hash : null }, value),
  ]);
  return h("details", { class: "hot-words" }, h("summary", {}, t("hot.provenance")), h("dl", {}, ...rows));
}
