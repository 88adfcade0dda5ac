/** Places on borders and guides near the pointer, and the handles by which a border is dragged. */

import type { Arc } from "./arcs";
import { countOf, placeAt, shareAlong, SCALE, type Box, type Place, type Points } from "./grid";
import { piecesNear } from "./pieces";
import type { Topology } from "./topology";

/** Of its tolerance a vertex draws this share, so that the line between close vertices can be met too. */
const VERTEX_SHARE = 0.6;

/** A place on a line: at a vertex, or on the piece that the vertex `index` begins. */
export interface OnLine {
  place: Place;
  index: number;
  isVertex: boolean;
  /** How far from what was asked for, cells of a meridian. */
  awayCells: number;
}

/** A place on an arc. */
export interface OnArc extends OnLine {
  arc: Arc;
}

/** Find the place on an arc nearest to one on the map, no farther than a tolerance; null where there is none. */
export function nearestOnArc(
  topology: Topology, place: Place, toleranceCells: number, fits: (arc: Arc) => boolean = () => true,
): OnArc | null {
  const arcs = topology.near(around(place, toleranceCells)).filter(fits);
  return nearest(arcs.flatMap((arc) => {
    const found = nearestOnLine(arc.points, place, toleranceCells);
    return found ? [{ ...found, arc }] : [];
  }));
}

/** Find the place on guides, such as roads or old borders, nearest to one on the map. */
export function snapToGuides(guides: readonly Points[], place: Place, toleranceCells: number): OnLine | null {
  return nearest(guides.flatMap((guide) => nearestOnLine(guide, place, toleranceCells) ?? []));
}

/** A vertex goes before the line beside it; of equals the nearest. */
function nearest<T extends OnLine>(found: readonly T[]): T | null {
  const order = (one: T, other: T): number =>
    Number(other.isVertex) - Number(one.isVertex) || one.awayCells - other.awayCells;
  return [...found].sort(order)[0] ?? null;
}

/** A degree of longitude is shorter than one of latitude by the cosine of the latitude. */
function squeezeAt([, north]: Place): number {
  return Math.cos((north / SCALE) * (Math.PI / 180));
}

function around(place: Place, toleranceCells: number): Box {
  const wide = toleranceCells / squeezeAt(place);
  return [place[0] - wide, place[1] - toleranceCells, place[0] + wide, place[1] + toleranceCells];
}

function nearestOnLine(points: Points, place: Place, toleranceCells: number): OnLine | null {
  const squeeze = squeezeAt(place);
  const away = ([x, y]: Place): number => Math.hypot((x - place[0]) * squeeze, y - place[1]);
  const found: OnLine[] = [];
  for (const index of piecesNear(points, around(place, toleranceCells))) {
    for (const vertex of [index, index + 1]) {
      const there = placeAt(points, vertex);
      const awayCells = away(there);
      if (awayCells > toleranceCells * VERTEX_SHARE) continue;
      found.push({ place: there, index: vertex, isVertex: true, awayCells });
    }
    const there = along(points, index, shareAlong(points, index, place, squeeze));
    const awayCells = away(there);
    if (awayCells <= toleranceCells) found.push({ place: there, index, isVertex: false, awayCells });
  }
  return nearest(found);
}

function along(points: Points, index: number, share: number): Place {
  const [x1, y1] = placeAt(points, index);
  const [x2, y2] = placeAt(points, index + 1);
  return [Math.round(x1 + share * (x2 - x1)), Math.round(y1 + share * (y2 - y1))];
}

/**
 * Choose the vertices by which an arc is dragged: all in view when they are few, otherwise the sharpest bend of each
 * of as many equal stretches. Nodes are left out: they have a tool of their own. Positions, ascending.
 */
export function handlesOf(arc: Arc, view: Box, most = 150): number[] {
  const [west, south, east, north] = view;
  const seen: number[] = [];
  for (let index = 1; index < countOf(arc.points) - 1; index++) {
    const [x, y] = placeAt(arc.points, index);
    if (x >= west && x <= east && y >= south && y <= north) seen.push(index);
  }
  if (seen.length <= most) return seen;
  const sharpest = (from: number, to: number): number =>
    seen.slice(from, to).reduce((best, index) => (bendAt(arc.points, index) > bendAt(arc.points, best) ? index : best));
  return Array.from({ length: most }, (_, row) =>
    sharpest(Math.floor((row * seen.length) / most), Math.floor(((row + 1) * seen.length) / most)));
}

/** How much of a triangle a vertex makes with its neighbours (Visvalingam and Whyatt 1993). */
function bendAt(points: Points, index: number): number {
  const [a, b, c] = [placeAt(points, index - 1), placeAt(points, index), placeAt(points, index + 1)];
  return Math.abs((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
}

/**
 * The moves of a dragged handle: vertices between it and the handles beside it (or the nodes) follow, the less the
 * farther along the line, so that a border of many vertices bends and gets no spike.
 */
export function draggedBy(arc: Arc, handles: readonly number[], which: number, to: Place): [from: Place, to: Place][] {
  const { points } = arc;
  const handle = handles[which];
  const ends = [handles[which - 1] ?? 0, handles[which + 1] ?? countOf(points) - 1];
  const [x, y] = placeAt(points, handle);
  const follow = ends.map((end) => followers(points, handle, end));
  return [{ index: handle, share: 1 }, ...follow.flat()]
    .sort((one, other) => one.index - other.index)
    .map(({ index, share }): [Place, Place] => {
      const from = placeAt(points, index);
      return [from, [Math.round(from[0] + share * (to[0] - x)), Math.round(from[1] + share * (to[1] - y))]];
    })
    .filter(([from, moved]) => from[0] !== moved[0] || from[1] !== moved[1]);
}

/** The vertices strictly between a handle and an end, with the share of the way to the end that is left to each. */
function followers(points: Points, handle: number, end: number): { index: number; share: number }[] {
  const step = Math.sign(end - handle);
  const lengths = [0];
  for (let index = handle; index !== end; index += step) {
    const [one, other] = [placeAt(points, index), placeAt(points, index + step)];
    lengths.push(lengths[lengths.length - 1] + Math.hypot(other[0] - one[0], other[1] - one[1]));
  }
  const whole = lengths[lengths.length - 1];
  return lengths.slice(1, -1).map((length, row) => ({ index: handle + step * (row + 1), share: 1 - length / whole }));
}
