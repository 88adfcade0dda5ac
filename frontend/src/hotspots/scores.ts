/** The test on the past: what the method would have caught, beside what needs no method. */

import { h, type Child } from "../dom";
import { capital, formatNumber } from "../format";
import { t } from "../i18n";
import type { Backtest, Measure, Score } from "./types";

const MEASURES = ["pai", "pei_star", "rri"] as const;

/** A share as a whole number of hundredths. */
export function percent(share: number, digits = 0): string {
  return `${formatNumber(100 * share, digits)} %`;
}

/** A share with its range: "31 % (25–36)". */
export function shareText({ estimate, low, high }: Measure): string {
  if (estimate === null) return "–";
  const [from, to] = [low, high].map((share) => share !== null && formatNumber(100 * share));
  return from && to && from !== to ? `${percent(estimate)} (${from}–${to})` : percent(estimate);
}

/** A factor with two decimals below ten, and one from there on. */
function factor(value: number | null): string {
  return value === null ? "–" : formatNumber(value, value < 10 ? 2 : 1, value < 10 ? 2 : 1);
}

function plain({ estimate, low, high }: Measure): HTMLElement {
  const range = low !== null && high !== null && low < high && `${factor(low)}–${factor(high)}`;
  return h("td", { class: "number" }, factor(estimate),
    range && h("span", { class: "muted hot-range" }, range));
}

function bar({ estimate, low, high }: Measure): HTMLElement {
  const place = (node: HTMLElement, from: number, to: number): HTMLElement => {
    node.style.left = `${100 * from}%`;
    node.style.width = `${100 * (to - from)}%`;
    return node;
  };
  const fill = place(h("span", { class: "hot-bar-fill" }), 0, estimate ?? 0);
  const range = low !== null && high !== null && place(h("span", { class: "hot-bar-range" }), low, high);
  return h("span", { class: "hot-bar", "aria-hidden": "true" }, fill, range);
}

function line(score: Score): HTMLElement {
  return h("tr", { class: score.baseline ? "baseline" : "own" },
    h("th", { scope: "row" }, capital(score.name)),
    h("td", {}, h("span", { class: "hot-share" }, shareText(score.hit_rate)), bar(score.hit_rate)),
    ...MEASURES.map((name) => plain(score[name])));
}

function explained(): HTMLElement {
  return h("details", { class: "hot-words" }, h("summary", {}, t("hot.words")),
    h("dl", {}, ...["hit_rate", ...MEASURES].flatMap((name) =>
      [h("dt", {}, t(`hot.measure_${name}`)), h("dd", {}, t(`hot.explain_${name}`))])));
}

/** Whether the method beats the baselines at a share of the area, in a sentence. */
export function verdict(test: Backtest, coverage: number): HTMLElement {
  const said = test.verdicts.find((each) => each.coverage === coverage);
  const beats = said ? said.beats : test.beats;
  return h("p", { class: `hot-verdict ${beats ? "beats" : "fails"}` },
    h("b", {}, t(beats ? "hot.beats" : "hot.fails")), " ", said?.sentence ?? test.sentence);
}

/** The table at one share of the area, with a choice of the share. */
export function scores(test: Backtest, coverage: number, choose: (coverage: number) => void): Child {
  if (test.reason) return h("p", { class: "hot-reason" }, test.reason);
  const coverages = [...new Set(test.summaries.map((score) => score.coverage))].sort((a, b) => a - b);
  const rows = test.summaries.filter((score) => score.coverage === coverage);
  const choice = (share: number): HTMLElement =>
    h("button", { type: "button", "aria-pressed": String(share === coverage), click: () => choose(share) }, percent(share, 1));
  return h("div", {},
    // That of the usual share stands on top of the panel.
    coverage !== test.coverage && verdict(test, coverage),
    h("p", { class: "muted" }, t("hot.coverage")),
    h("div", { class: "segments", role: "group", "aria-label": t("hot.coverage") }, ...coverages.map(choice)),
    h("table", { class: "hot-table hot-scores" },
      h("caption", { class: "hidden-text" }, t("hot.backtest")),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("hot.forecast")), h("th", { scope: "col" }, t("hot.measure_hit_rate")),
        ...MEASURES.map((name) => h("th", { scope: "col", class: "number" }, t(`hot.measure_${name}`))))),
      h("tbody", {}, ...rows.map(line))),
    h("p", { class: "muted" }, t("hot.periods", { n: formatNumber(rows[0]?.periods ?? 0) })),
    explained());
}
