/** Two plans, or a plan and what it starts from: one map swept over the other, the list of ground, the figures. */

import { button, byId, h, refill } from "../dom";
import { t } from "../i18n";
import { moveTogether } from "../move_together";
import { BordersLayer } from "./borders_layer";
import { PlanClient } from "./client";
import type { Desk } from "./desk";
import { DraftLayer, NOTHING } from "./draft_layer";
import { pointsOf, toGrid, type Points } from "./model/grid";
import { Topology } from "./model/topology";
import { orProblem } from "./notices";
import { isTouched, unitCard } from "./panel_figures";
import { openTab } from "./tabs";
import type { Comparison, FigureRow, Transfer } from "./types";
import { View } from "./view";
import { effectText } from "./words";

/** What is shown of the other plan at first, in hundredths. */
const HALF = 50;

function ringsOf({ geometry }: Transfer): Points[] {
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.type === "MultiPolygon" ? geometry.coordinates : [];
  return polygons.flat().map((ring) => pointsOf(ring.map(([lon, lat]) => toGrid([lon, lat]))));
}

export class CompareView {
  /** The words of the comparison; they stand in the panel of the plan. */
  readonly box = h("div", { class: "pl-comparison", id: "pl-comparison" });
  private close: (() => void) | null = null;

  constructor(
    private readonly desk: Desk, private readonly view: View,
    private readonly acts: { showUnit(code: string): void; putAway(): void },
  ) {}

  /** Open what the address asks for. */
  openAsked(): void {
    const other = new URLSearchParams(window.location.search).get("with");
    if (other) void this.open(other === "base" ? null : other);
  }

  /** Compare with another plan; with the base when none is named. */
  async open(other: string | null): Promise<void> {
    this.close?.();
    await orProblem(async () => {
      const client = other ? new PlanClient(other) : null;
      const [found, borders, record] = await Promise.all([this.desk.client.compare(other), client?.borders("now"), client?.record()]);
      const name = record ? record.name : t("pl.the_base");
      openTab("plan");
      this.acts.putAway();
      // Another one may have been opened meanwhile.
      this.close?.();
      this.close = this.swipe(borders ? Topology.from(borders) : this.desk.base, found.transfers, name);
      this.words(found, name);
    });
  }

  private swipe(other: Topology, transfers: Transfer[], name: string): () => void {
    const box = byId("pl-swipe");
    const map = h("div", { class: "pl-swipe-map" });
    const slider = h("input", { type: "range", min: 0, max: 100, value: HALF, class: "pl-swipe-slider", "aria-label": t("pl.swipe", { name }) });
    refill(
      box, map, h("div", { class: "pl-swipe-line", "aria-hidden": "true" }), slider,
      h("span", { class: "pl-swipe-name" }, name), h("span", { class: "pl-swipe-name pl-swipe-own" }, this.desk.record.name),
    );
    box.hidden = false;
    const sweep = (): void => box.style.setProperty("--share", `${slider.value}%`);
    slider.addEventListener("input", sweep);
    sweep();
    const second = new View(map, name);
    second.map.setView(this.view.map.getCenter(), this.view.map.getZoom(), { animate: false });
    const layer = new BordersLayer(second.map);
    second.map.addLayer(layer);
    layer.show(other, this.desk.base);
    const drawing = { ...NOTHING, swept: transfers.map(ringsOf) };
    const hatched = [second.map, this.view.map].map((each) => {
      const drawn = new DraftLayer(each, "pl-transfers");
      each.addLayer(drawn);
      drawn.show(drawing, null);
      return drawn;
    });
    const part = moveTogether(this.view.map, second.map);
    slider.focus();
    return () => {
      part();
      hatched[1].remove();
      second.map.remove();
      box.hidden = true;
      this.box.replaceChildren();
      this.close = null;
    };
  }

  private words({ transfers, figures }: Comparison, name: string): void {
    const lines = transfers.map(({ from_name, to_name, ...gain }) => (
      h("li", {}, h("strong", {}, `${from_name} → ${to_name}`), h("span", {}, effectText(gain)))));
    const others = new Map(figures.other.units.map((row) => [row.code, row]));
    const rows = figures.one.units.map((row): FigureRow => {
      const other = others.get(row.code);
      return { ...row, before: other?.now ?? null, standing_before: other?.standing_now ?? null };
    });
    refill(
      this.box,
      h("h3", {}, t("pl.transfers", { name })),
      lines.length ? h("ul", { class: "pl-transfers" }, ...lines) : h("p", { class: "pl-none" }, t("pl.transfers_none")),
      ...rows.filter(isTouched).map((row) => unitCard(row, this.acts.showUnit, ["pl.there", "pl.here"])),
      h("div", { class: "row" }, button(t("pl.compare_close"), () => this.close?.())),
    );
  }
}
