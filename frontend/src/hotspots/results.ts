/** The right panel: what was found, how far to trust it, and where it comes from. */

import type { ApiError } from "../api";
import { announce } from "../desk";
import { button, byId, closeButton, h, refill, type Child } from "../dom";
import { formatNumber } from "../format";
import { t } from "../i18n";
import { columnsOf, figureText, listing, placeText, type ListingActs } from "./listing";
import type { Outline } from "./outlines";
import { concentrationTable, pairTable } from "./pairs";
import { provenance } from "./provenance";
import type { Runner } from "./runner";
import { scores, verdict } from "./scores";
import type { Backtest, Hotspots } from "./types";

/** What the panel shows. */
export interface Shown {
  method: string;
  run: Runner<Hotspots>;
  test: Runner<Backtest>;
  outlines: Outline[];
  chosen: Outline | null;
}

export interface ResultActs extends Omit<ListingActs, "showAll"> {
  close(): void;
}

/** Why there is nothing, and what to do. */
function problem(error: ApiError, again: () => void): HTMLElement {
  return h("div", { class: "hot-reason", role: "alert" },
    h("p", { class: "strong" }, error.title),
    error.detail && error.detail !== error.title ? h("p", {}, error.detail) : null,
    error.hint ? h("p", { class: "muted" }, error.hint) : null,
    button(t("error.retry"), again, { class: "button small" }));
}

/** A number and its sign stay on one line. */
function unbroken(sentence: string): string {
  return sentence.replace(/(\d) (%|km|m|vụ)/g, "$1\u00a0$2");
}

/** How far something that is asked for is. */
function progress(runner: Runner<unknown>, key: string): Child {
  const { stage, job, error } = runner;
  if (stage === "failed" && error) return problem(error, () => runner.again());
  if (stage === "stopped")
    return h("p", { class: "hot-wait" }, t("hot.stopped"), " ", button(t("hot.start"), () => runner.again(), { class: "button small" }));
  if (stage !== "waiting") return null;
  const share = job?.total ? job.progress / job.total : null;
  const text = job?.message || t(`hot.${key}`);
  return h("div", { class: "hot-wait", role: "status" },
    h("span", {}, share === null ? text : `${text} (${formatNumber(100 * share)} %)`),
    h("progress", share === null ? { "aria-label": text } : { value: share, max: 1, "aria-label": text }),
    button(t("progress.stop"), () => runner.stop(), { class: "button small" }));
}

/** The panel. */
export class Results {
  private readonly panel = byId("antt-hotspot");
  private readonly body = byId("antt-hotspot-body");
  private all = false;
  private coverage: number | null = null;
  private shown: Shown | null = null;
  private said = "";

  constructor(private readonly acts: ResultActs) {}

  hide(): void {
    this.panel.hidden = true;
    this.shown = null;
    this.said = "";
    refill(this.body);
  }

  /** Show what is known so far; where the reader had come to stays in view. */
  draw(shown: Shown): void {
    const fresh = this.shown?.method !== shown.method;
    if (fresh) {
      this.all = false;
      this.coverage = null;
    }
    this.shown = shown;
    const held = this.body.contains(document.activeElement) ? this.keyOf(document.activeElement as HTMLElement) : null;
    const scrolled = fresh ? 0 : this.body.scrollTop;
    const opened = fresh ? [] : this.folds().filter(({ open }) => open).map(({ textContent }) => textContent);
    refill(this.body, ...this.content(shown));
    for (const fold of this.folds()) fold.open = opened.includes(fold.textContent);
    this.panel.hidden = false;
    this.body.scrollTop = scrolled;
    if (held) this.body.querySelector<HTMLElement>(held)?.focus({ preventScroll: true });
    this.announce(shown);
  }

  private folds(): HTMLDetailsElement[] {
    return [...this.body.querySelectorAll("details")];
  }

  private redraw(): void {
    if (this.shown) this.draw(this.shown);
  }

  /** How to find the element that is held once the panel is written anew. */
  private keyOf({ dataset }: HTMLElement): string {
    return dataset.cell ? `[data-cell="${dataset.cell}"]` : "h2";
  }

  private announce({ run }: Shown): void {
    const said = run.stage === "done" ? run.data?.reason ?? run.data?.sentence ?? "" : "";
    if (said && said !== this.said) announce(said);
    this.said = said || this.said;
  }

  private content(shown: Shown): Child[] {
    const { method, run } = shown;
    const data = run.data?.method === method ? run.data : null;
    return [
      h("div", { class: "panel-head" }, h("p", { class: "muted" }, t("hot.title")), closeButton(t("hot.off"), () => this.acts.close())),
      h("h2", { id: "antt-hotspot-title", tabindex: "-1" }, t(`hot.method_${method}`)),
      progress(run, "computing"),
      ...(data ? this.found(data, shown) : []),
    ];
  }

  private found(data: Hotspots, shown: Shown): Child[] {
    const area = data.area && h("p", { class: "muted" },
      t("hot.area", { said: data.area.said, km2: formatNumber(data.area.km2, 1) }));
    if (data.reason) return [h("p", { class: "hot-reason" }, data.reason), area, provenance(data)];
    return [
      h("p", { class: "hot-lead" }, unbroken(data.sentence)),
      area,
      this.verdict(shown),
      ...data.cautions.filter((caution) => !data.sentence.includes(caution)).map((caution) => h("p", { class: "hot-caution" }, caution)),
      this.card(data.method, shown),
      pairTable(data.table),
      concentrationTable(data.concentration),
      data.features.length > 0 && data.method !== "density" && listing(data.method, shown.outlines, {
        titled: data.parameters.shape === "units" ? "units" : data.method,
        all: this.all,
        chosen: shown.chosen?.finding.cell ?? null,
        acts: { ...this.acts, showAll: () => {
          this.all = true;
          this.redraw();
        } },
      }),
      this.tested(shown),
      provenance(data),
    ];
  }

  private verdict({ test }: Shown): Child {
    return test.data && !test.data.reason && verdict(test.data, test.data.coverage);
  }

  /** The chosen finding. */
  private card(method: string, { chosen }: Shown): Child {
    if (!chosen) return null;
    const { finding } = chosen;
    const p = typeof finding.p_sim === "number" && finding.permutations
      ? h("p", { class: "muted" }, t("hot.p_sim", { p: formatNumber(finding.p_sim, 4), n: formatNumber(finding.permutations) })) : null;
    return h("section", { class: "hot-card" },
      h("h3", {}, placeText(method, chosen, this.acts.nameOf(chosen))),
      finding.sentence ? h("p", {}, finding.sentence) : null,
      h("dl", { class: "hot-figures" }, ...columnsOf(method).map((column) =>
        h("div", {}, h("dt", {}, t(`hot.column_${column}`)), h("dd", {}, figureText(finding, column))))),
      p);
  }

  private tested({ test }: Shown): Child {
    const waiting = progress(test, "testing");
    if (!waiting && !test.data) return null;
    const data = test.data;
    const choose = (coverage: number): void => {
      this.coverage = coverage;
      this.redraw();
    };
    return h("section", { class: "hot-test" }, h("h3", {}, t("hot.backtest")), waiting,
      data && scores(data, this.coverage ?? data.coverage, choose));
  }
}
