/** A pin on the map, moved by the pointer or by the arrow keys alone. */

import type { Map as LeafletMap } from "leaflet";

import { h, isStill, svg } from "../dom";
import { t } from "../i18n";
import { roomIn } from "../viewport";
import { rounded } from "./places";
import type { Place } from "./types";

export interface PinActs {
  moved(place: Place): void;
  /** The place is settled by key. */
  fixed(): void;
  /** The move was given up by key. */
  left(): void;
}

const STEP_PX = 4;
const BIG_STEP_PX = 40;
const STEPS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const NEAR_ZOOM = 15;
const SWALLOWED = ["mousedown", "touchstart", "click", "dblclick"];
/** The panel of the record stands where that of a unit does. */
const BESIDE_PANEL = { sel: "record", asOf2: null, hot: null };

/** The pin of the record that is shown or written. */
export class Pin {
  private readonly node: HTMLElement;
  private at: Place | null = null;
  private acts: PinActs | null = null;

  constructor(private readonly map: LeafletMap) {
    this.node = h("div", { class: "pin", hidden: true },
      svg("svg", { viewBox: "0 0 32 44", width: 32, height: 44, "aria-hidden": "true" },
        svg("path", { class: "pin-body", d: "M16 42C10 32 3 25 3 16a13 13 0 0 1 26 0c0 9-7 16-13 26z" }),
        svg("circle", { class: "pin-eye", cx: 16, cy: 16, r: 5 })));
    // What is done to the pin is not done to the map under it.
    for (const name of SWALLOWED) this.node.addEventListener(name, (event) => event.stopPropagation());
    this.node.addEventListener("pointerdown", (event) => this.grab(event));
    this.node.addEventListener("keydown", (event) => this.onKey(event));
    map.getContainer().append(this.node);
    map.on("move zoomend viewreset resize", () => this.draw());
    map.on("zoomend", () => this.keepInView());
    map.on("zoomstart", () => this.node.classList.add("hidden-while-zooming"));
  }

  get place(): Place | null {
    return this.at;
  }

  /** Show the pin; without acts it only marks a place. */
  show(place: Place | null, acts: PinActs | null): void {
    this.at = place;
    this.acts = acts;
    this.node.hidden = place === null;
    this.node.classList.toggle("movable", acts !== null);
    const said: Record<string, string> = { tabindex: "0", role: "application", "aria-label": t("record.pin"), "aria-describedby": "antt-record-pin-keys" };
    for (const [name, value] of Object.entries(said))
      if (acts) this.node.setAttribute(name, value);
      else this.node.removeAttribute(name);
    this.draw();
  }

  hide(): void {
    this.show(null, null);
  }

  focus(): void {
    this.keepInView();
    this.node.focus({ preventScroll: true });
  }

  /** The middle of what is seen of the map beside the panel. */
  middle(): Place {
    const { paddingTopLeft: [left, top], paddingBottomRight: [right, bottom] } = roomIn(BESIDE_PANEL);
    const { x, y } = this.map.getSize();
    const { lat, lng } = this.map.containerPointToLatLng([(left + x - right) / 2, (top + y - bottom) / 2]);
    return rounded({ lon: lng, lat });
  }

  /** Bring the map to the pin, near enough to see what it stands on. */
  approach(): void {
    if (!this.at) return;
    if (this.map.getZoom() < NEAR_ZOOM) this.map.setView([this.at.lat, this.at.lon], NEAR_ZOOM, { animate: false });
    this.keepInView();
  }

  private keepInView(): void {
    if (this.at) this.map.panInside([this.at.lat, this.at.lon], { ...roomIn(BESIDE_PANEL), animate: !isStill() });
  }

  private draw(): void {
    if (!this.at) return;
    this.node.classList.remove("hidden-while-zooming");
    const { x, y } = this.map.latLngToContainerPoint([this.at.lat, this.at.lon]);
    this.node.style.transform = `translate(${Math.round(x) - 16}px, ${Math.round(y) - 42}px)`;
  }

  private move(place: Place): void {
    this.at = rounded(place);
    this.draw();
    this.acts?.moved(this.at);
  }

  private onKey(event: KeyboardEvent): void {
    const step = STEPS[event.key];
    if (!this.acts || !this.at || event.ctrlKey || event.metaKey || event.altKey) return;
    if (step) this.step(step, event.shiftKey ? BIG_STEP_PX : STEP_PX);
    else if (event.key === "Enter" || event.key === " ") this.acts.fixed();
    else if (event.key === "Escape") this.acts.left();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private step([dx, dy]: [number, number], length_px: number): void {
    if (!this.at) return;
    const { x, y } = this.map.project([this.at.lat, this.at.lon]);
    const { lat, lng } = this.map.unproject([x + dx * length_px, y + dy * length_px]);
    this.move({ lon: lng, lat });
    this.keepInView();
  }

  private grab(event: PointerEvent): void {
    event.stopPropagation();
    if (!this.acts || !this.at) return;
    const node = this.node;
    // The pin is held wherever it was taken; its tip keeps its distance from the hand.
    const tip = this.map.latLngToContainerPoint([this.at.lat, this.at.lon]);
    const [dx, dy] = [tip.x - event.clientX, tip.y - event.clientY];
    const drag = (now: PointerEvent): void => {
      const { lat, lng } = this.map.containerPointToLatLng([now.clientX + dx, now.clientY + dy]);
      this.move({ lon: lng, lat });
    };
    node.setPointerCapture(event.pointerId);
    node.addEventListener("pointermove", drag);
    node.addEventListener("lostpointercapture", () => node.removeEventListener("pointermove", drag), { once: true });
  }
}
