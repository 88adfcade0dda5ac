/** The five steps of an import: file, text, coordinate system, columns and dates, result. */

import type { ApiError } from "../api";
import { button, byId, h, refill, type Child } from "../dom";
import { formatDate, formatNumber } from "../format";
import { t } from "../i18n";
import { endOf, JobFailed, type Job } from "../jobs";
import { NO_CHOICES, sendAgain, sendFiles, type Choices } from "./client";
import { announce, orProblem, workLine } from "./notices";
import { reportStep } from "./report";
import { settleStep } from "./settling";
import { crsStep, fileStep, textStep } from "./steps";
import type { Found } from "./types";

const LAST = 5;
const KEYS = ["bd.step_file", "bd.step_text", "bd.step_crs", "bd.step_columns", "bd.step_report"];
/** Where a person can settle what a check failed on. */
const STEP_OF: Record<string, number> = { crs_missing: 3, crs_wrong: 3, axes_swapped: 3, schema_mismatch: 4 };

/** What a step draws from and writes to. */
export interface Desk {
  found: Found | null;
  choices: Choices;
  files: File[];
  change(changes: Partial<Choices>): void;
  choose(files: File[]): void;
  /** Look again at once, where the answer changes what the step shows. */
  recheck(): void;
}

/** Draw anew without taking the field away from a person who is typing in it. */
function keepingFocus(box: HTMLElement, draw: () => void): void {
  const active = box.contains(document.activeElement) ? (document.activeElement as HTMLElement) : null;
  const typed = active instanceof HTMLInputElement && active.type === "text" ? active : null;
  draw();
  const same = active?.id ? document.getElementById(active.id) : null;
  same?.focus({ preventScroll: true });
  if (!typed || !(same instanceof HTMLInputElement)) return;
  same.value = typed.value;
  same.setSelectionRange(typed.selectionStart, typed.selectionEnd);
}

export class Wizard {
  private step = 1;
  private reached = 1;
  private files: File[] = [];
  private sent: File[] = [];
  private job: Job | null = null;
  private found: Found | null = null;
  private choices: Choices = { ...NO_CHOICES, columns: {} };
  private checkedWith = "";
  private running: AbortController | null = null;

  constructor(private readonly imported: (as_of: string, level: string) => void) {}

  /** Draw the step that is open. */
  draw(): void {
    refill(byId("bd-steps"), ...KEYS.map((key, i) => this.stepButton(i + 1, t(key))));
    const box = byId("bd-step");
    byId("bd-step-title").textContent = t(KEYS[this.step - 1]);
    keepingFocus(box, () => refill(box, ...this.content(), this.buttons()));
  }

  private content(): Child[] {
    const desk: Desk = {
      found: this.found,
      choices: this.choices,
      files: this.files,
      change: (changes) => Object.assign(this.choices, changes),
      choose: (files) => {
        this.files = files;
        this.draw();
      },
      // Later, when the field that a person moved on to has the focus and can keep it.
      recheck: () => void window.setTimeout(() => void this.check()),
    };
    return [fileStep, textStep, crsStep, settleStep, reportStep][this.step - 1](desk);
  }

  private stepButton(step: number, title: string): HTMLElement {
    const props = { class: "bd-step-button", disabled: step > this.reached || this.running !== null };
    const here = step === this.step ? { "aria-current": "step" } : {};
    return h("li", {}, h("button", { type: "button", ...props, ...here, click: () => this.go(step) }, h("span", { class: "bd-number" }, String(step)), title));
  }

  private buttons(): HTMLElement {
    if (this.running) return workLine(t(this.step === LAST ? "bd.importing" : "bd.checking"), () => this.running?.abort());
    const back = this.step > 1 && button(t("bd.back"), () => this.go(this.step - 1), { class: "button" });
    return h("div", { class: "bd-buttons" }, this.nextButton(), back);
  }

  private nextButton(): HTMLElement {
    if (this.step === 1) return button(t("bd.check_file"), () => void this.next(), { class: "button primary", disabled: !this.files.length });
    if (this.step < LAST) return button(t("bd.next"), () => void this.next(), { class: "button primary" });
    const found = this.found;
    const idle = !found || found.refusal !== null || found.inserted + found.filled === 0;
    return button(t("bd.import_units", { n: formatNumber(found?.accepted ?? 0) }), () => void this.import(), { class: "button primary", disabled: idle });
  }

  private go(step: number): void {
    this.step = step;
    this.reached = Math.max(this.reached, step);
    this.draw();
    byId("bd-step-title").focus();
  }

  private async next(): Promise<void> {
    if (this.step === 4 && !this.choices.valid_from) {
      await this.check();
      const day = document.querySelector<HTMLElement>("#bd-valid_from");
      const error = day?.parentElement?.querySelector<HTMLElement>(".field-error");
      if (error) error.hidden = false;
      day?.focus();
      return;
    }
    if (await this.check()) this.go(this.step + 1);
  }

  /** Look at the file unless that was done with the same choices; true when all is known. */
  private async check(): Promise<boolean> {
    const asked = JSON.stringify(this.choices);
    const same = this.files === this.sent;
    if (same && this.found && asked === this.checkedWith) return true;
    const failure = await this.work(async (signal) => {
      const job = this.job;
      const again = same && job ? sendAgain(job.id, "check", this.choices, signal) : sendFiles(this.files, this.choices, signal);
      this.found = await this.ended(await again, signal);
      this.checkedWith = asked;
    });
    return failure === null && this.checkedWith === asked;
  }

  private async import(): Promise<void> {
    const job = this.job;
    if (!job || !(await this.check())) return;
    let done: Found | null = null;
    await this.work(async (signal) => {
      const started = await sendAgain((this.job ?? job).id, "import", this.choices, signal);
      done = await this.ended(started, signal);
    });
    if (done) this.finish(done);
  }

  /** Follow a job; its file can be looked at again once it has ended, well or not. */
  private async ended(started: Job, signal: AbortSignal): Promise<Found> {
    try {
      return await endOf<Found>(started, signal);
    } finally {
      if (!signal.aborted) [this.job, this.sent] = [started, this.files];
    }
  }

  private finish(done: Found): void {
    announce(t("bd.imported", { n: formatNumber(done.inserted + done.filled), date: formatDate(done.valid_from) }));
    Object.assign(this, { step: 1, reached: 1, files: [], sent: [], job: null, found: null, checkedWith: "" });
    this.choices = { ...NO_CHOICES, columns: {} };
    this.draw();
    this.imported(done.valid_from, done.level);
  }

  private async work(act: (signal: AbortSignal) => Promise<void>): Promise<ApiError | null> {
    this.running?.abort();
    const controller = new AbortController();
    this.running = controller;
    this.draw();
    const failure = await orProblem(() => act(controller.signal), controller.signal);
    // Another choice may have been made meanwhile, and its check be under way.
    if (this.running !== controller) return failure;
    this.running = null;
    const settled = failure instanceof JobFailed ? STEP_OF[failure.code] : undefined;
    if (settled) this.step = settled;
    this.reached = Math.max(this.reached, this.step);
    this.draw();
    return failure;
  }
}
