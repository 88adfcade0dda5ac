/** Which tiles cover a view, and where they lie. Everything in the unit square of Web Mercator. */

import type { Frame } from "../layers/canvas_layer";
import type { Box } from "../types";

/** One tile of the Web Mercator pyramid. */
export interface TileId {
  z: number;
  x: number;
  y: number;
}

/** Units along one side of a tile. */
export const EXTENT = 4096;

/** Name of a tile, also its place in an address. */
export function tileKey({ z, x, y }: TileId): string {
  return `${z}/${x}/${y}`;
}

/**
 * Zoom of the tiles for a zoom of the map. One less than the map's own: tiles are then drawn about
 * 512 px wide, a view needs a quarter of the requests, and a tile still has eight units to a pixel.
 */
export function tileZoom(zoom: number, most: number): number {
  return Math.min(Math.max(Math.round(zoom) - 1, 0), most);
}

/** Tiles of one zoom that touch a box of the unit square, those nearest its middle first. */
export function covering([left, top, right, bottom]: Box, z: number): TileId[] {
  const side = 2 ** z;
  const inside = (value: number): number => Math.min(Math.max(value, 0), side - 1);
  const tiles: TileId[] = [];
  for (let y = inside(Math.floor(top * side)); y <= inside(Math.ceil(bottom * side) - 1); y += 1)
    for (let x = inside(Math.floor(left * side)); x <= inside(Math.ceil(right * side) - 1); x += 1)
      tiles.push({ z, x, y });
  const [middleX, middleY] = [((left + right) / 2) * side, ((top + bottom) / 2) * side];
  const away = ({ x, y }: TileId): number => Math.hypot(x + 0.5 - middleX, y + 0.5 - middleY);
  return tiles.sort((a, b) => away(a) - away(b));
}

/** The tile that holds a tile, some levels up. */
export function ancestor({ z, x, y }: TileId, levels: number): TileId {
  return { z: z - levels, x: x >> levels, y: y >> levels };
}

/** The four tiles that fill a tile, one level down. */
export function children({ z, x, y }: TileId): TileId[] {
  return [0, 1, 2, 3].map((i) => ({ z: z + 1, x: 2 * x + (i & 1), y: 2 * y + (i >> 1) }));
}

/** A tile's box in the unit square. */
export function boxOf({ z, x, y }: TileId): Box {
  const side = 2 ** z;
  return [x / side, y / side, (x + 1) / side, (y + 1) / side];
}

/** Tiles that a picture needs, and those of its margin, which can wait. */
export interface Wanted {
  seen: TileId[];
  around: TileId[];
}

/** Tiles that cover a canvas. */
export function tilesOf(frame: Frame, most: number): Wanted {
  const { world, originX, originY, viewX, viewY } = frame;
  const z = tileZoom(frame.zoom, most);
  const tiles = (left: number, top: number, width: number, height: number): TileId[] => covering(
    [(left - originX) / world, (top - originY) / world, (left + width - originX) / world, (top + height - originY) / world], z);
  const seen = tiles(viewX, viewY, frame.viewWidth, frame.viewHeight);
  const keys = new Set(seen.map(tileKey));
  return { seen, around: tiles(0, 0, frame.width, frame.height).filter((id) => !keys.has(tileKey(id))) };
}

/** Where a tile lies on a canvas, in pixels. */
export function tilePlace(frame: Frame, id: TileId): { left: number; top: number; size: number } {
  const size = frame.world / 2 ** id.z;
  return { left: id.x * size + frame.originX, top: id.y * size + frame.originY, size };
}
