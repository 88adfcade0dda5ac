/** Shapes of the page configuration and of the answers of the API. */

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
  urls: Record<string, string>;
}

export interface Meta {
  as_of: string;
  sentence: string;
  total: number;
  placed: number;
  unplaced: number;
  outside: number;
  notices?: string[];
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

export interface SearchHit {
  unit: string;
  code: string;
  name: string;
  unit_type: string;
  parent_name: string | null;
  label: LonLat | null;
  bbox: Box | null;
}

/** A drawn sign on a 24 × 24 grid. */
export interface Sign {
  d: string;
  shape: string;
}
