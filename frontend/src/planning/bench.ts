/** The workbench: the tool in hand, the pointer and the keys, the card that finishes or drops a piece of work. */

import type { LeafletMouseEvent } from "leaflet";

import { ApiError } from "../api";
import { byId, perFrame } from "../dom";
import { t } from "../i18n";
import type { BordersLayer } from "./borders_layer";
import { WorkCard } from "./card";
import { Conflict } from "./conflict";
import type { Desk } from "./desk";
import { DraftLayer, NOTHING } from "./draft_layer";
import type { Place } from "./model/grid";
import { showProblem } from "./notices";
import type { Bench, Tool } from "./tool";
import { STEPS, type View } from "./view";

const STEP_PX = 12;
const SMALL_STEP_PX = 1;

/** Holds the tool in hand. */
export class Workbench implements Bench {
  private tool: Tool | null = null;
  private cross: Place | null = null;
  private held = false;
  private sending = false;
  /** The last entry that was known when the piece of work was begun: it may contradict whatever came later. */
  private seen: number | null = null;
  private readonly draft: DraftLayer;
  private readonly card: WorkCard;
  private readonly conflict: Conflict;
  readonly changed = perFrame(() => this.show());

  constructor(readonly desk: Desk, readonly view: View, private readonly borders: BordersLayer, private readonly putAway: () => void) {
    this.draft = new DraftLayer(view.map);
    view.map.addLayer(this.draft);
    this.card = new WorkCard(desk, { finish: () => void this.finish(), drop: () => this.drop() });
    this.conflict = new Conflict((again) => this.settled(again));
    this.pointer();
  }

  /** Whether a piece of work is begun. */
  get isBusy(): boolean {
    return this.tool?.begun ?? false;
  }

  unitAt(place: Place): string | null {
    return this.borders.grounds.at(this.desk.now, place);
  }

  choose(code: string | null): void {
    this.borders.choose(code);
  }

  /** Take a tool in hand; null puts the old one away. */
  take(tool: Tool | null): void {
    this.tool?.drop();
    this.choose(null);
    showProblem(null);
    this.loosen();
    this.tool = tool;
    this.conflict.hide();
    this.card.open(tool);
    this.view.map.getContainer().classList.toggle("pl-aiming", tool !== null);
    this.cross = null;
    if (tool) byId("pl-map").focus();
    this.changed();
  }

  /** The borders changed: what is begun is tried on the new ones. */
  refresh(): void {
    this.tool?.look();
    this.changed();
  }

  /** Finish the piece of work. */
  async finish(): Promise<void> {
    const { tool } = this;
    if (!tool || this.sending || this.conflict.isOpen) return;
    // What the pointer points at was not clicked.
    tool.leave();
    const operation = tool.operation();
    if (!operation || (tool.preview && !tool.preview.ok)) return;
    showProblem(null);
    this.sending = true;
    try {
      await this.card.working(this.desk.commit(operation, this.card.reason(), this.seen ?? this.desk.last));
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      if (this.tool === tool) this.refused(failure);
      else showProblem(failure);
      return;
    } finally {
      this.sending = false;
    }
    if (this.tool === tool) this.drop();
  }

  /** Drop the piece of work. */
  drop(): void {
    this.tool?.drop();
    this.choose(null);
    this.conflict.hide();
    showProblem(null);
    this.loosen();
    this.card.open(this.tool);
    // Whoever writes a comment meanwhile goes on writing.
    if (this.tool && !document.activeElement?.closest(".pl-side")) byId("pl-map").focus();
    this.changed();
  }

  /** A key of the map; true when it meant something. */
  key(event: KeyboardEvent): boolean {
    const { tool } = this;
    if (!tool) return false;
    if (event.key === "Escape") return tool.begun || this.conflict.isOpen ? (this.drop(), true) : false;
    if (this.conflict.isOpen || this.sending) return false;
    // On a button or a link the key is theirs.
    if (event.key === "Enter" && (event.target as HTMLElement).closest("button, a[href], summary")) return false;
    if (event.key === "Enter") return event.repeat || void this.finish(), true;
    if (event.key === "Backspace") return tool.back(), true;
    if (event.target !== byId("pl-map")) return false;
    const step = STEPS[event.key];
    if (step) return this.aim(step, event.shiftKey ? SMALL_STEP_PX : STEP_PX), true;
    if (event.key === " ") return this.point(), true;
    return false;
  }

  private loosen(): void {
    this.held = false;
    this.seen = null;
    this.view.map.dragging.enable();
  }

  private refused(failure: ApiError): void {
    if ("mine" in failure.details && "theirs" in failure.details) {
      void this.desk.catchUp();
      this.conflict.show(failure);
    } else showProblem(failure);
    this.changed();
  }

  private settled(again: boolean): void {
    this.drop();
    if (!again) this.putAway();
  }

  private aim([dx, dy]: [number, number], by: number): void {
    const size = this.view.map.getSize();
    const from = this.cross ? this.view.pointOf(this.cross) : size.divideBy(2);
    const to = from.add([dx * by, dy * by]);
    this.cross = this.view.placeAt(to);
    const edge = 40;
    if (to.x < edge || to.y < edge || to.x > size.x - edge || to.y > size.y - edge) {
      this.view.map.panBy([dx * 160, dy * 160], { animate: false });
    }
    this.tool?.move(this.cross);
    this.changed();
  }

  /** The space bar does what a click does, and takes hold or lets go. */
  private point(): void {
    const place = this.cross ?? this.view.placeAt(this.view.map.getSize().divideBy(2));
    this.cross = place;
    if (this.held) this.letGo(place);
    else if (this.tool?.press(place)) this.held = true;
    else this.tool?.click(place);
    this.changed();
  }

  private letGo(place: Place): void {
    this.held = false;
    this.view.map.dragging.enable();
    this.tool?.release(place);
  }

  private pointer(): void {
    const { map } = this.view;
    const placed = (act: (place: Place) => void) => (event: LeafletMouseEvent): void => {
      if (!this.tool || this.conflict.isOpen || this.sending) return;
      this.cross = null;
      act(this.view.placeAt(event.containerPoint));
      this.changed();
    };
    map.on("mousemove", placed((place) => this.tool?.move(place)));
    map.on("mousedown", placed((place) => {
      if (!this.tool?.press(place)) return;
      this.held = true;
      map.dragging.disable();
    }));
    map.on("mouseup", placed((place) => this.held && this.letGo(place)));
    map.on("click", placed((place) => this.tool?.click(place)));
    map.on("mouseout", () => {
      if (this.tool && !this.held && !this.cross) this.tool.leave();
    });
  }

  private show(): void {
    const { tool } = this;
    if (!this.isBusy) this.seen = null;
    else this.seen ??= this.desk.last;
    this.draft.show(this.conflict.drawing ?? tool?.drawing() ?? NOTHING, tool ? this.cross : null);
    if (tool && !this.conflict.isOpen) this.card.update(tool);
    this.desk.drawn(tool?.preview?.ok ? tool.preview.topology : null);
    const hint = byId("pl-hint");
    hint.hidden = !tool || this.conflict.isOpen;
    const text = tool ? `${tool.hint()} ${t("pl.keys_hint")}` : "";
    if (hint.textContent !== text) hint.textContent = text;
  }
}
