/**
 * Filters: period, category, unit, vintage of the boundaries. Dates on the page are inclusive.
 * The form is built once and then kept in step, so that nothing is taken away under the hand.
 */

import { isChosen, membersOf, toggleCategory } from "../categories";
import { button, byId, h, refill, svg, type Child } from "../dom";
import { addDays, formatDate, readDate } from "../format";
import { t } from "../i18n";
import { shapeData } from "../layers/shapes";
import { EMPTY_STATE, type ViewState } from "../state";
import { quickPeriods } from "../timebins";
import type { Category, PageConfig } from "../types";
import type { Unit } from "../units";
import { allPublished, monthOf } from "../withheld";

/** Quick periods that are whole months. */
const MONTHLY = new Set(["year", "all"]);

/** The filter form of the left panel. */
export class Filters {
  private state: ViewState = EMPTY_STATE;
  private readonly updates: ((state: ViewState) => void)[] = [];
  private readonly units = h("select", { id: "antt-unit", "aria-label": t("filter.unit") });

  constructor(
    private readonly config: PageConfig,
    private readonly change: (patch: Partial<ViewState>) => void,
  ) {
    refill(byId("antt-filters"), this.period(), this.categories(), this.unit(), this.reset());
  }

  /** Offer these units. */
  setUnits(units: Unit[]): void {
    const sorted = [...units].sort((a, b) => a.props.name.localeCompare(b.props.name, "vi"));
    refill(this.units, h("option", { value: "" }, t("filter.unit_all")),
      ...sorted.map(({ id, props }) => h("option", { value: id }, props.name)));
    this.draw(this.state);
  }

  draw(state: ViewState): void {
    this.state = state;
    for (const update of this.updates) update(state);
  }

  private period(): Child {
    const error = h("p", { class: "field-error", id: "antt-date-error", role: "alert", hidden: true });
    const from = this.dateField("from");
    const to = this.dateField("to");
    const apply = (): void => {
      const [first, last] = [from, to].map(({ value }) => (value.trim() ? readDate(value) : ""));
      const backwards = Boolean(first && last && first > last);
      const bad = first === null || last === null ? "filter.date_bad" : backwards ? "filter.date_order" : null;
      error.hidden = !bad;
      error.textContent = bad && t(bad);
      if (bad) return;
      this.change({ from: first || null, to: last ? addDays(last, 1) : null });
      // What was typed may be widened to what stood there before.
      this.draw(this.state);
    };
    for (const field of [from, to]) field.addEventListener("change", apply);
    this.updates.push((state) => {
      // What is wrong stays to be mended.
      if (!error.hidden) return;
      from.value = state.from ? formatDate(state.from) : "";
      to.value = state.to ? formatDate(addDays(state.to, -1)) : "";
    });
    return h("fieldset", {}, h("legend", {}, t("filter.period")),
      h("div", { class: "pair" }, h("label", {}, t("filter.from"), from), h("label", {}, t("filter.to"), to)),
      error,
      this.monthsNote(),
      this.quick(error));
  }

  /** Whoever is given published counts alone is told how they are divided. */
  private monthsNote(): Child {
    const { withheld } = this.config;
    if (!withheld?.first || !withheld.last || !allPublished(withheld)) return null;
    return h("p", { class: "muted" }, t("filter.whole_months", { from: monthOf(withheld.first), to: monthOf(withheld.last) }));
  }

  private dateField(name: "from" | "to"): HTMLInputElement {
    return h("input", {
      id: `antt-${name}`,
      name,
      type: "text",
      inputmode: "numeric",
      autocomplete: "off",
      placeholder: t("filter.date_form"),
      "aria-describedby": "antt-date-error",
    });
  }

  private quick(error: HTMLElement): Child {
    const last = this.config.time?.last;
    if (!last) return null;
    const months = allPublished(this.config.withheld);
    const chips = quickPeriods(last).filter(({ key }) => !months || MONTHLY.has(key)).map(({ key, from, to }) => {
      const choose = (): void => {
        error.hidden = true;
        this.change({ from, to });
      };
      const hint = key === "report" ? t("filter.quick_report_hint") : null;
      const chip = h("button", { type: "button", class: "chip", title: hint, click: choose }, t(`filter.quick_${key}`));
      this.updates.push((state) => chip.setAttribute("aria-pressed", String(state.from === from && state.to === to)));
      return chip;
    });
    return h("div", { class: "chips", role: "group", "aria-label": t("filter.quick") }, ...chips);
  }

  private categories(): Child {
    const groupsOnly = allPublished(this.config.withheld);
    const all = this.config.categories.filter(({ slug, group }) => !groupsOnly || slug === group);
    const items = all.filter(({ slug, group }) => slug === group).map((group) =>
      h("li", {}, this.check(group, true),
        h("ul", {}, ...membersOf(group.slug, all).map((member) => h("li", {}, this.check(member, false))))));
    const note = h("p", { class: "muted" });
    const clear = button(t("filter.category_clear"), () => this.change({ categories: [] }), { class: "button small plain" });
    this.updates.push(({ categories }) => {
      note.textContent = t(categories.length ? "filter.category_some" : "filter.category_all");
      clear.hidden = categories.length === 0;
    });
    return h("fieldset", {}, h("legend", {}, t("filter.category")), groupsOnly && h("p", { class: "muted" }, t("filter.groups_only")),
      h("ul", { class: "checklist" }, ...items), note, clear);
  }

  private check(category: Category, group: boolean): HTMLElement {
    const toggle = (): void =>
      this.change({ categories: toggleCategory(this.state.categories, category, this.config.categories) });
    const input = h("input", {
      type: "checkbox", id: `antt-cat-${category.slug}`, name: "category", value: category.slug, change: toggle,
    });
    this.updates.push(({ categories }) => {
      input.checked = isChosen(categories, category);
    });
    const mark = group && svg("svg", { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" },
      svg("path", { d: shapeData(category.shape, 8, 8, 5.5), fill: category.color }));
    return h("label", { class: group ? "check group" : "check" }, input, mark, h("span", {}, category.title));
  }

  private unit(): Child {
    this.units.addEventListener("change", () => this.change({ unit: this.units.value || null }));
    this.updates.push(({ unit }) => {
      this.units.value = unit ?? "";
    });
    return h("fieldset", {}, h("legend", {}, t("filter.unit")), this.units);
  }

  private reset(): Child {
    const { from, to, categories } = this.config.default_filter;
    const clear = button(t("filter.reset"), () => this.change({ from, to, categories, unit: null }), { id: "antt-filter-reset" });
    this.updates.push((state) => {
      const plain = state.from === from && state.to === to && !state.unit;
      clear.hidden = plain && state.categories.join() === categories.join();
    });
    return clear;
  }
}
