/** The head over each of two maps: whose boundaries it has, and how its incidents were counted. */

import { closeButton, h, isNarrow, refill } from "../dom";
import { formatDate, formatNumber } from "../format";
import { t } from "../i18n";
import type { HalfData } from "../second_map";
import type { UnitRecast, Vintage, VintageList } from "../types";
import { VintageSelect } from "./vintages";

/** Incidents counted in the units of a map, and the parts that are not, or not for certain. */
export function countedParts(recast: UnitRecast): { key: string; n: number }[] {
  const { total, outside, no_place: noPlace, not_placeable: apart, spread } = recast;
  return [
    { key: "inside", n: total - outside - noPlace - apart },
    { key: "spread", n: spread },
    { key: "not_placeable", n: apart },
    { key: "outside", n: outside },
    { key: "no_place", n: noPlace },
  ];
}

/** One head. */
export class HalfHead {
  private readonly select: VintageSelect;
  private readonly summary = h("summary", {});
  private readonly rest = h("ul", { class: "muted" });
  /** On a phone the map needs the room more than the details do. */
  private readonly text = h("details", { class: "half-text", open: !isNarrow() }, this.summary, this.rest);

  constructor(private readonly box: HTMLElement, label: string, choose: (vintage: Vintage) => void, close?: () => void) {
    this.select = new VintageSelect(label, choose);
    refill(box, h("div", { class: "half-top" }, this.select.node, close && closeButton(t("split.close"), close)), this.text);
  }

  hide(): void {
    this.box.hidden = true;
  }

  setVintages(list: VintageList): void {
    this.select.setVintages(list);
  }

  /** Say what the map of a day shows. */
  draw(day: string, { list, recast }: HalfData): void {
    this.box.hidden = false;
    this.select.show(day);
    if (list && !list.units.length) this.write(t("empty.units_on", { date: formatDate(day) }));
    else if (recast) this.count(recast);
    else this.write(t("progress.loading"));
  }

  private count(recast: UnitRecast): void {
    const [inside, ...rest] = countedParts(recast);
    const line = ({ key, n }: { key: string; n: number }): string => t(`split.${key}`, { n: formatNumber(n) });
    this.write(h("b", {}, line(inside)), ` ${t("split.of", { n: formatNumber(recast.total) })}`);
    refill(this.rest, ...rest.filter(({ n }) => n > 0).map((part) => h("li", {}, line(part))));
  }

  private write(...said: (Node | string)[]): void {
    refill(this.summary, ...said);
    refill(this.rest);
  }
}
