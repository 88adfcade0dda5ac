/** The note above a ward that was reached by the name of a unit that is gone. */

import { button, h, type Child } from "../dom";
import { formatDate, formatNumber } from "../format";
import type { Former } from "../former";
import { t } from "../i18n";

export interface FormerActs {
  goTo(unit: string): void;
  seeBefore(former: Former): void;
  pageOf(unit: string): string;
}

/** Say what the old unit became, with ways to each part and to the old boundaries. */
export function formerNote(former: Former, shown: string, acts: FormerActs): Child {
  const heirs = former.heirs.map(({ unit, name, area_share: share }) => {
    const called = unit === shown
      ? h("span", { class: "strong", "aria-current": "true" }, name)
      : button(name, () => acts.goTo(unit), { class: "button link" });
    const part = share === null ? t("former.share_unknown") : t("former.share", { n: formatNumber(100 * share, 1) });
    return h("li", {}, called, h("span", { class: "muted" }, part));
  });
  return h("div", { class: "former" },
    h("p", {}, t("former.now", { name: former.name, date: formatDate(former.lastDay) })),
    h("ul", {}, ...heirs),
    h("p", { class: "row" },
      former.box && button(t("former.see"), () => acts.seeBefore(former), { class: "button small" }),
      h("a", { class: "button link", href: acts.pageOf(former.unit) }, t("former.page"))));
}
