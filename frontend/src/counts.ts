/** Counts of the units on a map: as they lie, or recast with the range each certainly lies in. */

import { formatNumber } from "./format";
import type { UnitCounts, UnitRecast } from "./types";
import type { Unit } from "./units";

/** A count and the range it lies in. */
export interface CountRange {
  low: number;
  count: number;
  high: number;
}

/** The counts of one map, and the day whose boundaries they were made for. */
export interface Counts {
  asOf: string;
  of(unit: Unit): CountRange;
}

const certain = (count: number): CountRange => ({ low: count, count, high: count });

/** Counts in the order of the list of units. */
export function plainCounts({ counts, meta }: UnitCounts): Counts {
  return { asOf: meta.as_of, of: ({ at }) => certain(counts[at] ?? 0) };
}

/** Counts by name; a unit that is not named has none. */
export function recastCounts({ units, meta }: UnitRecast): Counts {
  const found = new Map(units.map((each): [string, CountRange] => [each.unit, each]));
  return { asOf: meta.as_of, of: ({ id }) => found.get(id) ?? certain(0) };
}

/** A count as one number, or as the range it lies in. */
export function rangeText(low: number, high: number): string {
  return low === high ? formatNumber(low) : `${formatNumber(low)}–${formatNumber(high)}`;
}
