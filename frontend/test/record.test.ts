import assert from "node:assert/strict";
import { test } from "node:test";

import { setMessages } from "../src/i18n";
import { deedOf } from "../src/record/history";
import { momentOf, momentText, readHour, spanOf } from "../src/record/moments";
import { readPlace, rounded, writePlace } from "../src/record/places";
import { firstChoice } from "../src/record/stale";
import type { Change, IncidentRecord } from "../src/record/types";
import { differences, differing, fieldsOf, NO_VALUES, valuesOf } from "../src/record/values";
import { recordsAtAddress } from "../src/requests";
import { EMPTY_STATE } from "../src/state";

setMessages({}, "vi");

const record = (changes: Partial<IncidentRecord> = {}): IncidentRecord => ({
  id: "0", row_version: 1, category: "trom_cap", occurred_from: "2026-10-01T15:30:00+07:00", occurred_to: null,
  lon: 106.31, lat: 20.91, source_ref: "NT-1", withdrawn: null, severity: null, status: "moi", ...changes,
});

test("coordinates are read in either order, with points or commas", () => {
  const place = { lon: 106.315, lat: 20.94 };
  for (const text of ["20.94, 106.315", "106.315 20.94", "20,94; 106,315", "20,94,106,315", "20.94° B, 106.315° Đ"])
    assert.deepEqual(readPlace(text), place, text);
  for (const text of ["", "20.94", "20.94, 21.5", "20.94, 106.3, 5", "chợ Con", "106, 107", "20.94, 190"])
    assert.equal(readPlace(text), null, text);
});

test("a place that is written can be read again", () => {
  const place = rounded({ lon: 106.32446812, lat: 20.94819849 });
  assert.deepEqual(readPlace(writePlace(place)), place);
});

test("hours are read as people write them", () => {
  assert.deepEqual(["14:30", "14h30", "14h", "7", "7:05", "23.59", "14:30:25"].map(readHour),
    ["14:30", "14:30", "14:00", "07:00", "07:05", "23:59", "14:30:25"]);
  assert.deepEqual(["24:00", "14:60", "chiều", "14:5"].map(readHour), [null, null, null, null]);
});

test("a day without its hour is sent as the day alone", () => {
  assert.deepEqual(momentOf({ day: "1/10/2026", hour: "" }), { moment: "2026-10-01" });
  assert.deepEqual(momentOf({ day: "1/10/2026", hour: "15h30" }), { moment: "2026-10-01T15:30" });
  assert.deepEqual(momentOf({ day: "", hour: "" }), { moment: "" });
  assert.deepEqual(momentOf({ day: "31/2/2026", hour: "" }), { wrong: "day" });
  assert.deepEqual(momentOf({ day: "", hour: "15:30" }), { wrong: "day" });
  assert.deepEqual(momentOf({ day: "1/10/2026", hour: "tối" }), { wrong: "hour" });
});

test("a record whose hour is not known shows days, and the same days are sent again", () => {
  const whole = (from: string, to: string): { from: string; to: string } =>
    spanOf(`${from}T00:00:00+07:00`, `${to}T00:00:00+07:00`);
  assert.deepEqual(whole("2026-10-01", "2026-10-02"), { from: "2026-10-01", to: "" });
  assert.deepEqual(whole("2026-10-01", "2026-10-04"), { from: "2026-10-01", to: "2026-10-03" });
  assert.deepEqual(spanOf("2026-10-01T00:00:00+07:00", null), { from: "2026-10-01T00:00", to: "" });
  assert.equal(momentText("2026-10-01T15:30"), "1/10/2026 15:30");
  assert.equal(momentText("2026-10-01"), "1/10/2026");
});

test("what was not touched is not sent", () => {
  const kept = valuesOf(record());
  assert.deepEqual(differing(kept, { ...kept }), []);
  const moved = { ...kept, lat: "20.92", severity: "nghiem_trong" };
  assert.deepEqual(differing(kept, moved), ["place", "severity"]);
  // The accuracy belongs to the place: without it the API would take it away.
  assert.deepEqual(fieldsOf(moved, ["place"]), { lon: "106.31", lat: "20.92", location_accuracy_m: "" });
});

test("two versions differ where either side changed something", () => {
  const base = { ...NO_VALUES, category: "trom_cap", severity: "", status: "moi", channel: "113" };
  const mine = { ...base, severity: "nghiem_trong", status: "dang_xu_ly" };
  const theirs = { ...base, severity: "rat_nghiem_trong", status: "dang_xu_ly", channel: "dân báo" };
  const found = differences(base, mine, theirs);
  assert.deepEqual(found, [
    { topic: "severity", mine: true, theirs: true },
    { topic: "channel", mine: false, theirs: true },
  ]);
  assert.deepEqual(found.map(firstChoice), ["mine", "theirs"]);
});

test("a withdrawal is told from other changes", () => {
  const entry = (what: string, changed: Change["changed"]): Change =>
    ({ what, who: "a", why: null, at: "", row_version: 1, changed });
  assert.equal(deedOf(entry("insert", { withdrawn: { before: null, after: null } })), "insert");
  assert.equal(deedOf(entry("update", { severity: { before: null, after: "x" } })), "update");
  assert.equal(deedOf(entry("update", { withdrawn: { before: null, after: "trùng" } })), "withdraw");
  assert.equal(deedOf(entry("update", { withdrawn: { before: "trùng", after: null } })), "reinstate");
});

test("records are looked for under the filters of the map", () => {
  const address = recordsAtAddress({ ...EMPTY_STATE, categories: ["trom_cap"], from: "2026-10-01" }, { lon: 106.3, lat: 20.9 }, 2);
  assert.equal(address,
    "/api/v1/incidents/at?lon=106.3000000&lat=20.9000000&radius_m=2.0&from=2026-10-01&category=trom_cap&lang=vi");
});
