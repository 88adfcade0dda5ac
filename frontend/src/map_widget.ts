/** The map widget without its own controls: keys, zoom buttons and notices belong to the page. */

import type { Map as LeafletMap } from "leaflet";

/** Take the widget's controls away and name it for screen readers. */
export function quietMap(map: LeafletMap, label: string): void {
  map.keyboard?.disable();
  map.attributionControl?.remove();
  map.zoomControl?.remove();
  const box = map.getContainer();
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", label);
}
