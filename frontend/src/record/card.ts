/** One record to be read: its values, what may be done with it, its history. */

import { button, h, refill, type Child } from "../dom";
import { t } from "../i18n";
import { labelled } from "./field";
import { historyList } from "./history";
import type { Change, IncidentRecord } from "./types";
import { valuesOf } from "./values";
import type { Words } from "./words";

export interface CardActs {
  edit(): void;
  decide(decision: "withdraw" | "reinstate", reason: string): void;
}

const SHOWN = ["severity", "status", "channel", "reported_unit", "reported_at", "source", "source_ref"];

/** The values of a record as a list of terms. */
function fieldList(record: IncidentRecord, words: Words, unit: string | null): HTMLElement {
  const values = valuesOf(record);
  const row = (title: string, text: string): Child[] => [h("dt", {}, title), h("dd", {}, text)];
  return h("dl", { class: "fields" },
    ...row(words.title("time"), words.time(values)),
    ...row(words.title("place"), words.place(values)),
    ...(unit ? row(words.title("unit"), unit) : []),
    ...SHOWN.filter((name) => record[name]).flatMap((name) => row(words.title(name), words.value(name, record[name]))));
}

/** The buttons of a record; a withdrawal asks for its reason first. */
function actions(record: IncidentRecord, acts: CardActs): HTMLElement {
  const box = h("div", { class: "record-actions" });
  const decision = record.withdrawn === null ? "withdraw" : "reinstate";
  const rest = (held: boolean): void => {
    const ask = button(t(`record.${decision}`), () => reasonFor());
    refill(box, h("div", { class: "row" },
      record.withdrawn === null && button(t("record.edit"), () => acts.edit(), { class: "button primary" }), ask));
    if (held) ask.focus();
  };
  const reasonFor = (): void => {
    const reason = labelled(h("input", { id: "antt-record-why", type: "text", autocomplete: "off", maxlength: 500 }), t(`record.why_${decision}`));
    const decide = (event: Event): void => {
      event.preventDefault();
      const said = reason.input.value.trim();
      reason.refuse(said ? null : t("record.reason_missing"));
      if (said) acts.decide(decision, said);
      else reason.input.focus();
    };
    const done = h("button", { type: "submit", class: "button primary" }, t(`record.${decision}_do`));
    refill(box, h("form", { novalidate: true, submit: decide },
      reason.node, h("div", { class: "row" }, done, button(t("record.cancel"), () => rest(true)))));
    reason.input.focus();
  };
  rest(false);
  return box;
}

/** The content of a card. */
export function card(
  record: IncidentRecord, history: Change[], { words, unit, acts }: { words: Words; unit: string | null; acts: CardActs | null },
): Child[] {
  return [
    record.withdrawn !== null && h("p", { class: "record-withdrawn" }, t("record.is_withdrawn", { why: record.withdrawn })),
    fieldList(record, words, unit),
    acts && actions(record, acts),
    historyList(history, words),
  ];
}
