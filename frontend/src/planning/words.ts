/** Figures and moments of plans in words. */

import { formatDate, formatNumber } from "../format";
import { currentLanguage, t } from "../i18n";
import type { Desk } from "./desk";

const M2_PER_HA = 10_000;

/** Kinds that are told of ground that changes hands, in this order. */
const KINDS = ["people", "incidents", "models", "cameras"];

/** An area in hectares; small ones in square metres. */
export function formatArea(area_m2: number): string {
  if (Math.abs(area_m2) < 1000) return `${formatNumber(area_m2, area_m2 < 100 ? 1 : 0)} m²`;
  const area_ha = area_m2 / M2_PER_HA;
  return `${formatNumber(area_ha, Math.abs(area_ha) < 100 ? 1 : 0)} ha`;
}

/** Ground in words: hectares, people, incidents, models. */
export function effectText({ area_m2, counts }: { area_m2: number; counts: Record<string, number> }): string {
  const told = KINDS.filter((kind) => counts[kind] !== undefined);
  return [formatArea(area_m2), ...told.map((kind) => t(`pl.n_${kind}`, { n: formatNumber(counts[kind], kind === "incidents" ? 1 : 0) }))].join(" · ");
}

/** The name of a unit now, or before it was given up. */
export function unitName({ now, base }: Pick<Desk, "now" | "base">, code: string): string {
  const unit = now.units.get(code) ?? base.units.get(code);
  return unit?.name || t("pl.unit_unnamed");
}

/** A moment as people here write it: 22/11/2026 17:05. */
export function formatMoment(iso: string): string {
  const moment = new Date(iso);
  const locale = currentLanguage() === "en" ? "en-GB" : "vi-VN";
  const time = moment.toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit", hour12: false });
  return `${formatDate(localDay(moment))} ${time}`;
}

function localDay(moment: Date): string {
  return [moment.getFullYear(), moment.getMonth() + 1, moment.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}

/** A change with its sign. */
export function formatChange(change: number, digits: number): string {
  const shown = formatNumber(Math.abs(change), digits);
  return shown === "0" ? "0" : `${change > 0 ? "+" : "−"}${shown}`;
}
