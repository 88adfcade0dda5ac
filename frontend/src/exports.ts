/** The links that take the map elsewhere: into print, and into the other language. */

import type { Map as LeafletMap } from "leaflet";

import { byId } from "./dom";
import { visibleLayers } from "./page_state";
import { snapshotAddress } from "./requests";
import { formatState, ofSecond, type ViewState } from "./state";
import type { PageConfig } from "./types";

/** Address of the map in print. */
export function printAddress(map: LeafletMap, config: PageConfig, kind: "pdf" | "png", state: ViewState): string {
  const layers = visibleLayers(config, state);
  // The whole area is printed until the reader has moved the map.
  const box = state.view ? map.getBounds() : null;
  return snapshotAddress(config, kind, state, { layers, box });
}

/** Keep the links in step with a state. */
export function writeLinks(map: LeafletMap, config: PageConfig, state: ViewState): void {
  for (const kind of ["pdf", "png"] as const) {
    byId<HTMLAnchorElement>(`antt-export-${kind}`).href = printAddress(map, config, kind, state);
    byId<HTMLAnchorElement>(`antt-export-${kind}-second`).href = printAddress(map, config, kind, ofSecond(state));
  }
  const link = byId<HTMLAnchorElement>("antt-lang");
  link.href = formatState({ ...state, lang: link.hreflang });
}
