/** Things that are counted, each in one unit, and handed over with the ground they lie on (layers/planning/points.py). */

import { assembledOf } from "./faces";
import { boxOf, decode, type Box, type Points } from "./grid";
import type { Swept } from "./land";
import type { Words } from "./refusals";
import { OUTSIDE, type Topology } from "./topology";

/** Points as the server writes them: places as `decode` reads them, by kind, with what each counts. */
export interface PointsJson {
  scale: number;
  kinds: Record<string, { xy: number[]; weight: number[] }>;
  /** People as published, by code of the units at the base. */
  population: Record<string, number | null>;
  notes: Words[];
}

/** Points of one kind from south to north, and the unit each lies in. */
interface Placed {
  x: Float64Array;
  y: Float64Array;
  weight: Float64Array;
  /** Where each lay at the base, by row, and where those lie now that were handed over. */
  unit: readonly string[];
  moved: ReadonlyMap<number, string>;
  /** Sums of the weights by unit. */
  totals: ReadonlyMap<string, number>;
}

/** Counts by kind. */
export type Counts = Record<string, number>;

/** Points by kind, found by place. Never changed: handing over makes another one. */
export class PointIndex {
  private constructor(private readonly kinds: ReadonlyMap<string, Placed>) {}

  /** Read points and find the unit each lies in; one on a border is the unit's with the lowest code. */
  static from(kinds: PointsJson["kinds"], topology: Topology): PointIndex {
    return new PointIndex(new Map(Object.entries(kinds).map(([kind, { xy, weight }]) =>
      [kind, placedIn(topology, sorted(decode(xy), weight))])));
  }

  /** The kinds there are. */
  names(): string[] {
    return [...this.kinds.keys()].sort();
  }

  /** Count what lies inside rings, borders included; of one unit's things only where that is told. */
  inside(rings: readonly Points[], unit: string | null = null): Counts {
    return Object.fromEntries(this.names().map((kind) => {
      const placed = this.kinds.get(kind)!;
      return [kind, weightOf(placed, rowsInside(placed, rings, unit))];
    }));
  }

  /** Give each thing on swept land to the unit that got it; none is lost. */
  handedOver(swept: readonly Swept[]): PointIndex {
    if (!swept.length) return this;
    return new PointIndex(new Map([...this.kinds].map(([kind, placed]) => [kind, handedOver(placed, swept)])));
  }

  /** Sums by unit, for each kind. */
  totals(): Map<string, ReadonlyMap<string, number>> {
    return new Map([...this.kinds].map(([kind, { totals }]) => [kind, totals]));
  }
}

function placedIn(topology: Topology, placed: Placed): Placed {
  const unit = placed.unit.slice();
  const totals = new Map<string, number>();
  for (const code of [...topology.units.keys()].sort()) {
    const rings = assembledOf(topology, code).rings.map(({ points }) => points);
    const rows = rowsInside({ ...placed, unit }, rings, OUTSIDE);
    for (const row of rows) unit[row] = code;
    totals.set(code, weightOf(placed, rows));
  }
  return { ...placed, unit, totals };
}

function handedOver(placed: Placed, swept: readonly Swept[]): Placed {
  const moved = new Map(placed.moved);
  const totals = new Map(placed.totals);
  for (const { giver, taker, rings } of swept) {
    const rows = rowsInside({ ...placed, moved }, rings, giver);
    for (const row of rows) moved.set(row, taker);
    const weight = weightOf(placed, rows);
    totals.set(giver, (totals.get(giver) ?? 0) - weight);
    totals.set(taker, (totals.get(taker) ?? 0) + weight);
  }
  return { ...placed, moved, totals };
}

function weightOf({ weight }: Placed, rows: readonly number[]): number {
  return rows.reduce((sum, row) => sum + weight[row], 0);
}

/** So many points of one kind can be told apart while they are put in order. */
const MOST_POINTS = 2 ** 22;

function sorted(points: Points, weight: readonly number[]): Placed {
  // Height and row as one number, which are sorted much faster than rows by a comparison.
  const order = Float64Array.from(weight, (_, row) => points[2 * row + 1] * MOST_POINTS + row).sort();
  const rows = Array.from(order, (key) => key - Math.floor(key / MOST_POINTS) * MOST_POINTS);
  return {
    x: Float64Array.from(rows, (row) => points[2 * row]),
    y: Float64Array.from(rows, (row) => points[2 * row + 1]),
    weight: Float64Array.from(rows, (row) => weight[row]),
    unit: rows.map(() => OUTSIDE),
    moved: new Map(),
    totals: new Map(),
  };
}

/**
 * Rows of the things inside rings, by the even-odd rule, borders included. Instead of holding each thing against
 * every piece of the rings, each piece is held against the things between its ends from south to north.
 */
function rowsInside(placed: Placed, rings: readonly Points[], of: string | null): number[] {
  const { x, y } = placed;
  const rows = rowsInBox(placed, boxOf(...rings), of);
  if (!rows.length) return rows;
  const heights = Float64Array.from(rows, (row) => y[row]);
  const state = new Uint8Array(rows.length);
  for (const ring of rings) {
    for (let at = 2; at < ring.length; at += 2) {
      const [low, high] = ring[at - 1] < ring[at + 1] ? [at - 2, at] : [at, at - 2];
      for (let k = firstFrom(heights, ring[low + 1]); k < rows.length && heights[k] <= ring[high + 1]; k++) {
        state[k] = passed(state[k], ring, { low, high }, x[rows[k]], heights[k]);
      }
    }
  }
  return rows.filter((_, k) => state[k] > 0);
}

const ON_BORDER = 2;

/** The state of a thing after one more piece: outside 0, inside 1, on the border 2. */
function passed(
  state: number, ring: Points, { low, high }: { low: number; high: number }, x: number, y: number,
): number {
  const dx = ring[high] - ring[low];
  const dy = ring[high + 1] - ring[low + 1];
  const side = dx * (y - ring[low + 1]) - dy * (x - ring[low]);
  if (side === 0 && (dy > 0 || (x - ring[low]) * (x - ring[high]) <= 0)) return ON_BORDER;
  // A vertex belongs to the piece above it only, so that each border is passed once.
  return side > 0 && y < ring[high + 1] && state !== ON_BORDER ? 1 - state : state;
}

function rowsInBox({ x, y, unit, moved }: Placed, [west, south, east, north]: Box, of: string | null): number[] {
  const rows: number[] = [];
  for (let row = firstFrom(y, south); row < y.length && y[row] <= north; row++) {
    if (x[row] < west || x[row] > east) continue;
    if (of === null || (moved.get(row) ?? unit[row]) === of) rows.push(row);
  }
  return rows;
}

/** The first position of a height or more in ascending heights. */
function firstFrom(heights: Float64Array, least: number): number {
  let [low, high] = [0, heights.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (heights[middle] < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
