/** The page of one plan: map, tools, and what is known beside them. */

import { byId, h, refill } from "../dom";
import { t } from "../i18n";
import { onThemeChange } from "../theme";
import { Workbench } from "./bench";
import { BordersLayer } from "./borders_layer";
import { PlanClient } from "./client";
import { CompareView } from "./compare";
import { Desk } from "./desk";
import { offerGuides } from "./guides";
import { stateLabel } from "./list";
import { announce, note, orProblem, showProblem } from "./notices";
import type { Entry } from "./model/entries";
import { differenceOf } from "./model/topology";
import { showFigures } from "./panel_figures";
import { showPlan } from "./panel_plan";
import { showSteps } from "./panel_steps";
import { showTalk } from "./panel_talk";
import { boxAround } from "./shapes";
import { listenToTabs } from "./tabs";
import { Toolbar } from "./toolbar";
import { followAddress, panKeys, View, zoomButtons } from "./view";

const LEGEND = ["shared", "changed", "base", "locked"];

function tellOthers(entries: Entry[]): void {
  const names = [...new Set(entries.map(({ by }) => by.author))];
  if (!names.length) return;
  const text = t("pl.others", { names: names.join(", "), n: entries.length });
  note(text);
  announce(text);
}

function head(desk: Desk): void {
  byId("pl-name").textContent = desk.record.name;
  document.title = `${desk.record.name} – ${t("pl.title")}`;
  refill(byId("pl-state"), stateLabel(desk.record));
}

function help(): void {
  const dialog = byId<HTMLDialogElement>("pl-help");
  const lines = ["redraw", "keyboard", "locked", "shared", "estimates"].map((name) => h("p", {}, t(`pl.help_${name}`)));
  refill(byId("pl-help-body"), ...lines, h("p", { class: "muted" }, t("pl.privacy")));
  byId("pl-help-open").addEventListener("click", () => dialog.showModal());
  dialog.querySelector("[data-close-dialog]")?.addEventListener("click", () => dialog.close());
}

function legend(): void {
  refill(byId("pl-legend"), ...LEGEND.map((name) => (
    h("li", {}, h("span", { class: `pl-line pl-line-${name}`, "aria-hidden": "true" }), t(`pl.legend_${name}`)))));
}

/** Open a plan. */
export async function openEditor(id: string): Promise<void> {
  const desk = new Desk(new PlanClient(id), tellOthers);
  const view = new View(byId("pl-map"), t("pl.map"));
  desk.lost = (failure) => showProblem(failure && (
    failure.code === "sign_in_refused" ? { title: t("pl.signed_out"), hint: t("pl.signed_out_hint") } : failure));
  help();
  legend();
  let parts: { toolbar: Toolbar; bench: Workbench; borders: BordersLayer } | null = null;
  const whole = (): void => view.fit(boxAround(desk.now.arcs.values()));
  const work = (): void => {
    const changed = differenceOf(desk.base, desk.now).come;
    if (changed.length) view.fit(boxAround(changed), 160);
    else whole();
  };
  desk.listen((change) => {
    if (change === "record") head(desk);
    if (parts && (change === "borders" || change === "record")) parts.toolbar.refresh();
    if (parts && change === "borders") {
      parts.borders.show(desk.now, desk.base);
      parts.bench.refresh();
    }
  });
  const showUnit = (code: string): void => {
    const ground = parts?.borders.ground(code);
    if (ground) view.fit(ground.box, 80);
  };
  const putAway = (): void => parts?.toolbar.take(null);
  const compare = new CompareView(desk, view, { showUnit, putAway });
  listenToTabs();
  showFigures(desk, showUnit);
  showSteps(desk, view);
  showTalk(desk);
  showPlan(desk, compare);
  await orProblem(async () => {
    await desk.open(() => {
      followAddress(view, work);
      const borders = new BordersLayer(view.map);
      view.map.addLayer(borders);
      borders.show(desk.now, desk.base);
      const bench = new Workbench(desk, view, borders, putAway);
      parts = { borders, bench, toolbar: new Toolbar(desk, bench) };
      zoomButtons(view, whole);
      panKeys(view);
      offerGuides(desk, () => borders.showGuides(desk.guides));
      onThemeChange(() => borders.redrawSoon());
    });
    compare.openAsked();
  });
}
