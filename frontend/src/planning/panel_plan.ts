/** The plan as a whole: its state and who moves it on, branches, comparison, files to take away. */

import { button, byId, h, refill, type Child } from "../dom";
import { formatDate, readDate } from "../format";
import { t } from "../i18n";
import { fetchPlans } from "./client";
import type { CompareView } from "./compare";
import type { Desk } from "./desk";
import { choice, textField } from "./fields";
import { pageOf, stateLabel } from "./list";
import { note, once, orProblem, showProblem } from "./notices";
import type { Plan, StateName } from "./types";
import { formatMoment } from "./words";

const FILES = ["sheet.pdf", "sheet.xlsx", "units.geojson", "units.gpkg"] as const;

/** A way from one state to the next. */
interface Way {
  name: "review" | "approve" | "publish" | "return";
  to: StateName;
  fields: ("reason" | "effective_on" | "decree")[];
}

const WAYS: Way[] = [
  { name: "review", to: "in_review", fields: ["reason"] },
  { name: "approve", to: "approved", fields: ["reason"] },
  { name: "publish", to: "scheduled", fields: ["effective_on", "decree"] },
  { name: "return", to: "draft", fields: ["reason"] },
];

class PlanPanel {
  private readonly box = byId("pl-plan");
  private readonly state = h("div", {});
  private readonly ways = h("div", { class: "pl-fields" });
  private others: Plan[] = [];
  private drawn = "";

  constructor(private readonly desk: Desk, private readonly compare: CompareView) {
    desk.listen((change) => {
      if (change === "record") this.draw();
    });
  }

  private draw(): void {
    // Steps come every few seconds, and nobody's half-written reason goes with them.
    const { state, name, may } = this.desk.record;
    const drawn = JSON.stringify([state, name, may]);
    if (drawn === this.drawn) {
      this.facts();
      return;
    }
    this.drawn = drawn;
    refill(
      this.box,
      this.state,
      this.ways,
      h("h2", {}, t("pl.compare")),
      this.comparison(),
      h("h2", {}, t("pl.files")),
      h("div", { class: "pl-files" }, ...FILES.map((name) => h("a", { class: "button small", href: this.desk.client.file(name), download: true }, t(`pl.file_${name.replace(".", "_")}`)))),
      ...this.versions(),
    );
    this.facts();
    this.wayButtons();
    void this.fillOthers();
  }

  private facts(): void {
    const { record } = this.desk;
    const { base_as_of, author, created_at, effective_on, decree, state_by, state_at, state_reason, frozen_hash } = record;
    const rows: [string, Child][] = [
      ["state", stateLabel(record)],
      ["place", `${record.parent_name} · ${t(`pl.level_${record.level}`)}`],
      ["base", t("pl.base_day", { day: formatDate(base_as_of) })],
      ["made", `${author}, ${formatMoment(created_at)}`],
      ["moved", state_by && state_at ? `${state_by}, ${formatMoment(state_at)}${state_reason ? `: ${state_reason}` : ""}` : null],
      ["effective", effective_on && formatDate(effective_on)],
      ["decree", decree],
      ["hash", frozen_hash && h("code", {}, frozen_hash.slice(0, 16))],
    ];
    const shown = rows.filter(([, value]) => value);
    refill(this.state, h("dl", { class: "pl-facts" }, ...shown.flatMap(([name, value]) => [h("dt", {}, t(`pl.fact_${name}`)), h("dd", {}, value)])));
  }

  private wayButtons(): void {
    const { may } = this.desk.record;
    const offered = WAYS.filter(({ name }) => may[name]);
    const buttons = offered.map((way, i) => (
      button(t(`pl.way_${way.name}`), () => this.ask(way), { class: i ? "button" : "button primary", "aria-expanded": "false" })));
    refill(this.ways, h("div", { class: "row" }, ...buttons));
  }

  /** Open the form of a way. */
  private ask(way: Way): void {
    const given: Record<string, string> = {};
    const open = this.desk.comments.filter(({ settled_at }) => !settled_at);
    refill(
      this.ways,
      h("h2", {}, t(`pl.way_${way.name}`)),
      h("p", { class: "muted" }, t(`pl.way_${way.name}_note`)),
      ...(way.name === "approve" && open.length ? [h("p", { class: "pl-flag" }, t("pl.open_comments", { n: open.length })),
        h("ul", { class: "pl-notes" }, ...open.map(({ author, text }) => h("li", {}, `${author}: ${text}`)))] : []),
      ...way.fields.map((name) => this.field(way, name, given)),
      h("div", { class: "row" },
        button(t(`pl.way_${way.name}`), () => void this.move(way, given), { class: "button primary" }),
        button(t("pl.drop"), () => this.wayButtons())),
    );
    this.ways.querySelector("input")?.focus();
  }

  private field(way: Way, name: Way["fields"][number], given: Record<string, string>): HTMLElement {
    const label = name === "reason" && way.name === "return" ? t("pl.reason_needed") : t(`pl.field_${name}`);
    const field = textField(`pl-way-${name}`, label, "", (value) => (given[name] = value));
    if (name === "effective_on") field.querySelector("input")?.setAttribute("placeholder", t("filter.date_form"));
    return field;
  }

  private async move(way: Way, given: Record<string, string>): Promise<void> {
    const asked: Record<string, string> = {};
    for (const [name, value] of Object.entries(given)) if (value) asked[name] = value;
    if (way.fields.includes("effective_on")) {
      const day = readDate(asked.effective_on ?? "");
      if (!day) return showProblem({ title: t("pl.day_needed"), hint: t("filter.date_form") });
      asked.effective_on = day;
    }
    await orProblem(async () => {
      const record = await this.desk.client.move(way.to, this.desk.record.row_version, asked);
      note(t("pl.moved", { state: record.state_label }));
      this.desk.recorded(record);
    });
  }

  private comparison(): HTMLElement {
    let other = "";
    const options: [string, string][] = [["", t("pl.the_base")], ...this.others.map(({ id, name }): [string, string] => [id, name])];
    return h("div", { class: "pl-fields", id: "pl-compare-choice" },
      choice("pl-compare-with", t("pl.compare_with"), options, (id) => (other = id)),
      h("div", { class: "row" }, button(t("pl.compare_open"), () => void this.compare.open(other || null))),
      this.compare.box);
  }

  /** Plans of the same place on the same base. */
  private async fillOthers(): Promise<void> {
    const { record } = this.desk;
    const plans = await fetchPlans().catch((): Plan[] => []);
    this.others = plans.filter(({ id, parent, level, base_as_of }) => (
      id !== record.id && parent === record.parent && level === record.level && base_as_of === record.base_as_of));
    const old = document.getElementById("pl-compare-choice");
    old?.replaceWith(this.comparison());
  }

  private versions(): HTMLElement[] {
    const { may, name } = this.desk.record;
    if (!may.branch) return [];
    const given = { branch: t("pl.branch_name", { name }), name };
    const parts = [
      h("h2", {}, t("pl.branch")),
      h("p", { class: "muted" }, t("pl.branch_note")),
      textField("pl-branch", t("pl.name"), given.branch, (value) => (given.branch = value)),
      h("div", { class: "row" }, button(t("pl.branch_make"), () => void this.branch(given.branch))),
    ];
    if (!may.edit) return [h("div", { class: "pl-fields" }, ...parts)];
    return [h("div", { class: "pl-fields" }, ...parts, h("h2", {}, t("pl.rename")),
      textField("pl-rename", t("pl.name"), name, (value) => (given.name = value)),
      h("div", { class: "row" }, button(t("pl.rename_do"), () => void this.rename(given.name))))];
  }

  private async branch(name: string): Promise<void> {
    await once(async () => window.location.assign(pageOf((await this.desk.client.branch(name)).id)));
  }

  private async rename(name: string): Promise<void> {
    await orProblem(async () => this.desk.recorded(await this.desk.client.rename(name, this.desk.record.row_version)));
  }
}

/** Show the panel, and keep it as the plan is. */
export function showPlan(desk: Desk, compare: CompareView): void {
  new PlanPanel(desk, compare);
}
