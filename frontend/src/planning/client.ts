/** Asking the API for plans, and writing to them. */

import { fetchJson, send } from "../api";
import { currentLanguage } from "../i18n";
import type { Entry } from "./model/entries";
import { decode, type Points } from "./model/grid";
import type { Operation } from "./model/operations";
import type { PointsJson } from "./model/points";
import type { BordersJson } from "./model/topology";
import type { Comment, Comparison, FiguresAnswer, Plan, StateName } from "./types";

const PLANS = "/api/v1/plans";

/** What was written, and how far the plan has come. */
export interface Written {
  entry: Entry;
  last: number;
}

/** What others did since. */
export interface News {
  last: number;
  row_version: number;
  state: StateName;
  comments_open: number;
  entries: Entry[];
}

/** What a new plan is made from. */
export interface NewPlan {
  name: string;
  level: string;
  parent: string;
  as_of?: string;
}

/** A line of the list of units, or a province. */
export interface Place {
  code: string;
  name: string;
}

function address(path: string, asked: Record<string, string | number> = {}): string {
  const query = new URLSearchParams({ lang: currentLanguage() });
  for (const [name, value] of Object.entries(asked)) query.set(name, String(value));
  return `${PLANS}${path}?${query}`;
}

const never = (): AbortSignal => new AbortController().signal;

function get<T>(path: string, asked: Record<string, string | number> = {}): Promise<T> {
  return fetchJson<T>(address(path, asked), never());
}

function post<T>(path: string, content: object, method = "POST"): Promise<T> {
  return send<T>(address(path), content, never(), { method });
}

/** All plans. */
export async function fetchPlans(): Promise<Plan[]> {
  return (await get<{ plans: Plan[] }>("")).plans;
}

/** Make a plan. */
export function makePlan(asked: NewPlan): Promise<Plan> {
  return post("", asked);
}

/** The provinces, or the wards: what a plan can be made in. */
export async function fetchParents(level: string): Promise<Place[]> {
  if (level === "beat") {
    const { units } = await fetchJson<{ units: Place[] }>(`/api/v1/units/list?lang=${currentLanguage()}`, never());
    return units;
  }
  const drawn = await fetchJson<{ features: { properties: Place }[] }>("/api/v1/units?level=province", never());
  return drawn.features.map(({ properties }) => properties);
}

/** One plan, by its id. */
export class PlanClient {
  constructor(readonly id: string) {}

  record(): Promise<Plan> {
    return get(`/${this.id}`);
  }

  borders(at: "now" | "base"): Promise<BordersJson> {
    return get(`/${this.id}/borders`, at === "base" ? { at } : {});
  }

  points(): Promise<PointsJson> {
    return get(`/${this.id}/points`);
  }

  figures(): Promise<FiguresAnswer> {
    return get(`/${this.id}/figures`);
  }

  news(after: number): Promise<News> {
    return get(`/${this.id}/entries`, { after });
  }

  /** Borders of another day. */
  async guides(as_of: string): Promise<Points[]> {
    return (await get<{ lines: number[][] }>(`/${this.id}/guides`, { as_of })).lines.map(decode);
  }

  commit(operation: Operation, seen: number, reason: string): Promise<Written> {
    return post(`/${this.id}/entries`, { operation, seen, reason });
  }

  step(what: "undo" | "redo", seen: number): Promise<Written> {
    return post(`/${this.id}/${what}`, { seen });
  }

  rename(name: string, row_version: number): Promise<Plan> {
    return post(`/${this.id}`, { name, row_version }, "PATCH");
  }

  branch(name: string): Promise<Plan> {
    return post(`/${this.id}/branch`, { name });
  }

  move(to: StateName, row_version: number, more: Record<string, string>): Promise<Plan> {
    return post(`/${this.id}/state`, { to, row_version, ...more });
  }

  async comments(): Promise<Comment[]> {
    return (await get<{ comments: Comment[] }>(`/${this.id}/comments`)).comments;
  }

  comment(text: string, about: { entry_number?: number }): Promise<Comment> {
    return post(`/${this.id}/comments`, { text, ...about });
  }

  settle(comment: Comment): Promise<Comment> {
    return post(`/${this.id}/comments/${comment.id}/settle`, { row_version: comment.row_version });
  }

  /** With another plan; with the base when none is named. */
  compare(other: string | null): Promise<Comparison> {
    return get(`/${this.id}/compare`, other ? { with: other } : {});
  }

  /** Address of a file to take away. */
  file(name: "sheet.pdf" | "sheet.xlsx" | "units.geojson" | "units.gpkg"): string {
    return address(`/${this.id}/${name}`);
  }
}
