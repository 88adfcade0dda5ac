/** What the page says beside its content: problems, what others did, words for screen readers. */

import { ApiError } from "../api";
import { byId, closeButton, h, refill } from "../dom";
import { t } from "../i18n";

const NOTE_MS = 8000;
let timer = 0;

/** Say something to screen readers. */
export function announce(text: string): void {
  byId("pl-live").textContent = text;
}

/** Show what went wrong and what to do; null takes it away. */
export function showProblem(problem: { title: string; hint: string } | null): void {
  const box = byId("pl-problem");
  box.hidden = problem === null;
  if (!problem) return;
  refill(
    box,
    h("p", { class: "strong" }, problem.title),
    problem.hint ? h("p", {}, problem.hint) : null,
    closeButton(t("action.close"), () => showProblem(null)),
  );
}

/** A quiet note in the bar, for a while. */
export function note(text: string): void {
  const box = byId("pl-note");
  box.textContent = text;
  window.clearTimeout(timer);
  timer = window.setTimeout(() => (box.textContent = ""), NOTE_MS);
}

let isWriting = false;

/** As `orProblem`, for what a second click must not do twice. */
export async function once(act: () => Promise<unknown>): Promise<boolean> {
  if (isWriting) return false;
  isWriting = true;
  try {
    return await orProblem(act);
  } finally {
    isWriting = false;
  }
}

/** Do something and show its failure; false when it failed. */
export async function orProblem(act: () => Promise<unknown>): Promise<boolean> {
  showProblem(null);
  try {
    await act();
  } catch (failure) {
    if (!(failure instanceof ApiError)) throw failure;
    showProblem(failure);
    return false;
  }
  return true;
}
