/** The desk at which single incidents are read and written. */

import type { Map as LeafletMap } from "leaflet";

import { ApiError } from "../api";
import { announce, type ShellDesk } from "../desk";
import { button, h, type Child } from "../dom";
import { capital, formatDate, formatLength, formatNumber } from "../format";
import { t } from "../i18n";
import type { PointHit } from "../layers/points";
import type { UnitsLayer } from "../layers/units";
import type { PageConfig } from "../types";
import { card } from "./card";
import * as client from "./client";
import { RecordForm, type FormParts } from "./form";
import { minuteText } from "./moments";
import { RecordPanel } from "./panel";
import { Pin } from "./pin";
import { comparison } from "./stale";
import type { IncidentRecord, Place, Values } from "./types";
import { differences, differing, fieldsOf, NO_VALUES, valuesOf } from "./values";
import { Words } from "./words";

export interface DeskParts {
  map: LeafletMap;
  units: UnitsLayer;
  config: PageConfig;
  desk: ShellDesk;
  /** The day whose boundaries are shown; null for today. */
  asOf(): string | null;
  /** Address of the records at a place under the page's filters. */
  lookup(place: Place, radius_m: number): string;
  /** Something was written: what is shown has to be fetched anew. */
  written(): void;
}

const SLACK_PX = 3;
const WORLD_M = 40_075_017;
const LARGEST_RADIUS_M = 500;

/** A form that is open, or waits while something else is looked at. */
interface Draft {
  form: RecordForm;
  kicker: string;
  title: string;
}

/** Reads and writes single incidents. */
export class RecordDesk {
  private readonly panel = new RecordPanel(() => this.close());
  private readonly words: Words;
  private readonly pin: Pin;
  private draft: Draft | null = null;
  /** Whether the form itself is shown. */
  private writing = false;

  constructor(private readonly parts: DeskParts) {
    this.words = new Words(parts.config);
    this.pin = new Pin(parts.map);
  }

  /** Open an empty form. */
  openNew(): void {
    if (this.draft) return this.resume();
    const now = new Date();
    const today = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
    const base = { ...NO_VALUES, occurred_from: today, status: "moi" };
    const form: RecordForm = new RecordForm(this.formParts(), base, true, {
      save: (values, reason) => this.write(form, () => client.addRecord(values, reason), "record.added"),
      cancel: () => this.close(),
    });
    this.begin({ form, kicker: t("record.new_kicker"), title: t("record.new") });
  }

  /** The map was pressed; false when that means nothing here. */
  press(place: Place): boolean {
    if (!this.writing || !this.draft) return false;
    this.draft.form.press(place);
    return true;
  }

  /** Open what was pressed on the map; `missed` where nothing may be seen but the mark. */
  openHit(hit: PointHit, missed: () => void): void {
    const perPixel = (WORLD_M * Math.cos((hit.lat * Math.PI) / 180)) / (256 * 2 ** this.parts.map.getZoom());
    const radius_m = Math.min(Math.max(SLACK_PX * perPixel, 2), LARGEST_RADIUS_M);
    this.attempt(async () => {
      const found = await client.fetchAt(this.parts.lookup(hit, radius_m));
      if (!found.length) missed();
      else if (found.length === 1) await this.open(found[0]);
      else this.list(found, t("record.here", { n: formatNumber(found.length) }));
    });
  }

  /** Put away what is open; what was written and not kept is asked about first. False when nothing was open. */
  close(): boolean {
    if (!this.panel.isOpen) return false;
    if (this.draft && !this.writing) this.resume();
    else if (this.writing && this.draft?.form.dirty) this.draft.form.askToDrop(() => this.end());
    else this.end();
    return true;
  }

  private end(): void {
    this.drop();
    this.pin.hide();
    this.panel.hide();
  }

  private drop(): void {
    this.draft?.form.end();
    this.draft = null;
    this.writing = false;
  }

  private begin(draft: Draft): void {
    this.drop();
    this.draft = draft;
    this.resume();
  }

  private resume(): void {
    if (!this.draft) return;
    const { form, kicker, title } = this.draft;
    this.writing = true;
    this.panel.fill(kicker, title, [form.node]);
    form.resume();
  }

  private show(kicker: string, title: string, content: Child[], wide = false): void {
    this.writing = false;
    const back = this.draft && button(t("record.back"), () => this.resume(), { class: "button link" });
    this.panel.fill(kicker, title, [back, ...content], wide);
  }

  private formParts(): FormParts {
    const { map, config } = this.parts;
    return {
      words: this.words,
      categories: config.categories,
      place: { map, pin: this.pin, unitAt: (place) => this.unitAt(place), around: (place) => this.around(place) },
    };
  }

  private unitAt({ lon, lat }: Place): string | null | undefined {
    const { units } = this.parts;
    const unit = units.at(lat, lon);
    if (!unit) return units.complete() ? null : undefined;
    const name = `${capital(unit.props.unit_type)} ${unit.props.name}`;
    const day = this.parts.asOf();
    return day ? t("record.unit_on", { unit: name, date: formatDate(day) }) : name;
  }

  private around(place: Place): void {
    this.attempt(async () => {
      const found = await client.fetchAround(place);
      this.list(found, t(found.length ? "record.near" : "record.near_none", { n: formatNumber(found.length) }));
    });
  }

  private list(found: client.FoundRecord[], title: string): void {
    const items = found.map((record) => {
      const gone = record.withdrawn === null ? "" : ` · ${t("record.withdrawn_short")}`;
      return h("li", {},
        button(this.words.line(record, valuesOf(record)), () => this.attempt(() => this.open(record)), { class: "button link" }),
        h("span", { class: "muted" }, `${formatLength(record.distance_m)}${gone}`));
    });
    this.show(t("record.list_kicker"), title, [h("ul", { class: "record-list" }, ...items)]);
  }

  /** Show a record with its history. */
  private async open(record: IncidentRecord, note: string | null = null): Promise<void> {
    const history = await client.fetchHistory(record.id);
    const { lon, lat } = record;
    const place = lon === null || lat === null ? null : { lon, lat };
    const acts = {
      edit: () => this.edit(record),
      decide: (decision: "withdraw" | "reinstate", reason: string) => this.decide(record, decision, reason),
    };
    const unit = (place && this.unitAt(place)) ?? null;
    const content = card(record, history, { words: this.words, unit, acts: this.parts.config.may_edit ? acts : null });
    this.pin.show(place, null);
    this.show(t("record.kicker", { ref: record.source_ref }), this.words.category(record.category),
      [note && h("p", { class: "record-note" }, note), ...content]);
    if (note) announce(note);
  }

  private edit(record: IncidentRecord): void {
    const base = valuesOf(record);
    const form: RecordForm = new RecordForm(this.formParts(), base, false, {
      save: (values, reason) => this.saveChanges(form, record, values, reason),
      cancel: () => this.attempt(() => this.leave(record)),
    });
    this.begin({ form, kicker: t("record.kicker", { ref: record.source_ref }), title: t("record.editing") });
  }

  private async leave(record: IncidentRecord): Promise<void> {
    this.drop();
    await this.open(record);
  }

  private async saveChanges(form: RecordForm, record: IncidentRecord, values: Values, reason: string): Promise<void> {
    const base = valuesOf(record);
    const topics = differing(base, values);
    if (!topics.length) return this.leave(record);
    const send = (): Promise<IncidentRecord> => client.editRecord(record.id, record.row_version, fieldsOf(values, topics), reason);
    await this.write(form, send, "record.changed", (current) => this.compare(base, values, current, reason));
  }

  /** Write, and show what is kept then; what is refused is said in the form, a stale version is compared. */
  private async write(
    form: RecordForm, send: () => Promise<IncidentRecord>, said: string,
    stale?: (current: IncidentRecord) => Promise<void>,
  ): Promise<void> {
    try {
      await this.kept(await send(), said);
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      const current = currentOf(failure);
      if (current && stale) await stale(current);
      else form.refuse(failure);
    }
  }

  private async kept(record: IncidentRecord, said: string): Promise<void> {
    this.drop();
    this.parts.written();
    await this.open(record, t(said, { ref: record.source_ref }));
  }

  private decide(record: IncidentRecord, decision: "withdraw" | "reinstate", reason: string): void {
    this.attempt(async () => {
      try {
        await this.kept(await client.decideRecord(record, decision, reason), `record.${decision}_done`);
      } catch (failure) {
        const current = failure instanceof ApiError ? currentOf(failure) : null;
        if (!current) throw failure;
        await this.open(current, t("record.changed_meanwhile"));
      }
    });
  }

  /** Show what I wrote beside what is kept now. */
  private async compare(base: Values, mine: Values, current: IncidentRecord, reason: string): Promise<void> {
    const theirs = valuesOf(current);
    const found = differences(base, mine, theirs);
    this.drop();
    if (current.withdrawn !== null || !found.length) return this.open(current, t("record.changed_meanwhile"));
    const last = (await client.fetchHistory(current.id)).pop();
    const write = (topics: string[]): void => this.attempt(() => this.settle(current, topics, mine, reason));
    this.pin.hide();
    this.show(t("record.kicker", { ref: current.source_ref }), t("record.stale"), comparison(found, mine, theirs, {
      words: this.words,
      who: last ? t("record.by", { who: last.who, at: minuteText(last.at) }) : "",
      acts: { write, drop: () => this.attempt(() => this.open(current)) },
    }), true);
  }

  /** Write the topics that were chosen as mine over what is kept now. */
  private async settle(current: IncidentRecord, topics: string[], mine: Values, reason: string): Promise<void> {
    const theirs = valuesOf(current);
    if (!topics.length) return this.open(current);
    const changes = fieldsOf(mine, topics);
    try {
      await this.kept(await client.editRecord(current.id, current.row_version, changes, reason), "record.changed");
    } catch (failure) {
      const newer = failure instanceof ApiError ? currentOf(failure) : null;
      if (!newer) throw failure;
      await this.compare(theirs, { ...theirs, ...changes }, newer, reason);
    }
  }

  private attempt(act: () => Promise<void>): void {
    act().catch((failure: unknown) => {
      if (!(failure instanceof ApiError)) throw failure;
      this.parts.desk.fail(failure, () => this.attempt(act));
    });
  }
}

/** The record as it is kept now, which the refusal of a stale change brings. */
function currentOf({ code, details }: ApiError): IncidentRecord | null {
  return code === "stale_version" ? (details.current as IncidentRecord) : null;
}
