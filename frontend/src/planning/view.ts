/** The map of a plan: the program's own canvases, no outside tiles, places on the grid of the record. */

import * as L from "leaflet";

import { byId } from "../dom";
import { t } from "../i18n";
import { quietMap } from "../map_widget";
import { SCALE, toGrid, toLonLat, type Box, type Place } from "./model/grid";

const WORLD_PX = 256;
const PAN_PX = 80;

/** Which way the arrow keys lead, in pixels. */
export const STEPS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
};

/** The map and its way between pixels and places. */
export class View {
  readonly map: L.Map;

  constructor(box: HTMLElement, label: string) {
    this.map = L.map(box, {
      zoomControl: false, attributionControl: false, zoomSnap: 0.25, minZoom: 6, maxZoom: 21, doubleClickZoom: false,
      zoomAnimation: false, fadeAnimation: false,
    });
    quietMap(this.map, label);
  }

  /** The place under a point of the map's box. */
  placeAt(point: L.Point): Place {
    const { lng, lat } = this.map.containerPointToLatLng(point);
    return toGrid([lng, lat]);
  }

  /** The point of the map's box where a place is. */
  pointOf(place: Place): L.Point {
    const [lng, lat] = toLonLat(place);
    return this.map.latLngToContainerPoint([lat, lng]);
  }

  /** How many cells some pixels are. */
  cells(pixels: number): number {
    return (pixels * 360 * SCALE) / (WORLD_PX * 2 ** this.map.getZoom());
  }

  /** West, south, east and north of what is seen, in cells. */
  box(): Box {
    const seen = this.map.getBounds();
    const [west, south] = toGrid([seen.getWest(), seen.getSouth()]);
    const [east, north] = toGrid([seen.getEast(), seen.getNorth()]);
    return [west, south, east, north];
  }

  /** Show everything, or what lies in a box of cells. */
  fit([west, south, east, north]: Box, padding = 24): void {
    const [w, s] = toLonLat([west, south]);
    const [e, n] = toLonLat([east, north]);
    this.map.fitBounds([[s, w], [n, e]], { padding: [padding, padding], animate: false });
  }
}

/** The part of the map that the address names: latitude, longitude and zoom; null where it names none. */
function asked(): [lat: number, lon: number, zoom: number] | null {
  const parts = (new URLSearchParams(window.location.search).get("c") ?? "").split(",").map(Number);
  return parts.length === 3 && parts.every(Number.isFinite) ? (parts as [number, number, number]) : null;
}

/** Show the part of the map that the address names, else what is given; from then on the address follows the map. */
export function followAddress({ map }: View, otherwise: () => void): void {
  const place = asked();
  if (place) map.setView([place[0], place[1]], place[2], { animate: false });
  else otherwise();
  map.on("moveend", () => {
    const { lat, lng } = map.getCenter();
    const address = new URL(window.location.href);
    address.searchParams.set("c", [lat.toFixed(5), lng.toFixed(5), map.getZoom()].join(","));
    window.history.replaceState(null, "", address);
  });
}

/** Let the buttons beside the map zoom it. */
export function zoomButtons(view: View, whole: () => void): void {
  byId("pl-zoom-in").addEventListener("click", () => view.map.zoomIn());
  byId("pl-zoom-out").addEventListener("click", () => view.map.zoomOut());
  byId("pl-whole").addEventListener("click", whole);
  byId("pl-map").setAttribute("aria-label", t("pl.map"));
}

/** Let the arrow keys move the map as long as no tool is in hand, whose cross-hair they move. */
export function panKeys({ map }: View): void {
  map.getContainer().addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step || map.getContainer().classList.contains("pl-aiming")) return;
    event.preventDefault();
    map.panBy([step[0] * PAN_PX, step[1] * PAN_PX], { animate: false });
  });
}
