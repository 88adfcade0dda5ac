/** Lines laid over each other and walked into faces (de Berg et al. 2008, "Computational geometry", ch. 2). */

import { isInside } from "./faces";
import { ringAreaM2 } from "./geodesic";
import {
  boxOf, countOf, keyOf, placeAt, reversed, samePlace, stretch, type Box, type Place, type Points,
} from "./grid";
import { allOf, crossing, crossInside, turn, visitNear, within } from "./pieces";

/** The units on both sides of a line. */
export interface Sides {
  left: string;
  right: string;
}

/** A line that was there before, is there after, or both. */
export interface Line {
  points: Points;
  before: Sides | null;
  after: Sides | null;
}

/** Ground that lines enclose. */
export interface Face {
  /** Around it, and around its holes. */
  rings: Points[];
  areaM2: number;
  box: Box;
  /** Which units the lines around it say it belongs to, before and after. */
  before: Set<string>;
  after: Set<string>;
  /** A place hardly inside, beside the first piece of its ring. */
  inside: Place;
}

/** A place on the way of a line: so far beyond one of its vertices. */
interface Stop {
  piece: number;
  along: number;
  vertex: number;
}

/** A stretch of a line between two stops. It has two halves, 2e along the line and 2e + 1 back. */
interface Edge {
  line: Line;
  from: Stop;
  to: Stop;
  before: Sides | null;
  after: Sides | null;
}

/** Only places where lines end, meet or cross are vertices: what lies between is an edge, however winding. */
class Graph {
  readonly places: Place[] = [];
  readonly edges: Edge[] = [];
  private readonly vertices = new Map<string, number>();
  private readonly straight = new Map<string, Edge>();

  /** The vertex at a place of the grid. */
  vertex(place: Place): number {
    const key = keyOf(place);
    let found = this.vertices.get(key);
    if (found === undefined) this.vertices.set(key, (found = this.newVertex(place)));
    return found;
  }

  /** A vertex where two lines cross, which is no place of the grid. */
  newVertex(place: Place): number {
    return this.places.push(place) - 1;
  }

  /** Join two stops of a line; where it runs along another line the edge is the same. */
  join(line: Line, from: Stop, to: Stop): void {
    const edge = { line, from, to, before: line.before, after: line.after };
    if (countInner(edge) > 0) return void this.edges.push(edge);
    const found = this.straight.get(`${from.vertex},${to.vertex}`);
    const turned = this.straight.get(`${to.vertex},${from.vertex}`);
    if (found) tell(found, line.before, line.after);
    else if (turned) tell(turned, swapped(line.before), swapped(line.after));
    else this.straight.set(`${from.vertex},${to.vertex}`, this.edges[this.edges.push(edge) - 1]);
  }

  /** The vertex that a half leaves. */
  origin(half: number): number {
    const { from, to } = this.edges[half >> 1];
    return (half & 1 ? to : from).vertex;
  }

  /** Which way a half sets out: the whole piece it lies on, which is exact where a crossing is rounded. */
  wayOf(half: number): Place {
    const { line, from, to } = this.edges[half >> 1];
    const piece = half & 1 ? lastPiece(to) : from.piece;
    const [[x1, y1], [x2, y2]] = [placeAt(line.points, piece), placeAt(line.points, piece + 1)];
    return half & 1 ? [x1 - x2, y1 - y2] : [x2 - x1, y2 - y1];
  }

  /** Write the places of a half from the vertex it leaves up to the next one, left out; returns how many numbers. */
  write(half: number, into: Points, at: number): number {
    const { line, from, to } = this.edges[half >> 1];
    into.set(this.places[this.origin(half)], at);
    const inner = stretch(line.points, from.piece + 1, lastPiece(to) + 1);
    into.set(half & 1 ? reversed(inner) : inner, at + 2);
    return 2 + inner.length;
  }
}

function lastPiece({ piece, along }: Stop): number {
  return along > 0 ? piece : piece - 1;
}

/** How many vertices of its line an edge passes between its stops. */
function countInner({ from, to }: Pick<Edge, "from" | "to">): number {
  return lastPiece(to) - from.piece;
}

function tell(edge: Edge, before: Sides | null, after: Sides | null): void {
  edge.before ??= before;
  edge.after ??= after;
}

function swapped(sides: Sides | null): Sides | null {
  return sides && { left: sides.right, right: sides.left };
}

/** Find the ground that lines enclose. Lines of one state may meet each other at their ends only. */
export function facesOf(lines: readonly Line[]): Face[] {
  const graph = new Graph();
  const stops = allStops(graph, lines);
  lines.forEach((line, row) => addEdges(graph, line, [...stops[row].values()]));
  return assembled(graph, loopsOf(graph));
}

/** The stops of a line, by vertex: a line that does not touch itself comes by each only once. */
type Stops = Map<number, Stop>;

function allStops(graph: Graph, lines: readonly Line[]): Stops[] {
  const stops = lines.map((): Stops => new Map());
  lines.forEach((old, row) => {
    if (old.after) return;
    lines.forEach((drawn, column) => {
      if (drawn.before) return;
      visitNear(old.points, allOf(old.points), drawn.points, (piece, against) => {
        const one = { points: old.points, piece, stops: stops[row] };
        meet(graph, one, { points: drawn.points, piece: against, stops: stops[column] });
        return false;
      });
    });
  });
  return stops;
}

interface PieceOf {
  points: Points;
  piece: number;
  stops: Stops;
}

/** Stop both lines where two of their pieces cross or touch. */
function meet(graph: Graph, one: PieceOf, other: PieceOf): void {
  if (crossInside(one.points, one.piece, other.points, other.piece)) {
    const place = crossing(one.points, one.piece, other.points, other.piece);
    const vertex = graph.newVertex(place);
    stopInside(one, place, vertex);
    stopInside(other, place, vertex);
    return;
  }
  touch(graph, one, other);
  touch(graph, other, one);
}

/** Stop both lines where an end of a piece of the second lies on the piece of the first. */
function touch(graph: Graph, whole: PieceOf, other: PieceOf): void {
  for (const at of [other.piece, other.piece + 1]) {
    const place = placeAt(other.points, at);
    if (turn(whole.points, whole.piece, ...place) !== 0 || !within(whole.points, whole.piece, ...place)) continue;
    const vertex = graph.vertex(place);
    other.stops.set(vertex, { piece: at, along: 0, vertex });
    const end = [whole.piece, whole.piece + 1].find((own) => samePlace(placeAt(whole.points, own), place));
    if (end === undefined) stopInside(whole, place, vertex);
    else whole.stops.set(vertex, { piece: end, along: 0, vertex });
  }
}

function stopInside({ points, piece, stops }: PieceOf, [x, y]: Place, vertex: number): void {
  const [east, north] = placeAt(points, piece);
  stops.set(vertex, { piece, along: Math.hypot(x - east, y - north), vertex });
}

function addEdges(graph: Graph, line: Line, stops: readonly Stop[]): void {
  const last = countOf(line.points) - 1;
  const atVertex = (piece: number): Stop => ({ piece, along: 0, vertex: graph.vertex(placeAt(line.points, piece)) });
  const [first, final] = [atVertex(0), atVertex(last)];
  const inner = stops.filter(({ vertex }) => vertex !== first.vertex && vertex !== final.vertex);
  const order = [first, ...inner.sort((one, other) => one.piece - other.piece || one.along - other.along), final];
  order.slice(1).forEach((to, row) => graph.join(line, order[row], to));
}

/** The halves that leave each vertex, counter-clockwise. */
function leavingOf(graph: Graph): number[][] {
  const leaving: number[][] = graph.places.map(() => []);
  for (let half = 0; half < 2 * graph.edges.length; half++) leaving[graph.origin(half)].push(half);
  for (const halves of leaving) {
    if (halves.length > 2) halves.sort((one, other) => byAngle(graph.wayOf(one), graph.wayOf(other)));
  }
  return leaving;
}

function byAngle([ax, ay]: Place, [bx, by]: Place): number {
  const below = Number(ay < 0 || (ay === 0 && ax < 0)) - Number(by < 0 || (by === 0 && bx < 0));
  return below || ay * bx - ax * by;
}

/** A closed walk of halves, ground on their left. */
interface Loop {
  halves: number[];
  points: Points;
  /** Positive around ground, negative around everything outside. */
  doubleArea: number;
}

function loopsOf(graph: Graph): Loop[] {
  const leaving = leavingOf(graph);
  const seen = new Uint8Array(2 * graph.edges.length);
  const loops: Loop[] = [];
  for (let first = 0; first < seen.length; first++) {
    const halves: number[] = [];
    for (let half = first; !seen[half]; half = nextHalf(leaving[graph.origin(half ^ 1)], half)) {
      seen[half] = 1;
      halves.push(half);
    }
    if (halves.length) loops.push(loopOf(graph, halves));
  }
  return loops;
}

/** The next half clockwise after the way back. */
function nextHalf(leaving: readonly number[], half: number): number {
  const back = leaving.indexOf(half ^ 1);
  return leaving[(back + leaving.length - 1) % leaving.length];
}

function loopOf(graph: Graph, halves: number[]): Loop {
  const size = halves.reduce((sum, half) => sum + 1 + countInner(graph.edges[half >> 1]), 1);
  const points = new Float64Array(2 * size);
  const end = halves.reduce((at, half) => at + graph.write(half, points, at), 0);
  points.copyWithin(end, 0, 2);
  let doubleArea = 0;
  for (let at = 2; at < points.length; at += 2) {
    const x = points[at - 2] - points[0];
    const y = points[at - 1] - points[1];
    doubleArea += x * (points[at + 1] - points[1]) - (points[at] - points[0]) * y;
  }
  return { halves, points, doubleArea };
}

function assembled(graph: Graph, loops: readonly Loop[]): Face[] {
  const outers = loops.filter(({ doubleArea }) => doubleArea > 0).map((outer) => ({ outer, holes: [] as Loop[] }));
  for (const loop of loops) {
    if (loop.doubleArea >= 0) continue;
    const around = outers.filter(({ outer }) => isAround(graph, outer, loop));
    around.sort((one, other) => one.outer.doubleArea - other.outer.doubleArea)[0]?.holes.push(loop);
  }
  return outers.map(({ outer, holes }) => faceOf(graph, outer, holes));
}

function isAround(graph: Graph, outer: Loop, hole: Loop): boolean {
  const vertex = graph.origin(hole.halves[0]);
  const meets = outer.halves.some((half) => graph.origin(half) === vertex);
  return !meets && isInside([outer.points], placeAt(hole.points, 0));
}

function faceOf(graph: Graph, outer: Loop, holes: readonly Loop[]): Face {
  const rings = [outer, ...holes].map(({ points }) => points);
  const halves = [outer, ...holes].flatMap((loop) => loop.halves);
  const saying = (state: "before" | "after"): Set<string> => {
    const sides = halves.map((half) => graph.edges[half >> 1][state]?.[half & 1 ? "right" : "left"]);
    return new Set(sides.filter((side) => side !== undefined));
  };
  return {
    rings,
    areaM2: rings.reduce((sum, ring) => sum + ringAreaM2(ring), 0),
    box: boxOf(outer.points),
    before: saying("before"),
    after: saying("after"),
    inside: leftOf(outer.points),
  };
}

function leftOf(ring: Points): Place {
  const [dx, dy] = [ring[2] - ring[0], ring[3] - ring[1]];
  const near = 0.01 / Math.hypot(dx, dy);
  return [(ring[0] + ring[2]) / 2 - dy * near, (ring[1] + ring[3]) / 2 + dx * near];
}
