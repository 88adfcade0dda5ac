/** Which ground changed hands between two states of a plan (as layers/planning/ledger.py). */

import { beside, holds, isInside } from "./faces";
import { countOf, sameEnds, samePoints, stretch, type Box, type Place, type Points } from "./grid";
import { facesOf, type Face, type Line } from "./overlay";
import { differenceOf, OUTSIDE, unitsTouched, type Arc, type Difference, type Topology } from "./topology";

/** Ground that one unit gave to another. */
export interface Swept {
  giver: string;
  taker: string;
  /** Closed rings around it and around its holes, in cells; a place is inside by the even-odd rule. */
  rings: Points[];
  /** Geodesic. */
  area_m2: number;
  /** What lies on it, by kind; empty where nothing was to be counted. */
  counts: Record<string, number>;
}

/** The ground that changed hands, and whether borders that nobody moved lie on such ground, which cannot be. */
export interface Overlay {
  swept: Swept[];
  obstructed: boolean;
}

/** Find the ground that changed hands; one entry for each pair of units, by codes. */
export function landMoved(before: Topology, after: Topology): Swept[] {
  return overlay(before, after).swept;
}

/**
 * Lay one state over the other. Only pieces of border that differ, in place or in the units on their sides, can
 * bound ground that changed hands. A face with an unmoved border inside is several grounds, each of which touches
 * that border and so did not change.
 */
export function overlay(
  before: Topology, after: Topology, difference: Difference = differenceOf(before, after),
): Overlay {
  const { gone, come } = difference;
  const units = unitsTouched(difference);
  const drawn = new Set(come);
  const moved = new Map<string, Swept>();
  let obstructed = false;
  for (const face of facesOf(linesOf(gone, come))) {
    const giver = ownerOf(face.before, before, units, face.inside);
    const taker = ownerOf(face.after, after, units, face.inside);
    if (giver === null || taker === null || giver === taker) continue;
    if (hasUnmoved(face, after, drawn)) obstructed = true;
    else addTo(moved, giver, taker, face);
  }
  return { swept: [...moved.keys()].sort().map((pair) => moved.get(pair)!), obstructed };
}

/** The borders that differ; what one of them has in common with the other only makes faces smaller. */
function linesOf(gone: readonly Arc[], come: readonly Arc[]): Line[] {
  const drawn = new Map(come.map((arc) => [arc.id, arc]));
  const lines = gone.flatMap((old) => {
    const arc = drawn.get(old.id);
    const lasting = arc ? linesOfOne(old, arc) : null;
    if (lasting) drawn.delete(old.id);
    return lasting ?? [{ points: old.points, before: old, after: null }];
  });
  for (const arc of drawn.values()) lines.push({ points: arc.points, before: null, after: arc });
  return lines.filter(({ points }) => countOf(points) > 1);
}

/** The lines of an arc that was redrawn or given other units; null where it only has the name of an older one. */
function linesOfOne(old: Arc, arc: Arc): Line[] | null {
  if (samePoints(old.points, arc.points)) return [{ points: old.points, before: old, after: arc }];
  if (arc.left !== old.left || arc.right !== old.right) return null;
  const { head, tail } = sameEnds(old.points, arc.points);
  const differing = (points: Points): Points =>
    stretch(points, Math.max(head - 1, 0), countOf(points) - Math.max(tail - 1, 0));
  return [
    { points: differing(old.points), before: old, after: null },
    { points: differing(arc.points), before: null, after: arc },
  ];
}

/** The unit a face belongs to; null where its sides disagree, because unmoved borders divide it. */
function ownerOf(told: ReadonlySet<string>, state: Topology, units: ReadonlySet<string>, inside: Place): string | null {
  if (told.size === 1) return [...told][0];
  if (told.size > 1) return null;
  return [...units].find((code) => code !== OUTSIDE && state.units.has(code) && holds(state, code, inside)) ?? OUTSIDE;
}

function hasUnmoved(face: Face, after: Topology, moved: ReadonlySet<Arc>): boolean {
  const unmoved = after.near(face.box).filter((arc) => !moved.has(arc) && boxInside(arc.box, face.box));
  return unmoved.some((arc) => isInside(face.rings, beside(arc.points)));
}

function boxInside(inner: Box, outer: Box): boolean {
  return inner[0] >= outer[0] && inner[1] >= outer[1] && inner[2] <= outer[2] && inner[3] <= outer[3];
}

function addTo(moved: Map<string, Swept>, giver: string, taker: string, face: Face): void {
  const key = `${giver}>${taker}`;
  const found = moved.get(key) ?? { giver, taker, rings: [], area_m2: 0, counts: {} };
  found.rings.push(...face.rings);
  found.area_m2 += face.areaM2;
  moved.set(key, found);
}
