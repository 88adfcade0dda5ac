/** The vintages of the boundaries: a list, and a slider that goes through them in time. */

import { h, type Child } from "../dom";
import { formatDate } from "../format";
import { t } from "../i18n";

/** Which vintage is in force on a day; the first one before any is. */
export function vintageAt(starts: string[], day: string): number {
  return Math.max(starts.filter((start) => start <= day).length - 1, 0);
}

/** The field set of the vintages, and how it is kept in step with the day shown. */
export function vintageField(starts: string[], choose: (start: string) => void): { field: Child; show(day: string): void } {
  const titled = (start: string): string => t("filter.vintage_from", { date: formatDate(start) });
  const select = h("select", { id: "antt-vintage", "aria-label": t("filter.vintage") },
    ...starts.map((start) => h("option", { value: start }, titled(start))));
  const slider = h("input", {
    id: "antt-vintage-slider", type: "range", min: 0, max: starts.length - 1, step: 1, "aria-label": t("filter.vintage_slider"),
  });
  const tell = (place: number): void => slider.setAttribute("aria-valuetext", titled(starts[place]));
  select.addEventListener("change", () => choose(select.value));
  // While it is dragged only the words follow; the map is asked for once, when it is let go.
  slider.addEventListener("input", () => {
    select.value = starts[Number(slider.value)];
    tell(Number(slider.value));
  });
  slider.addEventListener("change", () => choose(starts[Number(slider.value)]));
  return {
    field: h("fieldset", {}, h("legend", {}, t("filter.vintage")), select, slider),
    show: (day) => {
      const place = vintageAt(starts, day);
      select.value = starts[place];
      slider.value = String(place);
      tell(place);
    },
  };
}
