/** The grid that plans are drawn on: whole ten-millionths of a degree, about 1 cm (as layers/planning/grid.py). */

/** Cells of the grid in one degree. */
export const SCALE = 10_000_000;
/** A place rounded to the grid lies at most half a diagonal from the line it was clicked on. */
const ON_LINE_CELLS = 0.75;

/** Cells east and north of 0°, 0°. */
export type Place = [east: number, north: number];
/** Places one after the other: east, north, east, north … Never written to once it belongs to an arc. */
export type Points = Float64Array;
/** West, south, east and north, cells. */
export type Box = readonly [west: number, south: number, east: number, north: number];

/** Read places written as the first and then the steps from each to the next. */
export function decode(flat: readonly number[]): Points {
  const points = new Float64Array(flat.length);
  let east = 0;
  let north = 0;
  for (let at = 0; at + 1 < flat.length; at += 2) {
    points[at] = east += flat[at];
    points[at + 1] = north += flat[at + 1];
  }
  return points;
}

/** Write places as `decode` reads them. */
export function encode(points: Points): number[] {
  return Array.from(points, (value, at) => (at < 2 ? value : value - points[at - 2]));
}

/** Degrees of a place. */
export function toLonLat([east, north]: Place): [lon: number, lat: number] {
  return [east / SCALE, north / SCALE];
}

/** The place nearest to some degrees. */
export function toGrid([lon, lat]: readonly [lon: number, lat: number]): Place {
  return [Math.round(lon * SCALE), Math.round(lat * SCALE)];
}

/** How many places there are. */
export function countOf(points: Points): number {
  return points.length / 2;
}

/** One place; counted from the end where the position is negative. */
export function placeAt(points: Points, position: number): Place {
  const at = 2 * (position < 0 ? position + countOf(points) : position);
  return [points[at], points[at + 1]];
}

/** Places as pairs. */
export function placesOf(points: Points): Place[] {
  const places: Place[] = [];
  for (let at = 0; at < points.length; at += 2) places.push([points[at], points[at + 1]]);
  return places;
}

/** Pairs as places. */
export function pointsOf(places: readonly Place[]): Points {
  return Float64Array.from(places.flat());
}

/** A key that two places share only when they are the same. */
export function keyOf([east, north]: Place): string {
  return `${east},${north}`;
}

/** Whether two places are the same. */
export function samePlace(one: Place, other: Place): boolean {
  return one[0] === other[0] && one[1] === other[1];
}

/** Whether two lines have the same vertices. */
export function samePoints(one: Points, other: Points): boolean {
  return one === other || (one.length === other.length && one.every((value, at) => value === other[at]));
}

/** How many vertices two lines begin and end with alike; the ends do not overlap in the shorter of the two. */
export function sameEnds(one: Points, other: Points): { head: number; tail: number } {
  const most = Math.min(countOf(one), countOf(other));
  let head = 0;
  while (head < most && one[2 * head] === other[2 * head] && one[2 * head + 1] === other[2 * head + 1]) head++;
  let tail = 0;
  while (tail < most - head && samePlace(placeAt(one, -1 - tail), placeAt(other, -1 - tail))) tail++;
  return { head, tail };
}

/** The places from one position to before another. */
export function stretch(points: Points, from: number, to: number = countOf(points)): Points {
  return points.subarray(2 * Math.max(from, 0), 2 * Math.max(to, 0));
}

/** The same places the other way round. */
export function reversed(points: Points): Points {
  const turned = new Float64Array(points.length);
  for (let at = 0; at < points.length; at += 2) {
    turned[at] = points[points.length - 2 - at];
    turned[at + 1] = points[points.length - 1 - at];
  }
  return turned;
}

/** Several lines as one. */
export function concatenated(parts: readonly Points[]): Points {
  const whole = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The line without places that repeat the one before. */
export function withoutRepeats(points: Points): Points {
  let kept = 0;
  const line = new Float64Array(points.length);
  for (let at = 0; at < points.length; at += 2) {
    if (kept && points[at] === line[kept - 2] && points[at + 1] === line[kept - 1]) continue;
    line[kept++] = points[at];
    line[kept++] = points[at + 1];
  }
  return line.slice(0, kept);
}

/** The box around some lines. */
export function boxOf(...lines: readonly Points[]): Box {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const points of lines) {
    for (let at = 0; at < points.length; at += 2) {
      const x = points[at];
      const y = points[at + 1];
      if (x < west) west = x;
      if (x > east) east = x;
      if (y < south) south = y;
      if (y > north) north = y;
    }
  }
  return [west, south, east, north];
}

/** Whether two boxes have a place in common. */
export function boxesMeet(one: Box, other: Box): boolean {
  return one[0] <= other[2] && other[0] <= one[2] && one[1] <= other[3] && other[1] <= one[3];
}

/** Where a place lies on a line: at a vertex, or on the piece of line that a vertex begins. */
export interface Spot {
  index: number;
  isVertex: boolean;
}

/** Find where a place lies on a line; null off the line. Of a closed line's ends it is the first. */
export function onLine(points: Points, [x, y]: Place): Spot | null {
  for (let at = 0; at < points.length; at += 2) {
    if (points[at] === x && points[at + 1] === y) return { index: at / 2, isVertex: true };
  }
  let [nearest, least] = [-1, ON_LINE_CELLS];
  for (let index = 0; index + 1 < countOf(points); index++) {
    const away = awayFromPiece(points, index, [x, y]);
    if (away < least || (nearest < 0 && away <= least)) [nearest, least] = [index, away];
  }
  return nearest < 0 ? null : { index: nearest, isVertex: false };
}

/** How far along a piece of line, 0 to 1, the place nearest to another one lies; `squeeze` scales east to north. */
export function shareAlong(points: Points, index: number, [x, y]: Place, squeeze = 1): number {
  const at = 2 * index;
  const [dx, dy] = [(points[at + 2] - points[at]) * squeeze, points[at + 3] - points[at + 1]];
  const along = (x - points[at]) * squeeze * dx + (y - points[at + 1]) * dy;
  return Math.min(Math.max(along / Math.max(dx * dx + dy * dy, 1), 0), 1);
}

function awayFromPiece(points: Points, index: number, place: Place): number {
  const at = 2 * index;
  const share = shareAlong(points, index, place);
  const x = points[at] + share * (points[at + 2] - points[at]);
  const y = points[at + 1] + share * (points[at + 3] - points[at + 1]);
  return Math.hypot(place[0] - x, place[1] - y);
}
