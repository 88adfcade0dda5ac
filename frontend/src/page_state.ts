/** The page's own defaults laid under the state of the address. */

import type { ViewState } from "./state";
import type { PageConfig } from "./types";

/** Keys of the layers that the page shows unless the address says otherwise. */
export function defaultLayers(config: PageConfig): string[] {
  return config.layers.filter(({ visible }) => visible).map(({ key }) => key);
}

/** Keys of the layers now visible. */
export function visibleLayers(config: PageConfig, state: ViewState): string[] {
  return state.layers ?? defaultLayers(config);
}

/** Visible layers as they stand in the state: null when they are the page's own choice. */
export function chosenLayers(config: PageConfig, visible: string[]): string[] | null {
  return visible.join() === defaultLayers(config).join() ? null : visible;
}

/** The state with the page's default filter where the address has none. */
export function withDefaults(config: PageConfig, state: ViewState): ViewState {
  const base = config.default_filter;
  const bare = state.from === null && state.to === null;
  return {
    ...state,
    from: bare ? base.from : state.from,
    to: bare ? base.to : state.to,
    categories: state.categories.length ? state.categories : base.categories,
  };
}
