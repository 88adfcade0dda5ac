/** The time strip: bars for all time, and a brush that chooses the period with mouse or keys. */

import { afterPause, byId, h, refill, svg } from "./dom";
import { dayOf, formatDate, formatNumber, formatPeriod, isoOf } from "./format";
import { t } from "./i18n";
import { bins, monthBins, type Bin } from "./timebins";

const HEIGHT = 52;
const KEY_STEPS: Record<string, number> = {
  ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -30, PageUp: 30,
};

/** A period of days, half-open. */
export interface Span {
  start: number;
  end: number;
}

type Part = "start" | "end" | "move" | "new";

/** The strip of the shell. `choose` gets null for all time. */
export class Timeline {
  private readonly box = byId("antt-time-chart");
  private readonly label = byId("antt-time-label");
  private readonly all = byId<HTMLButtonElement>("antt-time-all");
  private domain: Span = { start: 0, end: 1 };
  private counts: number[] = [];
  private known = false;
  private chosen: Span | null = null;
  private shown: Span | null = null;
  private grip: { part: Part; anchor: number; from: Span; x: number } | null = null;
  private readonly settle = afterPause(() => this.commit(), 500);

  constructor(
    private readonly choose: (span: Span | null) => void,
    /** Whether counts stand for whole months. */
    private readonly monthly = false,
  ) {
    this.box.addEventListener("pointerdown", (event) => this.onDown(event));
    this.box.addEventListener("pointermove", (event) => this.onMove(event));
    this.box.addEventListener("pointerup", (event) => this.onUp(event));
    this.box.addEventListener("pointercancel", () => this.revert());
    this.all.addEventListener("click", () => this.choose(null));
    new ResizeObserver(() => this.draw()).observe(this.box);
  }

  /** Show these counts per day; an empty list says that there is nothing yet. */
  setCounts(start: string | null, counts: number[]): void {
    const first = dayOf(start);
    this.known = true;
    this.counts = first === null ? [] : counts;
    this.domain = first === null ? { start: 0, end: 1 } : { start: first, end: first + Math.max(counts.length, 1) };
    this.draw();
  }

  setPeriod(from: string | null, to: string | null): void {
    const start = dayOf(from);
    const end = dayOf(to);
    this.chosen = start === null && end === null ? null : {
      start: start ?? this.domain.start,
      end: end ?? Math.max(this.domain.end, (start ?? 0) + 1),
    };
    this.shown = this.chosen;
    this.draw();
  }

  focus(): void {
    this.box.querySelector<HTMLElement>('[role="slider"]')?.focus();
  }

  private width(): number {
    return Math.max(this.box.clientWidth, 1);
  }

  private xOf(day: number): number {
    const { start, end } = this.domain;
    return (Math.min(Math.max(day, start), end) - start) * (this.width() / (end - start));
  }

  private dayAt(event: PointerEvent): number {
    const x = event.clientX - this.box.getBoundingClientRect().left;
    const { start, end } = this.domain;
    return Math.min(Math.max(start + (x / this.width()) * (end - start), start), end);
  }

  private draw(): void {
    const focused = (document.activeElement as HTMLElement | null)?.dataset.part;
    byId("antt-time").classList.toggle("tight", this.width() < 500);
    this.box.classList.toggle("empty", !this.counts.length);
    if (!this.counts.length) {
      refill(this.box, this.known && h("p", { class: "muted" }, t("time.none")));
      this.label.textContent = "";
      this.all.hidden = true;
      return;
    }
    const span = this.shown ?? this.domain;
    const { domain, counts } = this;
    const list = this.monthly ? monthBins(domain.start, counts) : bins(domain.start, counts, this.width() / 4);
    refill(this.box, this.bars(list, span), this.handle("start", span), this.handle("end", span));
    this.write(span);
    if (focused) this.box.querySelector<HTMLElement>(`[data-part="${focused}"]`)?.focus();
  }

  private bars(list: Bin[], span: Span): SVGElement {
    const top = list.reduce((most, bin) => Math.max(most, bin.count), 1);
    const data = list
      .map((bin) => {
        const left = this.xOf(bin.start);
        const wide = Math.max(this.xOf(bin.end) - left - 1, 1);
        const tall = bin.count ? Math.max((bin.count / top) * (HEIGHT - 4), 1.5) : 0;
        return `M${left.toFixed(1)} ${HEIGHT}v${-tall.toFixed(1)}h${wide.toFixed(1)}V${HEIGHT}z`;
      })
      .join("");
    const left = this.xOf(span.start);
    const right = this.xOf(span.end);
    return svg(
      "svg",
      { class: "bars", width: this.width(), height: HEIGHT, "aria-hidden": "true" },
      svg("clipPath", { id: "antt-time-clip" },
        svg("rect", { x: left, y: 0, width: Math.max(right - left, 1), height: HEIGHT })),
      this.shown && svg("rect", { class: "window", x: left, y: 0, width: Math.max(right - left, 1), height: HEIGHT }),
      svg("path", { class: "bar", d: data }),
      svg("path", { class: this.shown ? "bar chosen" : "bar all", d: data, "clip-path": "url(#antt-time-clip)" }),
      svg("line", { class: "base", x1: 0, x2: this.width(), y1: HEIGHT - 0.5, y2: HEIGHT - 0.5 }),
    );
  }

  private handle(part: "start" | "end", span: Span): HTMLElement {
    const day = part === "start" ? span.start : span.end - 1;
    const handle = h("div", {
      class: `handle handle-${part}`,
      role: "slider",
      tabindex: "0",
      "data-part": part,
      "aria-label": t(`time.handle_${part}`),
      "aria-valuemin": this.domain.start,
      "aria-valuemax": this.domain.end - 1,
      "aria-valuenow": day,
      "aria-valuetext": formatDate(isoOf(day)),
      keydown: (event: KeyboardEvent) => this.onKey(event, part),
    });
    handle.style.left = `${this.xOf(part === "start" ? span.start : span.end)}px`;
    return handle;
  }

  private write(span: Span): void {
    const inside = this.counts.reduce((sum, count, i) => {
      const day = this.domain.start + i;
      return day >= span.start && day < span.end ? sum + count : sum;
    }, 0);
    const period = formatPeriod(isoOf(span.start), isoOf(span.end));
    this.label.textContent = this.shown ? period : `${t("time.all")}: ${period}`;
    this.label.title = t("time.incidents", { n: formatNumber(inside) });
    this.label.classList.toggle("part", this.shown !== null);
    this.all.hidden = this.shown === null;
    byId("antt-time-first").textContent = formatDate(isoOf(this.domain.start));
    byId("antt-time-last").textContent = formatDate(isoOf(this.domain.end - 1));
  }

  private show(span: Span): void {
    const start = Math.max(Math.round(span.start), this.domain.start);
    const end = Math.min(Math.round(span.end), this.domain.end);
    this.shown = { start: Math.min(start, end - 1), end: Math.max(end, start + 1) };
    this.draw();
  }

  private commit(): void {
    const span = this.shown;
    const whole = span && span.start <= this.domain.start && span.end >= this.domain.end;
    this.choose(whole ? null : span);
  }

  private revert(): void {
    this.grip = null;
    this.shown = this.chosen;
    this.draw();
  }

  private onDown(event: PointerEvent): void {
    if (!this.counts.length || event.button !== 0) return;
    const day = this.dayAt(event);
    const part = (event.target as HTMLElement).dataset.part as Part | undefined;
    const span = this.shown ?? this.domain;
    const inside = this.shown !== null && day > span.start && day < span.end;
    this.grip = { part: part ?? (inside ? "move" : "new"), anchor: day, from: span, x: event.clientX };
    this.box.setPointerCapture(event.pointerId);
    if (part) (event.target as HTMLElement).focus();
    event.preventDefault();
  }

  private onMove(event: PointerEvent): void {
    const grip = this.grip;
    if (!grip || Math.abs(event.clientX - grip.x) < 3) return;
    const day = this.dayAt(event);
    const { start, end } = grip.from;
    if (grip.part === "start") this.show({ start: Math.min(day, end - 1), end });
    else if (grip.part === "end") this.show({ start, end: Math.max(day, start + 1) });
    else if (grip.part === "new") this.show({ start: Math.min(day, grip.anchor), end: Math.max(day, grip.anchor) });
    else {
      const shift = Math.min(Math.max(day - grip.anchor, this.domain.start - start), this.domain.end - end);
      this.show({ start: start + shift, end: end + shift });
    }
  }

  private onUp(event: PointerEvent): void {
    const grip = this.grip;
    if (!grip) return;
    this.grip = null;
    const still = Math.abs(event.clientX - grip.x) < 3;
    if (still && (grip.part === "new" || grip.part === "move")) this.chooseBar(grip.anchor);
    else if (!still) this.commit();
  }

  private chooseBar(day: number): void {
    const bar = bins(this.domain.start, this.counts, this.width() / 4).find((bin) => day < bin.end);
    if (bar) this.choose({ start: bar.start, end: bar.end });
  }

  private onKey(event: KeyboardEvent, part: "start" | "end"): void {
    const span = this.shown ?? this.domain;
    const step = (KEY_STEPS[event.key] ?? 0) * (event.shiftKey ? 7 : 1);
    const jump = event.key === "Home" ? this.domain.start : event.key === "End" ? this.domain.end : null;
    if (!step && jump === null) return;
    event.preventDefault();
    event.stopPropagation();
    const value = jump ?? span[part] + step;
    this.show(
      part === "start"
        ? { start: Math.min(value, span.end - 1), end: span.end }
        : { start: span.start, end: Math.max(value, span.start + 1) },
    );
    this.settle();
  }
}
