/** From arcs back to rings, walked around each unit; holes given to the part they lie in (layers/planning/faces.py). */

import { endOf, startOf, type Arc } from "./arcs";
import { measured } from "./geodesic";
import { concatenated, keyOf, placeAt, reversed, stretch, type Place, type Points } from "./grid";
import type { Topology } from "./topology";

/** One side of an arc, walked with the unit on the left. */
export interface Half {
  readonly arc: Arc;
  readonly forward: boolean;
}

function leaves({ arc, forward }: Half): Place {
  return forward ? startOf(arc) : endOf(arc);
}

function reaches({ arc, forward }: Half): Place {
  return forward ? endOf(arc) : startOf(arc);
}

/** A closed walk around ground of one unit. */
export class Ring {
  private walked: Points | null = null;
  /** Positive around ground, negative around a hole. */
  readonly areaM2: number;

  constructor(readonly halves: readonly Half[]) {
    this.areaM2 = halves.reduce((sum, { arc, forward }) => sum + (forward ? 1 : -1) * measured(arc.points).leftM2, 0);
  }

  /** The closed ring. */
  get points(): Points {
    const lines = (): Points[] => this.halves.map(({ arc, forward }) => (forward ? arc.points : reversed(arc.points)));
    return (this.walked ??= concatenated(lines().map((line, at) => (at ? stretch(line, 1) : line))));
  }
}

/** One connected part of a unit. */
export interface Part {
  readonly outer: Ring;
  readonly holes: readonly Ring[];
}

/** Every side of an arc that bounds a part. */
export function halvesOf({ outer, holes }: Part): Half[] {
  return [outer, ...holes].flatMap((ring) => ring.halves);
}

/** Everything assembled of one unit. */
export interface Ground {
  readonly rings: readonly Ring[];
  readonly areaM2: number;
  /** Parts that only touch in a point count as two. */
  readonly parts: readonly Part[];
  /** Whether every hole lies in a part, and there is a part: the unit was not turned inside out. */
  readonly isSound: boolean;
}

/** Assemble the ground of a unit; remembered by the borders. */
export function assembledOf(topology: Topology, code: string): Ground {
  let found = topology.assembled.get(code);
  if (!found) topology.assembled.set(code, (found = assemble(topology, code)));
  return found;
}

function assemble(topology: Topology, code: string): Ground {
  const rings = ringsAround(topology, code);
  const holders = holesHeld(rings);
  const outers = rings.filter((ring) => ring.areaM2 > 0);
  return {
    rings,
    areaM2: rings.reduce((sum, ring) => sum + ring.areaM2, 0),
    parts: outers.map((outer) => ({ outer, holes: rings.filter((ring) => holders.get(ring) === outer) })),
    isSound: outers.length > 0 && [...holders.values()].every((holder) => holder !== null),
  };
}

/**
 * Walk around a unit. At a node the walk takes the next side clockwise, which keeps parts that touch in a point
 * apart; where it comes by a node twice the loop in between is a ring of its own.
 */
function ringsAround(topology: Topology, code: string): Ring[] {
  const halves = topology.arcsOf(code).flatMap((arc) => [
    ...(arc.left === code ? [{ arc, forward: true }] : []), ...(arc.right === code ? [{ arc, forward: false }] : []),
  ]);
  const leaving = new Map<string, Half[]>();
  for (const half of halves) {
    const key = keyOf(leaves(half));
    leaving.set(key, [...(leaving.get(key) ?? []), half]);
  }
  const unused = new Set<Half>(halves);
  const rings: Ring[] = [];
  for (const half of halves) rings.push(...walk(half, leaving, unused));
  return rings;
}

function walk(first: Half, leaving: ReadonlyMap<string, Half[]>, unused: Set<Half>): Ring[] {
  const path: Half[] = [];
  const rings: Ring[] = [];
  let half = first;
  while (unused.delete(half)) {
    path.push(half);
    const end = keyOf(reaches(half));
    const cameBy = path.findIndex((walked) => keyOf(leaves(walked)) === end);
    if (cameBy >= 0) rings.push(new Ring(path.splice(cameBy)));
    if (!path.length) break;
    half = nextAround(half, leaving.get(end) ?? [half]);
  }
  return rings;
}

function nextAround(half: Half, leaving: readonly Half[]): Half {
  if (leaving.length === 1) return leaving[0];
  const back = direction(half, false);
  // Going straight back is the last choice, not the first.
  const turns = leaving.map((out) => (back - direction(out, true) + 4 * Math.PI) % (2 * Math.PI) || 2 * Math.PI);
  return leaving[turns.indexOf(Math.min(...turns))];
}

/** Where a half sets out to, or looks back to from its end. */
function direction({ arc, forward }: Half, atStart: boolean): number {
  const [from, to] = forward === atStart ? [0, 1] : [-1, -2];
  const [x, y] = placeAt(arc.points, from);
  const [east, north] = placeAt(arc.points, to);
  return Math.atan2(north - y, east - x);
}

/** Which outer ring each hole lies in: the smallest around it; null where there is none. */
function holesHeld(rings: readonly Ring[]): Map<Ring, Ring | null> {
  const outers = rings.filter((ring) => ring.areaM2 > 0);
  const holder = (hole: Ring): Ring | null => {
    const probe = beside(hole.points);
    const around = outers.filter((outer) => isInside([outer.points], probe));
    return around.sort((one, other) => one.areaM2 - other.areaM2)[0] ?? null;
  };
  return new Map(rings.filter((ring) => ring.areaM2 <= 0).map((hole) => [hole, holder(hole)]));
}

/** The middle of a line's first piece: no other border runs through it. */
export function beside(points: Points): Place {
  return [(points[0] + points[2]) / 2, (points[1] + points[3]) / 2];
}

/** Whether a place lies inside closed rings, by the even-odd rule (Shimrat 1962). */
export function isInside(rings: Iterable<Points>, [x, y]: Place): boolean {
  let inside = false;
  for (const ring of rings) {
    for (let at = 2; at < ring.length; at += 2) {
      const y1 = ring[at - 1];
      const y2 = ring[at + 1];
      if (y1 > y === y2 > y) continue;
      if (x < ring[at - 2] + ((y - y1) * (ring[at] - ring[at - 2])) / (y2 - y1)) inside = !inside;
    }
  }
  return inside;
}

/** Whether a place lies on the ground of a unit. */
export function holds(topology: Topology, code: string, place: Place): boolean {
  return isInside(assembledOf(topology, code).rings.map((ring) => ring.points), place);
}
