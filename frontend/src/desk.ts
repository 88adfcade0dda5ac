/** What the page tells the reader: progress, problems, empty results, spoken announcements. */

import type { ApiError, Desk } from "./api";
import { button, byId, h, refill } from "./dom";
import { t } from "./i18n";

const SHOW_MS = 400;
const STOPPABLE_MS = 2000;

/** The desk of the shell. */
export class ShellDesk implements Desk {
  private readonly running = new Map<number, () => void>();
  private next = 1;
  private showTimer = 0;
  private stopTimer = 0;

  begin(stop: () => void): number {
    const ticket = this.next++;
    this.running.set(ticket, stop);
    if (this.running.size === 1) {
      this.showTimer = window.setTimeout(() => this.show(true), SHOW_MS);
      this.stopTimer = window.setTimeout(() => this.offerStop(), STOPPABLE_MS);
    }
    return ticket;
  }

  end(ticket: number): void {
    this.running.delete(ticket);
    if (this.running.size) return;
    window.clearTimeout(this.showTimer);
    window.clearTimeout(this.stopTimer);
    this.show(false);
  }

  fail(error: ApiError, retry: () => void): void {
    const box = byId("antt-problem");
    const close = (): void => {
      box.hidden = true;
    };
    refill(
      box,
      h("p", { class: "strong" }, error.title),
      error.detail && error.detail !== error.title && h("p", {}, error.detail),
      error.hint && h("p", { class: "muted" }, error.hint),
      h(
        "div",
        { class: "row" },
        button(t("error.retry"), () => {
          close();
          retry();
        }),
        button(t("action.close"), close, { class: "button plain" }),
      ),
    );
    box.hidden = false;
  }

  private show(visible: boolean): void {
    const bar = byId("antt-progress");
    bar.hidden = !visible;
    if (!visible) refill(bar);
    else refill(bar, h("span", { class: "progress-line" }), h("span", { class: "hidden-text" }, t("progress.loading")));
  }

  private offerStop(): void {
    const stop = (): void => {
      for (const act of this.running.values()) act();
    };
    byId("antt-progress").append(button(t("progress.stop"), stop, { class: "button small" }));
  }
}

/** Say something to screen readers. */
export function announce(text: string): void {
  byId("antt-live").textContent = text;
}

/** Show why nothing is shown and what can be done; null takes the message away. */
export function emptyMessage(
  message: { text: string; hint?: string; action?: { label: string; act: () => void } } | null,
): void {
  const box = byId("antt-empty");
  box.hidden = message === null;
  if (!message) return;
  refill(
    box,
    h("p", { class: "strong" }, message.text),
    message.hint ? h("p", { class: "muted" }, message.hint) : null,
    message.action ? button(message.action.label, message.action.act, { class: "button primary" }) : null,
  );
}

/** A small box that follows the pointer; text only. */
export function showTip(at: { x: number; y: number } | null, lines: string[] = []): void {
  const tip = byId("antt-tip");
  tip.hidden = at === null;
  if (!at) return;
  refill(tip, ...lines.map((line, i) => h("span", { class: i ? "muted" : "strong" }, line)));
  const room = tip.parentElement?.clientWidth ?? window.innerWidth;
  const x = Math.min(at.x + 14, room - tip.offsetWidth - 8);
  tip.style.transform = `translate(${Math.max(8, Math.round(x))}px, ${Math.round(at.y + 16)}px)`;
}
