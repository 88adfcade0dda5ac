/** Somebody else changed the same border first: both lines, and the choice to draw again or to let it be. */

import type { ApiError } from "../api";
import { button, byId, h, refill } from "../dom";
import { t } from "../i18n";
import { NOTHING, type Drawing } from "./draft_layer";
import { decode } from "./model/grid";
import type { ArcJson } from "./model/topology";


export class Conflict {
  /** Both lines, while there is a choice to make. */
  drawing: Drawing | null = null;

  constructor(private readonly settled: (again: boolean) => void) {}

  get isOpen(): boolean {
    return this.drawing !== null;
  }

  /** Show both lines and ask. */
  show(failure: ApiError): void {
    const lines = (arcs: unknown, look: "mine" | "theirs"): Drawing["lines"] => (
      (arcs as ArcJson[]).map(({ points }) => ({ points: decode(points), look })));
    this.drawing = { ...NOTHING, lines: [...lines(failure.details.theirs, "theirs"), ...lines(failure.details.mine, "mine")] };
    const again = button(t("pl.conflict_again"), () => this.close(true), { class: "button primary" });
    const box = byId("pl-card");
    refill(
      box,
      h("h2", {}, t("pl.conflict")),
      h("p", {}, failure.hint),
      h("ul", { class: "pl-keys-list" },
        h("li", {}, h("span", { class: "pl-line pl-line-mine", "aria-hidden": "true" }), t("pl.conflict_mine")),
        h("li", {}, h("span", { class: "pl-line pl-line-theirs", "aria-hidden": "true" }), t("pl.conflict_theirs"))),
      h("div", { class: "row" }, again, button(t("pl.conflict_drop"), () => this.close(false))),
    );
    box.hidden = false;
    again.focus();
  }

  hide(): void {
    this.drawing = null;
  }

  private close(again: boolean): void {
    this.hide();
    byId("pl-card").hidden = true;
    this.settled(again);
  }
}
