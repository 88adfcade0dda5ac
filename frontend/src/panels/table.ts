/** The table of units: sortable, and each name goes to its place on the map. */

import { standing, unitValue } from "../classes";
import { byId, h, refill } from "../dom";
import { capital, formatNumber, formatRate } from "../format";
import { t } from "../i18n";
import type { Unit } from "../units";

export interface Row {
  id: string;
  name: string;
  kind: string;
  count: number | null;
  rate: number | null;
  few: boolean;
  population: number | null;
  area: number | null;
}

export type Column = "name" | "kind" | "count" | "rate" | "population" | "area";
const COLUMNS: Column[] = ["name", "kind", "count", "rate", "population", "area"];

/** Rows of the table from the units and their counts. */
export function tableRows(units: Unit[], counts: Map<string, number | null>): Row[] {
  return units.map(({ id, props }) => {
    const count = counts.get(id) ?? null;
    const rate = unitValue(count, props.population, "rate");
    return {
      id, count,
      name: props.name,
      kind: props.unit_type,
      rate: standing(rate) === "none" ? null : rate.value,
      few: rate.few,
      population: props.population,
      area: props.area_km2,
    };
  });
}

/** Rows in order; rows without a value come last either way. */
export function sortRows(rows: Row[], by: Column, falling: boolean): Row[] {
  const turn = falling ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [a[by], b[by]];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    const order = typeof x === "string" ? x.localeCompare(String(y), "vi") : x - Number(y);
    return turn * order || a.name.localeCompare(b.name, "vi");
  });
}

/** The dialog with the table. */
export class UnitTable {
  private by: Column = "count";
  private falling = true;
  private rows: Row[] = [];
  private readonly dialog = byId<HTMLDialogElement>("antt-table");

  constructor(private readonly choose: (id: string) => void) {}

  open(units: Unit[], counts: Map<string, number | null>, sentence: string): void {
    this.rows = tableRows(units, counts);
    byId("antt-table-sentence").textContent = sentence;
    this.draw();
    if (!this.dialog.open) this.dialog.showModal();
  }

  private draw(): void {
    const focused = (document.activeElement as HTMLElement | null)?.dataset.column;
    const rows = sortRows(this.rows, this.by, this.falling).map((row) => this.row(row));
    refill(
      byId("antt-table-body"),
      rows.length
        ? h("table", { class: "units" }, h("thead", {}, h("tr", {}, ...COLUMNS.map((column) => this.head(column)))), h("tbody", {}, ...rows))
        : h("p", { class: "muted" }, t("empty.units")),
    );
    if (focused) this.dialog.querySelector<HTMLElement>(`[data-column="${focused}"]`)?.focus();
  }

  private head(column: Column): HTMLElement {
    const sorted = column === this.by ? (this.falling ? "descending" : "ascending") : "none";
    const sort = (): void => {
      this.falling = column === this.by ? !this.falling : column !== "name" && column !== "kind";
      this.by = column;
      this.draw();
    };
    return h("th", { scope: "col", class: `col-${column}`, "aria-sort": sorted },
      h("button", { type: "button", "data-column": column, click: sort }, t(`table.${column}`)));
  }

  private row(row: Row): HTMLElement {
    const number = (value: number | null, digits = 0): string => (value === null ? "–" : formatNumber(value, digits));
    const go = (): void => {
      this.dialog.close();
      this.choose(row.id);
    };
    return h("tr", {},
      h("th", { scope: "row" }, h("button", { type: "button", class: "button link", click: go }, row.name)),
      h("td", {}, capital(row.kind)),
      h("td", { class: "number" }, number(row.count)),
      h("td", { class: "number", title: row.few ? t("ward.few") : null }, row.rate === null ? "–" : formatRate(row.rate), row.few && h("span", { class: "muted" }, " *")),
      h("td", { class: "number" }, number(row.population)),
      h("td", { class: "number" }, number(row.area, 2)));
  }
}
