/** Plane geometry on the unit square of Web Mercator, for drawing and pointing only. */

import type { Box, LonLat, UnitCollection, UnitProperties } from "./types";

/** One unit ready to be drawn: rings as x0, y0, x1, y1 … in the unit square. */
export interface UnitShape {
  id: string;
  props: UnitProperties;
  rings: Float64Array[];
  box: Box;
  bboxLonLat: Box;
  label: LonLat;
}

/** x of a longitude in the unit square. */
export function mercatorX(lon: number): number {
  return lon / 360 + 0.5;
}

/** y of a latitude in the unit square, growing southwards. */
export function mercatorY(lat: number): number {
  const sin = Math.sin((lat * Math.PI) / 180);
  return 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI);
}

function flat(ring: GeoJSON.Position[]): Float64Array {
  const out = new Float64Array(ring.length * 2);
  ring.forEach(([lon, lat], i) => {
    out[2 * i] = mercatorX(lon);
    out[2 * i + 1] = mercatorY(lat);
  });
  return out;
}

function grow(box: Box, x: number, y: number): void {
  box[0] = Math.min(box[0], x);
  box[1] = Math.min(box[1], y);
  box[2] = Math.max(box[2], x);
  box[3] = Math.max(box[3], y);
}

const empty = (): Box => [Infinity, Infinity, -Infinity, -Infinity];

/** Turn the answer of the API into shapes; units without geometry are left out. */
export function unitShapes(collection: UnitCollection): UnitShape[] {
  return collection.features.flatMap((feature) => {
    if (!feature.geometry) return [];
    const polygons =
      feature.geometry.type === "Polygon"
        ? [feature.geometry.coordinates]
        : feature.geometry.coordinates;
    const box = empty();
    const bbox = empty();
    const rings = polygons.flat().map((ring) => {
      for (const [lon, lat] of ring) {
        grow(bbox, lon, lat);
        grow(box, mercatorX(lon), mercatorY(lat));
      }
      return flat(ring);
    });
    const middle: LonLat = [(bbox[0] + bbox[2]) / 2, (bbox[1] + bbox[3]) / 2];
    const props = feature.properties;
    return [{ id: String(feature.id), props, rings, box, bboxLonLat: bbox, label: props.label ?? middle }];
  });
}

/** Whether a point of the unit square lies in the unit (even–odd rule over all rings). */
export function contains(unit: UnitShape, x: number, y: number): boolean {
  if (x < unit.box[0] || x > unit.box[2] || y < unit.box[1] || y > unit.box[3]) return false;
  let inside = false;
  for (const ring of unit.rings) {
    for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
      const above = ring[i + 1] > y;
      if (above === ring[j + 1] > y) continue;
      const cross = ((ring[j] - ring[i]) * (y - ring[i + 1])) / (ring[j + 1] - ring[i + 1]) + ring[i];
      if (x < cross) inside = !inside;
    }
  }
  return inside;
}

export interface Borders {
  /** Borders between two units of one province. */
  inner: Float64Array[];
  /** Outlines of provinces: coasts and borders to another province. */
  outer: Float64Array[];
}

function edgeKey(ring: Float64Array, i: number): string {
  const a = `${ring[i]},${ring[i + 1]}`;
  const b = `${ring[i + 2]},${ring[i + 3]}`;
  return a < b ? `${a};${b}` : `${b};${a}`;
}

function edgeParents(units: UnitShape[]): Map<string, string[]> {
  const parents = new Map<string, string[]>();
  for (const unit of units)
    for (const ring of unit.rings)
      for (let i = 0; i + 3 < ring.length; i += 2) {
        const key = edgeKey(ring, i);
        const known = parents.get(key);
        if (known) known.push(unit.props.parent ?? "");
        else parents.set(key, [unit.props.parent ?? ""]);
      }
  return parents;
}

/**
 * Split the outlines of a coverage into borders that are each drawn once.
 * Neighbours must share their vertices, as the API promises.
 */
export function borders(units: UnitShape[]): Borders {
  const parents = edgeParents(units);
  const drawn = new Set<string>();
  const out: Borders = { inner: [], outer: [] };
  for (const unit of units) for (const ring of unit.rings) walk(ring, parents, drawn, out);
  return out;
}

function walk(
  ring: Float64Array,
  parents: Map<string, string[]>,
  drawn: Set<string>,
  out: Borders,
): void {
  let line: number[] = [];
  let kind: keyof Borders = "inner";
  const close = (): void => {
    if (line.length) out[kind].push(Float64Array.from(line));
    line = [];
  };
  for (let i = 0; i + 3 < ring.length; i += 2) {
    const key = edgeKey(ring, i);
    if (drawn.has(key)) {
      close();
      continue;
    }
    drawn.add(key);
    const sides = parents.get(key) ?? [];
    const now: keyof Borders = sides.length > 1 && sides[0] === sides[1] ? "inner" : "outer";
    if (now !== kind) close();
    kind = now;
    if (!line.length) line.push(ring[i], ring[i + 1]);
    line.push(ring[i + 2], ring[i + 3]);
  }
  close();
}
