/** Sending boundary files, and following the jobs that look at them. */

import { fetchJson, send } from "../api";
import { addDays } from "../format";
import { currentLanguage } from "../i18n";
import type { Job } from "../jobs";
import type { Card, Deck } from "./types";

const IMPORTS = "/api/v1/boundaries/imports";
const REPAIRS = "/api/v1/boundaries/repairs";

/** What a person settled about a file; empty texts leave the choice to the program. */
export interface Choices {
  encoding: string;
  crs: string;
  columns: Record<string, string>;
  valid_from: string;
  /** The last day in force, as people say it. */
  last_day: string;
  level: string;
  scope: string;
  decree: string;
  source: string;
  partial: boolean;
}

export const NO_CHOICES: Choices = {
  encoding: "", crs: "", columns: {}, valid_from: "", last_day: "", level: "commune", scope: "", decree: "",
  source: "", partial: false,
};

function language(): string {
  return `lang=${currentLanguage()}`;
}

/** The fields of the form that say what was settled. */
export function formOf(choices: Choices): FormData {
  const form = new FormData();
  const last = choices.last_day && addDays(choices.last_day, 1);
  const { encoding, crs, valid_from, level, decree, source } = choices;
  const texts = { encoding, crs, valid_from, valid_to: last, level, decree, source };
  for (const [name, value] of Object.entries(texts)) if (value) form.set(name, value);
  for (const code of choices.scope.split(/[\s,;]+/)) if (code) form.append("scope", code);
  for (const [field, column] of Object.entries(choices.columns)) form.append("map", `${field}=${column}`);
  if (choices.partial) form.set("partial", "1");
  return form;
}

/** Send files to be looked at. */
export function sendFiles(files: File[], choices: Choices, signal: AbortSignal): Promise<Job> {
  const form = formOf(choices);
  for (const file of files) form.append("file", file);
  return send<Job>(`${IMPORTS}?${language()}`, form, signal);
}

/** Look again at a file that was sent, or import it. */
export function sendAgain(job: string, what: "check" | "import", choices: Choices, signal: AbortSignal): Promise<Job> {
  return send<Job>(`${IMPORTS}/${job}/${what}?${language()}`, formOf(choices), signal);
}

function queueAddress(as_of: string, level: string, key = ""): string {
  const asked = new URLSearchParams({ level, lang: currentLanguage(), ...(as_of ? { as_of } : {}) });
  return `${REPAIRS}${key && `/${key}`}?${asked}`;
}

/** The repair queue of a day; of today when none is named. */
export function fetchDeck(as_of: string, level: string, signal: AbortSignal): Promise<Deck> {
  return fetchJson<Deck>(queueAddress(as_of, level), signal);
}

/** Decide about one card. */
export function decide(
  deck: Deck, card: Card, decision: { action: "accept" | "give" | "leave"; to?: string; reason: string }, signal: AbortSignal,
): Promise<Deck> {
  const body = { ...decision, row_version: card.row_version };
  return send<Deck>(queueAddress(deck.as_of, deck.level, card.key), body, signal);
}

/** Accept every proposal up to an area. */
export function acceptBelow(deck: Deck, area_m2: number, reason: string, signal: AbortSignal): Promise<Deck> {
  return send<Deck>(queueAddress(deck.as_of, deck.level), { accept_below_m2: area_m2, reason }, signal);
}
