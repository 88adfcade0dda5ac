/** A scale bar that is true on the ground at the latitude of the middle of the map. */

import type { Map as LeafletMap } from "leaflet";

import { byId } from "./dom";
import { formatLength } from "./format";

const EQUATOR_RADIUS_M = 6_378_137;
const ECCENTRICITY_SQUARED = 0.00669437999014;

/**
 * Metres on the ground along one pixel of a Web Mercator map, west to east.
 * Uses the radius of the parallel of the WGS 84 ellipsoid: N(φ) cos φ.
 */
export function groundMetresPerPixel(lat: number, zoom: number): number {
  const phi = (lat * Math.PI) / 180;
  const normal_m = EQUATOR_RADIUS_M / Math.sqrt(1 - ECCENTRICITY_SQUARED * Math.sin(phi) ** 2);
  return (2 * Math.PI * normal_m * Math.cos(phi)) / (256 * 2 ** zoom);
}

/** The longest round length (1, 2 or 5 times a power of ten) that fits, in metres. */
export function roundLength(most_m: number): number {
  const power = 10 ** Math.floor(Math.log10(most_m));
  const lead = most_m / power;
  return power * (lead >= 5 ? 5 : lead >= 2 ? 2 : 1);
}

/** Keep the bar of the shell in step with the map. */
export function scaleBar(map: LeafletMap): void {
  const bar = byId("antt-scale-bar");
  const text = byId("antt-scale-text");
  const update = (): void => {
    const perPixel_m = groundMetresPerPixel(map.getCenter().lat, map.getZoom());
    const length_m = roundLength(perPixel_m * 92);
    bar.style.width = `${Math.round(length_m / perPixel_m)}px`;
    text.textContent = formatLength(length_m);
  };
  map.on("zoomend moveend resize", update);
  update();
}
