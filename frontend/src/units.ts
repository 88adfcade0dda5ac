/** The units of the list, ready to be named, labelled and gone to. Their shapes come in tiles. */

import { mercatorX, mercatorY } from "./geometry";
import type { Box, LonLat, ListedUnit } from "./types";

/** One unit of the vintage that is shown. */
export interface Unit {
  /** The outside name, `code@valid_from`. */
  id: string;
  /** Position in the list, which names the unit in the tiles. */
  at: number;
  props: ListedUnit;
  /** Extent in the unit square; null for a unit known only by its name. */
  box: Box | null;
  bboxLonLat: Box | null;
  label: LonLat | null;
}

/** The first day of a unit's version, which its outside name carries. */
export function validFrom(id: string): string {
  return id.slice(id.indexOf("@") + 1);
}

/** Units of an answer, in its order. */
export function unitsOf(listed: ListedUnit[]): Unit[] {
  return listed.map((props, at) => {
    const bbox = props.bbox;
    const box: Box | null = bbox && [mercatorX(bbox[0]), mercatorY(bbox[3]), mercatorX(bbox[2]), mercatorY(bbox[1])];
    return { id: props.id, at, props, box, bboxLonLat: bbox, label: props.label };
  });
}

/** The unit of an outside name; a bare code names the unit that is in force. */
export function findUnit(units: Unit[], name: string | null): Unit | null {
  if (!name) return null;
  return units.find(({ id }) => id === name) ?? units.find(({ props }) => props.code === name) ?? null;
}
