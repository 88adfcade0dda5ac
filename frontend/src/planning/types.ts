/** What the API says about plans. */

import type { Gain } from "./model/entries";
import type { Spread, UnitFigures as Figures } from "./model/figures";

/** What the reader may do with a plan now. */
export interface May {
  edit: boolean;
  review: boolean;
  approve: boolean;
  publish: boolean;
  return: boolean;
  branch: boolean;
  comment: boolean;
}

export type StateName = "draft" | "in_review" | "approved" | "scheduled" | "in_force" | "superseded";

/** A plan as the list has it. */
export interface Plan {
  id: string;
  name: string;
  level: "commune" | "beat";
  parent: string;
  parent_name: string;
  base_as_of: string;
  state: StateName;
  state_label: string;
  author: string;
  created_at: string;
  last_at: string;
  entries: number;
  branched_from: string | null;
  effective_on: string | null;
  decree: string | null;
  state_by: string | null;
  state_at: string | null;
  state_reason: string | null;
  frozen_hash: string | null;
  row_version: number;
  comments_open?: number;
  may: May;
}

/** Figures of one unit, before or now; cameras only for those who may see them. */
export type UnitFigures = Omit<Figures, "cameras"> & { cameras: number | null };

/** One unit in the table of figures; null where it is not, before or now. */
export interface FigureRow {
  code: string;
  name: string;
  unit_type: string;
  before: UnitFigures | null;
  now: UnitFigures | null;
  standing_before: Standing | null;
  standing_now: Standing | null;
}

/** How a unit stands to the standard for its type, and what that asks for at least. */
export interface Standing {
  overall: "meets" | "below" | "depends" | "unknown" | "no_standard";
  area: string;
  population: string;
  least: { area_km2: number[]; people: number[] };
}

/** Sums over all units; null where some are unknown. */
export type Totals = Partial<Record<keyof UnitFigures, number | null>>;

export interface FiguresAnswer {
  units: FigureRow[];
  totals: { before: Totals; now: Totals };
  spread: Record<string, Spread>;
  old_units_split: { name: string; units: string[] }[];
  notes: string[];
}

/** One line of a comparison. */
export interface Transfer extends Gain {
  from_name: string;
  to_name: string;
  geometry: GeoJSON.Geometry;
}

export interface Comparison {
  transfers: Transfer[];
  figures: { one: FiguresAnswer; other: FiguresAnswer };
}

export interface Comment {
  id: string;
  author: string;
  at: string;
  text: string;
  entry_number: number | null;
  unit: string | null;
  arc: string | null;
  settled_by: string | null;
  settled_at: string | null;
  row_version: number;
}
