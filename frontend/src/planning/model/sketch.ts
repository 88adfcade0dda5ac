/** Trying an operation: borders in, new borders and the land swept out, or why not (as layers/planning/applying.py). */

import type { Arc, Unit } from "./arcs";
import { refuseBroken, refuseCrossings } from "./checks";
import { Draft } from "./editing";
import { assembledOf, halvesOf, holds, isInside, type Half, type Part } from "./faces";
import {
  concatenated, onLine, placeAt, pointsOf, reversed, samePlace, stretch, type Place, type Points,
} from "./grid";
import { overlay, type Swept } from "./land";
import type {
  Handover, Merge, MoveNode, MoveVertices, Operation, Redraw, Split, Transfer, TransferPart,
} from "./operations";
import type { PointIndex } from "./points";
import * as refusals from "./refusals";
import { differenceOf, Topology, unitsTouched } from "./topology";

export type { Swept } from "./land";

/** What an operation would lead to, or why it cannot be done and where. */
export type Outcome =
  | { ok: true; topology: Topology; swept: Swept[] }
  | { ok: false; code: refusals.RefusalCode; reason: refusals.Words; hint: refusals.Words; at: Place | null };

/** How an operation is tried. */
export interface Trial {
  /** The number it would have in its plan: arcs that it makes are named by it. */
  number?: number;
  /** What is counted on swept land, as it lies in the borders before. */
  points?: PointIndex | null;
}

/** Try any operation. Equal borders and operations lead to the same borders as on the server. */
export function tried(topology: Topology, operation: Operation, { number = 0, points = null }: Trial = {}): Outcome {
  try {
    const { after, swept } = applied(topology, operation, number);
    const counted = swept.map((land) => ({ ...land, counts: points ? points.inside(land.rings, land.giver) : {} }));
    return { ok: true, topology: after, swept: counted };
  } catch (problem) {
    if (!(problem instanceof refusals.Refusal)) throw problem;
    const { code, reason, hint, at } = problem;
    return { ok: false, code, reason, hint, at: at ?? lastPlace(operation) };
  }
}

/** Redraw a stretch of an arc; both ends of the line lie on it. */
export function redrawn(topology: Topology, arc: string, line: Place[], points: PointIndex | null = null): Outcome {
  return tried(topology, { kind: "redraw", arc, line }, { points });
}

/** Move vertices of an arc, from and to. */
export function verticesMoved(
  topology: Topology, arc: string, moves: [from: Place, to: Place][], points: PointIndex | null = null,
): Outcome {
  return tried(topology, { kind: "move_vertices", arc, moves }, { points });
}

/** Move a node with the ends of all arcs that meet there. */
export function nodeMoved(topology: Topology, node: Place, to: Place, points: PointIndex | null = null): Outcome {
  return tried(topology, { kind: "move_node", node, to }, { points });
}

/** Divide a unit; the ground to the left of the line is the new one's. */
export function split(topology: Topology, cut: Omit<Split, "kind">, trial: Trial = {}): Outcome {
  return tried(topology, { kind: "split", ...cut }, trial);
}

/** Give the ground to the left of a line through a unit to another. */
export function transferred(topology: Topology, cut: Omit<Transfer, "kind">, trial: Trial = {}): Outcome {
  return tried(topology, { kind: "transfer", ...cut }, trial);
}

/** Where the sketch ended, to show a refusal that has no place of its own. */
function lastPlace(operation: Operation): Place | null {
  if ("line" in operation) return operation.line[operation.line.length - 1] ?? null;
  if (operation.kind === "move_vertices") return operation.moves[operation.moves.length - 1]?.[1] ?? null;
  if (operation.kind === "move_node") return operation.to;
  return operation.kind === "transfer_part" ? operation.inside : null;
}

function applied(topology: Topology, operation: Operation, number: number): { after: Topology; swept: Swept[] } {
  const draft = new Draft(topology, number);
  carryOut(draft, operation);
  const after = draft.topology();
  const difference = differenceOf(topology, after, draft.touched);
  const touched = unitsTouched(difference);
  after.takingOver(topology, touched);
  const over = overlay(topology, after, difference);
  refuseBroken(topology, after, { touched, over });
  return { after: isHandover(operation) ? withParts(topology, after, operation) : after, swept: over.swept };
}

function isHandover({ kind }: Operation): boolean {
  return kind === "split" || kind === "merge" || kind === "transfer" || kind === "transfer_part";
}

function carryOut(draft: Draft, operation: Operation): void {
  switch (operation.kind) {
    case "redraw": return redraw(draft, operation);
    case "move_vertices": return moveVertices(draft, operation);
    case "move_node": return moveNode(draft, operation);
    case "split": return splitUnit(draft, operation);
    case "merge": return merge(draft, operation);
    case "transfer": return transfer(draft, operation);
    case "transfer_part": return transferPart(draft, operation);
    case "rename": return relabel(draft, operation.unit, { name: operation.name });
    case "retype": return relabel(draft, operation.unit, { unit_type: operation.unit_type });
  }
}

function relabel(draft: Draft, code: string, told: Partial<Unit>): void {
  draft.units.set(code, { ...draft.unit(code), ...told });
}

function redraw(draft: Draft, operation: Redraw): void {
  const arc = movable(draft, operation.arc);
  const line = readLine(operation.line);
  let [start, end] = [spotOf(arc, placeAt(line, 0)), spotOf(arc, placeAt(line, -1))];
  const order = start.index - end.index || start.beyond - end.beyond;
  if (order === 0) throw refusals.meetsItself(placeAt(line, 0));
  if (order > 0) [start, end] = [end, start];
  // A spot is a vertex and the way beyond it: the vertex itself is part of the new line.
  const head = stretch(arc.points, 0, start.index + Number(start.beyond > 0));
  draft.reshape(arc, concatenated([head, order > 0 ? reversed(line) : line, stretch(arc.points, end.index + 1)]));
  refuseCrossings(draft);
}

function movable(draft: Draft, id: string): Arc {
  const arc = draft.arc(id);
  if (arc.locked) throw refusals.locked();
  return arc;
}

function readLine(line: readonly Place[]): Points {
  if (line.length < 2) throw refusals.notReadable();
  return pointsOf(line);
}

function spotOf(arc: Arc, place: Place): { index: number; beyond: number } {
  const found = onLine(arc.points, place);
  if (!found) throw refusals.offBorder(place);
  const [x, y] = placeAt(arc.points, found.index);
  return { index: found.index, beyond: Math.hypot(place[0] - x, place[1] - y) };
}

function moveVertices(draft: Draft, operation: MoveVertices): void {
  const arc = movable(draft, operation.arc);
  const points = arc.points.slice();
  for (const [from, to] of operation.moves) {
    const found = innerVertex(arc.points, from);
    if (found < 0) throw refusals.noSuchVertex(from);
    points.set(to, 2 * found);
  }
  draft.reshape(arc, points);
  refuseCrossings(draft);
}

function innerVertex(points: Points, [x, y]: Place): number {
  for (let at = 2; at < points.length - 2; at += 2) if (points[at] === x && points[at + 1] === y) return at / 2;
  return -1;
}

function moveNode(draft: Draft, { node, to }: MoveNode): void {
  const meeting = draft.before.arcsAt(node);
  if (!meeting.length) throw refusals.noSuchNode(node);
  for (const { id } of meeting) {
    const arc = movable(draft, id);
    const points = arc.points.slice();
    for (const at of [0, points.length - 2]) if (samePlace([points[at], points[at + 1]], node)) points.set(to, at);
    draft.reshape(arc, points);
  }
  refuseCrossings(draft);
}

function splitUnit(draft: Draft, { unit: from, line, code, name }: Split): void {
  const unit = draft.unit(from);
  if (!code || draft.units.has(code)) throw refusals.taken(code);
  // The new unit is there before its arcs are, which ask whose they are.
  const left = leftOfCut(draft, from, line);
  draft.units.set(code, { ...unit, code, name, origin: "", parts: 1 });
  draft.give(left, code);
}

function transfer(draft: Draft, { unit, to, line }: Transfer): void {
  refusePair(draft, unit, to);
  draft.give(leftOfCut(draft, unit, line), to);
}

/** Cut a unit and return the sides that bound the ground to the left of the cut. */
function leftOfCut(draft: Draft, code: string, line: readonly Place[]): Half[] {
  const points = readLine(line);
  const { name } = draft.unit(code);
  for (const place of [line[0], line[line.length - 1]]) {
    const around = [...draft.arcs.values()].filter(({ left, right }) => left === code || right === code);
    draft.nodeAt(place, around.map(({ id }) => id));
  }
  const cut = draft.add(points, code);
  refuseCrossings(draft);
  // The cut meets no border on its way, so any place of it tells where it runs.
  const middle: Place = [(points[0] + points[2]) / 2, (points[1] + points[3]) / 2];
  if (!holds(draft.before, code, middle)) throw refusals.notInside(name, middle);
  const { parts } = assembledOf(draft.topology(), code);
  const [left, right] = [true, false].map((forward) => partBeside(parts, cut, forward));
  if (!left || left === right) throw refusals.doesNotDivide(name);
  return halvesOf(left);
}

function partBeside(parts: readonly Part[], id: string, forward: boolean): Part | undefined {
  return parts.find((part) => halvesOf(part).some((half) => half.arc.id === id && half.forward === forward));
}

function refusePair(draft: Draft, giver: string, taker: string): void {
  const [from, to] = [draft.unit(giver), draft.unit(taker)];
  if (from.parent !== to.parent) throw refusals.otherParent(from.name, to.name);
  if (giver === taker) throw refusals.wholeUnit();
}

function transferPart(draft: Draft, { unit, to, inside }: TransferPart): void {
  refusePair(draft, unit, to);
  const { parts } = assembledOf(draft.before, unit);
  const { name } = draft.unit(unit);
  const ringsOf = ({ outer, holes }: Part): Points[] => [outer, ...holes].map(({ points }) => points);
  const around = parts.find((part) => isInside(ringsOf(part), inside));
  if (!around) throw refusals.notInside(name, inside);
  if (parts.length === 1) throw refusals.emptied(name);
  draft.give(halvesOf(around), to);
}

function merge(draft: Draft, { unit, into }: Merge): void {
  refusePair(draft, unit, into);
  draft.give(assembledOf(draft.before, unit).rings.flatMap(({ halves }) => halves), into);
  draft.units.delete(unit);
}

/** Refuse units in more parts than they may have; keep how many they have where that was said. */
function withParts(before: Topology, after: Topology, operation: Operation): Topology {
  const told = operation as Handover;
  const units = new Map<string, Unit>(after.units);
  const concerned = [told.unit, "to" in told ? told.to : "", "into" in told ? told.into : ""];
  for (const code of [...new Set(concerned)].filter((one) => units.has(one)).sort()) {
    const unit = units.get(code)!;
    const count = assembledOf(after, code).parts.length;
    const allowed = unit.parts + (told.kind === "merge" ? before.units.get(told.unit)!.parts - 1 : 0);
    if (count > allowed && !("apart" in told && told.apart)) throw refusals.apart(unit.name, count, allowed);
    units.set(code, { ...unit, parts: count });
  }
  return new Topology(after.level, after.arcs, units).takingOver(after, new Set());
}
