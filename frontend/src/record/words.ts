/** The names of columns and their values in words. */

import { capital, formatNumber } from "../format";
import { t } from "../i18n";
import type { PageConfig } from "../types";
import { minuteText, momentText } from "./moments";
import { placeText } from "./places";
import type { IncidentRecord, Values } from "./types";

const MOMENTS = new Set(["occurred_from", "occurred_to", "reported_at"]);
const NOTHING = "–";

/** Says the columns and values of a record. */
export class Words {
  private readonly categories: Map<string, string>;

  constructor(private readonly config: PageConfig) {
    this.categories = new Map(config.categories.map(({ slug, title }) => [slug, title]));
  }

  /** The title of a column or a topic. */
  title(name: string): string {
    const own = t(`record.title_${name}`);
    return own.startsWith("record.") ? this.config.record.columns[name] ?? name : own;
  }

  /** Whether a column is worth naming in the history: what the program keeps for itself is not. */
  isNamed(name: string): boolean {
    return ["lon", "lat"].includes(name) || (name in this.config.record.columns && !["import_id", "category_source"].includes(name));
  }

  category(slug: string): string {
    return this.categories.get(slug) ?? slug;
  }

  /** A value of a column as the API gives it. */
  value(name: string, value: unknown): string {
    if (value === null || value === undefined || value === "") return NOTHING;
    if (typeof value === "number") return formatNumber(value, name === "lon" || name === "lat" ? 6 : 1);
    const text = String(value);
    if (MOMENTS.has(name)) return minuteText(text);
    if (name === "category") return this.category(text);
    // What was written by hand here names no other source.
    if (name === "source" && text === "nhap_tay") return t("record.source_hand");
    return this.listed(name)[text] ?? text;
  }

  /** The values of a list, slug to title; empty for a column without one. */
  listed(name: string): Record<string, string> {
    const titles = name === "severity" || name === "status" ? this.config.record[name] : {};
    return Object.fromEntries(Object.entries(titles).map(([slug, title]) => [slug, capital(title)]));
  }

  /** Fields that belong together, as one text. */
  topic(topic: string, values: Values): string {
    if (topic === "time") return this.time(values);
    if (topic === "place") return this.place(values);
    return this.value(topic, values[topic as keyof Values]);
  }

  time({ occurred_from: from, occurred_to: to }: Values): string {
    const said = [from, to].filter(Boolean).map(momentText).join(" – ");
    return from.includes("T") || !from ? said || NOTHING : t("record.no_hour", { day: said });
  }

  place({ lon, lat, location_accuracy_m: accuracy }: Values): string {
    if (!lon || !lat) return t("record.no_place");
    const said = placeText({ lon: Number(lon), lat: Number(lat) });
    return accuracy ? `${said} (±\u00a0${formatNumber(Number(accuracy), 1)}\u00a0m)` : said;
  }

  /** One line that tells a record from others. */
  line(record: IncidentRecord, values: Values): string {
    return `${this.category(record.category)} · ${this.time(values)}`;
  }
}
