/** How findings look: evidence is filled, what is not proved is an outline, and the legend says so. */

import { capital } from "../format";
import { t } from "../i18n";
import type { LegendMarks } from "../legend";
import type { Finding, Hotspots } from "./types";

/** How one kind of finding is drawn; its colour is the style sheet's `--look-NAME`. */
export interface Look {
  fill: number;
  line: number;
  /** How strongly the line is drawn, where not in full. */
  faint?: number;
  dash?: number[];
  hatch?: boolean;
}

/** In the order of drawing, and of the legend turned round. */
export const LOOKS: Record<string, Look> = {
  none: { fill: 0, line: 0.8, faint: 0.4 },
  island: { fill: 0, line: 1, dash: [2, 2] },
  cold: { fill: 0.16, line: 1, hatch: true },
  low_high: { fill: 0, line: 2, dash: [4, 2] },
  high_low: { fill: 0, line: 2.4 },
  historical: { fill: 0.1, line: 1.8, dash: [4, 2] },
  oscillating: { fill: 0.75, line: 1 },
  sporadic: { fill: 0.75, line: 1 },
  diminishing: { fill: 0.8, line: 1 },
  persistent: { fill: 0.8, line: 1 },
  intensifying: { fill: 0.9, line: 1 },
  consecutive: { fill: 0.8, line: 1 },
  new: { fill: 0.85, line: 1 },
  hot: { fill: 0.8, line: 1 },
  cluster: { fill: 0.2, line: 2 },
  repeat: { fill: 0.75, line: 1 },
};

/** The look of a finding; null where nothing is drawn: a cell that is neither told from the rest nor has incidents. */
export function lookOf(finding: Finding): string | null {
  const { class: kind, pattern, count } = finding;
  if (kind === "band") return null;
  if (kind === "cold" || !pattern || pattern === "none") return (kind === "none" || kind === "island") && !count ? null : kind;
  return pattern;
}

/** Whether a finding says more than "not told from the rest". */
export function isFound(finding: Finding): boolean {
  const look = lookOf(finding);
  return look !== null && look !== "none" && look !== "island";
}

/** The legend of what is drawn. */
export function marksOf({ method, title, features, reason }: Hotspots): LegendMarks | null {
  const drawn = new Set(features.map(({ properties }) => lookOf(properties)));
  const names = Object.keys(LOOKS).filter((name) => drawn.has(name)).reverse();
  if (reason || !names.length) return null;
  const proved = names.some((name) => !["none", "island", "cluster", "repeat"].includes(name));
  const note = method === "emerging" ? null : proved ? t("hot.legend_proved") : t(`hot.legend_${method === "repeats" ? "repeats" : names.includes("cluster") ? "clusters" : "unproved"}`);
  return { title: capital(title), items: names.map((look) => ({ look, text: t(`hot.look_${look}`) })), note };
}
