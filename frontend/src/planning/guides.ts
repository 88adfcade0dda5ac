/** Borders of the day before the present units began, to draw along. */

import { byId, h } from "../dom";
import { addDays, formatDate } from "../format";
import { t } from "../i18n";
import type { Desk } from "./desk";
import type { Topology } from "./model/topology";
import { orProblem } from "./notices";

/** The day before most units began, which their origins name; null where none is named. */
export function dayBefore({ units }: Topology): string | null {
  const counts = new Map<string, number>();
  for (const { origin } of units.values()) {
    const day = origin.slice(origin.indexOf("@") + 1);
    if (day) counts.set(day, (counts.get(day) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([, one], [, other]) => other - one);
  return most ? addDays(most[0], -1) : null;
}

/** Offer the old borders under the legend; drawn and snapped to while the box is ticked. */
export function offerGuides(desk: Desk, shown: () => void): void {
  const day = dayBefore(desk.base);
  if (!day) return;
  const box = h("input", { type: "checkbox", id: "pl-guides", change: () => void turn() });
  const turn = async (): Promise<void> => {
    await orProblem(async () => {
      desk.guides = box.checked ? await desk.client.guides(day) : [];
    });
    shown();
  };
  const words = t("pl.legend_old", { day: formatDate(day) });
  byId("pl-legend").append(h("li", {}, h("label", { class: "pl-check", for: "pl-guides" }, box, h("span", { class: "pl-line pl-line-old", "aria-hidden": "true" }), words)));
}
