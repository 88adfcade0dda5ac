/** Reading and writing single records. */

import { fetchJson, send } from "../api";
import { currentLanguage } from "../i18n";
import type { Change, Changes, IncidentRecord, Place } from "./types";

const RECORDS = "/api/v1/incidents";
const AROUND_M = 100;

/** A record found at a place. */
export type FoundRecord = IncidentRecord & { distance_m: number };

/** A record is read and written to its end, whatever else happens on the page. */
function unstopped(): AbortSignal {
  return new AbortController().signal;
}

function written(path: string): string {
  return `${RECORDS}${path}?lang=${currentLanguage()}`;
}

/** Fetch the records at an address of the lookup. */
export async function fetchAt(address: string): Promise<FoundRecord[]> {
  return (await fetchJson<{ records: FoundRecord[] }>(address, unstopped())).records;
}

/** Fetch every record near a place, those that were withdrawn too. */
export function fetchAround({ lon, lat }: Place): Promise<FoundRecord[]> {
  return fetchAt(`${RECORDS}/at?lon=${lon}&lat=${lat}&radius_m=${AROUND_M}&with_withdrawn=1`);
}

/** Fetch what happened to a record, oldest first. */
export async function fetchHistory(id: string): Promise<Change[]> {
  return (await fetchJson<{ history: Change[] }>(`${RECORDS}/${id}/history`, unstopped())).history;
}

/** Write a new record. */
export function addRecord(values: Changes, reason: string): Promise<IncidentRecord> {
  return send<IncidentRecord>(written(""), { ...values, reason }, unstopped());
}

/** Change a record; refused when somebody else did since this version. */
export function editRecord(id: string, version: number, changes: Changes, reason: string): Promise<IncidentRecord> {
  const how = { method: "PATCH", version };
  return send<IncidentRecord>(written(`/${id}`), { ...changes, reason }, unstopped(), how);
}

/** Take a record out of every count, or back into them. */
export function decideRecord(
  record: IncidentRecord, decision: "withdraw" | "reinstate", reason: string,
): Promise<IncidentRecord> {
  return send<IncidentRecord>(written(`/${record.id}/${decision}`), { reason }, unstopped(), { version: record.row_version });
}
