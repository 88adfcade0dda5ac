/** A stale edit: what I wrote beside what somebody else did, field by field, to choose from. */

import { button, h, type Child } from "../dom";
import { t } from "../i18n";
import type { Values } from "./types";
import type { Difference } from "./values";
import type { Words } from "./words";

export interface StaleActs {
  /** Write my values of these topics over those kept now. */
  write(topics: string[]): void;
  /** Leave everything as it is kept. */
  drop(): void;
}

type Side = "mine" | "theirs";

/** Which side a difference begins with: what I changed is mine, the rest is theirs. */
export function firstChoice({ mine }: Difference): Side {
  return mine ? "mine" : "theirs";
}

function cell(difference: Difference, side: Side, text: string): HTMLElement {
  const { topic } = difference;
  const input = h("input", {
    type: "radio", name: `record-${topic}`, value: side, checked: firstChoice(difference) === side,
  });
  const changed = side === "mine" ? difference.mine : difference.theirs;
  return h("td", {}, h("label", { class: "record-side" }, input,
    h("span", {}, text, changed && h("span", { class: "record-changed" }, t(`record.changed_${side}`)))));
}

/** The comparison as a table with a choice in each row. */
export function comparison(
  differences: Difference[], mine: Values, current: Values, { words, who, acts }: { words: Words; who: string; acts: StaleActs },
): Child[] {
  const rows = differences.map((each) => h("tr", {},
    h("th", { scope: "row" }, words.title(each.topic)),
    cell(each, "mine", words.topic(each.topic, mine)),
    cell(each, "theirs", words.topic(each.topic, current))));
  const form = h("form", { class: "record-stale", submit: (event: Event) => {
    event.preventDefault();
    const chosen = new FormData(form);
    acts.write(differences.map(({ topic }) => topic).filter((topic) => chosen.get(`record-${topic}`) === "mine"));
  } },
    h("table", {},
      h("thead", {}, h("tr", {},
        h("td", {}), h("th", { scope: "col" }, t("record.mine")), h("th", { scope: "col" }, t("record.theirs", { who })))),
      h("tbody", {}, ...rows)),
    h("div", { class: "row actions" },
      h("button", { type: "submit", class: "button primary" }, t("record.write_chosen")),
      button(t("record.drop_mine"), () => acts.drop())));
  return [h("p", {}, t("record.stale_note")), form];
}
