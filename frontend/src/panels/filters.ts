/** Filters: period, category, unit, vintage of the boundaries. Dates on the page are inclusive. */

import { isChosen, membersOf, toggleCategory } from "../categories";
import { button, byId, h, refill, svg, type Child } from "../dom";
import { addDays, formatDate, readDate } from "../format";
import type { UnitShape } from "../geometry";
import { t } from "../i18n";
import { shapeData } from "../layers/shapes";
import type { ViewState } from "../state";
import { quickPeriods } from "../timebins";
import type { Category, PageConfig } from "../types";

/** The filter form of the left panel. */
export class Filters {
  private units: UnitShape[] = [];

  constructor(
    private readonly config: PageConfig,
    private readonly change: (patch: Partial<ViewState>) => void,
  ) {}

  setUnits(units: UnitShape[]): void {
    this.units = [...units].sort((a, b) => a.props.name.localeCompare(b.props.name, "vi"));
  }

  draw(state: ViewState): void {
    const box = byId("antt-filters");
    const focused = box.contains(document.activeElement) ? document.activeElement?.id : null;
    refill(box, this.period(state), this.categories(state), this.unit(state), this.vintage(state), this.reset(state));
    if (focused) document.getElementById(focused)?.focus();
  }

  private period(state: ViewState): Child {
    const error = h("p", { class: "field-error", id: "antt-date-error", role: "alert", hidden: true });
    const from = this.dateField("from", state.from);
    const to = this.dateField("to", state.to && addDays(state.to, -1));
    const apply = (): void => {
      const [first, last] = [from, to].map(({ value }) => (value.trim() ? readDate(value) : ""));
      const bad = first === null || last === null ? "filter.date_bad" : first && last && first > last ? "filter.date_order" : null;
      error.hidden = !bad;
      error.textContent = bad ? t(bad) : "";
      if (!bad) this.change({ from: first || null, to: last ? addDays(last, 1) : null });
    };
    for (const field of [from, to]) field.addEventListener("change", apply);
    return h(
      "fieldset",
      {},
      h("legend", {}, t("filter.period")),
      h("div", { class: "pair" },
        h("label", {}, t("filter.from"), from),
        h("label", {}, t("filter.to"), to)),
      error,
      this.quick(state),
    );
  }

  private dateField(name: "from" | "to", value: string | null): HTMLInputElement {
    return h("input", {
      id: `antt-${name}`,
      name,
      type: "text",
      inputmode: "numeric",
      autocomplete: "off",
      placeholder: t("filter.date_form"),
      "aria-describedby": "antt-date-error",
      value: value ? formatDate(value) : "",
    });
  }

  private quick(state: ViewState): Child {
    const last = this.config.time?.last;
    if (!last) return null;
    const chips = quickPeriods(last).map(({ key, from, to }) =>
      h("button", {
        type: "button",
        class: "chip",
        id: `antt-quick-${key}`,
        title: key === "report" ? t("filter.quick_report_hint") : null,
        "aria-pressed": String(state.from === from && state.to === to),
        click: () => this.change({ from, to }),
      }, t(`filter.quick_${key}`)),
    );
    return h("div", { class: "chips", role: "group", "aria-label": t("filter.quick") }, ...chips);
  }

  private categories(state: ViewState): Child {
    const all = this.config.categories;
    const groups = all.filter(({ slug, group }) => slug === group);
    const items = groups.map((group) =>
      h("li", {}, this.check(group, state, true),
        h("ul", {}, ...membersOf(group.slug, all).map((member) => h("li", {}, this.check(member, state, false))))),
    );
    const none = state.categories.length === 0;
    return h(
      "fieldset",
      {},
      h("legend", {}, t("filter.category")),
      h("ul", { class: "checklist" }, ...items),
      h("p", { class: "muted" }, none ? t("filter.category_all") : t("filter.category_some")),
      !none && button(t("filter.category_clear"), () => this.change({ categories: [] }), { class: "button small plain" }),
    );
  }

  private check(category: Category, state: ViewState, group: boolean): HTMLElement {
    return h(
      "label",
      { class: group ? "check group" : "check" },
      h("input", {
        type: "checkbox",
        id: `antt-cat-${category.slug}`,
        name: "category",
        value: category.slug,
        checked: isChosen(state.categories, category),
        change: () => this.change({ categories: toggleCategory(state.categories, category, this.config.categories) }),
      }),
      group && svg("svg", { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" },
        svg("path", { d: shapeData(category.shape, 8, 8, 5.5), fill: category.color })),
      h("span", {}, category.title),
    );
  }

  private unit(state: ViewState): Child {
    const option = (value: string, text: string): HTMLElement =>
      h("option", { value, selected: value === (state.unit ?? "") }, text);
    return h(
      "fieldset",
      {},
      h("legend", {}, t("filter.unit")),
      h("select", {
        id: "antt-unit",
        "aria-label": t("filter.unit"),
        change: (event: Event) => this.change({ unit: (event.target as HTMLSelectElement).value || null }),
      }, option("", t("filter.unit_all")), ...this.units.map(({ id, props }) => option(id, props.name))),
    );
  }

  private vintage(state: ViewState): Child {
    const known = this.config.vintages;
    if (known.length < 2) return null;
    const now = state.asOf ?? this.config.as_of;
    const current = [...known].reverse().find((start) => start <= now) ?? known[0];
    return h(
      "fieldset",
      {},
      h("legend", {}, t("filter.vintage")),
      h("select", {
        id: "antt-vintage",
        "aria-label": t("filter.vintage"),
        change: (event: Event) => this.change({ asOf: (event.target as HTMLSelectElement).value, unit: null, sel: null }),
      }, ...known.map((start) =>
        h("option", { value: start, selected: start === current }, t("filter.vintage_from", { date: formatDate(start) })))),
    );
  }

  private reset(state: ViewState): Child {
    const base = this.config.default_filter;
    const clean =
      state.from === base.from && state.to === base.to && !state.unit &&
      state.categories.join() === base.categories.join();
    if (clean) return null;
    const patch = { from: base.from, to: base.to, categories: base.categories, unit: null };
    return button(t("filter.reset"), () => this.change(patch), { id: "antt-filter-reset" });
  }
}
