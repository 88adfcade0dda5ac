/** The form in which one incident is written. */

import type { ApiError } from "../api";
import { membersOf } from "../categories";
import { button, h, refill, type Child } from "../dom";
import { t } from "../i18n";
import type { Category } from "../types";
import { choiceField, textField, type Field } from "./field";
import { momentOf, writtenOf } from "./moments";
import { PlaceField, type PlaceParts } from "./place_field";
import type { Place, Values } from "./types";
import { differing } from "./values";
import type { Words } from "./words";

export interface FormActs {
  save(values: Values, reason: string): Promise<void>;
  cancel(): void;
}

/** What a form needs to know. */
export interface FormParts {
  words: Words;
  categories: Category[];
  place: PlaceParts;
}

/** Field of the API -> field of the form at which a refusal of it is said. */
const SAID_AT: Record<string, string> = {
  occurred_from: "from_day", occurred_to: "to_day", lon: "place", lat: "place",
};

/** Categories as a list with their groups. */
export function categoryOptions(all: Category[]): Child[] {
  return all.filter(({ slug, group }) => slug === group).map((group) => {
    const members = membersOf(group.slug, all);
    const own = h("option", { value: group.slug }, members.length ? t("record.whole_group", { group: group.title }) : group.title);
    if (!members.length) return own;
    const options = members.map(({ slug, title }) => h("option", { value: slug }, title));
    return h("optgroup", { label: group.title }, ...options, own);
  });
}

function listOptions(listed: Record<string, string>, kept: string): Child[] {
  // A source's own word stays what it is until another is chosen.
  const own = kept && !(kept in listed) ? { [kept]: kept } : {};
  return Object.entries({ "": t("record.not_stated"), ...listed, ...own }).map(([slug, title]) => h("option", { value: slug }, title));
}

/** A form that holds the values of one incident. */
export class RecordForm {
  readonly node: HTMLFormElement;
  private readonly fields: Record<string, Field>;
  private readonly place: PlaceField;
  private readonly failure = h("div", { class: "record-failure", role: "alert", hidden: true });
  private readonly submit = button("", () => undefined, { type: "submit", class: "button primary" });
  private sending = false;

  constructor(parts: FormParts, private readonly base: Values, isNew: boolean, private readonly acts: FormActs) {
    this.fields = this.makeFields(parts, isNew);
    const known: Place | null = base.lon && base.lat ? { lon: Number(base.lon), lat: Number(base.lat) } : null;
    this.place = new PlaceField(parts.place, known, () => this.fields.location_accuracy_m.input.focus());
    this.fields.place = this.place.field;
    this.submit.textContent = t(isNew ? "record.save_new" : "record.save");
    this.node = h("form", { class: "record-form", novalidate: true, submit: (event: Event) => this.onSubmit(event) }, ...this.content());
    this.fill(base);
  }

  /** The form is shown, for the first time or again. */
  resume(): void {
    this.place.resume();
    this.fields.category.input.focus({ preventScroll: true });
  }

  /** Ask before what was written is dropped. */
  askToDrop(drop: () => void): void {
    const stay = button(t("record.drop_stay"), () => {
      this.tell(null);
      this.resume();
    }, { class: "button primary" });
    refill(this.failure, h("p", {}, t("record.drop_ask")), h("div", { class: "row" }, stay, button(t("record.drop_do"), drop)));
    this.failure.hidden = false;
    stay.focus();
  }

  /** The map was pressed. */
  press(place: Place): void {
    this.place.press(place);
  }

  /** Whether something was written that is not kept. */
  get dirty(): boolean {
    const { values } = this.read();
    return values === null || differing(this.base, values).length > 0;
  }

  /** Say what the API refused, at the fields that it is about. */
  refuse(error: ApiError): void {
    const named = (Array.isArray(error.details.fields) ? error.details.fields : []) as string[];
    const fields = named.map((name) => this.fields[SAID_AT[name] ?? name]).filter(Boolean);
    const said = [error.title, error.hint].filter(Boolean).join(" ");
    fields.forEach((field, i) => field.refuse(i ? "" : said));
    this.tell(fields.length ? null : said);
    fields[0]?.input.focus();
  }

  /** The form is put away. */
  end(): void {
    this.place.end();
  }

  private makeFields({ words, categories }: FormParts, isNew: boolean): Record<string, Field> {
    const list = (name: "severity" | "status"): Field => choiceField(name, words.title(name), listOptions(words.listed(name), this.base[name]));
    const day = (name: string): Field => textField(name, t(`record.title_${name}`), { placeholder: t("filter.date_form") });
    const hour = (name: string): Field => textField(name, t("record.title_hour"), { placeholder: t("record.hour_form") });
    const category = choiceField("category", words.title("category"), [h("option", { value: "" }, t("record.choose")), ...categoryOptions(categories)]);
    category.input.required = true;
    return {
      category,
      from_day: day("from_day"),
      from_hour: hour("from_hour"),
      to_day: day("to_day"),
      to_hour: hour("to_hour"),
      location_accuracy_m: textField("location_accuracy_m", words.title("location_accuracy_m"), { inputmode: "decimal" }),
      reported_unit: textField("reported_unit", words.title("reported_unit")),
      severity: list("severity"),
      status: list("status"),
      channel: textField("channel", words.title("channel"), { placeholder: t("record.channel_form") }),
      reason: textField("reason", t(isNew ? "record.title_note" : "record.title_reason"), { placeholder: t("record.reason_form"), maxlength: "500" }),
    };
  }

  private content(): Child[] {
    const { category, from_day, from_hour, to_day, to_hour, location_accuracy_m, reported_unit, severity, status, channel, reason } = this.fields;
    const pair = (...fields: Field[]): HTMLElement => h("div", { class: "pair" }, ...fields.map(({ node }) => node));
    return [
      category.node,
      pair(from_day, from_hour),
      pair(to_day, to_hour),
      h("p", { class: "muted" }, t("record.hours_note")),
      h("fieldset", {}, h("legend", {}, t("record.place")), this.place.node, location_accuracy_m.node, reported_unit.node),
      h("fieldset", {}, h("legend", {}, t("record.handling")), pair(severity, status), channel.node, reason.node),
      h("p", { class: "muted" }, t("record.no_persons")),
      this.failure,
      h("div", { class: "row actions" }, this.submit, button(t("record.cancel"), () => this.acts.cancel())),
    ];
  }

  private fill(values: Values): void {
    const [from, to] = [writtenOf(values.occurred_from), writtenOf(values.occurred_to)];
    const shown: Record<string, string> = {
      ...values, from_day: from.day, from_hour: from.hour, to_day: to.day, to_hour: to.hour,
    };
    for (const [name, { input }] of Object.entries(this.fields)) if (name in shown) input.value = shown[name];
  }

  private text(name: string): string {
    return this.fields[name].input.value.trim();
  }

  /** The values as they stand, or the fields that cannot be read with what is wrong. */
  private read(): { values: Values | null; wrong: Record<string, string> } {
    const wrong: Record<string, string> = {};
    const moment = (end: "from" | "to"): string => {
      const read = momentOf({ day: this.text(`${end}_day`), hour: this.text(`${end}_hour`) });
      if ("moment" in read) return read.moment;
      wrong[`${end}_${read.wrong}`] = t(read.wrong === "day" ? "filter.date_bad" : "record.hour_bad");
      return "";
    };
    const [occurred_from, occurred_to] = [moment("from"), moment("to")];
    const { text, place } = this.place.read();
    if (text && !place) wrong.place = t("record.place_bad");
    if (!this.text("category")) wrong.category = t("record.category_missing");
    if (!this.text("from_day")) wrong.from_day = t("record.day_missing");
    if (Object.keys(wrong).length) return { values: null, wrong };
    // A place that was not touched is not written again with fewer digits.
    const { lon, lat } = this.base;
    const same = place && lon && Math.abs(Number(lon) - place.lon) < 1e-6 && Math.abs(Number(lat) - place.lat) < 1e-6;
    const [east, north] = same ? [lon, lat] : place ? [String(place.lon), String(place.lat)] : ["", ""];
    return {
      values: {
        category: this.text("category"), occurred_from, occurred_to, lon: east, lat: north,
        location_accuracy_m: this.text("location_accuracy_m"), severity: this.text("severity"),
        status: this.text("status"), channel: this.text("channel"), reported_unit: this.text("reported_unit"),
      },
      wrong,
    };
  }

  private onSubmit(event: Event): void {
    event.preventDefault();
    const { values, wrong } = this.read();
    for (const [name, field] of Object.entries(this.fields)) field.refuse(wrong[name] ?? null);
    if (!values) {
      this.tell(t("record.look_again", { n: Object.keys(wrong).length }));
      Object.entries(this.fields).find(([name]) => name in wrong)?.[1].input.focus();
    } else if (!this.sending) void this.send(values);
  }

  private async send(values: Values): Promise<void> {
    this.tell(null);
    this.sending = true;
    this.submit.setAttribute("aria-disabled", "true");
    try {
      await this.acts.save(values, this.text("reason"));
    } finally {
      this.sending = false;
      this.submit.removeAttribute("aria-disabled");
    }
  }

  private tell(message: string | null): void {
    this.failure.hidden = message === null;
    this.failure.textContent = message;
  }
}
