/** Redraw a stretch of border: two points on it, then the new line between them. */

import { t } from "../i18n";
import { NOTHING, type Drawing } from "./draft_layer";
import { samePlace, type Place } from "./model/grid";
import type { Operation } from "./model/operations";
import { nearestOnArc, type OnArc } from "./model/snapping";
import { NEAR_PX, Tool } from "./tool";

export class RedrawTool extends Tool {
  private start: OnArc | null = null;
  private end: Place | null = null;
  private between: Place[] = [];
  private hover: Place | null = null;
  private snap: OnArc | null = null;

  hint(): string {
    if (!this.start) return t("pl.redraw_start");
    return t(this.end ? "pl.redraw_line" : "pl.redraw_end");
  }

  started(): boolean {
    return this.start !== null;
  }

  override move(place: Place): void {
    this.hover = this.end ? this.along(place) : place;
    this.snap = this.end ? null : this.snapped(place);
    this.look();
  }

  override click(place: Place): void {
    if (this.end) this.between.push(this.along(place));
    else this.pick(this.snapped(place));
    this.hover = null;
    this.snap = null;
    this.look();
  }

  override leave(): void {
    this.hover = this.snap = null;
    this.look();
  }

  override back(): void {
    if (this.between.length) this.between.pop();
    else if (this.end) this.end = null;
    else this.start = null;
    this.look();
  }

  drop(): void {
    this.start = this.end = this.snap = this.hover = null;
    this.between = [];
    this.look();
  }

  operation(): Operation | null {
    return this.through(this.between);
  }

  override drawing(): Drawing {
    const { start, end, snap, hover } = this;
    const aimed = snap?.place ?? hover;
    const line = end ? this.line(this.pointed()) : start && aimed ? [start.place, aimed] : [];
    const anchors = [start?.place, end].flatMap((place) => (place ? [place] : []));
    return { ...NOTHING, ...this.shown(line), anchors, handles: this.between, snap: snap?.place ?? null };
  }

  /** What the pointer points at is not part of the line until it is clicked, but it is tried. */
  protected override trial(): Operation | null {
    return this.through(this.pointed());
  }

  private pointed(): Place[] {
    return this.hover ? [...this.between, this.hover] : this.between;
  }

  private through(between: Place[]): Operation | null {
    if (!this.start || !this.end || !between.length) return null;
    return { kind: "redraw", arc: this.start.arc.id, line: this.line(between) };
  }

  private line(between: Place[]): Place[] {
    return this.start && this.end ? [this.start.place, ...between, this.end] : [];
  }

  private pick(snap: OnArc | null): void {
    if (!snap) return;
    if (!this.start) this.start = snap;
    else if (!samePlace(snap.place, this.start.place)) this.end = snap.place;
  }

  /** A place on border that may be moved; on the arc that was begun, once there is one. */
  private snapped(place: Place): OnArc | null {
    const { desk, view } = this.bench;
    const begun = this.start?.arc.id;
    return nearestOnArc(desk.now, place, view.cells(NEAR_PX), ({ id, locked }) => !locked && (!begun || begun === id));
  }
}
