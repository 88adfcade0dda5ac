/** Pieces of line between two vertices: which of two lines come near each other, and how two of them meet. */

import { boxOf, countOf, stretch, type Box, type Place, type Points } from "./grid";

/** So many pieces share one box of the index. */
const RUN = 16;

const indexes = new WeakMap<Points, Float64Array>();

/**
 * The boxes around each run of pieces of a line, made once and kept as long as the line: an edit makes new lines
 * of the arcs it touches only, so nothing else has to be indexed again.
 */
function runsOf(points: Points): Float64Array {
  let boxes = indexes.get(points);
  if (boxes) return boxes;
  const pieces = countOf(points) - 1;
  boxes = new Float64Array(4 * Math.ceil(pieces / RUN));
  for (let run = 0; 4 * run < boxes.length; run++) {
    boxes.set(boxOf(stretch(points, run * RUN, Math.min((run + 1) * RUN, pieces) + 1)), 4 * run);
  }
  indexes.set(points, boxes);
  return boxes;
}

/** A range of pieces of a line, the last left out. */
export interface Range {
  from: number;
  to: number;
}

/** All pieces of a line. */
export function allOf(points: Points): Range {
  return { from: 0, to: countOf(points) - 1 };
}

/** The pieces of a line whose boxes meet a box, in their order. */
export function piecesNear(points: Points, box: Box): number[] {
  const boxes = runsOf(points);
  const pieces = countOf(points) - 1;
  const found: number[] = [];
  for (let run = 0; run * RUN < pieces; run++) {
    if (boxes[4 * run] > box[2] || boxes[4 * run + 2] < box[0]) continue;
    if (boxes[4 * run + 1] > box[3] || boxes[4 * run + 3] < box[1]) continue;
    const end = Math.min((run + 1) * RUN, pieces);
    for (let piece = run * RUN; piece < end; piece++) if (pieceMeetsBox(points, 2 * piece, box)) found.push(piece);
  }
  return found;
}

function pieceMeetsBox(points: Points, at: number, box: Box): boolean {
  const x1 = points[at];
  const x2 = points[at + 2];
  if (Math.max(x1, x2) < box[0] || Math.min(x1, x2) > box[2]) return false;
  const y1 = points[at + 1];
  const y2 = points[at + 3];
  return Math.max(y1, y2) >= box[1] && Math.min(y1, y2) <= box[3];
}

/** The box around one piece. */
export function pieceBox(points: Points, piece: number): Box {
  const at = 2 * piece;
  const x1 = points[at];
  const x2 = points[at + 2];
  const y1 = points[at + 1];
  const y2 = points[at + 3];
  return [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)];
}

/**
 * Visit each two pieces, one of a range of a line and one of another line, whose boxes meet; stop at the first for
 * which the visitor says true.
 */
export function visitNear(
  line: Points, range: Range, other: Points, visit: (piece: number, against: number) => boolean,
): boolean {
  const theirs = allOf(other);
  // The pieces of the shorter line are looked up in the index of the longer.
  if (range.to - range.from > theirs.to) return visitNear(other, theirs, line, (against, piece) =>
    piece >= range.from && piece < range.to && visit(piece, against));
  for (let piece = range.from; piece < range.to; piece++) {
    for (const against of piecesNear(other, pieceBox(line, piece))) if (visit(piece, against)) return true;
  }
  return false;
}

/**
 * Twice the area of a triangle of places of the grid: positive when c lies left of the way from a to b. Exact for
 * places within six degrees of each other, whose products stay below 2^53.
 */
export function turn(line: Points, piece: number, x: number, y: number): number {
  const at = 2 * piece;
  return (line[at + 2] - line[at]) * (y - line[at + 1]) - (line[at + 3] - line[at + 1]) * (x - line[at]);
}

/** Whether a place that is in line with a piece lies on it, ends included. */
export function within(line: Points, piece: number, x: number, y: number): boolean {
  const at = 2 * piece;
  const between = (a: number, b: number, value: number): boolean => Math.min(a, b) <= value && value <= Math.max(a, b);
  return between(line[at], line[at + 2], x) && between(line[at + 1], line[at + 3], y);
}

/** Whether two pieces cross inside both, by sides. */
export function crossInside(line: Points, piece: number, other: Points, against: number): boolean {
  const a = 2 * piece;
  const c = 2 * against;
  const sides = turn(line, piece, other[c], other[c + 1]) * turn(line, piece, other[c + 2], other[c + 3]);
  return sides < 0 && turn(other, against, line[a], line[a + 1]) * turn(other, against, line[a + 2], line[a + 3]) < 0;
}

/** The place where two pieces that cross meet, not rounded to the grid. */
export function crossing(line: Points, piece: number, other: Points, against: number): Place {
  const a = 2 * piece;
  const start = turn(other, against, line[a], line[a + 1]);
  const share = start / (start - turn(other, against, line[a + 2], line[a + 3]));
  return [line[a] + share * (line[a + 2] - line[a]), line[a + 1] + share * (line[a + 3] - line[a + 1])];
}

/** Some place that two pieces have in common; null where they have none. */
export function meetingOf(line: Points, piece: number, other: Points, against: number): Place | null {
  if (crossInside(line, piece, other, against)) return crossing(line, piece, other, against);
  return endOn(line, piece, other, against) ?? endOn(other, against, line, piece);
}

function endOn(line: Points, piece: number, other: Points, against: number): Place | null {
  for (const at of [2 * against, 2 * against + 2]) {
    const [x, y] = [other[at], other[at + 1]];
    if (turn(line, piece, x, y) === 0 && within(line, piece, x, y)) return [x, y];
  }
  return null;
}
