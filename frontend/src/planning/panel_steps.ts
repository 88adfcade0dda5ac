/** What was done to a plan, newest first: by whom, when, why, and what changed hands. */

import { button, byId, h, refill } from "../dom";
import { t } from "../i18n";
import type { Desk } from "./desk";
import { arcOf } from "./model/arcs";
import { isMark, type Entry, type Step } from "./model/entries";
import { decode } from "./model/grid";
import { once } from "./notices";
import { boxAround } from "./shapes";
import { effectText, formatMoment, unitName } from "./words";
import type { View } from "./view";

/** What a step did, in words. */
export function stepTitle(desk: Desk, { operation, arcs_before, units_before }: Step): string {
  const sides = arcs_before[0] ?? { left: "", right: "" };
  const said = new Map(Object.entries(operation).map(([field, value]) => [field, String(value)]));
  const name = (field: string): string => unitName(desk, said.get(field) ?? "");
  return t(`pl.op_${operation.kind}`, {
    left: unitName(desk, sides.left), right: unitName(desk, sides.right), unit: units_before.find(({ code }) => code === said.get("unit"))?.name ?? name("unit"),
    to: name("to"), into: name("into"), name: said.get("name") ?? "", type: said.get("unit_type") ?? "",
  });
}

class StepsPanel {
  private readonly box = byId("pl-steps");

  constructor(private readonly desk: Desk, private readonly view: View) {
    desk.listen((change) => {
      if (change === "borders" || change === "comments" || change === "record") this.draw();
    });
  }

  private draw(): void {
    const entries = [...this.desk.entries].reverse();
    // Half-written comments stay with their steps.
    const written = [...this.box.querySelectorAll("form")].map((form) => ({
      form, step: form.closest("[data-step]")?.getAttribute("data-step"),
      focused: form.contains(document.activeElement) ? (document.activeElement as HTMLElement) : null,
    }));
    if (!entries.length) refill(this.box, h("p", { class: "pl-none" }, t("pl.steps_none")));
    else refill(this.box, h("ol", { class: "pl-story" }, ...entries.map((entry) => this.line(entry))));
    for (const { form, step, focused } of written) {
      this.box.querySelector(`[data-step="${step}"]`)?.append(form);
      focused?.focus();
    }
  }

  private line(entry: Entry): HTMLElement {
    const { author, at, reason } = entry.by;
    const told = h("p", { class: "muted" }, `${author} · ${formatMoment(at)}`);
    if (isMark(entry)) return h("li", { class: "pl-mark" }, h("p", {}, `${entry.number}. ${t(`pl.tool_${entry.action}`)}`), told);
    const isDone = this.desk.plan.done.includes(entry);
    return h(
      "li", { class: isDone ? "" : "pl-undone", "data-step": entry.number },
      h("p", { class: "strong" }, `${entry.number}. ${stepTitle(this.desk, entry)}`),
      ...entry.effect.map((gain) => h("p", {}, `${unitName(this.desk, gain.from)} → ${unitName(this.desk, gain.to)}: ${effectText(gain)}`)),
      reason ? h("p", { class: "pl-quote" }, reason) : null,
      isDone ? null : h("p", { class: "pl-flag" }, t("pl.undone")),
      told,
      h("div", { class: "row" },
        entry.arcs_after.length ? button(t("pl.show"), () => this.show(entry), { class: "button small" }) : null,
        this.desk.record.may.comment ? button(this.talkText(entry), () => this.ask(entry), { class: "button small" }) : null),
      ...this.said(entry),
    );
  }

  private talkText({ number }: Step): string {
    const n = this.desk.comments.filter(({ entry_number }) => entry_number === number).length;
    return n ? t("pl.comment_n", { n }) : t("pl.comment");
  }

  private said({ number }: Step): HTMLElement[] {
    return this.desk.comments.filter(({ entry_number }) => entry_number === number).map(({ author, text }) => (
      h("p", { class: "pl-quote" }, h("span", { class: "muted" }, `${author}: `), text)));
  }

  private show({ arcs_after, arcs_before }: Step): void {
    const arcs = [...arcs_before, ...arcs_after].map((arc) => arcOf({ ...arc, points: decode(arc.points) }, this.desk.now.units));
    this.view.fit(boxAround(arcs), 120);
  }

  private ask(entry: Step): void {
    const line = this.box.querySelector(`[data-step="${entry.number}"]`);
    if (!line || line.querySelector("form")) return;
    const text = h("textarea", { rows: 2, maxlength: 2000, "aria-label": t("pl.comment_on", { n: entry.number }) });
    const form = h("form", { class: "pl-fields", submit: (event: Event) => {
      event.preventDefault();
      if (text.value.trim()) void once(async () => {
        await this.desk.client.comment(text.value.trim(), { entry_number: entry.number });
        form.remove();
        await this.desk.talk();
      });
    } }, text, h("div", { class: "row" }, h("button", { class: "button small primary" }, t("pl.send"))));
    line.append(form);
    text.focus();
  }
}

/** Show the panel, and keep it as the plan is. */
export function showSteps(desk: Desk, view: View): void {
  new StepsPanel(desk, view);
}
