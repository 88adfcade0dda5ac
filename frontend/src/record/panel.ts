/** The panel in which records are read and written. It lies over that of a unit. */

import { byId, closeButton, h, refill, type Child } from "../dom";
import { t } from "../i18n";

/** The frame of a record. */
export class RecordPanel {
  private readonly panel = byId("antt-record");
  private readonly body = byId("antt-record-body");
  private opener: HTMLElement | null = null;

  constructor(private readonly closed: () => void) {
    this.panel.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      event.preventDefault();
      this.closed();
    });
  }

  get isOpen(): boolean {
    return !this.panel.hidden;
  }

  /** Show something under a heading; a wide panel has room for two versions. */
  fill(kicker: string, title: string, content: Child[], wide = false): void {
    if (!this.isOpen) this.opener = document.activeElement as HTMLElement | null;
    const heading = h("h2", { id: "antt-record-title", tabindex: "-1" }, title);
    refill(this.body,
      h("div", { class: "panel-head" }, h("p", { class: "muted" }, kicker), closeButton(t("action.close"), () => this.closed())),
      heading,
      ...content);
    this.body.scrollTop = 0;
    this.panel.classList.toggle("wide", wide);
    this.show(true);
    heading.focus({ preventScroll: true });
  }

  /** Put the panel away; the hand goes back to where it came from. */
  hide(): void {
    if (!this.isOpen) return;
    this.show(false);
    refill(this.body);
    const back = this.opener?.isConnected && this.opener !== document.body ? this.opener : byId("antt-record-open");
    back.focus({ preventScroll: true });
  }

  private show(open: boolean): void {
    this.panel.hidden = !open;
    byId("antt").classList.toggle("with-record", open);
  }
}
