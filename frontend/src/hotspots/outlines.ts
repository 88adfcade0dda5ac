/** Findings as outlines in the unit square of Web Mercator, ready to be drawn and pointed at. */

import { mercatorX, mercatorY } from "../geometry";
import type { Box } from "../types";
import { lookOf } from "./looks";
import type { Finding, FindingFeature } from "./types";

/** One finding on the map. */
export interface Outline {
  finding: Finding;
  look: string;
  /** Rings, lines or single places: x and y in turn. */
  lines: Float64Array[];
  closed: boolean;
  /** Left, top, right and bottom in the unit square. */
  box: Box;
  boxLonLat: Box;
}

type Coordinates = GeoJSON.Position[];

function linesOf(geometry: GeoJSON.Geometry): Coordinates[] {
  if (geometry.type === "Polygon") return geometry.coordinates;
  if (geometry.type === "MultiPolygon") return geometry.coordinates.flat();
  if (geometry.type === "LineString") return [geometry.coordinates];
  return geometry.type === "Point" ? [[geometry.coordinates]] : [];
}

function boxOf(places: Coordinates): Box {
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [lon, lat] of places) {
    box[0] = Math.min(box[0], lon);
    box[1] = Math.min(box[1], lat);
    box[2] = Math.max(box[2], lon);
    box[3] = Math.max(box[3], lat);
  }
  return box;
}

/** The findings that are drawn, each as it was given. */
export function outlinesOf(features: FindingFeature[]): Outline[] {
  return features.flatMap(({ geometry, properties }) => {
    const look = lookOf(properties);
    const places = look === null ? [] : linesOf(geometry);
    if (look === null || !places.length) return [];
    const [west, south, east, north] = boxOf(places.flat());
    return [{
      finding: properties,
      look,
      lines: places.map((line) => Float64Array.from(line.flatMap(([lon, lat]) => [mercatorX(lon), mercatorY(lat)]))),
      closed: geometry.type === "Polygon" || geometry.type === "MultiPolygon",
      box: [mercatorX(west), mercatorY(north), mercatorX(east), mercatorY(south)],
      boxLonLat: [west, south, east, north],
    }];
  });
}

/** The middle of an outline's box. */
export function middleOf({ box: [left, top, right, bottom] }: Outline): [x: number, y: number] {
  return [(left + right) / 2, (top + bottom) / 2];
}

/** Whether a place lies in an outline, by the even-odd rule; `slack` lets one come close to a line or a place. */
export function holds(outline: Outline, x: number, y: number, slack: number): boolean {
  const { box: [left, top, right, bottom], lines, closed } = outline;
  if (x < left - slack || x > right + slack || y < top - slack || y > bottom + slack) return false;
  return closed ? lines.filter((ring) => inRing(ring, x, y)).length % 2 === 1 : true;
}

function inRing(ring: Float64Array, x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
    const crosses = ring[i + 1] > y !== ring[j + 1] > y;
    if (crosses && x < ((ring[j] - ring[i]) * (y - ring[i + 1])) / (ring[j + 1] - ring[i + 1]) + ring[i]) inside = !inside;
  }
  return inside;
}
