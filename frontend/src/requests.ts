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

function join(base: string, pairs: Pairs): string {
  const text = query(pairs);
  return text ? `${base}${base.includes("?") ? "&" : "?"}${text}` : base;
}

/** Boundaries in force. */
export function unitsAddress(config: PageConfig, state: ViewState): string {
  return join(config.urls.units, vintage(state));
}

/** One of the addresses that take all filters. */
export function filteredAddress(base: string, state: ViewState): string {
  return join(base, filters(state));
}

/** The figures of one unit under the page's filters. */
export function unitSummaryAddress(config: PageConfig, state: ViewState, unit: string): string {
  return join(config.urls.summary, filters({ ...state, unit }));
}

/** Layers without time: models and cameras. */
export function plainAddress(base: string): string {
  return join(base, [["lang", currentLanguage()]]);
}

/** Search for units. */
export function searchAddress(config: PageConfig, state: ViewState, text: string): string {
  return join(config.urls.search, [["q", text], ...vintage(state)]);
}

/** The map in print: the same filters and layers. A bbox would take incidents away, so it is not sent. */
export function snapshotAddress(base: string, state: ViewState, layers: string[]): string {
  return join(base, [...filters(state), ["layers", layers.join(",")]]);
}
