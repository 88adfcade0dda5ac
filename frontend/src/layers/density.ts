/** The hotspot surface: a picture over its bounds; the old one stays until the new one is here. */

import * as L from "leaflet";

import type { Density } from "../types";
import { quietPane } from "./canvas_layer";

/** The density picture on the map. */
export class DensityLayer {
  private overlay: L.ImageOverlay | null = null;
  private wanted: string | null = null;

  constructor(private readonly map: L.Map) {
    quietPane(map, "antt-density", 300);
  }

  show(density: Density | null): void {
    this.wanted = density?.image ?? null;
    if (!density?.image) {
      this.overlay?.remove();
      this.overlay = null;
      return;
    }
    const [west, south, east, north] = density.bounds;
    const next = L.imageOverlay(density.image, [[south, west], [north, east]], {
      pane: "antt-density",
      className: "density-picture",
      alt: "",
    });
    const old = this.overlay;
    next.once("load", () => {
      if (this.wanted !== density.image) next.remove();
      old?.remove();
    });
    next.addTo(this.map);
    this.overlay = next;
  }
}
