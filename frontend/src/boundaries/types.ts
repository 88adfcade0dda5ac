/** Answers of the API about imports and repairs of boundaries. */

import type { LonLat } from "../types";

export interface TextReading {
  encoding: string;
  score: number | null;
  sample: string[];
}

export interface SystemFit {
  crs: string;
  /** Null for a system that cannot be asked for by its code. */
  epsg: number | null;
  title: string;
  evidence_m: number;
}

export interface CrsFinding {
  declared: string | null;
  used: string;
  evidence_m: number | null;
  against: "seats" | "borders" | null;
  matched: number;
  note: string | null;
  candidates: SystemFit[];
}

export interface Proposal {
  action: "give" | "node" | "leave";
  to: string | null;
  by: string;
  reason: string;
}

export interface Defect {
  key: string;
  kind: "gap" | "overlap" | "sliver" | "t_junction";
  area_m2: number;
  units: string[];
  names: string[];
  proposal: Proposal;
  lon: number;
  lat: number;
}

export interface Refusal {
  code: string;
  message: string;
  hint: string;
}

/** What a check of a file found. */
export interface Found {
  file: string;
  valid_from: string;
  level: string;
  accepted: number;
  area_km2: number;
  inserted: number;
  filled: number;
  closed: number;
  unchanged: number;
  staying: number;
  scope: string[];
  closing: { code: string; name: string }[];
  ended: string[];
  columns: Record<string, string>;
  dropped_columns: string[];
  sample_names: string[];
  encoding: { used: string; score: number | null };
  encodings: TextReading[];
  crs: CrsFinding;
  mended_units: { code: string; name: string; area_change_m2: number }[];
  quarantined_rows: { row: number; code: string; reasons: string[] }[];
  overlaps: { area_m2: number }[];
  gaps: { area_m2: number }[];
  area_flags: { code: string; name: string; published_km2: number; computed_km2: number; diff_pct: number }[];
  repairs: Defect[];
  refusal: Refusal | null;
}

export interface Card extends Defect {
  state: "open" | "left";
  row_version: number;
  geometry: GeoJSON.Geometry;
  sketch: {
    bbox: [number, number, number, number];
    units: { code: string; name: string; geometry: GeoJSON.Geometry; label: LonLat | null }[];
  };
}

export interface Deck {
  as_of: string;
  level: string;
  units_checked: number;
  counts: { open: number; left: number; decided: number };
  repairs: Card[];
}
