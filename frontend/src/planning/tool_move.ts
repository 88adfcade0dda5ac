/** Drag what is there: vertices of one arc, or a node with all arcs that meet in it. */

import { t } from "../i18n";
import { NOTHING, type Drawing } from "./draft_layer";
import { placeAt, samePlace, type Place } from "./model/grid";
import type { Operation } from "./model/operations";
import { draggedBy, handlesOf, nearestOnArc } from "./model/snapping";
import type { Arc, Topology } from "./model/topology";
import { NEAR_PX, Tool } from "./tool";

/** A move of one vertex. */
type Move = [from: Place, to: Place];

/** The position of the nearest of some places within reach. */
function nearest(places: Place[], [x, y]: Place, reach: number): number | null {
  let best: number | null = null;
  let least = reach * reach;
  places.forEach((place, at) => {
    const distance = (place[0] - x) ** 2 + (place[1] - y) ** 2;
    if (distance > least) return;
    least = distance;
    best = at;
  });
  return best;
}

/** The lines of arcs as they would be. */
function linesOf(topology: Topology, ids: string[]): Drawing["lines"] {
  return ids.flatMap((id) => {
    const arc = topology.arcs.get(id);
    return arc ? [{ points: arc.points, look: "sketch" as const }] : [];
  });
}

/** A tool that drags: what is held follows the pointer, by mouse or by the cross-hair. */
abstract class DragTool extends Tool {
  protected held = false;
  protected to: Place | null = null;
  protected snap: Place | null = null;

  started(): boolean {
    return this.to !== null && !this.held;
  }

  override get begun(): boolean {
    return this.to !== null || this.held;
  }

  override release(place: Place): void {
    this.held = false;
    this.to = place;
    this.look();
  }

  drop(): void {
    this.held = false;
    this.to = this.snap = null;
    this.look();
  }

  protected reach(): number {
    return this.bench.view.cells(NEAR_PX);
  }
}

/** Vertices of the arc in hand; those between two handles follow. */
export class HandlesTool extends DragTool {
  private arc: string | null = null;
  private handles: number[] = [];
  private which: number | null = null;

  hint(): string {
    return t(this.arc ? "pl.vertices_drag" : "pl.vertices_arc");
  }

  operation(): Operation | null {
    const moves = this.moves();
    return this.arc && moves.length ? { kind: "move_vertices", arc: this.arc, moves } : null;
  }

  override drop(): void {
    this.arc = this.which = null;
    super.drop();
  }

  override move(place: Place): void {
    if (this.held) this.to = place;
    else if (!this.to) this.snap = this.places()[this.handleAt(place) ?? -1] ?? (this.arc ? null : this.onArc(place)?.place ?? null);
    this.look();
  }

  override press(place: Place): boolean {
    const again = this.to !== null && nearest([this.to], place, this.reach()) !== null;
    if (!again && this.to) return false;
    if (!again) this.which = this.handleAt(place);
    this.held = this.which !== null;
    if (this.held) this.snap = null;
    return this.held;
  }

  override click(place: Place): void {
    if (this.to) return;
    const found = this.onArc(place);
    if (found) this.arc = found.arc.id;
    this.which = null;
    this.look();
  }

  override drawing(): Drawing {
    const topology = this.preview?.ok ? this.preview.topology : this.bench.desk.now;
    const lines = this.arc ? linesOf(topology, [this.arc]) : [];
    const { swept, bad } = this.shown([]);
    return { ...NOTHING, lines, swept, bad, handles: this.to ? [] : this.places(), held: this.to, snap: this.snap };
  }

  private line(): Arc | undefined {
    return this.arc ? this.bench.desk.now.arcs.get(this.arc) : undefined;
  }

  private moves(): Move[] {
    const arc = this.line();
    return arc && this.to && this.which !== null ? draggedBy(arc, this.handles, this.which, this.to) : [];
  }

  private onArc(place: Place): { arc: Arc; place: Place } | null {
    return nearestOnArc(this.bench.desk.now, place, this.reach(), ({ locked }) => !locked);
  }

  private places(): Place[] {
    const arc = this.line();
    if (!arc) return [];
    if (!this.to && !this.held) this.handles = handlesOf(arc, this.bench.view.box());
    return this.handles.map((at) => placeAt(arc.points, at));
  }

  private handleAt(place: Place): number | null {
    return nearest(this.places(), place, this.reach());
  }
}

/** A node: an explicit mode, since it moves the borders of three units or more. */
export class NodeTool extends DragTool {
  private node: Place | null = null;

  hint(): string {
    return t("pl.node_drag");
  }

  operation(): Operation | null {
    return this.node && this.to && !samePlace(this.node, this.to) ? { kind: "move_node", node: this.node, to: this.to } : null;
  }

  override drop(): void {
    this.node = null;
    super.drop();
  }

  override move(place: Place): void {
    if (this.held) this.to = place;
    else if (!this.to) this.snap = this.freeAt(place);
    this.look();
  }

  override press(place: Place): boolean {
    const again = this.to !== null && nearest([this.to], place, this.reach()) !== null;
    if (!again) this.node = this.freeAt(place) ?? this.node;
    this.held = again || (this.node !== null && this.freeAt(place) !== null);
    this.snap = null;
    return this.held;
  }

  override drawing(): Drawing {
    const { node, preview, bench } = this;
    const ids = node ? bench.desk.now.arcsAt(node).map(({ id }) => id) : [];
    const { swept, bad } = this.shown([]);
    const lines = preview?.ok ? linesOf(preview.topology, ids) : [];
    return { ...NOTHING, lines, swept, bad, handles: node ? [] : this.free(), held: this.to ?? node, snap: this.snap };
  }

  private freeAt(place: Place): Place | null {
    const free = this.free();
    return free[nearest(free, place, this.reach()) ?? -1] ?? null;
  }

  /** Nodes in view at which only border meets that may be moved. */
  private free(): Place[] {
    const { desk, view } = this.bench;
    const [west, south, east, north] = view.box();
    return desk.now.nodes().filter((node) => {
      const [x, y] = node;
      return x > west && x < east && y > south && y < north && desk.now.arcsAt(node).every(({ locked }) => !locked);
    });
  }
}
