/** Asking for something that may take long: at once where that goes, else as a job with progress. */

import { ApiError, fetchJson, send } from "../api";
import { endOf, type Job } from "../jobs";

export type Stage = "idle" | "waiting" | "done" | "stopped" | "failed";

/** Where something can be asked for at once, and as a job. */
export interface Addresses {
  now: string;
  job: string;
}

/** One thing that is asked for; what was there stays until the new one is. */
export class Runner<T> {
  data: T | null = null;
  stage: Stage = "idle";
  error: ApiError | null = null;
  /** How far the job is, while there is one. */
  job: Job | null = null;
  private wanted: Addresses | null = null;
  private running: AbortController | null = null;

  constructor(private readonly changed: () => void) {}

  /** Want this; null drops what was there. */
  want(addresses: Addresses | null): void {
    if (addresses?.now === this.wanted?.now) return;
    this.running?.abort();
    this.running = null;
    this.wanted = addresses;
    this.error = null;
    this.job = null;
    if (!addresses) {
      this.data = null;
      this.stage = "idle";
    } else void this.run(addresses);
  }

  /** Ask for the same again. */
  again(): void {
    const addresses = this.wanted;
    this.wanted = null;
    if (addresses) this.want(addresses);
  }

  /** Stop waiting; a job is stopped as well. */
  stop(): void {
    this.running?.abort();
  }

  private async run(addresses: Addresses): Promise<void> {
    const controller = new AbortController();
    this.running = controller;
    this.stage = "waiting";
    try {
      const data = await this.ask(addresses, controller.signal);
      if (this.running === controller) this.end("done", { data });
    } catch (failure) {
      if (this.running !== controller) return;
      if (controller.signal.aborted) this.end("stopped");
      else if (failure instanceof ApiError) this.end("failed", { error: failure });
      else throw failure;
    }
  }

  private async ask({ now, job }: Addresses, signal: AbortSignal): Promise<T> {
    try {
      return await fetchJson<T>(now, signal);
    } catch (failure) {
      if (!(failure instanceof ApiError) || failure.details.as_job !== true) throw failure;
      const started = await send<Job>(job, {}, signal);
      return endOf<T>(started, signal, (seen) => {
        this.job = seen;
        this.changed();
      });
    }
  }

  private end(stage: Stage, { data = null, error = null }: { data?: T | null; error?: ApiError | null } = {}): void {
    this.stage = stage;
    this.error = error;
    this.job = null;
    this.running = null;
    if (stage !== "stopped") this.data = data;
    this.changed();
  }
}
