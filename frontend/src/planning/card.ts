/** The small card beside the map: what changes hands, why it cannot be, the reason, finish and drop. */

import { button, byId, h, refill } from "../dom";
import { currentLanguage, t } from "../i18n";
import type { Desk } from "./desk";
import type { Tool } from "./tool";
import { effectText, unitName } from "./words";

export class WorkCard {
  private readonly box = byId("pl-card");
  private readonly effects = h("div", { class: "pl-effects", role: "status" });
  private readonly own = h("div", { class: "pl-fields" });
  private readonly why = h("input", { type: "text", id: "pl-reason", autocomplete: "off", maxlength: 300 });
  private readonly done: HTMLButtonElement;
  private told = "";
  private isSent = false;

  constructor(private readonly desk: Desk, acts: { finish(): void; drop(): void }) {
    this.done = button(t("pl.finish"), acts.finish, { class: "button primary" });
    this.why.addEventListener("keydown", (event) => {
      // Enter that ends a Vietnamese word of an input method ends only that.
      if (event.isComposing) return;
      if (event.key === "Enter") acts.finish();
      else if (event.key === "Escape") acts.drop();
    });
    this.dropped = button(t("pl.drop"), acts.drop, {});
  }

  private readonly dropped: HTMLButtonElement;

  /** Make the card ready for a tool; it is shown once there is work to finish. */
  open(tool: Tool | null): void {
    this.box.hidden = true;
    this.told = "";
    refill(this.effects);
    this.why.value = "";
    if (!tool) return;
    refill(this.own, ...tool.fields());
    refill(
      this.box,
      this.effects,
      this.own,
      h("div", { class: "pl-field" }, h("label", { for: "pl-reason" }, t("pl.reason")), this.why),
      h("div", { class: "row" }, this.done, this.dropped),
    );
  }

  /** What the planner wrote. */
  reason(): string {
    return this.why.value.trim();
  }

  /** Show what the tool's work would do now. */
  update(tool: Tool): void {
    this.box.hidden = !tool.started();
    const { preview } = tool;
    this.done.disabled = this.isSent || tool.operation() === null || (preview !== null && !preview.ok);
    // A unit that the work makes is known there alone.
    const known = { now: preview?.ok ? preview.topology : this.desk.now, base: this.desk.now };
    const rows = preview && !preview.ok
      ? [h("p", { class: "pl-wrong" }, currentLanguage() === "en" ? preview.reason.en : preview.reason.vi)]
      : tool.swept().map((gain) => h("p", { class: "pl-effect" },
        h("strong", {}, `${unitName(known, gain.giver)} → ${unitName(known, gain.taker)}`), h("span", {}, effectText(gain))));
    const text = rows.map((row) => row.textContent).join("\n");
    if (text === this.told) return;
    this.told = text;
    refill(this.effects, ...rows);
  }

  /** Show that the work is being sent. */
  async working(sent: Promise<void>): Promise<void> {
    this.done.disabled = this.isSent = true;
    try {
      await sent;
    } finally {
      this.isSent = false;
    }
  }
}
