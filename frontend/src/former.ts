/** A unit of another time: what stands in its place today. */

import { addDays } from "./format";
import type { Box, Descendant, UnitFamily } from "./types";

/** An ended unit that was searched for, and its successors in force. */
export interface Former {
  unit: string;
  /** With its type. */
  name: string;
  /** The last day it was in force. */
  lastDay: string;
  /** Null when it is known only by its name. */
  box: Box | null;
  heirs: Descendant[];
}

/** Read what became of an ended unit; null for one that is still in force. */
export function formerOf(family: UnitFamily): Former | null {
  if (family.valid_to === null) return null;
  const today = family.meta.as_of;
  return {
    unit: family.unit,
    name: `${family.unit_type} ${family.name}`,
    lastDay: addDays(family.valid_to, -1),
    box: family.bbox,
    heirs: family.descendants.filter((one) => one.valid_from <= today && (one.valid_to === null || today < one.valid_to)),
  };
}

/** The box around several boxes; null when there is none. */
export function around(boxes: (Box | null | undefined)[]): Box | null {
  const known = boxes.filter((box): box is Box => Boolean(box));
  if (!known.length) return null;
  const edge = (at: 0 | 1 | 2 | 3): number[] => known.map((box) => box[at]);
  return [Math.min(...edge(0)), Math.min(...edge(1)), Math.max(...edge(2)), Math.max(...edge(3))];
}
