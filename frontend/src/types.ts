/** Shapes of the page configuration and of the answers of the API. */

import type { Withheld } from "./withheld";

export type LonLat = [number, number];
export type Box = [number, number, number, number];

/** A category of incidents; a group has `slug === group`. */
export interface Category {
  slug: string;
  group: string;
  title: string;
  color: string;
  shape: string;
}

export type LayerKind = "raster" | "choropleth" | "points" | "symbols" | "areas";

export interface LayerConfig {
  key: string;
  title: string;
  kind: LayerKind;
  url: string;
  visible?: boolean;
  symbol?: string;
  ramp?: string[];
}

export interface PageConfig {
  lang: string;
  messages: Record<string, string>;
  title: string;
  place: string;
  extent: Box;
  as_of: string;
  vintage: { valid_from: string; title: string } | null;
  vintages: string[];
  time: { first: string; last: string } | null;
  default_filter: { from: string | null; to: string | null; categories: string[] };
  notices: string[];
  categories: Category[];
  safezone_kinds: { slug: string; title: string; symbol: string }[];
  layers: LayerConfig[];
  /** Whether the layers were named in the address; set in the browser. */
  layers_asked?: boolean;
  /** Whether incidents may be written from this page. */
  may_edit: boolean;
  /** Whether maps may be taken away as files. */
  may_export: boolean;
  /** What is given instead of incidents; null where all of them are seen. */
  withheld: Withheld | null;
  /** Titles of the columns of an incident, and of the values of those that have a list. */
  record: { columns: Record<string, string>; severity: Record<string, string>; status: Record<string, string> };
  urls: Record<string, string>;
  /** Parts of the page that are fetched when they are wanted. */
  parts: { hotspots: { js: string; css: string } };
}

export interface Meta {
  as_of: string;
  sentence: string;
  total: number;
  placed: number;
  unplaced: number;
  outside: number;
  notices?: string[];
  from?: string | null;
  to?: string | null;
  /** Data version of each layer that was read. */
  versions?: Record<string, number>;
}

/** A unit of the list; its shape comes in tiles. */
export interface ListedUnit {
  /** The outside name, `code@valid_from`. */
  id: string;
  code: string;
  name: string;
  unit_type: string;
  parent?: string | null;
  area_km2: number | null;
  population: number | null;
  formed_from?: string | null;
  label: LonLat | null;
  bbox: Box | null;
}

export interface UnitList {
  units: ListedUnit[];
  meta: Meta;
}

/** Counts in the order of the list. */
export interface UnitCounts {
  counts: number[];
  meta: Meta;
}

/** Cameras of units in force today, by their outside names. */
export interface CameraCounts {
  counts: Record<string, number>;
}

/** A count, certainly `low` and at most `high`. */
export interface UnitRange {
  unit: string;
  low: number;
  count: number;
  high: number;
}

/** Counts by unit with the range each lies in; the parts add up to the total. */
export interface UnitRecast {
  units: UnitRange[];
  outside: number;
  no_place: number;
  not_placeable: number;
  /** Incidents among the counts that were given out by shares. */
  spread: number;
  total: number;
  meta: Meta;
}

/** The units in force from one change of the boundaries to the next; half-open. */
export interface Vintage {
  from: string;
  to: string | null;
  units: number;
  /** Those with borders; the others are known by name only. */
  drawn: number;
  current: boolean;
}

export interface VintageList {
  vintages: Vintage[];
  meta: { today: string };
}

export type Properties = Record<string, unknown>;
export type ShapeCollection = GeoJSON.FeatureCollection<GeoJSON.Geometry | null, Properties>;

export interface Summary {
  by_unit: { unit: string; count: number }[];
  by_category: { category: string; count: number }[];
  timeline: { start: string | null; counts: number[] };
  hour_weekday: number[][];
  unknown_hour: number;
  meta: Meta;
}

/** One unit by calendar months: in the borders of the day shown, and in those of each time. */
export interface UnitTrend {
  unit: string;
  start: string | null;
  recast: { low: number[]; count: number[]; high: number[] };
  by_code: number[];
  breaks: { day: string; sentence: string }[];
  meta: Meta;
}

export interface Density {
  image: string | null;
  reason?: string;
  bounds: Box;
  bandwidth_m: number;
  unit: string;
  classes: { from: number; to: number | null; color: string }[];
  meta: Meta;
}

/** A unit version found by a name or code it has or had. */
export interface SearchHit {
  unit: string;
  code: string;
  name: string;
  unit_type: string;
  parent_name: string;
  valid_from: string;
  /** First day no longer in force. */
  valid_to: string | null;
  successors: { unit: string; code: string; name: string }[];
}

/** A version that a unit went into, with the link to it. */
export interface Descendant {
  unit: string;
  name: string;
  valid_from: string;
  valid_to: string | null;
  area_share: number | null;
  steps: number;
}

/** A unit version with what became of it. */
export interface UnitFamily {
  unit: string;
  name: string;
  unit_type: string;
  valid_to: string | null;
  descendants: Descendant[];
  /** Null for a unit known only by its name. */
  bbox: Box | null;
  meta: { as_of: string };
}

/** A drawn sign on a 24 × 24 grid. */
export interface Sign {
  d: string;
  shape: string;
}
