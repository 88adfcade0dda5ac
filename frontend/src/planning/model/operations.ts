/** What a planner can do to a plan, as the server reads it (layers/planning/operations.py). */

import type { Place } from "./grid";

/** Redraw a stretch of one arc; both ends of the line lie on the arc. */
export interface Redraw {
  kind: "redraw";
  arc: string;
  line: Place[];
}

/** Move vertices of one arc, from and to; its nodes stay. */
export interface MoveVertices {
  kind: "move_vertices";
  arc: string;
  moves: [from: Place, to: Place][];
}

/** Move a node and with it the ends of all arcs that meet there. */
export interface MoveNode {
  kind: "move_node";
  node: Place;
  to: Place;
}

/** Divide a unit; the ground to the left of the line becomes a new unit. */
export interface Split {
  kind: "split";
  unit: string;
  line: Place[];
  code: string;
  name: string;
}

/** Give all ground of one unit to another. */
export interface Merge {
  kind: "merge";
  unit: string;
  into: string;
  apart: boolean;
}

/** Give the ground to the left of a line through a unit to another. */
export interface Transfer {
  kind: "transfer";
  unit: string;
  to: string;
  line: Place[];
  apart: boolean;
}

/** Give a whole part of a unit, such as an island, to another. */
export interface TransferPart {
  kind: "transfer_part";
  unit: string;
  to: string;
  inside: Place;
  apart: boolean;
}

/** Give a unit another name. */
export interface Rename {
  kind: "rename";
  unit: string;
  name: string;
}

/** Give a unit another type. */
export interface Retype {
  kind: "retype";
  unit: string;
  unit_type: string;
}

/** Ground that changes hands by a cut, or as it is. */
export type Handover = Split | Merge | Transfer | TransferPart;
export type Operation = Redraw | MoveVertices | MoveNode | Handover | Rename | Retype;
