/** Work that takes long: the server does it as a job, and the page follows it to its end. */

import { ApiError, fetchJson, send } from "./api";
import { currentLanguage } from "./i18n";

const FIRST_LOOK_MS = 150;
const LONGEST_LOOK_MS = 1500;
const WORKING = new Set(["queued", "running", "cancelling"]);

export interface Job {
  id: string;
  state: "queued" | "running" | "cancelling" | "done" | "failed" | "cancelled" | "interrupted";
  progress: number;
  total: number;
  message: string;
  result: unknown;
}

/** A job that ended otherwise than well. */
export class JobFailed extends ApiError {
  constructor(readonly job: Job) {
    const said = (job.result as { error?: { code?: string; hint?: string; hint_en?: string } } | null)?.error;
    super(job.message, "", (currentLanguage() === "en" ? said?.hint_en : said?.hint) ?? "", said?.code ?? job.state);
  }
}

/** Follow a job to its end, telling each look at it; it is stopped when the signal is. */
export async function endOf<T>(started: Job, signal: AbortSignal, look: (job: Job) => void = () => undefined): Promise<T> {
  const stop = (): void => void send(`/api/v1/jobs/${started.id}/cancel`, {}, new AbortController().signal).catch(() => undefined);
  signal.addEventListener("abort", stop);
  try {
    let job = started;
    for (let pause_ms = FIRST_LOOK_MS; WORKING.has(job.state); pause_ms = Math.min(1.5 * pause_ms, LONGEST_LOOK_MS)) {
      look(job);
      await new Promise((resolve) => window.setTimeout(resolve, pause_ms));
      job = await fetchJson<Job>(`/api/v1/jobs/${job.id}?lang=${currentLanguage()}`, signal);
    }
    if (job.state !== "done") throw new JobFailed(job);
    return job.result as T;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
