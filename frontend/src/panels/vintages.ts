/** The vintages of the boundaries: a slider that goes through them in time, and a list to choose one from. */

import { byId, h } from "../dom";
import { addDays, formatDate, formatNumber } from "../format";
import { t } from "../i18n";
import type { ViewState } from "../state";
import type { Vintage, VintageList } from "../types";

/** Which vintage is in force on a day; the first one before any is. */
export function vintageAt(vintages: Vintage[], day: string): number {
  return Math.max(vintages.filter(({ from }) => from <= day).length - 1, 0);
}

/** The vintage to compare with: the one before, or the next one where there is none before. */
export function otherVintage(vintages: Vintage[], day: string): Vintage {
  const at = vintageAt(vintages, day);
  return vintages[at - 1] ?? vintages[at + 1] ?? vintages[at];
}

/** First and last day of a vintage, both inclusive. */
export function spanText({ from, to }: Vintage): string {
  return to ? `${formatDate(from)} – ${formatDate(addDays(to, -1))}` : t("vintage.since", { date: formatDate(from) });
}

/** How many units a vintage has, and how many of them are known by name only. */
export function unitsText({ units, drawn }: Vintage): string {
  if (units === drawn) return t("vintage.units", { n: formatNumber(units) });
  return t("vintage.units_drawn", { n: formatNumber(drawn), names: formatNumber(units - drawn) });
}

function titleOf(vintage: Vintage, today: string): string {
  const parts = [spanText(vintage), unitsText(vintage)];
  if (vintage.from > today) parts.push(t("vintage.future"));
  return parts.join(" · ");
}

/** The day of a vintage as the address names it: today's boundaries need no name. */
export function dayOfVintage({ current, from }: Vintage): string | null {
  return current ? null : from;
}

/** The vintages that can be drawn. */
export function drawnVintages({ vintages }: VintageList): Vintage[] {
  return vintages.filter(({ drawn }) => drawn > 0);
}

/** The row of the time strip: which boundaries are drawn, a slider through them, and the comparison. */
export class VintageBar {
  private readonly row = byId("antt-vintages");
  private readonly slider = byId<HTMLInputElement>("antt-vintage-slider");
  private readonly text = byId("antt-vintage-text");
  private readonly ticks = byId("antt-vintage-ticks");
  private known: { vintages: Vintage[]; all: Vintage[]; today: string } | null = null;
  private state: ViewState | null = null;

  constructor(several: boolean, private readonly choose: (patch: Partial<ViewState>) => void) {
    // The room is taken at once, so that nothing moves when the vintages arrive.
    this.offer(several);
    // While it is dragged only the words follow; the map is asked for once, when it is let go.
    this.slider.addEventListener("input", () => this.tell(this.known?.vintages[Number(this.slider.value)]));
    this.slider.addEventListener("change", () => {
      const vintage = this.known?.vintages[Number(this.slider.value)];
      if (vintage) choose({ asOf: dayOfVintage(vintage), unit: null, sel: null });
    });
    byId("antt-compare").addEventListener("click", () => this.compare());
  }

  /** Offer these vintages; a single one is nothing to go through. */
  setVintages(list: VintageList): void {
    const vintages = drawnVintages(list);
    this.offer(vintages.length > 1);
    this.known = { vintages, all: list.vintages, today: list.meta.today };
    this.slider.max = String(vintages.length - 1);
    this.ticks.replaceChildren(...vintages.map(({ from }) => h("span", {}, from.slice(0, 4))));
    if (this.state) this.draw(this.state);
  }

  draw(state: ViewState): void {
    this.state = state;
    if (!this.known) return;
    const { vintages, all, today } = this.known;
    const day = state.asOf ?? today;
    const place = vintageAt(vintages, day);
    this.slider.value = String(place);
    // A day whose units are known by name only has no place on the slider, but the words are of that day.
    const shown = all[vintageAt(all, day)];
    this.tell(shown?.drawn === 0 ? shown : vintages[place]);
  }

  private offer(several: boolean): void {
    this.row.hidden = !several;
    byId("antt").classList.toggle("with-vintages", several);
  }

  private tell(vintage: Vintage | undefined): void {
    if (!this.known || !vintage) return;
    const title = titleOf(vintage, this.known.today);
    this.text.textContent = title;
    this.text.classList.toggle("part", !vintage.current);
    this.slider.setAttribute("aria-valuetext", title);
  }

  private compare(): void {
    if (!this.known || !this.state) return;
    const day = this.state.asOf ?? this.known.today;
    this.choose({ asOf2: otherVintage(this.known.vintages, day).from, unit: null });
  }
}

/** A list of the vintages, kept in step with the day shown. */
export class VintageSelect {
  readonly node: HTMLSelectElement;
  private vintages: Vintage[] = [];

  constructor(label: string, choose: (vintage: Vintage) => void) {
    this.node = h("select", { class: "vintage-select", "aria-label": label });
    this.node.addEventListener("change", () => choose(this.vintages[this.node.selectedIndex]));
  }

  setVintages(list: VintageList): void {
    this.vintages = drawnVintages(list);
    this.node.replaceChildren(...this.vintages.map((vintage) => h("option", {}, titleOf(vintage, list.meta.today))));
  }

  show(day: string): void {
    this.node.selectedIndex = vintageAt(this.vintages, day);
  }
}
