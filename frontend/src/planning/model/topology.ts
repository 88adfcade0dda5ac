/** Borders as arcs: each stretch between two nodes exists once and knows its two units (as layers/planning/arcs.py). */

import { arcOf, endOf, OUTSIDE, startOf, type Arc, type Unit } from "./arcs";
import { assembledOf, type Ground } from "./faces";
import { boxesMeet, decode, keyOf, placesOf, samePoints, type Box, type Place } from "./grid";

export { OUTSIDE, type Arc, type Unit } from "./arcs";

/** An arc as the server writes it: points as `decode` reads them. */
export interface ArcJson {
  id: string;
  left: string;
  right: string;
  points: number[];
  locked?: boolean;
}

/** The borders of a plan as the server writes them. */
export interface BordersJson {
  scale: number;
  last: number;
  level: string;
  units: Unit[];
  arcs: ArcJson[];
}

/** What one step of a plan changed. */
export interface ChangeJson {
  arcs_before: ArcJson[];
  arcs_after: ArcJson[];
  units_before: Unit[];
  units_after: Unit[];
}

/** All borders of a plan at one moment. Never changed: an edit makes another one. */
export class Topology {
  /** What was assembled already, by unit. */
  assembled = new Map<string, Ground>();
  private around: Map<string, Arc[]> | null = null;
  private meeting: Map<string, Arc[]> | null = null;

  constructor(
    readonly level: string,
    readonly arcs: ReadonlyMap<string, Arc>,
    readonly units: ReadonlyMap<string, Unit>,
  ) {}

  /** Read the borders of a plan. */
  static from(json: BordersJson): Topology {
    const units = new Map(json.units.map((unit) => [unit.code, unit]));
    const arcs = json.arcs.map((arc) => readArc(arc, units));
    return new Topology(json.level, new Map(arcs.map((arc) => [arc.id, arc])), units);
  }

  /** The borders after a step that somebody carried out, or, with `undo`, before it. */
  applied(change: ChangeJson, undo = false): Topology {
    const gone = undo ? change.arcs_after : change.arcs_before;
    const come = undo ? change.arcs_before : change.arcs_after;
    const units = new Map(this.units);
    for (const { code } of undo ? change.units_after : change.units_before) units.delete(code);
    for (const unit of undo ? change.units_before : change.units_after) units.set(unit.code, unit);
    const arcs = new Map(this.arcs);
    for (const { id } of gone) arcs.delete(id);
    for (const arc of come) arcs.set(arc.id, readArc(arc, units));
    const sides = [...gone, ...come].flatMap(({ left, right }) => [left, right]);
    return new Topology(this.level, arcs, units).takingOver(this, new Set(sides));
  }

  /** The same borders, with all that was found out before about units whose arcs are the same as then. */
  takingOver(before: Topology, touched: ReadonlySet<string>): this {
    this.assembled = new Map(before.assembled);
    this.around = before.around && new Map(before.around);
    for (const code of touched) {
      this.assembled.delete(code);
      this.around?.delete(code);
    }
    if (this.around) groupedInto(this.around, arcsBeside(this.arcs.values(), touched), sidesOf, touched);
    return this;
  }

  /** The arcs around a unit, by id. */
  arcsOf(code: string): readonly Arc[] {
    return (this.around ??= groupedInto(new Map(), this.arcs.values(), sidesOf)).get(code) ?? [];
  }

  /** The arcs that begin or end at a place, by id. */
  arcsAt(node: Place): readonly Arc[] {
    return this.byNode().get(keyOf(node)) ?? [];
  }

  /** Every place where arcs begin or end. */
  nodes(): Place[] {
    return [...this.byNode().keys()].map((key) => key.split(",").map(Number) as Place);
  }

  /** The arcs whose boxes meet a box. */
  near(box: Box): Arc[] {
    return arcsNear(this.arcs.values(), box);
  }

  /** The units that share an arc with some units. */
  neighbours(codes: Iterable<string>): Set<string> {
    const asked = new Set(codes);
    const sides = [...asked].flatMap((code) => this.arcsOf(code).flatMap(sidesOf));
    return new Set(sides.filter((side) => side !== OUTSIDE && !asked.has(side)));
  }

  /** The closed rings around a unit's ground, counter-clockwise, and around its holes, clockwise. */
  ringsOf(code: string): Place[][] {
    return assembledOf(this, code).rings.map((ring) => placesOf(ring.points));
  }

  private byNode(): Map<string, Arc[]> {
    return (this.meeting ??= groupedInto(new Map(), this.arcs.values(), endsOf));
  }
}

/** Those of some arcs whose boxes meet a box. */
export function arcsNear(arcs: Iterable<Arc>, box: Box): Arc[] {
  const found: Arc[] = [];
  for (const arc of arcs) if (boxesMeet(arc.box, box)) found.push(arc);
  return found;
}

function arcsBeside(arcs: Iterable<Arc>, units: ReadonlySet<string>): Arc[] {
  const found: Arc[] = [];
  for (const arc of arcs) if (units.has(arc.left) || units.has(arc.right)) found.push(arc);
  return found;
}

function sidesOf({ left, right }: Arc): [string, string] {
  return [left, right];
}

/** The keys of the places where an arc begins and ends. */
export function endsOf(arc: Arc): [string, string] {
  return [keyOf(startOf(arc)), keyOf(endOf(arc))];
}

/** Put arcs, by id and once each, under two keys that each has; only under some keys where these are told. */
function groupedInto(
  found: Map<string, Arc[]>, arcs: Iterable<Arc>, keysOf: (arc: Arc) => [string, string], only?: ReadonlySet<string>,
): Map<string, Arc[]> {
  const made = new Map<string, Arc[]>();
  for (const arc of arcs) {
    const [one, other] = keysOf(arc);
    for (const key of one === other ? [one] : [one, other]) {
      if (only && !only.has(key)) continue;
      const group = made.get(key);
      if (group) group.push(arc);
      else made.set(key, [arc]);
    }
  }
  for (const [key, group] of made) found.set(key, group.sort(byId));
  return found;
}

function readArc(json: ArcJson, units: ReadonlyMap<string, Unit>): Arc {
  return arcOf({ ...json, points: decode(json.points) }, units);
}

/** The arcs in which two states differ, by id. */
export interface Difference {
  gone: readonly Arc[];
  come: readonly Arc[];
}

/** Compare the arcs of two states; only those of some ids where these are known to be all that was touched. */
export function differenceOf(before: Topology, after: Topology, ids?: ReadonlySet<string>): Difference {
  return { gone: missing(before.arcs, after.arcs, ids), come: missing(after.arcs, before.arcs, ids) };
}

/** The units on the sides of arcs that differ. */
export function unitsTouched({ gone, come }: Difference): Set<string> {
  return new Set([...gone, ...come].flatMap(sidesOf));
}

function missing(
  these: ReadonlyMap<string, Arc>, those: ReadonlyMap<string, Arc>, ids: Iterable<string> = these.keys(),
): Arc[] {
  const found: Arc[] = [];
  for (const id of ids) {
    const arc = these.get(id);
    if (arc && !sameArc(arc, those.get(id))) found.push(arc);
  }
  return found.sort(byId);
}

function sameArc(arc: Arc, other: Arc | undefined): boolean {
  if (arc === other || !other) return arc === other;
  return arc.left === other.left && arc.right === other.right && samePoints(arc.points, other.points);
}

function byId(one: Arc, other: Arc): number {
  return one.id < other.id ? -1 : one.id > other.id ? 1 : 0;
}
