/** What a form holds against what is kept: which fields differ, and what is sent. */

import { spanOf } from "./moments";
import { FIELDS, TOPICS, type Changes, type IncidentRecord, type Values } from "./types";

export const NO_VALUES: Values = {
  category: "", occurred_from: "", occurred_to: "", lon: "", lat: "", location_accuracy_m: "", severity: "", status: "",
  channel: "", reported_unit: "",
};

/** A record as a form would send it. */
export function valuesOf(record: IncidentRecord): Values {
  const span = spanOf(record.occurred_from, record.occurred_to);
  const plain = FIELDS.map((name) => [name, record[name] === null || record[name] === undefined ? "" : String(record[name])]);
  return { ...(Object.fromEntries(plain) as Values), occurred_from: span.from, occurred_to: span.to };
}

/** Topics in which two sets of values differ. */
export function differing(one: Values, other: Values): string[] {
  return Object.keys(TOPICS).filter((topic) => TOPICS[topic].some((name) => one[name] !== other[name]));
}

/** The fields of some topics. */
export function fieldsOf(values: Values, topics: string[]): Changes {
  const names = topics.flatMap((topic) => TOPICS[topic]);
  return Object.fromEntries(names.map((name) => [name, values[name]]));
}

/** What became of a topic on two sides since both began from the same values. */
export interface Difference {
  topic: string;
  mine: boolean;
  theirs: boolean;
}

/** Topics in which my values differ from those kept now, and who changed them. */
export function differences(base: Values, mine: Values, current: Values): Difference[] {
  const [byMe, byThem] = [differing(base, mine), differing(base, current)];
  return differing(mine, current).map((topic) => ({
    topic, mine: byMe.includes(topic), theirs: byThem.includes(topic),
  }));
}
