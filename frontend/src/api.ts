/** Fetching: one running request per resource, problems as sentences, no needless repeats. */

import { t } from "./i18n";

/** A failed request in words a reader can act on. */
export class ApiError extends Error {
  constructor(
    readonly title: string,
    readonly detail: string,
    readonly hint: string,
  ) {
    super(title);
  }
}

async function problem(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => ({}))) as Record<string, string>;
  return new ApiError(
    body.title || t("error.server"),
    body.detail || "",
    body.hint || t("error.server_hint", { status: response.status }),
  );
}

/** Fetch JSON; a refused or failed request becomes an ApiError, a stopped one an AbortError. */
export async function fetchJson<T>(url: string, signal: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await fetch(url, { signal, headers: { Accept: "application/json" } });
  } catch (failure) {
    if (signal.aborted) throw failure;
    throw new ApiError(t("error.network"), "", t("error.network_hint"));
  }
  if (!response.ok) throw await problem(response);
  return (await response.json()) as T;
}

/** What the resources report to. */
export interface Desk {
  begin(stop: () => void): number;
  end(ticket: number): void;
  fail(error: ApiError, retry: () => void): void;
}

/** One thing that is fetched again only when its address changes; the old one stays till then. */
export class Resource<T> {
  private wanted: string | null = null;
  private running: AbortController | null = null;

  constructor(
    private readonly desk: Desk,
    private readonly take: (data: T) => void,
    private readonly miss: () => void = () => undefined,
  ) {}

  /** Want this address; null means that nothing is wanted now. */
  load(url: string | null): void {
    if (url === this.wanted) return;
    this.running?.abort();
    this.running = null;
    this.wanted = url;
    if (url) void this.run(url);
  }

  private async run(url: string): Promise<void> {
    const controller = new AbortController();
    this.running = controller;
    const ticket = this.desk.begin(() => controller.abort());
    try {
      const data = await fetchJson<T>(url, controller.signal);
      if (this.running === controller) this.take(data);
    } catch (failure) {
      if (this.running === controller) this.wanted = null;
      if (controller.signal.aborted) return;
      if (!(failure instanceof ApiError)) throw failure;
      this.miss();
      this.desk.fail(failure, () => this.load(url));
    } finally {
      this.desk.end(ticket);
    }
  }
}
