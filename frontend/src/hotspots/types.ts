/** Shapes of the answers about hotspots. */

import type { Meta } from "../types";

/** A number with the range it lies in; null where it is not known. */
export interface Measure {
  estimate: number | null;
  low: number | null;
  high: number | null;
}

/** What is known of one cell, cluster or place; which of it depends on the method. */
export interface Finding {
  cell?: number;
  /** hot, cold, none, island, high_low, low_high, cluster, repeat or band. */
  class: string;
  sentence?: string | null;
  name?: string | null;
  /** The unit that a cell of a grid lies in. */
  in_unit?: string | null;
  count?: number;
  z?: number | null;
  q?: number | null;
  p_sim?: number | null;
  permutations?: number | null;
  pattern?: string;
  pattern_name?: string;
  core_count?: number;
  first_day?: string;
  last_day?: string;
  area_km2?: number;
}

export type FindingFeature = GeoJSON.Feature<GeoJSON.Geometry, Finding>;

/** Pairs of incidents in one ring of distance and time. */
export interface PairRow {
  from_m: number;
  to_m: number;
  from_days: number;
  to_days: number;
  observed: number;
  ratio: number | null;
  q: number | null;
  class: "more" | "none";
  sentence: string;
}

export interface Concentration {
  incidents: number;
  places: number;
  repeated_places: number;
  repeated_incidents: number;
  gini: number;
  places_share_of_80: number;
  curve: { places_share: number; incidents_share: number }[];
}

/** What every answer says about how it was found. */
interface Evidence {
  method: string;
  title: string;
  inputs_hash: string | null;
  parameters: Record<string, unknown>;
  seed: number | null;
  version: string;
  crs: string | null;
  sentence: string;
  /** Why there is nothing; null where there is something. */
  reason: string | null;
  area: { kind: string; said: string; km2: number } | null;
  meta: Meta;
}

export interface Hotspots extends Evidence {
  counts: { cells?: number; hot?: number; cold?: number; incidents?: number; outside?: number };
  cautions: string[];
  table: { rows: PairRow[]; incidents: number; permutations: number } | null;
  concentration: Concentration | null;
  features: FindingFeature[];
}

/** How a method or a baseline did at one share of the area. */
export interface Score {
  method: string;
  name: string;
  baseline: boolean;
  coverage: number;
  periods: number;
  hit_rate: Measure;
  pai: Measure;
  pei_star: Measure;
  rri: Measure;
}

export interface Backtest extends Evidence {
  coverage: number;
  beats: boolean;
  summaries: Score[];
  verdicts: { coverage: number; beats: boolean; sentence: string }[];
}
