/** Which part of the world the map shows, and how that fits beside the panels. */

import type { Map as LeafletMap } from "leaflet";

import { byId, isNarrow, isStill } from "./dom";
import type { StateHolder, ViewState } from "./state";
import type { Box } from "./types";

interface Room {
  paddingTopLeft: [number, number];
  paddingBottomRight: [number, number];
}

/** The room that the panels leave in the map. */
export function roomIn({ sel, asOf2, hot }: Pick<ViewState, "sel" | "asOf2" | "hot">): Room {
  // Two maps stand beside the panels, not under them.
  if (asOf2) return { paddingTopLeft: [12, isNarrow() ? 12 : 112], paddingBottomRight: [12, isNarrow() ? 12 : 170] };
  if (isNarrow()) return { paddingTopLeft: [12, 110], paddingBottomRight: [12, sel || hot ? 0.58 * window.innerHeight : 90] };
  // Not measured: the strip has another height beside an open panel, and one view must come back the same.
  const strip = byId("antt").classList.contains("with-vintages") ? 200 : 150;
  return { paddingTopLeft: [332, 84], paddingBottomRight: [hot ? 444 : sel ? 356 : 24, strip] };
}

/** The view of the map; the state holds it once the reader has moved. */
export class Viewport {
  constructor(
    private readonly map: LeafletMap,
    private readonly extent: Box,
    private readonly state: StateHolder,
  ) {
    map.options.zoomSnap = 0.25;
    map.setMinZoom(5).setMaxZoom(19);
  }

  /** Write each move of the reader to the state. */
  watch(): void {
    this.map.on("moveend", () => {
      const { lat, lng } = this.map.getCenter();
      this.state.replace({ view: { lat, lon: lng, zoom: this.map.getZoom() } });
    });
  }

  /** Show the whole area. */
  home(animate = true): void {
    this.fit(this.extent, animate);
  }

  /** Show a box in the room that the panels leave. */
  fit([west, south, east, north]: Box, animate = true): void {
    const glide = animate && !isStill();
    // A pan goes by whole pixels; a fresh view is the same to the last digit wherever the map came from.
    const how = { ...roomIn(this.state.get()), maxZoom: 14, animate: glide, reset: !glide };
    this.map.fitBounds([[south, west], [north, east]], how);
  }

  /** The box that is seen in the room that the panels of a state leave. */
  seen(state: ViewState): Box {
    const { paddingTopLeft, paddingBottomRight } = roomIn(state);
    const { x, y } = this.map.getSize();
    const northWest = this.map.containerPointToLatLng(paddingTopLeft);
    const southEast = this.map.containerPointToLatLng([x - paddingBottomRight[0], y - paddingBottomRight[1]]);
    return [northWest.lng, southEast.lat, southEast.lng, northWest.lat];
  }

  /** Show what the state says. */
  follow(view: ViewState["view"], fresh = false): void {
    if (!view) {
      this.home(false);
      return;
    }
    const center = this.map.getCenter();
    const near = Math.abs(center.lat - view.lat) < 1e-4 && Math.abs(center.lng - view.lon) < 1e-4;
    if (!fresh && near && this.map.getZoom() === view.zoom) return;
    this.map.setView([view.lat, view.lon], view.zoom, { animate: false });
  }
}
