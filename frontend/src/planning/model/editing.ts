/** The few steps that every edit is made of: an arc put, an arc cut at a place, a part given to another unit. */

import { arcOf, endOf, isClosed, startOf, type Arc, type Unit } from "./arcs";
import type { Half } from "./faces";
import {
  concatenated, countOf, keyOf, onLine, reversed, sameEnds, samePlace, stretch, withoutRepeats, type Place, type Points,
} from "./grid";
import { allOf, type Range } from "./pieces";
import { needsVertex, noSuchArc, noSuchUnit, offBorder } from "./refusals";
import { endsOf, Topology } from "./topology";

/** Borders while one operation works on them; those it began with stay as they are (layers/planning/editing.py). */
export class Draft {
  readonly arcs: Map<string, Arc>;
  readonly units: Map<string, Unit>;
  /** Which pieces of which arcs were not there before: these have to be checked for crossings. */
  readonly drawn = new Map<string, Range>();
  /** Ids of all arcs that were put, given or taken away. */
  readonly touched = new Set<string>();
  private made = 0;

  /** The number is that of the operation in its plan; arcs that it makes are named by it. */
  constructor(
    readonly before: Topology,
    private readonly number: number,
  ) {
    this.arcs = new Map(before.arcs);
    this.units = new Map(before.units);
  }

  /** The borders as they are now, until the next edit. */
  topology(): Topology {
    return new Topology(this.before.level, this.arcs, this.units);
  }

  /** An arc, or a refusal. */
  arc(id: string): Arc {
    const found = this.arcs.get(id);
    if (!found) throw noSuchArc(id);
    return found;
  }

  /** A unit, or a refusal. */
  unit(code: string): Unit {
    const found = this.units.get(code);
    if (!found) throw noSuchUnit(code);
    return found;
  }

  /** Give an arc another line; vertices that repeat the one before are dropped. */
  reshape(arc: Arc, points: Points): void {
    const line = withoutRepeats(points);
    this.put({ ...arc, points: line });
    const { head, tail } = sameEnds(arc.points, line);
    this.drawn.set(arc.id, { from: Math.max(head - 1, 0), to: countOf(line) - 1 - Math.max(tail - 1, 0) });
  }

  /** Draw an arc through a unit, from node to node; returns its id. */
  add(points: Points, unit: string): string {
    const line = withoutRepeats(points);
    const id = this.newId();
    this.put({ id, points: line, left: unit, right: unit });
    this.drawn.set(id, allOf(line));
    return id;
  }

  /** Make a place on one of some arcs a node. */
  nodeAt(place: Place, ids: readonly string[]): void {
    const spots = [...ids].sort().map((id) => ({ id, spot: onLine(this.arc(id).points, place) }));
    // A vertex is nearer than any line that passes by.
    const found = spots.find(({ spot }) => spot?.isVertex) ?? spots.find(({ spot }) => spot);
    if (!found?.spot) throw offBorder(place);
    const arc = this.arc(found.id);
    if (samePlace(place, startOf(arc)) || samePlace(place, endOf(arc))) return;
    const { index, isVertex } = found.spot;
    if (!isVertex && arc.locked) throw needsVertex(place);
    const here = isVertex ? new Float64Array() : Float64Array.from(place);
    const head = concatenated([stretch(arc.points, 0, index + 1), here]);
    const tail = concatenated([here, stretch(arc.points, isVertex ? index : index + 1)]);
    this.takeAway(arc.id);
    const pieces = [head, tail].map((points) => this.put({ ...arc, id: this.newId(), points }));
    if (isVertex) return;
    this.drawn.set(pieces[0], { from: countOf(head) - 2, to: countOf(head) - 1 });
    this.drawn.set(pieces[1], { from: 0, to: 1 });
  }

  /** Make the ground that some sides bound another unit's; borders inside the unit vanish. */
  give(halves: readonly Half[], to: string): void {
    const nodes = new Map<string, Place>();
    for (const half of halves) {
      const was = this.arc(half.arc.id);
      const arc = half.forward ? { ...was, left: to } : { ...was, right: to };
      for (const node of [startOf(arc), endOf(arc)]) nodes.set(keyOf(node), node);
      if (arc.left === arc.right) this.takeAway(arc.id);
      else this.put(arc);
    }
    this.join([...nodes.values()]);
  }

  /** Make one arc of two that meet where nothing else does. */
  private join(nodes: Place[]): void {
    const given = new Set(nodes.map(keyOf));
    const near = new Set<string>();
    for (const arc of this.arcs.values()) if (endsOf(arc).some((end) => given.has(end))) near.add(arc.id);
    for (const node of nodes.sort((one, other) => one[0] - other[0] || one[1] - other[1])) {
      const key = keyOf(node);
      const meeting = [...near].sort().map((id) => this.arc(id)).filter((arc) => endsOf(arc).includes(key));
      if (meeting.length !== 2 || meeting.some(isClosed)) continue;
      for (const { id } of meeting) near.delete(id);
      near.add(this.joinTwo(meeting[0], meeting[1], node));
    }
  }

  private joinTwo(first: Arc, second: Arc, node: Place): string {
    const one = samePlace(endOf(first), node) ? first : turned(first);
    const other = samePlace(startOf(second), node) ? second : turned(second);
    const points = concatenated([one.points, stretch(other.points, 1)]);
    for (const { id } of [first, second]) this.takeAway(id);
    return this.put({ id: this.newId(), points, left: one.left, right: one.right });
  }

  private put(arc: Pick<Arc, "id" | "left" | "right" | "points">): string {
    this.arcs.set(arc.id, arcOf(arc, this.units));
    this.touched.add(arc.id);
    return arc.id;
  }

  private takeAway(id: string): void {
    this.arcs.delete(id);
    this.touched.add(id);
  }

  private newId(): string {
    this.made += 1;
    return `${this.number}.${this.made}`;
  }
}

function turned(arc: Arc): Arc {
  return { ...arc, points: reversed(arc.points), left: arc.right, right: arc.left };
}
