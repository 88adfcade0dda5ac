/** What people say about a plan. */

import { button, byId, h, refill } from "../dom";
import { t } from "../i18n";
import type { Desk } from "./desk";
import { once, orProblem } from "./notices";
import type { Comment } from "./types";
import { formatMoment } from "./words";

class TalkPanel {
  private readonly box = byId("pl-talk");
  private readonly list = h("ul", { class: "pl-story" });
  private readonly form: HTMLFormElement;

  constructor(private readonly desk: Desk) {
    const text = h("textarea", { rows: 3, maxlength: 2000, id: "pl-talk-text" });
    const label = h("label", { for: "pl-talk-text" }, t("pl.comment_new"));
    this.form = h("form", { class: "pl-fields", submit: (event: Event) => {
      event.preventDefault();
      void this.send(text);
    } }, h("div", { class: "pl-field" }, label, text), h("div", { class: "row" }, h("button", { class: "button primary" }, t("pl.send"))));
    refill(this.box, this.form, this.list);
    desk.listen((change) => {
      if (change === "comments" || change === "record") this.draw();
    });
  }

  private async send(text: HTMLTextAreaElement): Promise<void> {
    const words = text.value.trim();
    if (!words) return;
    const went = await once(async () => {
      await this.desk.client.comment(words, {});
      await this.desk.talk();
    });
    if (went) text.value = "";
  }

  private draw(): void {
    this.form.hidden = !this.desk.record.may.comment;
    const newest = [...this.desk.comments].reverse();
    refill(this.list, ...(newest.length ? newest.map((comment) => this.line(comment)) : [h("li", { class: "pl-none" }, t("pl.talk_none"))]));
    const open = this.desk.comments.filter(({ settled_at }) => !settled_at).length;
    byId("pl-tab-talk").textContent = open ? `${t("pl.tab_talk")} (${open})` : t("pl.tab_talk");
  }

  private line(comment: Comment): HTMLElement {
    const { author, at, text, entry_number, settled_by, settled_at } = comment;
    const about = entry_number === null ? "" : ` · ${t("pl.about_step", { n: entry_number })}`;
    return h(
      "li", { class: settled_at ? "pl-undone" : "" },
      h("p", {}, text),
      h("p", { class: "muted" }, `${author} · ${formatMoment(at)}${about}`),
      settled_at
        ? h("p", { class: "muted" }, t("pl.settled", { name: settled_by ?? "" }))
        : this.desk.record.may.comment && button(t("pl.settle"), () => void this.settle(comment), { class: "button small" }),
    );
  }

  private async settle(comment: Comment): Promise<void> {
    await orProblem(async () => {
      await this.desk.client.settle(comment);
      await this.desk.talk();
    });
  }
}

/** Show the panel, and keep it as the plan is. */
export function showTalk(desk: Desk): void {
  new TalkPanel(desk);
}
