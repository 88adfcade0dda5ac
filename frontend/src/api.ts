/** Fetching: one running request per resource, problems as sentences, no needless repeats. */

import { t } from "./i18n";

/** A failed request in words a reader can act on. */
export class ApiError extends Error {
  constructor(
    readonly title: string,
    readonly detail: string,
    readonly hint: string,
    readonly code = "",
    /** What else the refusal says, under names of its own. */
    readonly details: Record<string, unknown> = {},
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
    body.code || "",
    body,
  );
}

async function answer<T>(url: string, how: RequestInit, read: (response: Response) => Promise<T>): Promise<T> {
  let response: Response;
  try {
    response = await fetch(url, how);
    if (response.ok) return await read(response);
  } catch (failure) {
    if (how.signal?.aborted) throw failure;
    throw new ApiError(t("error.network"), "", t("error.network_hint"));
  }
  throw await problem(response);
}

/** Fetch JSON; a refused or failed request becomes an ApiError, a stopped one an AbortError. */
export function fetchJson<T>(url: string, signal: AbortSignal, priority: RequestPriority = "auto"): Promise<T> {
  return answer(url, { signal, priority }, (response) => response.json() as Promise<T>);
}

/** How something is sent, where that is not the usual way. */
export interface Sending {
  method?: string;
  /** The version that a change is based on. */
  version?: number;
}

/** Send a form, or an object as JSON, to an address that writes; fails as `fetchJson` does. */
export function send<T>(
  url: string, content: FormData | object, signal: AbortSignal, { method = "POST", version }: Sending = {},
): Promise<T> {
  const isForm = content instanceof FormData;
  // A page of another site cannot send a header of our own, nor know the key of this session.
  const headers: Record<string, string> = { "X-ANTT-Request": "1" };
  const key = document.querySelector<HTMLMetaElement>('meta[name="antt-form-key"]')?.content;
  if (key) headers["X-ANTT-Form-Key"] = key;
  if (!isForm) headers["Content-Type"] = "application/json";
  if (version !== undefined) headers["If-Match"] = `"${version}"`;
  const body = isForm ? content : JSON.stringify(content);
  return answer(url, { method, headers, body, signal }, (response) => response.json() as Promise<T>);
}

/** Fetch a tile; fails as `fetchJson` does. */
export function fetchTile(url: string, signal: AbortSignal): Promise<ArrayBuffer> {
  return answer(url, { signal }, (response) => response.arrayBuffer());
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
    /** `low` lets what the first picture needs go first. */
    private readonly priority: RequestPriority = "auto",
  ) {}

  /** Want this address; null means that nothing is wanted now. */
  load(url: string | null): void {
    if (url === this.wanted) return;
    this.running?.abort();
    this.running = null;
    this.wanted = url;
    if (url) void this.run(url);
  }

  /** Fetch what is wanted anew, since it was changed. */
  again(): void {
    const url = this.wanted;
    this.load(null);
    this.load(url);
  }

  private async run(url: string): Promise<void> {
    const controller = new AbortController();
    this.running = controller;
    const ticket = this.desk.begin(() => controller.abort());
    try {
      const data = await fetchJson<T>(url, controller.signal, this.priority);
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
