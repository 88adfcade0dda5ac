/** A count with the range it lies in, and why it is no single number. */

import { unitValue } from "../classes";
import { h, type Child } from "../dom";
import { formatNumber, formatRate } from "../format";
import { t } from "../i18n";
import type { UnitRange, UnitRecast } from "../types";
import { rangeText } from "../counts";

type Ranges = Pick<UnitRecast, "units" | "not_placeable">;

/** The range of a unit; null where its count is certain or nothing is known yet. */
export function rangeOf(recast: Ranges | null, unit: string): UnitRange | null {
  const range = recast?.units.find((one) => one.unit === unit);
  return range && range.low < range.high ? range : null;
}

/** The rate of a range; a dash without a population. */
export function rangeRate({ low, high }: Pick<UnitRange, "low" | "high">, population: number | null): string {
  const [least, most] = [low, high].map((count) => unitValue(count, population, "rate").value);
  if (least === null || most === null) return "–";
  const [first, last] = [formatRate(least), formatRate(most)];
  return first === last ? first : `${first}–${last}`;
}

/** Sentences on what the figure of a unit holds beside the incidents that have a place in it. */
export function rangeNotes(recast: Ranges | null, unit: string, placed: number): Child[] {
  if (!recast) return [];
  const range = recast.units.find((one) => one.unit === unit);
  const said: string[] = [];
  if (range && range.low < range.high)
    said.push(t("ward.range_why", { range: rangeText(range.low, range.high), n: formatNumber(range.high - range.low) }));
  const named = range ? range.low - placed : 0;
  if (range && named > 0) said.push(t(range.low < range.high ? "ward.range_with" : "ward.range_beside", { n: formatNumber(named) }));
  if (recast.not_placeable) said.push(t("ward.not_placeable", { n: formatNumber(recast.not_placeable) }));
  return said.map((sentence) => h("p", { class: "muted range-note" }, sentence));
}
