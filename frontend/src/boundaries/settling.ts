/** Step 4: which column is which, from when the boundaries are in force, and what that ends. */

import { h, type Child } from "../dom";
import { addDays, formatDate, formatNumber, readDate } from "../format";
import { t } from "../i18n";
import type { Choices } from "./client";
import type { Found } from "./types";
import type { Desk } from "./wizard";

const FIELDS = ["code", "name", "unit_type", "parent", "parent_name", "area_km2_published", "population", "formed_from", "decree"];
const NEEDED = new Set(["code", "name"]);
const LONGEST_LIST = 30;

function field(id: string, label: string, input: HTMLElement, hint = ""): HTMLElement {
  return h("div", { class: "bd-field" }, h("label", { for: id }, label), input, hint ? h("span", { class: "muted" }, hint) : null);
}

function columnRow(desk: Desk, name: string): HTMLElement {
  const found = desk.found;
  const used = desk.choices.columns[name] ?? found?.columns[name] ?? "";
  const id = `bd-column-${name}`;
  const headers = found ? [...Object.values(found.columns), ...found.dropped_columns].sort((a, b) => a.localeCompare(b, "vi")) : [];
  const change = (event: Event): void => {
    const chosen = (event.target as HTMLSelectElement | HTMLInputElement).value.trim();
    const { [name]: _before, ...others } = desk.choices.columns;
    desk.change({ columns: chosen && chosen !== found?.columns[name] ? { ...others, [name]: chosen } : others });
    if (found) desk.recheck();
  };
  const option = (value: string): HTMLElement => h("option", { value, selected: value === used }, value || t("bd.column_none"));
  // A guessed column can be exchanged for another, not given up.
  const input = found
    ? h("select", { id, change }, ...(used ? [] : [option("")]), ...[...new Set(headers)].map(option))
    : h("input", { type: "text", id, value: used, change });
  return field(id, `${t(`bd.field_${name}`)}${NEEDED.has(name) ? " *" : ""}`, input);
}

function dateField(desk: Desk, name: "valid_from" | "last_day", label: string, hint: string): HTMLElement {
  const id = `bd-${name}`;
  const error = h("span", { class: "field-error", hidden: true }, t("filter.date_bad"));
  const dayIn = (event: Event): string | null => {
    const text = (event.target as HTMLInputElement).value.trim();
    return text && readDate(text);
  };
  // Kept with every key, because the step may be drawn anew while somebody types.
  const keep = (event: Event): void => {
    const day = dayIn(event);
    if (day !== null) desk.change({ [name]: day } as Partial<Choices>);
  };
  const change = (event: Event): void => {
    error.hidden = dayIn(event) !== null;
    if (error.hidden && desk.choices.valid_from) desk.recheck();
  };
  const value = desk.choices[name] && formatDate(desk.choices[name]);
  const input = h("input", { type: "text", id, value, placeholder: t("filter.date_form"), inputmode: "numeric", autocomplete: "off", input: keep, change });
  const box = field(id, label, input, hint);
  box.append(error);
  return box;
}

function textField(desk: Desk, name: "decree" | "source" | "scope", label: string, hint = ""): HTMLElement {
  const input = (event: Event): void => desk.change({ [name]: (event.target as HTMLInputElement).value.trim() } as Partial<Choices>);
  const change = (): void => {
    if (name === "scope" && desk.choices.valid_from) desk.recheck();
  };
  const id = `bd-${name}`;
  return field(id, label, h("input", { type: "text", id, value: desk.choices[name], autocomplete: "off", input, change }), hint);
}

function levelField(desk: Desk): HTMLElement {
  const change = (event: Event): void => {
    desk.change({ level: (event.target as HTMLSelectElement).value });
    if (desk.choices.valid_from) desk.recheck();
  };
  const option = (level: string): HTMLElement => h("option", { value: level, selected: desk.choices.level === level }, t(`bd.level_${level}`));
  return field("bd-level", t("bd.level"), h("select", { id: "bd-level", change }, option("commune"), option("beat")));
}

/** What the import adds, ends and leaves, as sentences; or why it is refused. */
export function outlook(desk: Desk, found: Found): HTMLElement {
  const facts: [string, number][] = [
    ["bd.will_add", found.inserted], ["bd.will_fill", found.filled], ["bd.will_end", found.closing.length],
    ["bd.will_keep", found.unchanged], ["bd.will_stay", found.staying],
  ];
  const partial = h("input", {
    type: "checkbox", id: "bd-partial", checked: desk.choices.partial,
    change: (event: Event) => {
      desk.change({ partial: (event.target as HTMLInputElement).checked });
      desk.recheck();
    },
  });
  const mayForce = found.refusal?.code === "conflict" || desk.choices.partial;
  return h(
    "div", { class: "bd-outlook", id: "bd-outlook" },
    h("h3", {}, t("bd.outlook", { date: formatDate(found.valid_from), before: formatDate(addDays(found.valid_from, -1)) })),
    found.refusal
      ? h("p", { class: "bd-warning" }, `${found.refusal.message} ${found.refusal.code === "conflict" ? "" : found.refusal.hint}`)
      : h("ul", { class: "bd-notes" }, ...facts.filter(([key, n]) => n > 0 || key === "bd.will_end").map(([key, n]) => h("li", {}, t(key, { n: formatNumber(n) })))),
    mayForce ? h("p", {}, partial, " ", h("label", { for: "bd-partial" }, t("bd.partial"))) : null,
    found.closing.length ? closing(found) : null,
  );
}

function closing(found: Found): HTMLElement {
  const names = found.closing.slice(0, LONGEST_LIST).map((unit) => `${unit.name} (${unit.code})`);
  const more = found.closing.length - names.length;
  return h(
    "details", {}, h("summary", {}, t("bd.closing_list", { n: formatNumber(found.closing.length) })),
    h("p", {}, `${names.join(", ")}${more > 0 ? ` … +${formatNumber(more)}` : ""}`),
  );
}

/** Step 4. */
export function settleStep(desk: Desk): Child[] {
  const found = desk.found;
  const scope = found?.scope.length ? t("bd.scope_found", { codes: found.scope.join(", ") }) : t("bd.scope_hint");
  return [
    h("h3", {}, t("bd.when")),
    h(
      "div", { class: "bd-grid" },
      dateField(desk, "valid_from", `${t("bd.valid_from")} *`, ""),
      dateField(desk, "last_day", t("bd.last_day"), t("bd.last_day_hint")),
      levelField(desk),
      textField(desk, "scope", t("bd.scope"), scope),
      textField(desk, "decree", t("bd.decree")),
      textField(desk, "source", t("bd.source"), found?.file ?? ""),
    ),
    found && found.valid_from === desk.choices.valid_from ? outlook(desk, found) : h("p", { class: "muted" }, t("bd.outlook_later")),
    h("h3", {}, t("bd.columns")),
    h("div", { class: "bd-grid" }, ...FIELDS.map((name) => columnRow(desk, name))),
  ];
}
