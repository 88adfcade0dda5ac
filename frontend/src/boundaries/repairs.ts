/** The repair queue: one card for each defect, decided by a person. */

import { button, byId, h, refill, type Child } from "../dom";
import { formatDate, formatNumber, readDate } from "../format";
import { currentLanguage, t } from "../i18n";
import { acceptBelow, decide, fetchDeck } from "./client";
import { announce, orProblem, workLine } from "./notices";
import { sketch } from "./sketch";
import type { Card, Deck, Defect } from "./types";

const DEFAULT_BELOW_M2 = 500;

type Decision = { action: "accept" | "give" | "leave"; to?: string };

/** A defect in one line: kind, size, between whom. */
export function defectTitle(card: Defect): string {
  const size = card.kind === "t_junction" ? "" : ` ${formatNumber(card.area_m2, card.area_m2 < 100 ? 1 : 0)} m²`;
  return `${t(`bd.kind_${card.kind}`)}${size}: ${card.names.join(" – ")}`;
}

/** Where it lies, as people write it. */
export function placeOf(card: Defect): string {
  const [north, east] = currentLanguage() === "en" ? ["N", "E"] : ["B", "Đ"];
  return `${formatNumber(card.lat, 5)}° ${north}, ${formatNumber(card.lon, 5)}° ${east}`;
}

/** What is proposed, and by whom. */
export function proposalOf(card: Defect): string {
  const { action, to, reason } = card.proposal;
  const name = to === null ? "" : (card.names[card.units.indexOf(to)] ?? to);
  return action === "give" ? t("bd.propose_give", { name, reason }) : t("bd.propose_other", { reason: reason.charAt(0).toUpperCase() + reason.slice(1) });
}

export class RepairQueue {
  private deck: Deck | null = null;
  private at = 0;
  private reason = "";
  private below = DEFAULT_BELOW_M2;
  private running: AbortController | null = null;
  private readonly box = byId("bd-repairs");

  constructor(private as_of: string, private level: string) {
    this.box.addEventListener("keydown", (event) => this.key(event));
  }

  /** Show another day and level from now on. */
  turnTo(as_of: string, level: string): void {
    Object.assign(this, { as_of, level, deck: null, at: 0 });
  }

  /** Fetch the queue and show it. */
  async load(): Promise<void> {
    await this.work((signal) => fetchDeck(this.as_of, this.level, signal));
  }

  private async work(ask: (signal: AbortSignal) => Promise<Deck>): Promise<boolean> {
    this.running?.abort();
    const controller = new AbortController();
    this.running = controller;
    this.draw();
    const failure = await orProblem(async () => {
      this.deck = await ask(controller.signal);
      this.as_of = this.deck.as_of;
    }, controller.signal);
    if (this.running === controller) this.running = null;
    this.draw();
    return failure === null && !controller.signal.aborted;
  }

  private async decide(card: Card, decision: Decision): Promise<void> {
    const deck = this.deck;
    if (!deck || this.running) return;
    if (await this.work((signal) => decide(deck, card, { ...decision, reason: this.reason }, signal))) this.said();
    this.focus(this.at);
  }

  private async acceptSmall(): Promise<void> {
    const deck = this.deck;
    if (!deck || this.running) return;
    if (await this.work((signal) => acceptBelow(deck, this.below, this.reason, signal))) this.said();
    this.focus(0);
  }

  private said(): void {
    if (this.deck) announce(this.countLine(this.deck));
  }

  private countLine({ counts }: Deck): string {
    return t("bd.counts", { open: formatNumber(counts.open), left: formatNumber(counts.left), decided: formatNumber(counts.decided) });
  }

  private draw(): void {
    const deck = this.deck;
    const cards = deck?.repairs ?? [];
    refill(
      this.box,
      this.choice(),
      deck && h("p", { class: "bd-counts", id: "bd-counts" }, this.countLine(deck)),
      this.running ? workLine(t("bd.working"), null) : null,
      deck && deck.counts.open > 0 ? this.bulk() : null,
      ...this.empty(deck),
      h("div", { class: "bd-deck", id: "bd-deck" }, ...cards.map((card, i) => this.card(card, i))),
      deck && deck.counts.open > cards.length ? h("p", { class: "muted" }, t("bd.more_cards", { n: formatNumber(deck.counts.open) })) : null,
    );
  }

  private empty(deck: Deck | null): Child[] {
    if (!deck || this.running || deck.counts.open) return [];
    return [h("p", { class: "bd-done" }, deck.units_checked ? t("bd.queue_empty", { n: formatNumber(deck.units_checked) }) : t("bd.queue_no_units"))];
  }

  private choice(): HTMLElement {
    const day = h("input", {
      type: "text", id: "bd-as-of", value: this.as_of && formatDate(this.as_of), placeholder: t("filter.date_form"), autocomplete: "off",
      change: (event: Event) => {
        const read = readDate((event.target as HTMLInputElement).value);
        if (read) {
          this.turnTo(read, this.level);
          void this.load();
        }
      },
    });
    const option = (level: string): HTMLElement => h("option", { value: level, selected: this.level === level }, t(`bd.level_${level}`));
    const level = h("select", {
      id: "bd-queue-level",
      change: (event: Event) => {
        this.turnTo(this.as_of, (event.target as HTMLSelectElement).value);
        void this.load();
      },
    }, option("commune"), option("beat"));
    return h(
      "div", { class: "bd-row" },
      h("div", { class: "bd-field" }, h("label", { for: "bd-as-of" }, t("bd.as_of")), day),
      h("div", { class: "bd-field" }, h("label", { for: "bd-queue-level" }, t("bd.level")), level),
    );
  }

  private bulk(): HTMLElement {
    const reason = h("input", {
      type: "text", id: "bd-reason", value: this.reason, placeholder: t("bd.reason_example"), autocomplete: "off",
      input: (event: Event) => (this.reason = (event.target as HTMLInputElement).value),
    });
    const below = h("input", {
      type: "number", id: "bd-below", value: this.below, min: 0, step: "any",
      input: (event: Event) => (this.below = Number((event.target as HTMLInputElement).value) || 0),
    });
    return h(
      "div", { class: "bd-bulk" },
      h("div", { class: "bd-field bd-wide" }, h("label", { for: "bd-reason" }, t("bd.reason")), reason),
      h("div", { class: "bd-field" }, h("label", { for: "bd-below" }, t("bd.below")), below),
      button(t("bd.accept_below"), () => void this.acceptSmall(), { class: "button", disabled: this.running !== null }),
      h("p", { class: "muted bd-keys" }, h("kbd", {}, "↓"), " ", h("kbd", {}, "↑"), " ", h("kbd", {}, "J"), " ", h("kbd", {}, "K"), ` ${t("bd.keys_move")} · `, h("kbd", {}, "Enter"), ` ${t("bd.keys_accept")} · `, h("kbd", {}, "L"), ` ${t("bd.keys_leave")}`),
    );
  }

  private card(card: Card, i: number): HTMLElement {
    const title = defectTitle(card);
    return h(
      "article",
      { class: `bd-defect bd-${card.state}`, tabindex: i === this.at ? 0 : -1, "aria-label": title, "data-key": card.key, focus: () => (this.at = i) },
      sketch(card, title),
      h(
        "div", { class: "bd-words" },
        h("h3", {}, title),
        h("p", {}, card.state === "left" ? t("bd.was_left") : proposalOf(card)),
        h("p", { class: "muted" }, `${t("bd.proposed_by")} · ${placeOf(card)}`),
        card.state === "open" ? this.buttons(card) : null,
      ),
    );
  }

  private buttons(card: Card): HTMLElement {
    const busy = { disabled: this.running !== null };
    const others = card.units.filter((code) => code !== card.proposal.to);
    const accept = card.proposal.action !== "leave" && button(t("bd.accept"), () => void this.decide(card, { action: "accept" }), { class: "button primary", ...busy });
    const leave = button(t("bd.leave"), () => void this.decide(card, { action: "leave" }), { class: "button", ...busy });
    return h("div", { class: "row" }, accept, card.kind !== "t_junction" && others.length ? this.change(card, others) : null, leave);
  }

  private change(card: Card, others: string[]): HTMLElement {
    const name = (code: string): string => card.names[card.units.indexOf(code)];
    const give = (to: string): void => void this.decide(card, { action: "give", to });
    const busy = { class: "button", disabled: this.running !== null };
    if (others.length === 1) return button(t("bd.give_to", { name: name(others[0]) }), () => give(others[0]), busy);
    const list = h("select", { "aria-label": t("bd.change"), disabled: busy.disabled }, ...others.map((code) => h("option", { value: code }, `${name(code)} (${code})`)));
    return h("span", { class: "bd-change" }, list, button(t("bd.give"), () => give(list.value), busy));
  }

  private focus(i: number): void {
    const cards = [...this.box.querySelectorAll<HTMLElement>(".bd-defect")];
    this.at = Math.max(0, Math.min(i, cards.length - 1));
    for (const [n, card] of cards.entries()) card.tabIndex = n === this.at ? 0 : -1;
    cards[this.at]?.focus();
  }

  private key(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input, select")) return;
    const card = this.deck?.repairs[this.at];
    const onCard = target.classList.contains("bd-defect") && card?.state === "open";
    const acts: Record<string, (() => void) | false> = {
      j: () => this.focus(this.at + 1),
      arrowdown: () => this.focus(this.at + 1),
      k: () => this.focus(this.at - 1),
      arrowup: () => this.focus(this.at - 1),
      enter: onCard && card.proposal.action !== "leave" && (() => void this.decide(card, { action: "accept" })),
      l: onCard && (() => void this.decide(card, { action: "leave" })),
    };
    const act = acts[event.key.toLowerCase()];
    if (!act) return;
    act();
    event.preventDefault();
  }
}
