/** Records as the API gives and takes them. */

/** One incident: every column, its id and version. Moments are local, with their offset. */
export interface IncidentRecord {
  id: string;
  row_version: number;
  category: string;
  occurred_from: string;
  occurred_to: string | null;
  lon: number | null;
  lat: number | null;
  source_ref: string;
  /** Why it was taken out of every count; null while it counts. */
  withdrawn: string | null;
  [column: string]: unknown;
}

/** One entry of a record's history, with only what differs. */
export interface Change {
  what: string;
  who: string;
  why: string | null;
  at: string;
  row_version: number | null;
  changed: Record<string, { before: unknown; after: unknown }>;
}

/** What a person may write, as the API takes it: texts, empty where there is nothing. */
export const FIELDS = [
  "category", "occurred_from", "occurred_to", "lon", "lat", "location_accuracy_m", "severity", "status", "channel",
  "reported_unit",
] as const;

export type Field = (typeof FIELDS)[number];
export type Values = Record<Field, string>;
export type Changes = Partial<Values>;

/** Fields that only mean something together; a change of one is a change of all. */
export const TOPICS: Record<string, Field[]> = {
  category: ["category"],
  time: ["occurred_from", "occurred_to"],
  place: ["lon", "lat", "location_accuracy_m"],
  severity: ["severity"],
  status: ["status"],
  channel: ["channel"],
  reported_unit: ["reported_unit"],
};

export interface Place {
  lon: number;
  lat: number;
}
