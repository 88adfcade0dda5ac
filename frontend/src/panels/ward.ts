/** The right panel: one unit, or one place with a sign. */

import { FEW, unitValue } from "../classes";
import { button, byId, closeButton, h, refill, type Child } from "../dom";
import { capital, formatDate, formatNumber, formatRate } from "../format";
import { t } from "../i18n";
import type { Former } from "../former";
import type { Place } from "../layers/symbols";
import type { CameraCounts, Category, ListedUnit, PageConfig, Properties, Summary, UnitRecast, UnitTrend } from "../types";
import { validFrom, type Unit } from "../units";
import { rangeText } from "../counts";
import { hourTable, monthChart } from "./charts";
import { formerNote, type FormerActs } from "./former";
import { rangeNotes, rangeOf, rangeRate } from "./ranges";
import { trendChart } from "./trend";
import { isPublished, type Withheld } from "../withheld";

export interface WardActs extends FormerActs {
  close(): void;
  table(): void;
  exportHref(): string;
  filter(unit: string | null): void;
}

/** What is known of a unit so far. */
export interface Known {
  summary: Summary | null;
  trend: UnitTrend | null;
  /** Of all units at once, so it outlives the choice of one. */
  recast: UnitRecast | null;
  /** The unit of old that was searched for. */
  former: Former | null;
  /** Of all units of today at once. */
  cameras: CameraCounts | null;
}

const TOP_CATEGORIES = 6;
const SHOWN_FIELDS = [
  "status", "established_on", "households", "members", "review_due", "score",
  "azimuth_deg", "field_of_view_deg", "range_m", "last_heard_at",
];

function facts(props: ListedUnit): string {
  return [
    props.area_km2 === null ? null : `${formatNumber(props.area_km2, 2)} km²`,
    props.population === null ? t("ward.no_population") : t("ward.people", { n: formatNumber(props.population) }),
    props.formed_from ? t("ward.formed_from", { names: props.formed_from }) : null,
  ].filter(Boolean).join(" · ");
}

function figure(value: string, label: string): HTMLElement {
  return h("div", { class: "figure" }, h("span", { class: "figure-value" }, value), h("span", { class: "muted" }, label));
}

/** Draws the right panel. */
export class WardPanel {
  private readonly panel = byId("antt-ward");
  private readonly body = byId("antt-ward-body");

  constructor(
    private readonly acts: WardActs,
    private readonly categories: Map<string, Category>,
    private readonly offered: Pick<PageConfig, "withheld" | "may_export">,
  ) {}

  hide(): void {
    this.panel.hidden = true;
    refill(this.body);
  }

  /** Show a unit; the figures follow when the summary has arrived, and its past when that has. */
  showUnit(unit: Unit, known: Known, filtered: boolean): void {
    const props = unit.props;
    const kicker = [
      capital(props.unit_type),
      t("ward.code", { code: props.code }),
      t("ward.valid_from", { date: formatDate(validFrom(unit.id)) }),
    ].join(" · ");
    const same = this.body.dataset.unit === unit.id;
    this.body.dataset.unit = unit.id;
    this.fill(kicker, props.name,
      known.former && known.former.heirs.some((heir) => heir.unit === unit.id) && formerNote(known.former, unit.id, this.acts),
      h("p", { class: "muted facts" }, facts(props)),
      this.cameras(unit, known.cameras),
      h("p", { class: "ward-page" }, h("a", { class: "button link", href: this.acts.pageOf(unit.id) }, t("ward.page"))),
      known.summary ? this.figures(unit, known.summary, known) : h("p", { class: "muted waiting" }, t("progress.loading")),
      button(filtered ? t("ward.show_all") : t("ward.only"), () => this.acts.filter(filtered ? null : unit.id), { class: "button link" }),
      this.buttons());
    if (!same) this.body.scrollTop = 0;
  }

  /** Show one model or camera. */
  showPlace(place: Place, title: string): void {
    delete this.body.dataset.unit;
    const name = String(place.props.name ?? title);
    const rows = SHOWN_FIELDS.flatMap((key) => this.field(place.props, key));
    this.fill(title, name, rows.length ? h("dl", { class: "fields" }, ...rows) : h("p", { class: "muted" }, t("place.no_details")));
  }

  /** Show the places gathered in one tile that cannot be taken apart by zooming. */
  showPlaces(places: Place[], titleOf: (place: Place) => string): void {
    delete this.body.dataset.unit;
    const items = places.map((place) =>
      h("li", {}, button(String(place.props.name ?? titleOf(place)), () => this.showPlace(place, titleOf(place)), { class: "button link" })));
    this.fill(t("place.kicker"), t("place.many", { n: formatNumber(places.length) }), h("ul", { class: "plain-list" }, ...items));
  }

  private fill(kicker: string, name: string, ...children: Child[]): void {
    const held = this.body.contains(document.activeElement);
    const title = h("h2", { id: "antt-ward-name", tabindex: "-1" }, name);
    refill(
      this.body,
      h("div", { class: "panel-head" },
        h("p", { class: "muted" }, kicker),
        closeButton(t("action.close"), () => this.acts.close())),
      title,
      ...children,
    );
    this.panel.hidden = false;
    if (held) title.focus({ preventScroll: true });
  }

  private field(props: Properties, key: string): Child[] {
    const value = props[key];
    if (value === null || value === undefined || value === "") return [];
    const date = typeof value === "string" && /^\d{4}-\d{2}-\d{2}/.test(value);
    const text = typeof value === "number" ? formatNumber(value, 1) : date ? formatDate(value) : String(value);
    return [h("dt", {}, t(`place.${key}`)), h("dd", {}, text)];
  }

  private cameras(unit: Unit, cameras: CameraCounts | null): Child {
    const number = cameras?.counts[unit.id];
    return number !== undefined && h("p", { class: "muted facts" }, t("ward.cameras", { n: formatNumber(number) }));
  }

  private figures(unit: Unit, summary: Summary, known: Known): HTMLElement {
    return isPublished(this.offered.withheld, unit.props.code) ? this.published(unit, summary) : this.exact(unit, summary, known);
  }

  /** What was published of a unit: months and groups, no hours; a number that is not there may be none or few. */
  private published(unit: Unit, summary: Summary): HTMLElement {
    const count = summary.by_unit.find((row) => row.unit === unit.id)?.count ?? 0;
    const { k } = this.offered.withheld as Withheld;
    if (!count)
      return h("div", {},
        h("div", { class: "figures" }, figure(t("ward.withheld"), t("ward.count"))),
        h("p", { class: "muted" }, summary.meta.sentence),
        h("p", { class: "ward-note" }, k ? t("ward.withheld_why", { k }) : t("legend.withheld_none")));
    const rate = unitValue(count, unit.props.population, "rate");
    return h("div", {},
      h("div", { class: "figures" },
        figure(formatNumber(count), t("ward.count")),
        figure(rate.value === null ? "–" : formatRate(rate.value), t("ward.rate"))),
      h("p", { class: "muted" }, summary.meta.sentence),
      h("p", { class: "ward-note" }, t("ward.published_only", { k })),
      this.topCategories(summary),
      h("h3", {}, t("ward.months")),
      monthChart(summary.timeline.start, summary.timeline.counts, validFrom(unit.id)));
  }

  private exact(unit: Unit, summary: Summary, { trend, recast }: Known): HTMLElement {
    const range = rangeOf(recast, unit.id);
    const count = summary.by_unit.find((row) => row.unit === unit.id)?.count ?? 0;
    const rate = unitValue(count, unit.props.population, "rate");
    return h(
      "div",
      {},
      h("div", { class: "figures" },
        figure(range ? rangeText(range.low, range.high) : formatNumber(count), t("ward.count")),
        figure(range ? rangeRate(range, unit.props.population) : rate.value === null ? "–" : formatRate(rate.value), t("ward.rate"))),
      ...rangeNotes(recast, unit.id, count),
      count > 0 && count < FEW && h("p", { class: "muted" }, t("ward.few")),
      h("p", { class: "muted" }, summary.meta.sentence),
      range && h("p", { class: "muted" }, t("ward.placed_only")),
      this.topCategories(summary),
      h("h3", {}, t("ward.months")),
      monthChart(summary.timeline.start, summary.timeline.counts, validFrom(unit.id)),
      trend?.unit === unit.id && trendChart(trend),
      h("h3", {}, t("ward.hour_weekday")),
      hourTable(summary.hour_weekday, summary.unknown_hour),
    );
  }

  private topCategories(summary: Summary): Child {
    const rows = [...summary.by_category].filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
    if (!rows.length) return null;
    const rest = rows.slice(TOP_CATEGORIES).reduce((sum, { count }) => sum + count, 0);
    const most = Math.max(rows[0].count, rest);
    const line = (title: string, count: number): HTMLElement => {
      const bar = h("span", { class: "bar-fill" });
      bar.style.width = `${(count / most) * 100}%`;
      return h("li", {}, h("span", { class: "bar-name" }, title), h("span", { class: "bar-count" }, formatNumber(count)), h("span", { class: "bar-track" }, bar));
    };
    return h("div", {},
      h("h3", {}, t("ward.categories")),
      h("ul", { class: "bar-list" },
        ...rows.slice(0, TOP_CATEGORIES).map(({ category, count }) => line(this.categories.get(category)?.title ?? category, count)),
        rest > 0 && line(t("ward.other_categories"), rest)));
  }

  private buttons(): HTMLElement {
    return h("div", { class: "row actions" },
      this.offered.may_export && h("a", { class: "button primary", href: this.acts.exportHref(), download: true }, t("ward.export")),
      button(t("ward.table"), () => this.acts.table()));
  }
}
