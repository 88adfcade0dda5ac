/** What happened to a record: when, by whom, why, and what differs. */

import { h, type Child } from "../dom";
import { t } from "../i18n";
import { minuteText } from "./moments";
import { placeText } from "./places";
import type { Change } from "./types";
import type { Words } from "./words";

/** What an entry did, as a key of the texts. */
export function deedOf({ what, changed }: Change): string {
  const withdrawn = what === "update" ? changed.withdrawn : undefined;
  if (withdrawn) return withdrawn.after === null ? "reinstate" : "withdraw";
  return ["insert", "update", "delete"].includes(what) ? what : "outside";
}

type Side = "before" | "after";

function placed(changed: Change["changed"], side: Side): string {
  // A coordinate that stays the same is not named, and then the other tells little.
  const [lon, lat] = [changed.lon?.[side], changed.lat?.[side]];
  return typeof lon === "number" && typeof lat === "number" ? placeText({ lon, lat }) : "";
}

function changeLines(changed: Change["changed"], words: Words): Child[] {
  const line = (title: string, before: string, after: string): HTMLElement =>
    h("li", {}, h("span", { class: "muted" }, `${title}: `), h("del", {}, before), " → ", h("ins", {}, after));
  const both = placed(changed, "before") && placed(changed, "after");
  const named = Object.keys(changed).filter((name) =>
    words.isNamed(name) && name !== "withdrawn" && !(both && (name === "lon" || name === "lat")));
  const rows = named.map((name) =>
    line(words.title(name), words.value(name, changed[name].before), words.value(name, changed[name].after)));
  return both ? [line(words.title("place"), placed(changed, "before"), placed(changed, "after")), ...rows] : rows;
}

function entryItem(entry: Change, words: Words): HTMLElement {
  const deed = deedOf(entry);
  const lines = deed === "update" || deed === "outside" ? changeLines(entry.changed, words) : [];
  return h("li", {},
    h("p", {}, h("span", { class: "strong" }, t(`record.deed_${deed}`)), ` · ${entry.who}`),
    h("p", { class: "muted" }, h("time", { datetime: entry.at }, minuteText(entry.at))),
    entry.why && h("p", {}, t("record.why", { why: entry.why })),
    lines.length > 0 && h("ul", { class: "record-changes" }, ...lines));
}

/** The history of a record, the latest entry first. */
export function historyList(history: Change[], words: Words): HTMLElement {
  const items = [...history].reverse().map((entry) => entryItem(entry, words));
  return h("section", { class: "record-history", "aria-labelledby": "antt-record-history" },
    h("h3", { id: "antt-record-history" }, t("record.history")),
    items.length ? h("ol", {}, ...items) : h("p", { class: "muted" }, t("record.no_history")));
}
