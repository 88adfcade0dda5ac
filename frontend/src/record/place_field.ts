/** The place of a record in the form: typed, or set by a pin; the unit under it is named at once. */

import type { Map as LeafletMap } from "leaflet";

import { announce } from "../desk";
import { afterPause, button, h } from "../dom";
import { t } from "../i18n";
import type { Field as FormField } from "./field";
import { textField } from "./field";
import type { Pin, PinActs } from "./pin";
import { placeText, readPlace, writePlace } from "./places";
import type { Place } from "./types";

const LOOK_AGAIN_MS = 250;
const SPEAK_MS = 500;

export interface PlaceParts {
  map: LeafletMap;
  pin: Pin;
  /** The unit at a place; null outside every unit, undefined where the map is not drawn yet. */
  unitAt(place: Place): string | null | undefined;
  /** Show the records near a place. */
  around(place: Place): void;
}

/** The field for the place. */
export class PlaceField {
  readonly node: HTMLElement;
  readonly field: FormField<HTMLInputElement>;
  private readonly unit = h("p", { class: "record-unit", id: "antt-record-unit" });
  private readonly near = button(t("record.around"), () => this.parts.pin.place && this.parts.around(this.parts.pin.place),
    { class: "button link" });
  private before: Place | null = null;
  private timer = 0;
  private readonly speak = afterPause(() => {
    const { place } = this.parts.pin;
    if (place) announce(`${this.unit.textContent ?? ""}. ${placeText(place)}`);
  }, SPEAK_MS);
  private readonly look = (): void => this.nameUnit();
  private readonly acts: PinActs = {
    moved: (place) => this.take(place),
    fixed: () => this.settle(),
    left: () => this.leave(),
  };

  constructor(private readonly parts: PlaceParts, place: Place | null, private readonly next: () => void) {
    this.field = textField("place", t("record.title_place"), { placeholder: t("record.place_form"), inputmode: "text" });
    this.field.input.value = place ? writePlace(place) : "";
    this.field.input.addEventListener("change", () => this.read());
    this.node = h("div", {}, this.field.node, this.unit,
      h("div", { class: "row" }, button(t("record.on_map"), () => this.start(), { "aria-describedby": "antt-record-pin-keys" })),
      h("p", { class: "muted record-keys", id: "antt-record-pin-keys" }, t("record.pin_keys")),
      this.near);
    parts.map.on("moveend", this.look);
  }

  /** The form is shown, for the first time or again. */
  resume(): void {
    const place = readPlace(this.field.input.value);
    this.parts.pin.show(place, place && this.acts);
    this.nameUnit();
  }

  /** The map was pressed: the pin goes there. */
  press(place: Place): void {
    this.before = this.parts.pin.place;
    this.parts.pin.show(place, this.acts);
    this.take(place);
  }

  /** The text of the field with the place that it says; null where it says none. */
  read(): { text: string; place: Place | null } {
    const text = this.field.input.value.trim();
    const place = readPlace(text);
    const bad = Boolean(text) && !place;
    this.field.refuse(bad ? t("record.place_bad") : null);
    const shown = this.parts.pin.place;
    if (!text) this.parts.pin.hide();
    else if (place && (!shown || writePlace(shown) !== writePlace(place))) {
      this.parts.pin.show(place, this.acts);
      this.parts.pin.approach();
    }
    this.nameUnit();
    return { text, place };
  }

  /** The form is put away; the pin is not. */
  end(): void {
    window.clearTimeout(this.timer);
    this.parts.map.off("moveend", this.look);
  }

  private start(): void {
    const { pin } = this.parts;
    this.press(pin.place ?? pin.middle());
    pin.focus();
  }

  private settle(): void {
    const { place } = this.parts.pin;
    if (place) announce(t("record.pin_fixed", { place: `${this.unit.textContent ?? ""}, ${placeText(place)}` }));
    this.next();
  }

  private leave(): void {
    this.field.input.value = this.before ? writePlace(this.before) : "";
    this.read();
    this.field.input.focus();
  }

  private take(place: Place): void {
    this.field.input.value = writePlace(place);
    this.field.refuse(null);
    this.nameUnit();
    this.speak();
  }

  private nameUnit(): void {
    window.clearTimeout(this.timer);
    const { place } = this.parts.pin;
    this.near.hidden = place === null;
    this.unit.hidden = place === null;
    if (!place) return;
    const name = this.parts.unitAt(place);
    this.unit.textContent = name === undefined ? t("progress.loading") : name ?? t("record.no_unit");
    if (name === undefined) this.timer = window.setTimeout(this.look, LOOK_AGAIN_MS);
  }
}
