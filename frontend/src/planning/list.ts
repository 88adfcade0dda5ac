/** The list of plans, and the form for a new one. */

import { button, byId, h, refill } from "../dom";
import { formatDate, readDate } from "../format";
import { currentLanguage, t } from "../i18n";
import { fetchParents, fetchPlans, makePlan } from "./client";
import { choice, textField } from "./fields";
import { once, orProblem, showProblem } from "./notices";
import type { Plan } from "./types";
import { formatMoment } from "./words";

/** Address of the page of a plan. */
export function pageOf(id: string): string {
  return `/plans/${id}?lang=${currentLanguage()}`;
}

/** A state as a small label. */
export function stateLabel({ state, state_label, effective_on }: Plan): HTMLElement {
  const day = state === "scheduled" && effective_on ? ` · ${t("pl.from_day", { day: formatDate(effective_on) })}` : "";
  return h("span", { class: `pl-badge pl-badge-${state}` }, `${state_label}${day}`);
}

function row(plan: Plan): HTMLElement {
  const cell = (key: string, ...words: (Node | string)[]): HTMLElement => h("td", { "data-title": t(key) }, ...words);
  return h(
    "tr", {},
    h("th", { scope: "row" }, h("a", { href: pageOf(plan.id) }, plan.name)),
    cell("pl.col_place", `${plan.parent_name} · ${t(`pl.level_${plan.level}`)}`),
    cell("pl.col_state", stateLabel(plan)),
    cell("pl.col_steps", String(plan.entries)),
    cell("pl.col_author", plan.author),
    cell("pl.col_last", formatMoment(plan.last_at)),
  );
}

function table(plans: Plan[]): HTMLElement {
  if (!plans.length) return h("p", { class: "pl-empty" }, t("pl.no_plans"));
  const head = ["name", "place", "state", "steps", "author", "last"].map((name) => h("th", { scope: "col" }, t(`pl.col_${name}`)));
  return h("table", { class: "pl-table" }, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...plans.map(row)));
}

/** The form: name, level, province or ward, day of the boundaries to start from. */
class NewPlanForm {
  private readonly asked = { name: "", level: "commune", parent: "", as_of: "" };
  private readonly places = h("div", { class: "pl-fields" });

  constructor(private readonly box: HTMLElement) {}

  async open(): Promise<void> {
    refill(
      this.box,
      h("h2", {}, t("pl.new")),
      textField("pl-new-plan-name", t("pl.name"), "", (name) => (this.asked.name = name)),
      choice("pl-new-level", t("pl.level"), ["commune", "beat"].map((level) => [level, t(`pl.level_${level}`)]), (level) => {
        this.asked.level = level;
        void this.fill();
      }),
      this.places,
      this.day(),
      h("div", { class: "row" }, button(t("pl.make"), () => void this.make(), { class: "button primary" }), button(t("pl.drop"), () => this.close())),
    );
    this.box.hidden = false;
    byId("pl-new-plan-name").focus();
    await this.fill();
  }

  close(): void {
    this.box.hidden = true;
    byId("pl-new-open").setAttribute("aria-expanded", "false");
    byId("pl-new-open").focus();
  }

  private async fill(): Promise<void> {
    await orProblem(async () => {
      const { level } = this.asked;
      const places = await fetchParents(level);
      if (level !== this.asked.level) return;
      this.asked.parent = places[0]?.code ?? "";
      const options = places.map(({ code, name }): [string, string] => [code, name]);
      refill(this.places, choice("pl-new-parent", t(`pl.parent_${level}`), options, (code) => (this.asked.parent = code)));
    });
  }

  private day(): HTMLElement {
    const field = textField("pl-new-as-of", t("pl.as_of"), "", (text) => (this.asked.as_of = text));
    field.querySelector("input")?.setAttribute("placeholder", t("filter.date_form"));
    field.append(h("p", { class: "muted" }, t("pl.as_of_note")));
    return field;
  }

  private async make(): Promise<void> {
    const { as_of, ...asked } = this.asked;
    const day = as_of ? readDate(as_of) : null;
    if (as_of && !day) {
      showProblem({ title: t("filter.date_bad"), hint: t("filter.date_form") });
      return;
    }
    await once(async () => {
      const plan = await makePlan(day ? { ...asked, as_of: day } : asked);
      window.location.assign(pageOf(plan.id));
    });
  }
}

/** Show the list. */
export async function openList(): Promise<void> {
  const opener = document.getElementById("pl-new-open");
  const form = new NewPlanForm(byId("pl-new"));
  opener?.addEventListener("click", () => {
    const isOpen = opener.getAttribute("aria-expanded") === "true";
    opener.setAttribute("aria-expanded", String(!isOpen));
    if (isOpen) form.close();
    else void form.open();
  });
  await orProblem(async () => refill(byId("pl-plans"), table(await fetchPlans())));
}
