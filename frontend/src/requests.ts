/** Addresses of the API for a state: one place where state becomes parameters. */

import { currentLanguage } from "./i18n";
import { query, type ViewState } from "./state";
import type { PageConfig } from "./types";

type Pairs = [string, string | null | undefined][];

const vintage = (state: ViewState): Pairs => [["as_of", state.asOf], ["lang", currentLanguage()]];

const filters = (state: ViewState): Pairs => [
  ["as_of", state.asOf],
  ["from", state.from],
  ["to", state.to],
  ["category", state.categories.join(",") || null],
  ["unit", state.unit],
  ["lang", currentLanguage()],
];

/** What was set for the method of the hotspots. */
function settings(state: ViewState): [name: string, value: string][] {
  return state.hotWith.map((text) => [text.slice(0, text.indexOf(":")), text.slice(text.indexOf(":") + 1)]);
}

function join(base: string, pairs: Pairs): string {
  const text = query(pairs);
  return text ? `${base}${base.includes("?") ? "&" : "?"}${text}` : base;
}

/** Names, extents and figures of the units in force. */
export function unitListAddress(config: PageConfig, state: ViewState): string {
  return join(config.urls.unit_list, vintage(state));
}

/** Tiles of the boundaries in force, with places for `{z}`, `{x}` and `{y}`. */
export function unitTilesAddress(config: PageConfig, state: ViewState): string {
  return join(config.urls.unit_tiles, [["as_of", state.asOf]]);
}

/**
 * Tiles of the incidents under the page's filters. They hold no words, so no language is named; and incidents
 * lie where they lie under any boundaries, so no day is, unless a unit of that day is asked for.
 */
export function incidentTilesAddress(config: PageConfig, state: ViewState): string {
  const needed = (name: string): boolean => name !== "lang" && (name !== "as_of" || state.unit !== null);
  return join(config.urls.incident_tiles, filters(state).filter(([name]) => needed(name)));
}

/** The records at a place under the page's filters, in a circle on the ground. */
export function recordsAtAddress(state: ViewState, { lon, lat }: { lon: number; lat: number }, radius_m: number): string {
  const place: Pairs = [["lon", lon.toFixed(7)], ["lat", lat.toFixed(7)], ["radius_m", radius_m.toFixed(1)]];
  return join("/api/v1/incidents/at", [...place, ...filters(state)]);
}

/** One of the addresses that take all filters. */
export function filteredAddress(base: string, state: ViewState): string {
  return join(base, filters(state));
}

/** The density surface, with the bandwidth that was chosen for the hotspots. */
export function densityAddress(config: PageConfig, state: ViewState): string {
  const own = state.hot === "density" ? settings(state).filter(([name]) => name === "bandwidth_m") : [];
  return join(config.urls.density, [...filters(state), ...own]);
}

/** Whoever sees only the own ground as it is compares places there, and nowhere else. */
function studyArea(config: PageConfig, state: ViewState): Pairs {
  return config.withheld?.own.length && !state.unit ? [["area", "own"]] : [];
}

/** The hotspots under the page's filters, or the test of their method on the past; at once, or as a job. */
export function hotspotAddress(
  config: PageConfig, state: ViewState, task: "run" | "backtest", { asJob = false }: { asJob?: boolean } = {},
): string {
  // A test on the past ranks the cells; it draws no permutations.
  const own = settings(state).filter(([name]) => task === "run" || name !== "permutations");
  const what: Pairs = [["task", asJob ? task : null], ["method", state.hot], ...studyArea(config, state), ...own];
  return join(config.urls[asJob ? "hotspot_jobs" : `hotspot_${task}`], [...filters(state), ...what]);
}

/** The figures of one unit under the page's filters. */
export function unitSummaryAddress(config: PageConfig, state: ViewState, unit: string): string {
  return join(config.urls.summary, filters({ ...state, unit }));
}

/** One unit through time under the page's filters. */
export function unitTrendAddress(config: PageConfig, state: ViewState, unit: string): string {
  return join(config.urls.trend, filters({ ...state, unit }));
}

/** Layers without time: models and cameras. */
export function plainAddress(base: string): string {
  return join(base, [["lang", currentLanguage()]]);
}

/** The counts of all units with the range each lies in. */
export function recastAddress(config: PageConfig, state: ViewState): string {
  return join(config.urls.recast, filters({ ...state, unit: null }));
}

/** What became of a unit version, as of today. */
export function lineageAddress(config: PageConfig, unit: string): string {
  return join(config.urls.lineage.replace("{unit}", encodeURIComponent(unit)), [["lang", currentLanguage()]]);
}

/** The page of a unit version. */
export function unitPageAddress(config: PageConfig, state: ViewState, unit: string): string {
  return join(config.urls.unit_page.replace("{unit}", encodeURIComponent(unit).replace("%40", "@")), vintage(state));
}

/** Search for units by every name and code they ever had. */
export function searchAddress(config: PageConfig, state: ViewState, text: string): string {
  return join(config.urls.search, [["q", text], ...vintage(state)]);
}

/** What a box has to tell; Leaflet's bounds do. */
interface Box {
  getWest(): number;
  getSouth(): number;
  getEast(): number;
  getNorth(): number;
}

/** The map in print: the same filters, layers and extent. A bbox would take incidents away, so it is not sent. */
export function snapshotAddress(
  config: PageConfig, kind: "pdf" | "png", state: ViewState, { layers, box }: { layers: string[]; box: Box | null },
): string {
  const edges = box && [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()];
  const extent = edges && edges.map((edge) => edge.toFixed(5)).join(",");
  // The density is one of the layers.
  const found: Pairs = state.hot && state.hot !== "density" ? [["hotspots", state.hot], ...studyArea(config, state)] : [];
  const method: Pairs = [...found, ...settings(state)];
  return join(config.urls[`snapshot_${kind}`], [...filters(state), ["layers", layers.join(",")], ["extent", extent], ...method]);
}
