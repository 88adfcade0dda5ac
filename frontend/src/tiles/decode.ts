/** Vector tiles read into plain arrays. The names of layers and attributes are those of the server. */

import { VectorTile, type VectorTileLayer } from "@mapbox/vector-tile";
import { PbfReader } from "pbf";

import { EXTENT, type TileId } from "./grid";

/** Incidents of a tile: one entry a cell of its grid, or one an incident. */
export interface IncidentTile {
  /** Whether each entry is one incident at its own place. */
  exact: boolean;
  /** Places in the unit square. */
  x: Float64Array;
  y: Float64Array;
  count: Int32Array;
  /** Position of the (most frequent) category in the page's list; -1 when unknown. */
  category: Int16Array;
  /** Day since 1970-01-01 and hour of single incidents; -1 when unknown. */
  day: Int32Array;
  hour: Int8Array;
}

/** A unit's part in a tile: rings as x0, y0, x1, y1 … in tile units. */
export interface Area {
  /** Position in the list of units. */
  at: number;
  rings: Int16Array[];
}

/** Lines between the units at positions `a` and `b`; `b` is -1 on the outer edge. */
export interface Edge {
  a: number;
  b: number;
  lines: Int16Array[];
}

export interface UnitTile {
  areas: Area[];
  edges: Edge[];
}

function layersOf(buffer: ArrayBuffer): Record<string, VectorTileLayer | undefined> {
  return buffer.byteLength ? new VectorTile(new PbfReader(new Uint8Array(buffer))).layers : {};
}

const numberOf = (value: unknown, missing = -1): number => (typeof value === "number" ? value : missing);

/** Read a tile of incidents; an empty body is a tile without any. */
export function incidentTile(buffer: ArrayBuffer, { z, x, y }: TileId): IncidentTile {
  const { cells, incidents } = layersOf(buffer);
  const layer = cells ?? incidents;
  const size = layer?.length ?? 0;
  const side = 2 ** z;
  const tile: IncidentTile = {
    exact: !cells,
    x: new Float64Array(size),
    y: new Float64Array(size),
    count: new Int32Array(size),
    category: new Int16Array(size),
    day: new Int32Array(size),
    hour: new Int8Array(size),
  };
  for (let i = 0; layer && i < size; i += 1) {
    const feature = layer.feature(i);
    const [[place]] = feature.loadGeometry();
    const { n, c, d, h } = feature.properties;
    tile.x[i] = (x + place.x / layer.extent) / side;
    tile.y[i] = (y + place.y / layer.extent) / side;
    tile.count[i] = cells ? numberOf(n, 0) : 1;
    tile.category[i] = numberOf(c);
    tile.day[i] = numberOf(d);
    tile.hour[i] = numberOf(h);
  }
  return tile;
}

function linesOf(layer: VectorTileLayer, i: number): Int16Array[] {
  const scale = EXTENT / layer.extent;
  return layer.feature(i).loadGeometry().map((line) => {
    const out = new Int16Array(2 * line.length);
    line.forEach((point, k) => {
      out[2 * k] = point.x * scale;
      out[2 * k + 1] = point.y * scale;
    });
    return out;
  });
}

/** Read a tile of units and their borders; an empty body is a tile without any. */
export function unitTile(buffer: ArrayBuffer): UnitTile {
  const { units, borders } = layersOf(buffer);
  const tile: UnitTile = { areas: [], edges: [] };
  for (let i = 0; units && i < units.length; i += 1)
    tile.areas.push({ at: numberOf(units.feature(i).id), rings: linesOf(units, i) });
  for (let i = 0; borders && i < borders.length; i += 1) {
    const { a, b } = borders.feature(i).properties;
    tile.edges.push({ a: numberOf(a), b: numberOf(b), lines: linesOf(borders, i) });
  }
  return tile;
}

/** The position of the unit at a place in tile units; -1 where there is none. */
export function unitAt(tile: UnitTile, x: number, y: number): number {
  return tile.areas.find(({ rings }) => inside(rings, x, y))?.at ?? -1;
}

/** Whether a place lies in a polygon (even–odd rule over all rings). */
function inside(rings: Int16Array[], x: number, y: number): boolean {
  let found = false;
  for (const ring of rings)
    for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
      const above = ring[i + 1] > y;
      if (above === ring[j + 1] > y) continue;
      const cross = ((ring[j] - ring[i]) * (y - ring[i + 1])) / (ring[j + 1] - ring[i + 1]) + ring[i];
      if (x < cross) found = !found;
    }
  return found;
}
