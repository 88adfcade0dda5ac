/** What every tool of the editor can do, and what it may ask of the page. */

import type { Desk } from "./desk";
import { NOTHING, type Drawing } from "./draft_layer";
import { pointsOf, type Place } from "./model/grid";
import type { Operation } from "./model/operations";
import { tried, type Outcome, type Swept } from "./model/sketch";
import { snapToGuides } from "./model/snapping";
import type { View } from "./view";

/** How near the pointer has to come to a border, a vertex or a node. */
export const NEAR_PX = 14;

/** What a tool works with. */
export interface Bench {
  desk: Desk;
  view: View;
  /** The unit on whose ground a place lies. */
  unitAt(place: Place): string | null;
  /** Tell one unit from the others on the map. */
  choose(code: string | null): void;
  /** The tool has another card or drawing. */
  changed(): void;
}

/** A tool. Places come from the pointer or from the cross-hair of the keys. */
export abstract class Tool {
  /** What the operation would lead to; null as long as it is not complete. */
  preview: Outcome | null = null;

  constructor(protected readonly bench: Bench) {}

  /** What to do next, in one sentence. */
  abstract hint(): string;

  /** The operation to send; null as long as there is none. */
  abstract operation(): Operation | null;

  /** Whether there is anything to finish or drop. */
  abstract started(): boolean;

  /** Whether anything would be lost. */
  get begun(): boolean {
    return this.started();
  }

  /** Forget everything. */
  abstract drop(): void;

  /** The pointer is somewhere else. */
  move(_place: Place): void {}

  /** The pointer has left the map: only what was clicked counts. */
  leave(): void {}

  /** The button went down; true when something is now held. */
  press(_place: Place): boolean {
    return false;
  }

  /** What is held is let go. */
  release(_place: Place): void {}

  /** A place was named. */
  click(_place: Place): void {}

  /** Take the last place back. */
  back(): void {}

  /** Fields of the card beside the reason. */
  fields(): HTMLElement[] {
    return [];
  }

  drawing(): Drawing {
    return NOTHING;
  }

  /** Ground that would change hands. */
  swept(): Swept[] {
    return this.preview?.ok ? this.preview.swept : [];
  }

  /** The operation as the pointer would complete it; what is tried while drawing. */
  protected trial(): Operation | null {
    return this.operation();
  }

  /** The borders are not what they were: try again. */
  look(): void {
    const operation = this.trial();
    const { desk } = this.bench;
    this.preview = operation ? tried(desk.now, operation, { number: desk.last + 1, points: desk.points() }) : null;
    this.bench.changed();
  }

  /** A place on a line that is drawn along, where one is near; else the place itself. */
  protected along(place: Place): Place {
    const { desk, view } = this.bench;
    return snapToGuides(desk.guides, place, view.cells(NEAR_PX))?.place ?? place;
  }

  /** The part of a drawing that tells of the preview: hatched ground, or where it is wrong. */
  protected shown(line: Place[]): Pick<Drawing, "lines" | "swept" | "bad"> {
    const { preview } = this;
    const look = preview && !preview.ok ? "bad" : "sketch";
    return {
      lines: line.length > 1 ? [{ points: pointsOf(line), look }] : [],
      swept: this.swept().map(({ rings }) => rings),
      bad: preview && !preview.ok ? preview.at : null,
    };
  }
}
