/** Stretches of border and the units on their sides (as layers/planning/arcs.py). */

import { boxOf, placeAt, samePlace, type Box, type Place, type Points } from "./grid";

/** What lies beyond the outer border. */
export const OUTSIDE = "";

/** One stretch of border between two nodes; looking along its points, `left` and `right` are codes of units. */
export interface Arc {
  readonly id: string;
  readonly left: string;
  readonly right: string;
  /** Whether no plan moves it: outer border, and border between units of different parents. */
  readonly locked: boolean;
  readonly points: Points;
  readonly box: Box;
}

/** One unit of a plan. */
export interface Unit {
  readonly code: string;
  readonly name: string;
  readonly unit_type: string;
  readonly parent: string;
  readonly parent_name: string;
  /** How many parts it may lie in. */
  readonly parts: number;
  /** Outside name of the version it was at the opening; empty for a unit the plan made. */
  readonly origin: string;
}

/** Make an arc; the units tell whether it is locked. */
export function arcOf(
  { id, left, right, points }: Pick<Arc, "id" | "left" | "right" | "points">, units: ReadonlyMap<string, Unit>,
): Arc {
  const locked = left === OUTSIDE || right === OUTSIDE || units.get(left)?.parent !== units.get(right)?.parent;
  return { id, left, right, points, locked, box: boxOf(points) };
}

/** The node an arc begins at. */
export function startOf(arc: Arc): Place {
  return placeAt(arc.points, 0);
}

/** The node an arc ends at. */
export function endOf(arc: Arc): Place {
  return placeAt(arc.points, -1);
}

/** Whether an arc ends where it begins. */
export function isClosed(arc: Arc): boolean {
  return samePlace(startOf(arc), endOf(arc));
}
