/** The figures of a plan while it is drawn, with the fields of the server's, whose figures are the ones that count. */

import { assembledOf, type Ground } from "./faces";
import { bandM, measured } from "./geodesic";
import { landMoved, type Swept } from "./land";
import type { PointIndex } from "./points";
import type { Topology } from "./topology";

/** The kind of points that people are counted from. */
const PEOPLE = "people";

/** Where the number of people comes from: `area` is an estimate that spreads them evenly over each unit's ground. */
export type PopulationMethod = "points" | "published" | "area" | "unknown";

/** The figures of one unit; null where nothing is known. */
export interface UnitFigures {
  area_m2: number;
  population: number | null;
  population_method: PopulationMethod;
  households: number | null;
  incidents: number | null;
  /** Incidents per 1,000 people. */
  incident_rate: number | null;
  models: number | null;
  /** Never counted in the browser: the places of cameras are not sent. */
  cameras: null;
  /** 4π × area ÷ perimeter² (Polsby and Popper 1991). */
  compactness: number;
  /** The same with each locked arc as long as a rubber band around it. */
  compactness_land: number;
  parts: number;
  expected_parts: number;
  contiguous: boolean;
}

/** What is known at the base of a plan. */
export interface Known {
  /** As published, by code. */
  population: Readonly<Record<string, number | null>>;
  /** Placed in the base. */
  points: PointIndex;
}

/** Work out the figures of every unit; things go with the ground they lie on, so that totals cannot change. */
export function figuresOf(
  topology: Topology, base: Topology, known: Known, moved: readonly Swept[] = landMoved(base, topology),
): Map<string, UnitFigures> {
  const totals = known.points.handedOver(moved).totals();
  const people = peopleOf(base, known.population, moved);
  return new Map([...topology.units.keys()].map((code): [string, UnitFigures] => {
    const count = (kind: string): number | null => (totals.has(kind) ? totals.get(kind)!.get(code) ?? 0 : null);
    const [population, method] = totals.has(PEOPLE) ? [count(PEOPLE), "points" as const] : people(code);
    const incidents = count("incidents");
    const shape = shapeOf(topology, code);
    // Field by field: for thousands of units spreading the shape takes ten times as long as all the rest.
    return [code, {
      area_m2: shape.area_m2, compactness: shape.compactness, compactness_land: shape.compactness_land,
      parts: shape.parts, expected_parts: shape.expected_parts, contiguous: shape.contiguous,
      population, population_method: method,
      households: count("households"), incidents, models: count("models"), cameras: null,
      incident_rate: population && incidents !== null ? (1000 * incidents) / population : null,
    }];
  }));
}

type Shape = Pick<
  UnitFigures, "area_m2" | "compactness" | "compactness_land" | "parts" | "expected_parts" | "contiguous"
>;

/** Length of the whole border and, with rubber bands for locked arcs, of that on land. */
interface Perimeter {
  fullM: number;
  landM: number;
}

const perimeters = new WeakMap<Ground, Perimeter>();

/** Measured once for ground that lasts from one state to the next. */
function perimeterOf(topology: Topology, code: string): Perimeter {
  const ground = assembledOf(topology, code);
  let found = perimeters.get(ground);
  if (!found) {
    found = { fullM: 0, landM: 0 };
    for (const { points, locked } of topology.arcsOf(code)) {
      found.fullM += measured(points).lengthM;
      found.landM += locked ? bandM(points) : measured(points).lengthM;
    }
    perimeters.set(ground, found);
  }
  return found;
}

/** Ground, form and parts of a unit. */
function shapeOf(topology: Topology, code: string): Shape {
  const { areaM2, parts } = assembledOf(topology, code);
  const { fullM, landM } = perimeterOf(topology, code);
  const expected = topology.units.get(code)?.parts ?? 1;
  return {
    area_m2: areaM2,
    compactness: (4 * Math.PI * areaM2) / fullM ** 2,
    compactness_land: (4 * Math.PI * areaM2) / landM ** 2,
    parts: parts.length,
    expected_parts: expected,
    contiguous: parts.length <= expected,
  };
}

/** People by ground, where there are no points: each unit gives its people with the share of ground it gives. */
function peopleOf(
  base: Topology, published: Known["population"], moved: readonly Swept[],
): (code: string) => [number | null, PopulationMethod] {
  const people = new Map(Object.entries(published));
  // A unit that the plan made begins with nobody; one whose people are unknown stays unknown.
  const add = (code: string, number: number | null): void => {
    const before = people.has(code) ? people.get(code)! : 0;
    people.set(code, before === null || number === null ? null : before + number);
  };
  for (const { giver, taker, area_m2 } of moved) {
    const all = published[giver] ?? null;
    const share = all === null ? null : (all * area_m2) / assembledOf(base, giver).areaM2;
    add(giver, share === null ? null : -share);
    add(taker, share);
  }
  const changed = new Set(moved.flatMap(({ giver, taker }) => [giver, taker]));
  return (code) => {
    const number = people.get(code) ?? null;
    return [number, number === null ? "unknown" : changed.has(code) ? "area" : "published"];
  };
}

/** How evenly a workload is spread over units. */
export interface Spread {
  mean: number;
  smallest: number;
  largest: number;
  /** Standard deviation ÷ mean; 0 when all are alike. */
  variation: number;
}

/** Tell how evenly something is spread; null without any unit. */
export function spreadOf(values: readonly number[]): Spread | null {
  if (!values.length) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return {
    mean, smallest: Math.min(...values), largest: Math.max(...values), variation: mean ? Math.sqrt(variance) / mean : 0,
  };
}
