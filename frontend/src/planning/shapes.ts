/** Borders and ground of a plan as the map draws them: paths in the unit square, kept for as long as they hold. */

import { mercatorX, mercatorY } from "../geometry";
import type { Frame } from "../layers/canvas_layer";
import { boxesMeet, SCALE, type Box, type Place, type Points } from "./model/grid";
import { assembledOf, holds } from "./model/faces";
import type { Arc, Topology } from "./model/topology";

/** Nearer than this, two vertices are one on the screen. */
const LEAST_STEP_PX = 0.6;

/** x and y in the unit square, in turn. */
export type Path = Float64Array;

const kept = new WeakMap<Arc, Path>();

/** The path along places, east and north in turn. */
export function pathOf(xy: ArrayLike<number>): Path {
  const path = new Float64Array(xy.length);
  for (let i = 0; i < xy.length; i += 2) {
    path[i] = mercatorX(xy[i] / SCALE);
    path[i + 1] = mercatorY(xy[i + 1] / SCALE);
  }
  return path;
}

/** The path of an arc. */
export function arcPath(arc: Arc): Path {
  let path = kept.get(arc);
  if (!path) kept.set(arc, (path = pathOf(arc.points)));
  return path;
}

/** Add a path to what the context is about to draw. */
export function trace({ ctx, world, originX, originY }: Frame, path: Path, closed = false): void {
  let [lastX, lastY] = [0, 0];
  for (let i = 0; i < path.length; i += 2) {
    const x = originX + path[i] * world;
    const y = originY + path[i + 1] * world;
    if (i === 0) ctx.moveTo(x, y);
    else if (i < path.length - 2 && Math.abs(x - lastX) + Math.abs(y - lastY) < LEAST_STEP_PX) continue;
    else ctx.lineTo(x, y);
    [lastX, lastY] = [x, y];
  }
  if (closed) ctx.closePath();
}

/** The ground of one unit. */
export interface Ground {
  arcs: Arc[];
  paths: Path[];
  box: Box;
  label: Place;
}

/** The box around some arcs. */
export function boxAround(arcs: Iterable<Arc>): Box {
  return [...arcs].reduce<Box>(
    ([west, south, east, north], { box }) => [
      Math.min(west, box[0]), Math.min(south, box[1]), Math.max(east, box[2]), Math.max(north, box[3]),
    ],
    [Infinity, Infinity, -Infinity, -Infinity],
  );
}

/** Where a horizontal line crosses rings, from west to east. */
function crossings(rings: Points[], y: number): number[] {
  const found: number[] = [];
  for (const ring of rings) {
    for (let i = 2; i < ring.length; i += 2) {
      const [x1, y1, x2, y2] = ring.subarray(i - 2, i + 2);
      if (y1 > y !== y2 > y) found.push(x1 + ((y - y1) / (y2 - y1)) * (x2 - x1));
    }
  }
  return found.sort((a, b) => a - b);
}

/** The middle of the widest stretch of ground at half its height: always on the ground itself. */
function labelPlace(rings: Points[], [, south, , north]: Box): Place {
  const y = (south + north) / 2 + 0.5;
  const across = crossings(rings, y);
  let best: Place = [NaN, y];
  let widest = -1;
  for (let i = 0; i + 1 < across.length; i += 2) {
    if (across[i + 1] - across[i] <= widest) continue;
    widest = across[i + 1] - across[i];
    best = [(across[i] + across[i + 1]) / 2, y];
  }
  return best;
}

/** The grounds of the units of one state of a plan; those whose borders are as before are taken over. */
export class Grounds {
  private last = new Map<string, Ground>();
  private of: Topology | null = null;

  /** Code -> ground. */
  all(topology: Topology): Map<string, Ground> {
    if (this.of === topology) return this.last;
    const arcs = new Map<string, Arc[]>();
    for (const arc of topology.arcs.values()) {
      for (const code of [arc.left, arc.right]) if (code) arcs.set(code, [...(arcs.get(code) ?? []), arc]);
    }
    const now = new Map<string, Ground>();
    for (const [code, own] of arcs) now.set(code, this.same(code, own) ?? ground(topology, code, own));
    this.last = now;
    this.of = topology;
    return now;
  }

  /** The unit on whose ground a place lies; null outside all. */
  at(topology: Topology, place: Place): string | null {
    for (const [code, { box }] of this.all(topology)) {
      if (boxesMeet(box, [...place, ...place]) && holds(topology, code, place)) return code;
    }
    return null;
  }

  private same(code: string, arcs: Arc[]): Ground | null {
    const old = this.last.get(code);
    return old && old.arcs.length === arcs.length && old.arcs.every((arc, i) => arc === arcs[i]) ? old : null;
  }
}

function ground(topology: Topology, code: string, arcs: Arc[]): Ground {
  const rings = assembledOf(topology, code).rings.map(({ points }) => points);
  const box = boxAround(arcs);
  return { arcs, paths: rings.map(pathOf), box, label: labelPlace(rings, box) };
}
