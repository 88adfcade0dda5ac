/**
 * What must hold before an operation is kept (as layers/planning/checks.py): no crossings, no unit emptied, turned
 * inside out or led around.
 */

import { endOf, OUTSIDE, startOf, type Arc } from "./arcs";
import type { Draft } from "./editing";
import { assembledOf } from "./faces";
import { countOf, placeAt, samePlace, type Place, type Points } from "./grid";
import type { Overlay } from "./land";
import { allOf, meetingOf, turn, visitNear, type Range } from "./pieces";
import { emptied, meetsItself, meetsOthers, noChange, notValid } from "./refusals";
import { arcsNear, type Topology } from "./topology";

/** Refuse lines that meet themselves or any other border but at their ends; only new pieces of line are compared. */
export function refuseCrossings(draft: Draft): void {
  for (const id of [...draft.drawn.keys()].sort()) {
    const arc = draft.arc(id);
    const range = draft.drawn.get(id)!;
    refuseItself(arc, range);
    const met = arcsNear(draft.arcs.values(), arc.box).flatMap((other) => {
      const theirs = draft.drawn.get(other.id);
      const at = other.id === id ? null : meetsBeyondNodes(arc, range, other)
        ?? (theirs ? meetsBeyondNodes(other, theirs, arc) : null);
      return at ? [{ other, at }] : [];
    });
    if (!met.length) continue;
    const sides = met.flatMap(({ other }) => [other.left, other.right]).filter((side) => side !== OUTSIDE);
    throw meetsOthers(sides.map((side) => draft.unit(side).name), met[0].at);
  }
}

function refuseItself({ points }: Arc, range: Range): void {
  if (countOf(points) < 2) throw meetsItself(placeAt(points, 0));
  let at: Place | null = null;
  visitNear(points, range, points, (piece, against) => {
    at = piece === against ? null : meetsOwn(points, piece, against);
    return at !== null;
  });
  if (at) throw meetsItself(at);
}

/** Where a piece of a line meets another of the same line; neighbours may share their vertex and no more. */
function meetsOwn(points: Points, piece: number, against: number): Place | null {
  const [first, second] = piece < against ? [piece, against] : [against, piece];
  const last = allOf(points).to - 1;
  if (second === first + 1) return foldsBack(points, second, first) ? placeAt(points, second) : null;
  const closes = first === 0 && second === last && samePlace(placeAt(points, 0), placeAt(points, -1));
  if (closes) return foldsBack(points, first, second) ? placeAt(points, 0) : null;
  return meetingOf(points, piece, points, against);
}

/** Whether a piece runs back along the one that leads to its first vertex. */
function foldsBack(points: Points, piece: number, before: number): boolean {
  const [a, b, c] = [placeAt(points, before), placeAt(points, piece), placeAt(points, piece + 1)];
  return turn(points, piece, a[0], a[1]) === 0 && sameWay(b, a, c);
}

function sameWay([x, y]: Place, one: Place, other: Place): boolean {
  return (one[0] - x) * (other[0] - x) + (one[1] - y) * (other[1] - y) > 0;
}

/** Where new pieces of an arc meet another arc, but in a node of both. */
function meetsBeyondNodes(arc: Arc, range: Range, other: Arc): Place | null {
  let at: Place | null = null;
  visitNear(arc.points, range, other.points, (piece, against) => {
    const met = meetingOf(arc.points, piece, other.points, against);
    at = met && !meetInNode(arc, piece, other, against) ? met : null;
    return at !== null;
  });
  return at;
}

/** Whether two pieces share a node of their arcs and nothing else. */
function meetInNode(arc: Arc, piece: number, other: Arc, against: number): boolean {
  return nodesOf(arc, piece).some(({ node, far }) =>
    nodesOf(other, against).some((theirs) => {
      if (!samePlace(node, theirs.node)) return false;
      return turn(arc.points, piece, ...theirs.far) !== 0 || !sameWay(node, far, theirs.far);
    }),
  );
}

/** The ends of a piece that are nodes of its arc, with the end across. */
function nodesOf(arc: Arc, piece: number): { node: Place; far: Place }[] {
  const found: { node: Place; far: Place }[] = [];
  if (piece === 0) found.push({ node: startOf(arc), far: placeAt(arc.points, 1) });
  if (piece === allOf(arc.points).to - 1) found.push({ node: endOf(arc), far: placeAt(arc.points, -2) });
  return found;
}

/** Refuse an operation that changes nothing, empties a unit, turns one inside out or goes around unmoved borders. */
export function refuseBroken(
  before: Topology, after: Topology, { touched, over }: { touched: ReadonlySet<string>; over: Overlay },
): void {
  if (!touched.size && !unitsDiffer(before, after)) throw noChange();
  const kept = [...touched].filter((code) => after.units.has(code));
  for (const code of kept) if (!after.arcsOf(code).length) throw emptied(after.units.get(code)!.name);
  if (!over.obstructed && kept.every((code) => assembledOf(after, code).isSound)) return;
  const names = [...touched].filter((code) => code !== OUTSIDE);
  throw notValid(names.map((code) => (after.units.get(code) ?? before.units.get(code))!.name), null);
}

function unitsDiffer(before: Topology, after: Topology): boolean {
  return [...after.units].some(([code, unit]) => {
    const was = before.units.get(code);
    return unit.name !== was?.name || unit.unit_type !== was.unit_type;
  });
}
