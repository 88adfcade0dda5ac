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

export interface UnitProperties {
  code: string;
  name: string;
  unit_type: string;
  parent: string | null;
  parent_name: string | null;
  valid_from: string;
  area_km2: number | null;
  area_km2_published: number | null;
  population: number | null;
  formed_from: string | null;
  label: LonLat | null;
}

export type UnitCollection = GeoJSON.FeatureCollection<
  GeoJSON.Polygon | GeoJSON.MultiPolygon | null,
  UnitProperties
>;

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

export interface PointColumns {
  columns: { lon: number[]; lat: number[]; category: number[]; day: number[]; hour: number[] };
  categories: string[];
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
