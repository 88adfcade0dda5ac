/** Search for a unit: a combobox that answers while typing. */

import { ApiError, fetchJson } from "./api";
import { announce } from "./desk";
import { afterPause, byId, h, refill } from "./dom";
import { addDays, formatDate } from "./format";
import { t } from "./i18n";
import type { SearchHit } from "./types";

/** Type, code, place and, for a unit of another time, its days. */
export function hitFacts(hit: SearchHit): string {
  const ended = hit.valid_to && t("search.until", { date: formatDate(addDays(hit.valid_to, -1)) });
  return [hit.unit_type, hit.code, hit.parent_name, ended].filter(Boolean).join(" · ");
}

/** Wire the search field of the shell. */
export class Search {
  private readonly input = byId<HTMLInputElement>("antt-search");
  private readonly list = byId("antt-search-list");
  private hits: SearchHit[] = [];
  private active = -1;
  private running: AbortController | null = null;

  constructor(
    private readonly address: (text: string) => string,
    private readonly choose: (hit: SearchHit) => void,
  ) {
    this.input.addEventListener("input", afterPause(() => void this.look(), 120));
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    this.input.addEventListener("blur", () => window.setTimeout(() => this.close(), 150));
  }

  focus(): void {
    this.input.focus();
    this.input.select();
  }

  private async look(): Promise<void> {
    const text = this.input.value.trim();
    this.running?.abort();
    if (!text) return this.close();
    this.running = new AbortController();
    const { signal } = this.running;
    try {
      const answer = await fetchJson<{ results: SearchHit[] }>(this.address(text), signal);
      this.show(answer.results.slice(0, 8), t("search.none", { text }));
    } catch (failure) {
      if (signal.aborted) return;
      if (!(failure instanceof ApiError)) throw failure;
      this.show([], `${failure.title} ${failure.hint}`);
    }
  }

  private show(hits: SearchHit[], none: string): void {
    this.hits = hits;
    this.active = hits.length ? 0 : -1;
    const items = hits.map((hit, i) =>
      h(
        "li",
        {
          id: `antt-hit-${i}`,
          role: "option",
          "aria-selected": String(i === this.active),
          // Before blur takes the list away.
          mousedown: (event: Event) => event.preventDefault(),
          click: () => this.take(i),
        },
        h("span", {},
          h("span", { class: "strong" }, hit.name),
          hit.successors.length > 0 && ` → ${hit.successors.map(({ name }) => name).join(", ")}`),
        h("span", { class: "muted" }, hitFacts(hit)),
      ),
    );
    refill(this.list, ...(items.length ? items : [h("li", { class: "none" }, none)]));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.mark();
    announce(hits.length ? t("search.found", { n: hits.length }) : none);
  }

  private mark(): void {
    this.list.querySelectorAll('[role="option"]').forEach((item, i) => {
      item.setAttribute("aria-selected", String(i === this.active));
    });
    if (this.active >= 0) this.input.setAttribute("aria-activedescendant", `antt-hit-${this.active}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  private onKey(event: KeyboardEvent): void {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step && this.hits.length) {
      this.active = (this.active + step + this.hits.length) % this.hits.length;
      this.mark();
      event.preventDefault();
    } else if (event.key === "Enter" && this.active >= 0) {
      this.take(this.active);
      event.preventDefault();
    } else if (event.key === "Escape") {
      if (this.list.hidden) this.input.blur();
      this.close();
      event.stopPropagation();
    }
  }

  private take(at: number): void {
    const hit = this.hits[at];
    this.input.value = hit.name;
    this.close();
    this.choose(hit);
  }

  private close(): void {
    this.running?.abort();
    this.list.hidden = true;
    this.hits = [];
    this.active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}
