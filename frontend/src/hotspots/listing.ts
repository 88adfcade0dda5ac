/** The findings as a table: the surest first, and each goes to its place on the map. */

import { button, h, type Child } from "../dom";
import { capital, formatDate, formatNumber } from "../format";
import { t } from "../i18n";
import { isFound, LOOKS } from "./looks";
import type { Outline } from "./outlines";
import type { Finding } from "./types";

const FIRST = 8;

type Column = "count" | "z" | "q" | "pattern" | "days" | "area";

/** What the table of a method says. */
export function columnsOf(method: string): Column[] {
  if (method === "emerging") return ["pattern", "count", "q"];
  if (method === "dbscan" || method === "stdbscan") return ["count", "days", "area"];
  return method === "repeats" ? ["count"] : ["count", "z", "q"];
}

/** q, as it is printed: below a thousandth the digits say nothing more. */
export function formatQ(q: number | null | undefined): string {
  if (q === null || q === undefined) return "–";
  return q < 0.001 ? `< ${formatNumber(0.001, 3)}` : formatNumber(q, 3, 3);
}

/** First and last day of a cluster. */
export function formatDays({ first_day: first, last_day: last }: Finding): string {
  if (!first || !last) return "–";
  if (first === last) return formatDate(first);
  const start = formatDate(first);
  return `${first.slice(0, 4) === last.slice(0, 4) ? start.replace(/\/\d{4}$/, "") : start} – ${formatDate(last)}`;
}

/** One figure of a finding. */
export function figureText(finding: Finding, column: Column): string {
  if (column === "count") return formatNumber(finding.count ?? 0);
  if (column === "z") return typeof finding.z === "number" ? formatNumber(finding.z, 1, 1) : "–";
  if (column === "q") return formatQ(finding.q);
  if (column === "days") return formatDays(finding);
  if (column === "area") return finding.area_km2 === undefined ? "–" : formatNumber(finding.area_km2, 2, 2);
  return capital(finding.pattern_name ?? "");
}

/** The findings in the order of the table: hot before cold, the surest first; others as the server ranked them. */
export function ranked(outlines: Outline[]): Outline[] {
  const weight = Object.keys(LOOKS);
  const found = outlines.filter(({ finding }) => isFound(finding));
  return found.sort((a, b) =>
    weight.indexOf(b.look) - weight.indexOf(a.look)
    || (a.finding.q ?? 1) - (b.finding.q ?? 1)
    || (b.finding.count ?? 0) - (a.finding.count ?? 0));
}

const alignOf = (column: Column): string | null => (column === "pattern" || column === "days" ? null : "number");

export interface ListingActs {
  go(outline: Outline): void;
  /** Name of the unit that an outline's middle lies in; null where that is not known. */
  nameOf(outline: Outline): string | null;
  showAll(): void;
}

/** The table; the first few until all are asked for. */
export function listing(
  method: string, outlines: Outline[], { titled, all, chosen, acts }: { titled: string; all: boolean; chosen: number | null; acts: ListingActs },
): Child {
  const rows = ranked(outlines);
  const title = h("h3", {}, t(`hot.list_${titled}`, { n: formatNumber(rows.length) }));
  if (!rows.length) return h("section", {}, title, h("p", { class: "muted" }, t("hot.list_none")));
  const columns = columnsOf(method);
  const head = h("tr", {}, h("th", { scope: "col" }, t("hot.place")),
    ...columns.map((column) => h("th", { scope: "col", class: alignOf(column) }, t(`hot.column_${column}`))));
  const row = (outline: Outline): HTMLElement => {
    const { finding } = outline;
    const go = button(placeText(method, outline, acts.nameOf(outline)), () => acts.go(outline), {
      class: "button link", "data-cell": finding.cell ?? null, "aria-current": finding.cell === chosen ? "true" : null,
    });
    return h("tr", { class: finding.cell === chosen ? "chosen" : null },
      h("th", { scope: "row" }, h("span", { class: "hot-place" }, h("span", { class: `key look-${outline.look}`, title: t(`hot.look_${outline.look}`) }), go)),
      ...columns.map((column) => h("td", { class: alignOf(column) }, figureText(finding, column))));
  };
  const shown = all ? rows : rows.slice(0, FIRST);
  return h("section", {}, title,
    h("table", { class: "hot-table" }, h("thead", {}, head), h("tbody", {}, ...shown.map(row))),
    shown.length < rows.length && button(t("hot.list_all", { n: formatNumber(rows.length) }), () => acts.showAll(), { class: "button small" }));
}

/** How a finding is called: by its unit where that is known, and by its number. */
export function placeText(method: string, { finding, closed }: Outline, unit: string | null): string {
  const kind = method === "repeats" ? "place" : closed && finding.class !== "cluster" ? "cell" : "cluster";
  const number = finding.cell === undefined ? "" : t(`hot.${kind}_number`, { n: finding.cell + (kind === "cell" ? 0 : 1) });
  if (finding.name) return finding.name;
  return unit ? `${unit} · ${number}` : capital(number);
}
