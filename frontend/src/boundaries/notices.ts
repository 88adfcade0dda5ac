/** What the page says beside its content: problems, work under way, words for screen readers. */

import { ApiError } from "../api";
import { button, byId, h, refill } from "../dom";
import { t } from "../i18n";

/** Say something to screen readers. */
export function announce(text: string): void {
  byId("bd-live").textContent = text;
}

/** Show what went wrong and what to do; null takes it away. */
export function showProblem(problem: { title: string; hint: string } | null): void {
  const box = byId("bd-problem");
  box.hidden = problem === null;
  if (problem) refill(box, h("p", { class: "strong" }, problem.title), problem.hint ? h("p", {}, problem.hint) : null);
}

/** A line that tells of work under way, with the way to stop it. */
export function workLine(text: string, stop: (() => void) | null): HTMLElement {
  return h(
    "div", { class: "bd-work", role: "status" },
    h("span", { class: "bd-spin", "aria-hidden": "true" }), h("span", {}, text),
    stop && button(t("progress.stop"), stop, { class: "button small" }),
  );
}

/** Do something and show its failure; the failure is given back, null when all went well or it was stopped. */
export async function orProblem(act: () => Promise<void>, signal: AbortSignal): Promise<ApiError | null> {
  showProblem(null);
  try {
    await act();
  } catch (failure) {
    if (signal.aborted) return null;
    if (!(failure instanceof ApiError)) throw failure;
    showProblem({ title: failure.title, hint: failure.hint });
    byId("bd-problem").scrollIntoView({ block: "nearest" });
    return failure;
  }
  return null;
}
