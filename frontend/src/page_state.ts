/** The page's own defaults laid under the state of the address. */

import { parseState, type ViewState } from "./state";
import type { PageConfig } from "./types";
import { allPublished, wholeMonths } from "./withheld";

/**
 * The configuration with its true defaults. The server lays the address it was asked for into the
 * page; what came from there is in the address already and must not come back once it is cleared.
 */
export function settle(config: PageConfig, query: string): PageConfig {
  const asked = parseState(query);
  const filtered = asked.from !== null || asked.to !== null || asked.categories.length > 0;
  return {
    ...config,
    default_filter: filtered ? { from: null, to: null, categories: [] } : config.default_filter,
    layers_asked: asked.layers !== null,
  };
}

/** Keys of the layers that the page shows unless the address says otherwise. */
export function defaultLayers(config: PageConfig): string[] {
  return config.layers.filter(({ visible }) => visible).map(({ key }) => key);
}

/** Keys of the layers that stand with hotspots: a calm ground, and the surface where it is the hotspots. */
function besideHotspots(config: PageConfig, method: string): string[] {
  const kinds = method === "density" ? ["areas", "raster"] : ["areas"];
  return config.layers.filter(({ kind }) => kinds.includes(kind)).map(({ key }) => key);
}

/** Keys of the layers now visible. */
export function visibleLayers(config: PageConfig, state: ViewState): string[] {
  return state.layers ?? (state.hot ? besideHotspots(config, state.hot) : defaultLayers(config));
}

/** Visible layers as they stand in the state: null when they are the page's own choice. */
export function chosenLayers(config: PageConfig, visible: string[], state: ViewState): string[] | null {
  const own = visibleLayers(config, { ...state, layers: null });
  return !config.layers_asked && visible.join() === own.join() ? null : visible;
}

/** The state with the page's default filter where the address has none. */
export function withDefaults(config: PageConfig, state: ViewState): ViewState {
  const base = config.default_filter;
  const bare = state.from === null && state.to === null;
  return inWholeMonths(config, {
    ...state,
    from: bare ? base.from : state.from,
    to: bare ? base.to : state.to,
    categories: state.categories.length ? state.categories : base.categories,
  });
}

/** The state with the period that is counted, where counts are of whole months. */
export function inWholeMonths(config: PageConfig, state: ViewState): ViewState {
  return allPublished(config.withheld) ? { ...state, ...wholeMonths(state) } : state;
}
