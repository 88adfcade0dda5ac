/** The golden cases of planning, made by the server's language, as the page's model reads them. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Entry } from "../src/planning/model/entries";
import { encode, pointsOf, type Place } from "../src/planning/model/grid";
import type { Operation } from "../src/planning/model/operations";
import { PointIndex } from "../src/planning/model/points";
import type { Words } from "../src/planning/model/refusals";
import { Topology, type ArcJson, type Unit } from "../src/planning/model/topology";

/** An arc as Python writes it down: places as pairs. */
interface PairedArc {
  id: string;
  left: string;
  right: string;
  points: Place[];
}

export interface GoldenFigures {
  area_m2: number;
  population: number;
  population_method: string;
  incidents: number;
  compactness: number;
  compactness_land: number;
  parts: number;
}

export interface GoldenCase {
  name: string;
  operation: Operation;
  refused?: string;
  reason?: Words;
  hint?: Words;
  mark?: string;
  moved?: { from: string; to: string; area_m2: number; counts: Record<string, number> }[];
  figures?: Record<string, GoldenFigures>;
}

interface Golden {
  arcs: PairedArc[];
  units: Unit[];
  population: number;
  incidents: [lon: number, lat: number][];
  figures: Record<string, GoldenFigures>;
  cases: GoldenCase[];
}

interface Sketch {
  operation: Operation;
  refused?: string;
  reason?: Words;
  mark?: string;
  moved?: [from: string, to: string, area_m2: number][];
}

interface Story {
  story: { entries: Entry[]; marks: string[] };
  sketches: Sketch[];
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(join(process.env.ANTT_FRONTEND ?? "", "../tests/golden", name), "utf-8"));
}

export const golden = read("planning_figures.json") as Golden;
export const story = withSteps(read("planning_story.json") as Story);

export function borders(arcs: readonly PairedArc[], units: Unit[]): Topology {
  return Topology.from({ scale: 1e7, last: 0, level: "commune", units, arcs: arcs.map(withSteppedPoints) });
}

function withSteppedPoints(arc: PairedArc): ArcJson {
  return { ...arc, points: encode(pointsOf(arc.points)) };
}

/** The API writes arcs of entries as steps from place to place. */
function withSteps(told: Story): Story {
  for (const entry of told.story.entries) {
    if ("action" in entry) continue;
    for (const arcs of [entry.arcs_before, entry.arcs_after] as unknown as PairedArc[][]) {
      arcs.forEach((arc, row) => ((arcs as unknown as ArcJson[])[row] = withSteppedPoints(arc)));
    }
  }
  return told;
}

/** The incidents of the golden town. */
export function goldenPoints(base: Topology): PointIndex {
  const places = golden.incidents.map(([lon, lat]): Place => [Math.round(lon * 1e7), Math.round(lat * 1e7)]);
  return PointIndex.from({ incidents: { xy: encode(pointsOf(places)), weight: places.map(() => 1) } }, base);
}

/** The mark that two states share only when they are equal: the same digest as `layers.planning.plans.mark_of`. */
export function markOf(topology: Topology): string {
  const digest = createHash("sha256").update(topology.level);
  for (const code of [...topology.units.keys()].sort()) digest.update(canonical(topology.units.get(code)!));
  for (const id of [...topology.arcs.keys()].sort()) {
    const { left, right, points } = topology.arcs.get(id)!;
    digest.update(JSON.stringify([id, left, right, points.length / 2]));
    digest.update(new Uint8Array(BigInt64Array.from(points, BigInt).buffer));
  }
  return digest.digest("hex");
}

function canonical(unit: Unit): string {
  return JSON.stringify(unit, Object.keys(unit).sort());
}
