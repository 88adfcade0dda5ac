/** The figures of a plan: units it touches before and now, then all units, totals, how evenly work is spread. */

import { byId, h, refill, type Child } from "../dom";
import { formatNumber } from "../format";
import { t } from "../i18n";
import type { Desk } from "./desk";
import type { FigureRow, FiguresAnswer, Standing, UnitFigures } from "./types";
import { formatChange, unitName } from "./words";

type Measure = keyof UnitFigures & ("area_m2" | "population" | "households" | "incidents" | "incident_rate" | "models" | "cameras" | "compactness" | "compactness_land");

/** What is shown of each unit, its digits, and by how much it is divided. */
const MEASURES: { name: Measure; digits: number; per: number }[] = [
  { name: "area_m2", digits: 2, per: 1e6 },
  { name: "population", digits: 0, per: 1 },
  { name: "households", digits: 0, per: 1 },
  { name: "incidents", digits: 1, per: 1 },
  { name: "incident_rate", digits: 2, per: 1 },
  { name: "models", digits: 0, per: 1 },
  { name: "cameras", digits: 0, per: 1 },
  { name: "compactness", digits: 2, per: 1 },
  { name: "compactness_land", digits: 2, per: 1 },
];

const RESTS_MS = 60;

/** A figure as it is written; a dash where it is unknown. */
export function figureText(figures: UnitFigures | null, { name, digits, per }: { name: Measure; digits: number; per: number }): string {
  const value = figures?.[name];
  return typeof value === "number" ? formatNumber(value / per, digits, per > 1 ? digits : 0) : "–";
}

/** Whether the ground or the people of a unit are not what they were. */
export function isTouched({ before, now }: FigureRow): boolean {
  if (!before || !now) return true;
  return Math.abs(before.area_m2 - now.area_m2) > 0.5 || Math.abs((before.population ?? 0) - (now.population ?? 0)) > 0.5;
}

function standingText(standing: Standing | null): string {
  return standing ? t(`pl.standard_${standing.overall}`) : "–";
}

/** The least that the standard asks of a measure; two where it depends on the place. */
function leastText({ standing_now, standing_before }: FigureRow, name: Measure): string {
  const least = (standing_now ?? standing_before)?.least;
  if (name === "area_m2" && least?.area_km2.length) return `≥ ${least.area_km2.map((value) => formatNumber(value, 2)).join("; ")}`;
  if (name === "population" && least?.people.length) return `≥ ${least.people.map((value) => formatNumber(value)).join("; ")}`;
  return "";
}

function changeText(row: FigureRow, { name, digits, per }: (typeof MEASURES)[number]): string {
  const [old, now] = [row.before?.[name], row.now?.[name]];
  return typeof old === "number" && typeof now === "number" ? formatChange((now - old) / per, digits) : "–";
}

function changeCell(text: string): HTMLElement {
  return h("td", { class: /[1-9]/.test(text) ? "pl-change" : "muted" }, text);
}

function isKnown({ before, now }: FigureRow, name: Measure): boolean {
  return typeof before?.[name] === "number" || typeof now?.[name] === "number";
}

/** Before, now and the difference of one unit. */
export function unitCard(row: FigureRow, act: ((code: string) => void) | null, heads = ["pl.before", "pl.now"]): HTMLElement {
  const lines = MEASURES.filter(({ name }) => isKnown(row, name)).map((measure) => h(
    "tr", { "data-measure": measure.name },
    h("th", { scope: "row" }, t(`pl.m_${measure.name}`)),
    h("td", {}, figureText(row.before, measure)),
    h("td", { class: "strong" }, figureText(row.now, measure)),
    changeCell(changeText(row, measure)),
    h("td", { class: "muted" }, leastText(row, measure.name)),
  ));
  const standard = h("tr", { "data-measure": "standard" }, h("th", { scope: "row" }, t("pl.m_standard")),
    h("td", {}, standingText(row.standing_before)), h("td", { class: "strong" }, standingText(row.standing_now)), h("td", {}), h("td", {}));
  const named = act ? h("button", { type: "button", class: "button link", click: () => act(row.code) }, row.name) : row.name;
  return h(
    "section", { class: "pl-unit", "data-unit": row.code },
    h("h3", {}, h("span", { class: "muted" }, `${row.unit_type} `), named),
    ...status(row),
    h("table", { class: "pl-figures" },
      h("thead", {}, h("tr", {}, h("td", {}), ...[...heads, "pl.change", "pl.least"].map((key) => h("th", { scope: "col" }, t(key))))),
      h("tbody", {}, ...lines, standard)),
  );
}

function status({ before, now }: FigureRow): Child[] {
  const said: string[] = [];
  if (!before) said.push(t("pl.unit_new"));
  if (!now) said.push(t("pl.unit_gone"));
  if (now && !now.contiguous) said.push(t("pl.unit_apart", { n: now.parts, allowed: now.expected_parts }));
  if (now?.population_method === "area") said.push(t("pl.by_area"));
  return said.map((text) => h("p", { class: "pl-flag" }, text));
}

/** The rows as they would be: figures of this browser, where the standard is not judged. */
function sketchedRows(desk: Desk, figures: FiguresAnswer): FigureRow[] {
  const { sketch } = desk;
  const found = sketch && desk.figuresOn(sketch);
  if (!sketch || !found) return figures.units;
  const rows = new Map(figures.units.map((row) => [row.code, row]));
  return [...new Set([...rows.keys(), ...sketch.units.keys()])].map((code) => {
    const unit = sketch.units.get(code);
    const { name, unit_type } = unit ?? rows.get(code)!;
    const known = rows.get(code) ?? { code, before: null, standing_before: null };
    return { ...known, name, unit_type, now: found.get(code) ?? null, standing_now: null };
  });
}

class FiguresPanel {
  private readonly box = byId("pl-figures");
  private readonly touched = h("div", { class: "pl-touched" });
  private waiting = 0;

  constructor(private readonly desk: Desk, private readonly showUnit: (code: string) => void) {
    refill(this.box, h("p", { class: "muted" }, t("pl.figures_wait")));
    desk.listen((change) => {
      if (change === "figures") this.draw();
      else if (change === "borders") this.box.classList.add("pl-old");
      else if (change === "sketch") this.sketchedSoon();
    });
  }

  /** Figures follow once the hand rests: while it moves the card beside the map tells. */
  private sketchedSoon(): void {
    window.clearTimeout(this.waiting);
    this.waiting = window.setTimeout(() => this.drawTouched(), RESTS_MS);
  }

  private drawTouched(): void {
    const { desk } = this;
    if (!desk.figures) return;
    const { units } = desk.sketch ?? desk.now;
    const isRenamed = (code: string): boolean => {
      const [old, now] = [desk.base.units.get(code), units.get(code)];
      return old?.name !== now?.name || old?.unit_type !== now?.unit_type;
    };
    const rows = sketchedRows(desk, desk.figures).filter((row) => isTouched(row) || isRenamed(row.code));
    this.touched.classList.toggle("pl-sketched", desk.sketch !== null);
    refill(
      this.touched,
      rows.length ? h("h2", {}, t("pl.touched", { n: rows.length })) : h("p", { class: "pl-none" }, t("pl.touched_none")),
      desk.sketch && h("p", { class: "pl-flag" }, t("pl.sketched")),
      ...rows.map((row) => unitCard(row, this.showUnit)),
    );
  }

  private draw(): void {
    const { figures } = this.desk;
    if (!figures) return;
    this.box.classList.remove("pl-old");
    this.drawTouched();
    const open = this.box.querySelector<HTMLDetailsElement>(".pl-all")?.open ?? false;
    refill(
      this.box,
      this.touched,
      h("h2", {}, t("pl.totals")),
      this.totals(figures),
      h("h2", {}, t("pl.spread")),
      this.spread(figures),
      ...this.splits(figures),
      h("details", { class: "pl-all", open }, h("summary", {}, t("pl.all_units", { n: figures.units.length })), this.all(figures)),
      h("ul", { class: "pl-notes" }, ...figures.notes.map((text) => h("li", {}, text))),
    );
  }

  private totals({ totals: { now: totals } }: FiguresAnswer): HTMLElement {
    const lines = MEASURES.filter(({ name }) => typeof totals[name] === "number").flatMap(({ name, digits, per }) => [
      h("dt", {}, t(`pl.m_${name}`)), h("dd", {}, formatNumber((totals[name] as number) / per, digits)),
    ]);
    return h("dl", { class: "pl-facts" }, ...lines);
  }

  private spread({ spread }: FiguresAnswer): HTMLElement {
    const rows = Object.entries(spread).map(([name, { mean, smallest, largest, variation }]) => {
      const { digits, per } = MEASURES.find((measure) => measure.name === name) ?? { digits: 0, per: 1 };
      const cells = [smallest, mean, largest].map((value) => h("td", {}, formatNumber(value / per, digits)));
      return h("tr", {}, h("th", { scope: "row" }, t(`pl.m_${name}`)), ...cells, h("td", {}, `${formatNumber(variation * 100)} %`));
    });
    const heads = ["smallest", "mean", "largest", "variation"].map((name) => h("th", { scope: "col" }, t(`pl.spread_${name}`)));
    return h("table", { class: "pl-figures" }, h("thead", {}, h("tr", {}, h("td", {}), ...heads)), h("tbody", {}, ...rows));
  }

  private splits({ old_units_split }: FiguresAnswer): HTMLElement[] {
    if (!old_units_split.length) return [];
    const lines = old_units_split.map(({ name, units }) => h("li", {}, t("pl.old_split", { name, units: units.map((code) => unitName(this.desk, code)).join(", ") })));
    return [h("h2", {}, t("pl.old_splits")), h("ul", { class: "pl-notes" }, ...lines)];
  }

  private all({ units }: FiguresAnswer): HTMLElement {
    const shown = MEASURES.filter(({ name }) => ["area_m2", "population", "incidents"].includes(name));
    const rows = units.filter(({ now }) => now).map((row) => h(
      "tr", {},
      h("th", { scope: "row" }, h("button", { type: "button", class: "button link", click: () => this.showUnit(row.code) }, row.name)),
      ...shown.map((measure) => h("td", {}, figureText(row.now, measure))),
      h("td", {}, standingText(row.standing_now)),
    ));
    const heads = [...shown.map(({ name }) => t(`pl.m_${name}`)), t("pl.m_standard")].map((text) => h("th", { scope: "col" }, text));
    return h("table", { class: "pl-figures" }, h("thead", {}, h("tr", {}, h("td", {}), ...heads)), h("tbody", {}, ...rows));
  }
}

/** Show the panel, and keep it as the plan is. */
export function showFigures(desk: Desk, showUnit: (code: string) => void): void {
  new FiguresPanel(desk, showUnit);
}
