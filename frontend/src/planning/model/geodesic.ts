/**
 * Areas and lengths on the ellipsoid WGS 84, in square metres and metres.
 *
 * The server measures with geodesic edges (Karney 2013, "Algorithms for geodesics"; PROJ's `Geod`). Here an area
 * is that of the polygon on the authalic sphere (Snyder 1987, "Map projections: a working manual", p. 16), whose
 * edges are great circles. The sphere keeps areas exactly; a great circle of some kilometres bulges as the geodesic
 * does but for a share of the flattening, 1/300 of the bulge, which is itself some 1e-5 of a ward.
 */

import { SCALE, type Points } from "./grid";

const AXIS_M = 6_378_137;
const FLATTENING = 1 / 298.257223563;
const E2 = FLATTENING * (2 - FLATTENING);
const E = Math.sqrt(E2);
const RADIANS = Math.PI / 180 / SCALE;
const POLE = authalic(1);
const AUTHALIC_RADIUS_M = AXIS_M * Math.sqrt(POLE / 2);
const MEAN_RADIUS_M = AXIS_M * (1 - FLATTENING / 3);

/** Snyder's q of the sine of a latitude. */
function authalic(sine: number): number {
  return (1 - E2) * (sine / (1 - E2 * sine * sine) + Math.atanh(E * sine) / E);
}

/** Tangent of half the authalic latitude. */
function halfTangent(north: number): number {
  const sine = authalic(Math.sin(north * RADIANS)) / POLE;
  return sine / (1 + Math.sqrt(Math.max(1 - sine * sine, 0)));
}

/**
 * What a line adds to the area of the ground on its left, m²: the ground between it and the equator, negative when
 * the line runs east. Over a closed ring these add up to its area; so a unit's area is the sum over its arcs.
 */
export function areaOnLeftM2(points: Points): number {
  let [sum, t] = [0, halfTangent(points[1])];
  for (let at = 2; at < points.length; at += 2) {
    const next = halfTangent(points[at + 1]);
    const half = Math.tan(((points[at] - points[at - 2]) * RADIANS) / 2);
    // Half the spherical excess between a great circle and the equator (Todhunter 1886, §103).
    sum += Math.atan((half * (t + next)) / (1 + t * next));
    t = next;
  }
  return -2 * AUTHALIC_RADIUS_M ** 2 * sum;
}

/** The area inside a closed ring, m²: positive when it runs counter-clockwise. */
export function ringAreaM2(points: Points): number {
  return areaOnLeftM2(points);
}

/**
 * The length of a line, m: the chord through the ellipsoid between each two places, lengthened as on a sphere.
 * Of 100 km it is right to 1e-7.
 */
export function lineLengthM(points: Points): number {
  let [sum, before] = [0, meridian(points[1])];
  for (let at = 2; at < points.length; at += 2) {
    const next = meridian(points[at + 1]);
    const half = Math.sin(((points[at] - points[at - 2]) * RADIANS) / 2);
    const rise = next.toAxis - before.toAxis;
    const climb = next.height - before.height;
    const chord = Math.sqrt(rise * rise + climb * climb + 4 * before.toAxis * next.toAxis * half * half);
    sum += 2 * MEAN_RADIUS_M * Math.asin(Math.min(chord / (2 * MEAN_RADIUS_M), 1));
    before = next;
  }
  return sum;
}

/** Distance from the axis of the earth and height over the plane of the equator, m. */
function meridian(north: number): { toAxis: number; height: number } {
  const sine = Math.sin(north * RADIANS);
  const normal = AXIS_M / Math.sqrt(1 - E2 * sine * sine);
  return { toAxis: normal * Math.cos(north * RADIANS), height: normal * (1 - E2) * sine };
}

/** What is measured of a line. */
export interface Measures {
  /** As `areaOnLeftM2`. */
  leftM2: number;
  lengthM: number;
}

const measures = new WeakMap<Points, Measures>();

/** Measure a line once and remember it as long as the line itself: lines of arcs are never written to. */
export function measured(points: Points): Measures {
  let found = measures.get(points);
  if (!found) measures.set(points, (found = { leftM2: areaOnLeftM2(points), lengthM: lineLengthM(points) }));
  return found;
}

const bands = new WeakMap<Points, number>();

/** Length of a rubber band from a line's start around its outside to its end, m; at most its own (as `Arc.band_m`). */
export function bandM(points: Points): number {
  let found = bands.get(points);
  if (found === undefined) {
    const chordM = lineLengthM(Float64Array.of(points[0], points[1], ...points.subarray(-2)));
    const aroundM = lineLengthM(convexHull(points));
    bands.set(points, (found = Math.max(chordM, Math.min(measured(points).lengthM, aroundM - chordM))));
  }
  return found;
}

/** The closed ring around places, counter-clockwise (Andrew 1979); a straight line is its two ends. */
export function convexHull(points: Points): Points {
  const order = Array.from({ length: points.length / 2 }, (_, position) => 2 * position);
  order.sort((a, b) => points[a] - points[b] || points[a + 1] - points[b + 1]);
  const lower = chain(points, order);
  const upper = chain(points, order.reverse());
  const ring = lower.length + upper.length > 4 ? [...lower, ...upper.slice(1)] : lower;
  return Float64Array.from(ring.flatMap((at) => [points[at], points[at + 1]]));
}

function chain(points: Points, order: readonly number[]): number[] {
  const kept: number[] = [];
  for (const at of order) {
    while (kept.length > 1 && !turnsLeft(points, kept[kept.length - 2], kept[kept.length - 1], at)) kept.pop();
    kept.push(at);
  }
  return kept;
}

function turnsLeft(points: Points, a: number, b: number, c: number): boolean {
  const [dx, dy] = [points[b] - points[a], points[b + 1] - points[a + 1]];
  return dx * (points[c + 1] - points[a + 1]) - dy * (points[c] - points[a]) > 0;
}
