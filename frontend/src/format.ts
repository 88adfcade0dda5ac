/** Numbers and dates as people here write them. Days are counted from 1970-01-01. */

import { currentLanguage, t } from "./i18n";

const DAY_MS = 86_400_000;
const ISO = /^(\d{4})-(\d{2})-(\d{2})$/;
const WRITTEN = /^\s*(\d{1,2})[\s/.-]+(\d{1,2})[\s/.-]+(\d{4})\s*$/;

/** Making a formatter takes far longer than using one. */
const formatters = new Map<string, Intl.NumberFormat>();

/** A number with the separators of the page's language; no more than `digits` decimals, and no fewer than `least`. */
export function formatNumber(value: number, digits = 0, least = 0): string {
  const locale = currentLanguage() === "en" ? "en-GB" : "vi-VN";
  const key = `${locale} ${digits} ${least}`;
  let formatter = formatters.get(key);
  const how = { maximumFractionDigits: digits, minimumFractionDigits: least };
  if (!formatter) formatters.set(key, (formatter = new Intl.NumberFormat(locale, how)));
  return formatter.format(value);
}

/** A rate per 10,000 people: one decimal below 100, none above. */
export function formatRate(value: number): string {
  return formatNumber(value, value < 100 ? 1 : 0);
}

/** A length on the ground, in metres or from 1,000 m in kilometres. */
export function formatLength(length_m: number): string {
  return length_m >= 1000 ? `${formatNumber(length_m / 1000, 1)} km` : `${formatNumber(length_m, 1)} m`;
}

/** Day number of an ISO date; null when the text is not a real date. */
export function dayOf(iso: string | null | undefined): number | null {
  const match = iso ? ISO.exec(iso) : null;
  if (!match) return null;
  const day = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3])) / DAY_MS;
  return isoOf(day) === iso ? day : null;
}

/** ISO date of a day number. */
export function isoOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** An ISO date moved by whole days. */
export function addDays(iso: string, days: number): string {
  const day = dayOf(iso);
  return day === null ? iso : isoOf(day + days);
}

/** Read a date typed by a person: day/month/year, or ISO; null when it is neither. */
export function readDate(text: string): string | null {
  const match = WRITTEN.exec(text);
  const iso = match
    ? `${match[3]}-${match[2].padStart(2, "0")}-${match[1].padStart(2, "0")}`
    : text.trim();
  return dayOf(iso) === null ? null : iso;
}

/** A date in words: 1/7/2025. */
export function formatDate(iso: string): string {
  const match = ISO.exec(iso.slice(0, 10));
  return match ? `${Number(match[3])}/${Number(match[2])}/${match[1]}` : iso;
}

/** An inclusive span with its length: 1/5 – 31/7/2026 · 92 ngày. `to` is the day after the last. */
export function formatPeriod(from: string, to: string): string {
  const first = dayOf(from);
  const end = dayOf(to);
  if (first === null || end === null) return "";
  const last = isoOf(end - 1);
  const days = t("time.days", { n: formatNumber(end - first) });
  if (end - first === 1) return `${formatDate(from)} · ${days}`;
  const sameYear = from.slice(0, 4) === last.slice(0, 4);
  const start = sameYear ? formatDate(from).replace(/\/\d{4}$/, "") : formatDate(from);
  return `${start} – ${formatDate(last)} · ${days}`;
}

/** The first letter in upper case. */
export function capital(text: string): string {
  return text.charAt(0).toLocaleUpperCase("vi") + text.slice(1);
}
